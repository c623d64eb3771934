/** When a wait asks, and what it costs: learned pace, one budget for all, nothing left behind. */
import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clock, createClient, type Journal, type PastTask } from "../src/index.js";
import { built } from "./helpers/build.js";
import { run } from "./helpers/checkout.js";
import { fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { lognormal, seeded, simulatedClock } from "./helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "./helpers/simulated-service.js";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

function studio(options: Partial<PretendOptions> = {}, seed = 1, more: Parameters<typeof createClient>[0] = {}) {
  const clock = simulatedClock(seeded(seed));
  const service = pretend(clock, { duration: lognormal(seeded(seed + 50), 90_000, 0.35), ...options });
  const { videos } = createClient({ apiKey: "k", clock, fetch: service.fetch, ...more });
  /** Makes a video; how many milliseconds after its end it was noticed. */
  async function delayOfOne(): Promise<number> {
    const task = await videos.create(request);
    await task.wait();
    return clock.now() - service.endOf(task.id);
  }
  return { clock, service, videos, delayOfOne };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it worked"),
    (error: unknown) => error,
  );

describe("waits in simulated time", () => {
  test.each([
    1, 2, 3,
  ])("cost at most 6 queries at a delay of at most 5.5 s, from the first task on (seed %i)", async (seed) => {
    const { clock, service, delayOfOne } = studio({}, seed);
    const delays: number[] = [];
    for (let task = 0; task < 300; task++) delays.push(await clock.until(delayOfOne()));
    expect(service.queries / 300).toBeLessThan(6);
    expect(mean(delays)).toBeLessThan(5500);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  });

  test("100 at once under a limit of 600 queries a minute: none fails, none is refused", async () => {
    const { clock, service, delayOfOne } = studio({ queriesPerMinute: 600 });
    const delays = await clock.until(Promise.all(times(100, delayOfOne)));
    expect(service.refused).toBe(0);
    expect(mean(delays)).toBeLessThan(6000);
  });

  test("100 at once under a limit that nobody told of: none fails, few are refused", async () => {
    const { clock, service, delayOfOne } = studio({ queriesPerMinute: 60 });
    const delays = await clock.until(Promise.all(times(100, delayOfOne)));
    expect(delays.length).toBe(100);
    expect(service.refused).toBeLessThan(service.queries / 5);
    // 60 a minute for 100 tasks: each is asked every 100 s at best.
    expect(mean(delays)).toBeLessThan(100_000);
  });

  test("keep to the budget that they are given", async () => {
    const { clock, service, delayOfOne } = studio({ queriesPerMinute: 80 }, 1, { queriesPerMinute: 50 });
    await clock.until(Promise.all(times(60, delayOfOne)));
    expect(service.refused).toBe(0);
  });

  test("begin with what a journal remembers of such tasks", async () => {
    // What other servers took is no guide.
    const history = async (server: string): Promise<PastTask[]> =>
      times(server === "global" ? 40 : 0, () => ({ kind: "video", model: request.model, milliseconds: 600_000 }));
    const journal = {
      begin: async () => ({ entry: { accepted: async () => {}, refused: async () => {}, unknown: async () => {} } }),
      ended: async () => {},
      history,
    } as unknown as Journal;
    const usual = studio({ duration: () => 600_000 });
    await usual.clock.until(usual.delayOfOne());
    const informed = studio({ duration: () => 600_000 }, 1, { journal });
    await informed.clock.until(informed.delayOfOne());
    expect(informed.service.queries).toBeLessThan(usual.service.queries / 2);
  });

  test("of a restored task ask at once, then by its age", async () => {
    const { clock, service, videos } = studio({ duration: () => 200_000 });
    const task = await clock.until(videos.create(request));
    const saved = JSON.parse(JSON.stringify(task));
    await clock.until(clock.pause(100_000));
    const again = videos.task(saved).wait();
    await clock.until(clock.pause(1));
    expect(service.queries).toBe(1);
    await clock.until(again);
  });

  test("keep a fixed pace when they are told to", async () => {
    const { clock, service, videos } = studio({ duration: () => 95_000 });
    const task = await clock.until(videos.create(request));
    await clock.until(task.wait({ pollInterval: 10_000 }));
    expect(service.queries).toBe(11);
    expect(clock.now() - service.endOf(task.id)).toBe(5000);
  });

  test("ask again soon after a refusal for the pace, however slow their own is", async () => {
    let asked = 0;
    const { clock, service, videos } = studio({ duration: () => 1 });
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const refusal = { status: 429, headers: new Headers(), text: async () => "" } as Response;
      return init?.method !== "POST" && asked++ === 0 ? refusal : service.fetch(url, init);
    };
    const task = await clock.until(videos.create(request));
    const impatient = createClient({ apiKey: "k", clock, fetch }).videos.task(JSON.parse(JSON.stringify(task)));
    const began = clock.now();
    await clock.until(impatient.wait({ pollInterval: 60_000 }));
    expect(asked).toBe(2);
    expect(clock.now() - began).toBeLessThan(2000);
  });

  test("a service that is down for ten minutes costs no wait", async () => {
    const { clock, delayOfOne } = studio({}, 1, {});
    let down = true;
    const fetchWhenUp = studio({}, 2);
    const flaky = pretend(clock, { duration: () => 60_000 });
    const { videos } = createClient({
      apiKey: "k",
      clock,
      fetch: (url, init) =>
        down && init?.method !== "POST" ? Promise.reject(new TypeError("down")) : flaky.fetch(url, init),
    });
    const waiting = videos.generate(request);
    await clock.until(clock.pause(600_000));
    down = false;
    expect(await clock.until(waiting)).toMatchObject({ fileId: "9" });
    expect(fetchWhenUp.service.queries).toBe(0);
    await clock.until(delayOfOne());
  });
});

async function drained(statuses: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of statuses);
}

describe("waits in real time", () => {
  const server = fakeServer();
  const running = json({ status: "Processing", ...success });

  test("many on one signal warn nobody, feel its abort at once and leave nothing on it", async () => {
    server.next(running);
    const warnings: unknown[] = [];
    const warn = (warning: unknown) => warnings.push(warning);
    process.on("warning", warn);
    const controller = new AbortController();
    const { videos } = createClient({ apiKey: "k", server: server.url, queriesPerMinute: Number.POSITIVE_INFINITY });
    const asleep = Promise.all(
      times(200, async (index) => {
        for await (const _ of videos.task(String(index)).watch({ signal: controller.signal })) break;
      }),
    );
    const waits = times(200, (index) => videos.task(String(index)).watch({ signal: controller.signal }));
    const ends = waits.map((wait) => caught(drained(wait)));
    await asleep;
    while (server.seen.length < 400) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(getEventListeners(controller.signal, "abort").length).toBe(1);
    controller.abort("enough");
    // Not after some time, but in this very turn of the event loop.
    const ended = await Promise.race([Promise.all(ends), new Promise((resolve) => setImmediate(resolve, "too late"))]);
    expect(new Set(ended as string[])).toEqual(new Set(["enough"]));
    expect(getEventListeners(controller.signal, "abort").length).toBe(0);
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  test("whose turn never comes time out like any other", async () => {
    server.next(running);
    const { videos } = createClient({ apiKey: "k", server: server.url, queriesPerMinute: 1 });
    const waits = times(30, (index) => caught(videos.task(String(index)).wait({ timeout: 200 })));
    for (const error of await Promise.all(waits)) expect(error).toMatchObject({ name: "WaitTimeoutError" });
    expect(server.seen.length).toBeLessThan(30);
  });

  test("a refusal for the pace slows all waits of a client, and ends none", async () => {
    const done = json({ status: "Success", file_id: "9", ...success });
    server.next(json(refused(1002)), json(refused(1039)), done);
    const pauses: number[] = [];
    const clock: Clock = {
      now: Date.now,
      random: () => 0.5,
      async pause(milliseconds) {
        pauses.push(milliseconds);
        await turn();
      },
    };
    const { videos } = createClient({ apiKey: "k", server: server.url, clock });
    const both = await Promise.all([videos.task("7").wait(), videos.task("8").wait()]);
    expect(both).toMatchObject([{ fileId: "9" }, { fileId: "9" }]);
    expect(Math.max(...pauses)).toBeGreaterThan(300);
  });

  let folder: string;
  let library: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "minimax-video-wait-"));
    library = built("src/index.ts", folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const script = (body: string) => `
    import { createClient } from ${JSON.stringify(pathToFileURL(library).href)};
    const task = createClient({ apiKey: "k", server: ${JSON.stringify(server.url)} }).videos.task("7");
    ${body}
    console.log("end of the program");`;
  const node = async (body: string) => {
    const began = performance.now();
    const result = await run('node --input-type=module --eval "$SCRIPT"', ".", { SCRIPT: script(body) });
    return { ...result, milliseconds: performance.now() - began };
  };

  test.each([
    ["awaited", "await task.wait({ pollInterval: 300 });"],
    ["part of a race", "await Promise.race([task.wait({ pollInterval: 300 })]);"],
    ["an iteration", "for await (const { word } of task.watch({ pollInterval: 300 })) console.log(word);"],
    ["only begun", "void task.wait({ pollInterval: 300 });"],
  ])("a wait that is %s keeps its process alive", async (_, body) => {
    const done = json({ status: "Success", file_id: "9", ...success });
    server.next(running, json(refused(1002)), done);
    const { stdout, stderr, code } = await node(body);
    expect(stdout, stderr).toContain("end of the program");
    expect(code).toBe(0);
    expect(server.seen.length).toBe(3);
  });
});
