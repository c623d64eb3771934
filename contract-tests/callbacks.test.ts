/** Waits that learn from callbacks what they would otherwise query: in simulated time, and against the mock. */
import { getEventListeners } from "node:events";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createClient, type SubmissionUnknownError, type TaskStatus, type TextToVideoV2 } from "../src/index.js";
import { openJournal } from "../src/node/index.js";
import { webhookUrl } from "../src/webhooks/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { receiver, SECRET } from "./helpers/receiver.js";
import { lognormal, seeded, simulatedClock } from "./helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "./helpers/simulated-service.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const called = { ...request, callback_url: "https://example.com/callbacks" };
const FOREVER = Number.POSITIVE_INFINITY;

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
    const { service, create, pass, hear, until } = await studio();
    const task = await create();
    const wait = task.wait();
    await pass(5_000);
    expect(await hear(task.id)).toMatchObject({ state: "running" });
    await hear("another");
    await pass(86_000);
    expect(service.queries).toBeLessThan(12);
    await until(wait);
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

  test("ends when its signal aborts, and leaves no listener on it", async () => {
    const { create, pass, hear, until } = await studio();
    const [one, two] = [await create(), await create()];
    const controller = new AbortController();
    const reason = new Error("enough");
    const told = one.wait({ signal: controller.signal });
    await pass(91_000);
    await hear(one.id);
    await until(told);
    expect(getEventListeners(controller.signal, "abort").length).toBe(0);
    const ended = two.wait({ signal: controller.signal });
    controller.abort(reason);
    await expect(ended).rejects.toBe(reason);
  });

  test("ends with its timeout; and two waits for one task are both woken", async () => {
    const { create, pass, hear, until, videos } = await studio();
    const task = await create();
    const late = await until(failureOf(task.wait({ timeout: 1_000 })));
    expect(late).toMatchObject({ name: "WaitTimeoutError", taskId: task.id });
    const both = [task.wait(), videos.task(JSON.parse(JSON.stringify(task))).wait()];
    await pass(90_000);
    await hear(task.id);
    expect((await until(Promise.all(both))).map(({ taskId }) => taskId)).toEqual([task.id, task.id]);
  });

  test("that begins after the callback ends at once, without a query (A1)", async () => {
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

  test("begins with the latest status, and reports none after the end", async () => {
    const { create, pass, hear, until } = await studio();
    const task = await create();
    await hear(task.id, "processing");
    const words: string[] = [];
    const wait = task.wait({ onStatus: ({ word }) => words.push(word) });
    await pass(91_000);
    await hear(task.id);
    await hear(task.id, "processing");
    await until(wait);
    await until(task.wait());
    expect(words).toEqual(["processing", "Success"]);
  });

  test("is woken once among a thousand others", async () => {
    const { service, pass, hear, until, videos } = await studio({ queries: FOREVER });
    const tasks = await until(Promise.all(Array.from({ length: 1_000 }, () => videos.create(called))));
    const waits = Promise.all(tasks.map((task) => task.wait()));
    await pass(90_001);
    for (const { id } of tasks) await hear(id);
    expect((await until(waits)).length).toBe(1_000);
    expect(service.queries).toBe(1_000);
  }, 60_000);
});

describe("against the mock", () => {
  const folder = folderForAll();
  const queries: string[] = [];
  const mock = mockForAll({
    speed: 100,
    onRequest: ({ method, path }) => method === "GET" && path.includes("query") && queries.push(path),
  });
  beforeEach(() => {
    queries.length = 0;
  });

  async function setting() {
    const minimax = createClient({ apiKey: "any", server: mock.url });
    const received = await receiver({ client: minimax });
    const urlOf = () => webhookUrl(received.base, { secret: SECRET });
    return { ...minimax, ...received, urlOf };
  }

  test("a video is generated without polling, with one query that confirms the end", async () => {
    const { videos, urlOf, words, errors } = await setting();
    const told: string[] = [];
    const options = { onStatus: ({ word }: TaskStatus) => told.push(word) };
    const video = await videos.generate({ ...request, callback_url: await urlOf() }, options);
    expect(video).toMatchObject({ width: 1366, height: 768 });
    expect([queries.length, told]).toEqual([1, ["processing", "Success"]]);
    await expect.poll(words).toBe("processing Success");
    expect(errors).toEqual([]);
  });

  test("waits that begin one after the other end with their callbacks (A2)", async () => {
    const { videos, urlOf } = await setting();
    const tasks = [];
    for (let index = 0; index < 3; index++)
      tasks.push(await videos.create({ ...request, callback_url: await urlOf() }));
    for (const task of tasks) expect(await task.wait()).toMatchObject({ taskId: task.id });
    expect(queries, "each confirms one end").toHaveLength(3);
  });

  test.each([
    ["double_callbacks", "processing Success"],
    ["disordered_callbacks", "Success"],
    ["late_callbacks=100", "processing Success"],
    ["sensitive_output", "processing Fail"],
    ["numeric_challenge", "processing Success"],
    ["no_callbacks", ""],
  ])("with %s, a handler receives %j", async (scenario, expected) => {
    const { videos, urlOf, words, errors } = await setting();
    const body = { ...request, prompt: `a fox {mock:${scenario}}`, callback_url: await urlOf() };
    const options = scenario === "no_callbacks" ? { pollInterval: 200 } : {};
    const outcome = await videos.generate(body, options).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ taskId: mock.taskIds.at(-1) });
    // Late callbacks may still arrive.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(words()).toBe(expected);
    if (scenario !== "no_callbacks") expect(queries.length).toBe(1);
    expect(errors).toEqual([]);
  });

  const content: TextToVideoV2["content"] = [{ type: "text", text: "a fox {mock:lost_reply}" }];
  const lost = {
    video: { ...request, prompt: "a fox {mock:lost_reply}" },
    generation: { model: "MiniMax-H3", resolution: "768P", duration: 6, ratio: "16:9", content } as const,
  };

  test.each([
    "video",
    "generation",
  ] as const)("a lost %s is found by its callback, also in the journal (H7)", async (kind) => {
    const place = join(folder, kind);
    const journal = await openJournal(place);
    const buyer = createClient({ apiKey: "any", server: mock.url, journal });
    // A second process, which only receives callbacks.
    const other = createClient({ apiKey: "any", server: mock.url, journal: await openJournal(place) });
    const received = await receiver({ client: other });
    const callback_url = await webhookUrl(received.base, { secret: SECRET, kind, reference: "order 7" });
    const request = { ...lost[kind], callback_url };
    const error = await failureOf<SubmissionUnknownError>(buyer.videos.create(request, { key: "order 7" }));
    const taskId = mock.taskIds.at(-1);
    expect([error.name, error.taskId, error.callback]).toEqual([
      "SubmissionUnknownError",
      undefined,
      expect.stringMatching(/^[vg]0\./),
    ]);
    await expect.poll(received.words, { timeout: 5_000 }).toMatch(/success|succeeded/i);
    const [entry] = await journal.list();
    const size = kind === "video" ? {} : { duration: 6, resolution: "768P" };
    const task = { id: taskId, kind, model: lost[kind].model, ...size };
    expect(entry).toMatchObject({ state: "accepted", task });
    for (const { videos } of [buyer, other])
      expect(await videos.reconcile(error)).toMatchObject({ outcome: "found", task });
    expect(received.about.at(-1)).toEqual({ kind, reference: "order 7" });
  });

  test("a task is never given to another create whose callbacks go to the same URL (H7)", async () => {
    const shared = join(folder, "shared");
    const journal = await openJournal(shared);
    const received = await receiver({ client: createClient({ apiKey: "any", server: mock.url, journal }) });
    const buyer = createClient({ apiKey: "any", server: mock.url, journal: await openJournal(shared) });
    const callback_url = await webhookUrl(received.base, { secret: SECRET });
    const bought = await buyer.videos.create({ ...request, callback_url }, { key: "A" });
    const lostOne = {
      ...request,
      prompt: "an owl {mock:lost_reply, no_callbacks}".replace(", ", "} {mock:"),
      callback_url,
    };
    const error = await failureOf<SubmissionUnknownError>(buyer.videos.create(lostOne, { key: "B" }));
    await expect.poll(received.words, { timeout: 5_000 }).toMatch(/success/i);
    expect((await journal.list()).map(({ state }) => state)).toEqual(["accepted", "unknown"]);
    for (const videos of [buyer.videos, createClient({ apiKey: "any", server: mock.url, journal }).videos])
      expect((await failureOf(videos.reconcile(error))).message).toContain("a callback names it");
    expect((await buyer.videos.create({ ...request, callback_url }, { key: "A" })).id).toBe(bought.id);
  });

  test("a create with a key and a new URL each time is bought once (H7)", async () => {
    const again = join(folder, "again");
    const { base, words } = await setting();
    const ids = [];
    for (let run = 0; run < 2; run++) {
      const { videos } = createClient({ apiKey: "any", server: mock.url, journal: await openJournal(again) });
      const callback_url = await webhookUrl(base, { secret: SECRET, expiresIn: 1e6 + run });
      ids.push((await videos.create({ ...request, callback_url }, { key: "once" })).id);
    }
    expect(new Set(ids).size).toBe(1);
    // Otherwise, the query that confirms its end would count as one of the next test.
    await expect.poll(words, { timeout: 5_000 }).toBe("processing Success");
  });

  test("a lost create of API v1 cannot be found before its callback arrives, and its error says to expect one (H7)", async () => {
    const { videos } = createClient({ apiKey: "any", fetch: () => Promise.reject(new TypeError("cut")) });
    const callback_url = await webhookUrl("https://example.com", { secret: SECRET });
    const error = await failureOf<SubmissionUnknownError>(videos.create({ ...request, callback_url }));
    expect(error.message).toContain("but a callback names it: once one has arrived, videos.reconcile(error) finds the");
    expect((await failureOf(videos.reconcile(error))).message).toContain("once one has arrived");
    for (const body of [request, called])
      expect((await failureOf(videos.create(body))).message).toContain("API v1 cannot list or cancel it");
  });

  test("a create with a URL from another secret is refused with 2013, and costs nothing", async () => {
    const { videos, base } = await setting();
    const before = mock.creates;
    const callback_url = await webhookUrl(base, { secret: `${SECRET}, another one` });
    expect(await failureOf(videos.create({ ...request, callback_url }))).toMatchObject({
      name: "ApiError",
      code: 2013,
    });
    expect(mock.creates).toBe(before);
  });
});
