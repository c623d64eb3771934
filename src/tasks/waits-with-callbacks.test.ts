/** Waits that learn from callbacks what they would otherwise query. In simulated time. */
import { describe, expect, test } from "vitest";
import { lognormal, seeded, simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "../../contract-tests/helpers/simulated-service.js";
import { createClient, type TaskStatus } from "../index.js";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const called = { ...request, callback_url: "https://example.com/callbacks" };

/** A client in simulated time, which advances until each call ends. By default, it expects callbacks. */
async function studio(options: Partial<PretendOptions> & { expects?: boolean; queries?: number } = {}) {
  const { expects = true, queries, ...more } = options;
  const clock = simulatedClock(seeded(1));
  const service = pretend(clock, { duration: () => 90_000, ...more });
  const { until } = clock;
  const rate = queries ? { queriesPerMinute: queries } : {};
  const { videos, callbacks } = createClient({
    apiKey: "k",
    clock,
    fetch: service.fetch,
    createsPerMinute: Infinity,
    ...rate,
  });
  if (expects) await until(callbacks.expect());
  return {
    ...{ clock, service, videos, until },
    create: (body: typeof called | typeof request = called) => until(videos.create(body)),
    pass: (milliseconds: number) => until(clock.pause(milliseconds)),
    /** Delivers a callback. */
    hear(taskId: string, word = "success", options: { confirm?: boolean } = {}) {
      const state = word === "success" ? "succeeded" : "running";
      const file = options.confirm === false ? { fileId: "9" } : {};
      return until(callbacks.heard({ state, taskId, word, ...file } as TaskStatus, options));
    },
  };
}

describe("a wait for a task with callbacks", () => {
  test("makes only the query that confirms the end", async () => {
    const { clock, service, create, pass, hear, until } = await studio();
    const task = await create();
    const words: string[] = [];
    const wait = task.wait({ onStatus: ({ word }) => words.push(word) });
    await pass(10_000);
    await hear(task.id, "processing");
    await pass(80_000);
    expect([service.queries, words]).toEqual([0, ["processing"]]);
    await hear(task.id);
    expect(await until(wait)).toMatchObject({ taskId: task.id, fileId: "9" });
    expect([service.queries, words]).toEqual([1, ["processing", "Success"]]);
    expect(clock.now() - service.endOf(task.id)).toBeLessThan(10);
  });

  test("queries rarely if callbacks are lost, and only once they are overdue", async () => {
    const { clock, service, create, until } = await studio({ duration: lognormal(seeded(7), 90_000, 0.35) });
    let late = 0;
    for (let index = 0; index < 40; index++) {
      const task = await create();
      await until(task.wait());
      late += clock.now() - service.endOf(task.id);
    }
    expect(service.queries / 40).toBeLessThan(1.5);
    expect(late / 40).toBeLessThan(120_000);
  });

  test.each([
    ["no handler expects callbacks", false, called, {}],
    ["its task has no callback URL", true, request, {}],
    ["it has a pollInterval", true, called, { pollInterval: 10_000 }],
  ])("queries as usual if %s", async (_, expects, body, options) => {
    const { service, create, until } = await studio({ expects });
    await until((await create(body)).wait(options));
    expect(service.queries).toBeGreaterThan(3);
  });

  test("is woken by an unexpected callback, even during a watch", async () => {
    const { service, create, pass, hear, until } = await studio({ duration: () => 60_000, expects: false });
    const task = await create(request);
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { word } of task.watch({ pollInterval: 3_600_000 })) seen.push(word);
    })();
    await pass(61_000);
    await hear(task.id);
    await until(watching);
    expect(seen.at(-1)).toBe("Success");
    expect(service.queries).toBeLessThan(3);
  });

  test("polls after a callback that the query does not confirm, because it may not come again", async () => {
    const { clock, service, create, pass, hear, until } = await studio();
    const task = await create();
    const wait = task.wait();
    await pass(5_000);
    expect(await hear(task.id)).toMatchObject({ state: "running" });
    await hear("another");
    await pass(86_000);
    expect(service.queries).toBeLessThan(12);
    await until(wait);
    expect(clock.now() - service.endOf(task.id)).toBeLessThan(30_000);
  });

  test("is woken while its query is queued by the rate limiter", async () => {
    const { clock, create, pass, hear, until } = await studio({ expects: false, queries: 1 });
    const tasks = [];
    for (let index = 0; index < 40; index++) tasks.push(await create(request));
    const waits = tasks.map((task) => task.wait());
    await pass(91_000);
    await hear(tasks.at(-1)?.id ?? "", "success", { confirm: false });
    const before = clock.now();
    await until(waits.at(-1) as Promise<unknown>);
    expect(clock.now() - before).toBeLessThan(1_000);
    for (const wait of waits) wait.catch(() => {});
  });

  test("that begins after the callback ends at once, without a query (A1, A2)", async () => {
    const { clock, service, create, pass, hear, until, videos } = await studio();
    const tasks = [await create(), await create(), await create()];
    await pass(91_000);
    for (const { id } of tasks) await hear(id);
    expect(service.queries, "those that confirm").toBe(3);
    const before = clock.now();
    for (const task of tasks) {
      const words: string[] = [];
      expect(await until(task.wait({ onStatus: ({ word }) => words.push(word) }))).toMatchObject({ fileId: "9" });
      expect(words).toEqual(["Success"]);
      expect(await until(videos.task(task.id).wait())).toMatchObject({ fileId: "9" });
    }
    expect([service.queries, clock.now() - before]).toEqual([3, 0]);
  });

  test("ends at once if the callback came before the reply to the create (A1)", async () => {
    const { service, create, hear, until, videos } = await studio({ duration: () => 0 });
    const next = String(Number((await create()).id) + 1);
    const creating = videos.create(called);
    await hear(next, "success", { confirm: false });
    const task = await until(creating);
    expect(task.id).toBe(next);
    expect(await until(task.wait())).toMatchObject({ fileId: "9" });
    expect(service.queries).toBe(0);
  });

  test("is woken once among a thousand others", async () => {
    const { service, pass, hear, until, videos } = await studio({ queries: Number.POSITIVE_INFINITY });
    const tasks = await until(Promise.all(Array.from({ length: 1_000 }, () => videos.create(called))));
    const waits = Promise.all(tasks.map((task) => task.wait()));
    await pass(90_001);
    for (const { id } of tasks) await hear(id);
    expect((await until(waits)).length).toBe(1_000);
    expect(service.queries).toBe(1_000);
  }, 60_000);
});
