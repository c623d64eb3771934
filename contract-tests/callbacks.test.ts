/** Waits that are told by callbacks what they would else ask for: in simulated time, and against the mock. */
import { getEventListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, type TaskStatus, type TextToVideoV2 } from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { webhookUrl } from "../src/webhooks/index.js";
import { fakeServer, json, success } from "./helpers/fake-server.js";
import { receiver, SECRET } from "./helpers/receiver.js";
import { lognormal, seeded, simulatedClock } from "./helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "./helpers/simulated-service.js";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const called = { ...request, callback_url: "https://example.com/callbacks" };

function studio(options: Partial<PretendOptions> = {}, more: Parameters<typeof createClient>[0] = {}) {
  const clock = simulatedClock(seeded(1));
  const service = pretend(clock, { duration: () => 90_000, ...options });
  const minimax = createClient({ apiKey: "k", clock, fetch: service.fetch, ...more });
  const news = (taskId: string, word = "success"): TaskStatus =>
    word === "success" ? { state: "succeeded", taskId, word } : { state: "running", taskId, word };
  return { clock, service, ...minimax, news };
}

describe("a wait whose task calls back", () => {
  test("asks nobody: the only query is the one that confirms", async () => {
    const { clock, service, videos, callbacks, news } = studio();
    await clock.until(callbacks.expect());
    const task = await clock.until(videos.create(called));
    const words: string[] = [];
    const wait = task.wait({ onStatus: ({ word }) => words.push(word) });
    await clock.until(clock.pause(10_000));
    await clock.until(callbacks.heard(news(task.id, "processing")));
    await clock.until(clock.pause(80_000));
    expect([service.queries, words]).toEqual([0, ["processing"]]);
    await clock.until(callbacks.heard(news(task.id)));
    expect(await clock.until(wait)).toMatchObject({ taskId: task.id, fileId: "9" });
    expect([service.queries, words]).toEqual([1, ["processing", "Success"]]);
    expect(clock.now() - service.endOf(task.id)).toBeLessThan(10);
  });

  test("whose callbacks are lost asks once they are overdue, and not often", async () => {
    const { clock, service, videos, callbacks } = studio({ duration: lognormal(seeded(7), 90_000, 0.35) });
    await clock.until(callbacks.expect());
    const delays: number[] = [];
    for (let index = 0; index < 40; index++) {
      const task = await clock.until(videos.create(called));
      await clock.until(task.wait());
      delays.push(clock.now() - service.endOf(task.id));
    }
    expect(service.queries / 40).toBeLessThan(1.5);
    expect(delays.reduce((sum, one) => sum + one) / 40).toBeLessThan(120_000);
  });

  test("asks as ever where no callbacks are expected, where its task has none, and at a pace of its own", async () => {
    const cases = [
      [false, called, {}],
      [true, request, {}],
      [true, called, { pollInterval: 10_000 }],
    ] as const;
    for (const [expected, body, options] of cases) {
      const { clock, service, videos, callbacks } = studio();
      if (expected) await clock.until(callbacks.expect());
      const task = await clock.until(videos.create(body));
      await clock.until(task.wait(options));
      expect(service.queries).toBeGreaterThan(3);
    }
  });

  test("is woken all the same where nobody expected it, and in the middle of a watch", async () => {
    const { clock, service, videos, callbacks, news } = studio({ duration: () => 60_000 });
    const task = await clock.until(videos.create(request));
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { word } of task.watch({ pollInterval: 3_600_000 })) seen.push(word);
    })();
    await clock.until(clock.pause(61_000));
    await clock.until(callbacks.heard(news(task.id)));
    await clock.until(watching);
    expect(seen.at(-1)).toBe("Success");
    expect(service.queries).toBeLessThan(3);
  });

  test("is not fooled by news that are not confirmed, and goes on", async () => {
    const { clock, service, videos, callbacks, news } = studio();
    await clock.until(callbacks.expect());
    const task = await clock.until(videos.create(called));
    const wait = task.wait();
    await clock.until(clock.pause(5_000));
    expect(await clock.until(callbacks.heard(news(task.id)))).toMatchObject({ state: "running" });
    await clock.until(callbacks.heard(news("another")));
    await clock.until(clock.pause(86_000));
    await clock.until(callbacks.heard(news(task.id)));
    await clock.until(wait);
    expect(service.queries).toBe(3);
  });

  test("is told while it stands in line for its turn to ask", async () => {
    const { clock, videos, callbacks, news } = studio({}, { queriesPerMinute: 1 });
    const tasks = [];
    for (let index = 0; index < 40; index++) tasks.push(await clock.until(videos.create(request)));
    const waits = tasks.map((task) => task.wait());
    await clock.until(clock.pause(91_000));
    const [first] = tasks.slice(-1);
    const done = { ...news(first?.id ?? ""), fileId: "9" } as TaskStatus;
    await clock.until(callbacks.heard(done, { confirm: false }));
    const before = clock.now();
    await clock.until(waits.at(-1) as Promise<unknown>);
    expect(clock.now() - before).toBeLessThan(1_000);
    for (const wait of waits) wait.catch(() => {});
  });

  test("ends at the abort of its signal, and leaves nothing on one when it is told", async () => {
    const { clock, videos, callbacks, news } = studio();
    await clock.until(callbacks.expect());
    const [one, two] = [await clock.until(videos.create(called)), await clock.until(videos.create(called))];
    const controller = new AbortController();
    const reason = new Error("enough");
    const told = one.wait({ signal: controller.signal });
    await clock.until(clock.pause(91_000));
    await clock.until(callbacks.heard(news(one.id)));
    await clock.until(told);
    expect(getEventListeners(controller.signal, "abort").length).toBe(0);
    const ended = two.wait({ signal: controller.signal });
    controller.abort(reason);
    await expect(ended).rejects.toBe(reason);
  });

  test("that is too long ends in time, and two waits for one task are both told", async () => {
    const { clock, videos, callbacks, news } = studio();
    await clock.until(callbacks.expect());
    const task = await clock.until(videos.create(called));
    const late = await clock.until(task.wait({ timeout: 1_000 }).catch((error: unknown) => error));
    expect(late).toMatchObject({ name: "WaitTimeoutError", taskId: task.id });
    const both = [task.wait(), videos.task(JSON.parse(JSON.stringify(task))).wait()];
    await clock.until(clock.pause(90_000));
    await clock.until(callbacks.heard(news(task.id)));
    expect((await clock.until(Promise.all(both))).map(({ taskId }) => taskId)).toEqual([task.id, task.id]);
  });

  test("that begins after its callback ends at once, and asks nobody", async () => {
    const { clock, service, videos, callbacks, news } = studio();
    await clock.until(callbacks.expect());
    const tasks = [];
    for (let index = 0; index < 3; index++) tasks.push(await clock.until(videos.create(called)));
    await clock.until(clock.pause(91_000));
    for (const { id } of tasks) await clock.until(callbacks.heard(news(id)));
    expect(service.queries, "those that confirm").toBe(3);
    const before = clock.now();
    for (const task of tasks) {
      const words: string[] = [];
      expect(await clock.until(task.wait({ onStatus: ({ word }) => words.push(word) }))).toMatchObject({ fileId: "9" });
      expect(words).toEqual(["Success"]);
      // Another wait for the same task, in the same process or with the handle of another one, begins from it as well.
      expect(await clock.until(videos.task(task.id).wait())).toMatchObject({ fileId: "9" });
    }
    expect([service.queries, clock.now() - before]).toEqual([3, 0]);
  });

  test("that begins after a callback from before the create was answered ends at once", async () => {
    const { clock, service, videos, callbacks, news } = studio({ duration: () => 0 });
    await clock.until(callbacks.expect());
    const [first] = [await clock.until(videos.create(called))];
    const next = String(Number(first?.id) + 1);
    const creating = videos.create(called);
    const heard = callbacks.heard({ ...news(next), fileId: "9" } as TaskStatus, { confirm: false });
    const task = await clock.until(creating);
    await clock.until(heard);
    expect(task.id).toBe(next);
    expect(await clock.until(task.wait())).toMatchObject({ fileId: "9" });
    expect(service.queries).toBe(0);
  });

  test("that begins after an early status goes on from there, and after an end from the end", async () => {
    const { clock, videos, callbacks, news } = studio();
    await clock.until(callbacks.expect());
    const task = await clock.until(videos.create(called));
    await clock.until(callbacks.heard(news(task.id, "processing")));
    const words: string[] = [];
    const wait = task.wait({ onStatus: ({ word }) => words.push(word) });
    await clock.until(clock.pause(91_000));
    await clock.until(callbacks.heard(news(task.id)));
    await clock.until(callbacks.heard(news(task.id, "processing")));
    await clock.until(wait);
    await clock.until(task.wait());
    expect(words).toEqual(["processing", "Success"]);
  });

  test("10,000 of them are told, each once", async () => {
    const { clock, service, videos, callbacks, news } = studio({}, { queriesPerMinute: Number.POSITIVE_INFINITY });
    await clock.until(callbacks.expect());
    const tasks = await clock.until(Promise.all(Array.from({ length: 10_000 }, () => videos.create(called))));
    const waits = Promise.all(tasks.map((task) => task.wait()));
    await clock.until(clock.pause(90_001));
    await clock.until(Promise.all(tasks.map(({ id }) => callbacks.heard(news(id)))));
    expect((await clock.until(waits)).length).toBe(10_000);
    expect(service.queries).toBe(10_000);
  }, 60_000);
});

describe("in real time", () => {
  const server = fakeServer();

  test("news during a query of the wait count, and what that answers is forgotten", async () => {
    const minimax = createClient({ apiKey: "k", server: server.url });
    server.next(
      (response) => void setTimeout(() => json({ status: "Processing", ...success })(response, {} as never), 500),
    );
    const wait = minimax.videos.task("7").wait();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const began = performance.now();
    await minimax.callbacks.heard(
      { state: "succeeded", taskId: "7", word: "success", fileId: "9" },
      { confirm: false },
    );
    expect(await wait).toMatchObject({ fileId: "9" });
    expect(performance.now() - began).toBeLessThan(200);
  });
});

describe("against the mock", () => {
  let mock: Mock;
  const queries: string[] = [];
  beforeAll(async () => {
    mock = await startMock({
      speed: 100,
      onRequest: ({ method, path }) => method === "GET" && path.includes("query") && queries.push(path),
    });
  });
  afterAll(() => mock.close());

  async function setting() {
    const minimax = createClient({ apiKey: "any", server: mock.url });
    const { base, heard, errors } = await receiver({ client: minimax });
    queries.length = 0;
    return { ...minimax, base, heard, errors };
  }

  test("from webhookUrl to a video with no poll, and with one query that confirms", async () => {
    const { videos, base, heard, errors } = await setting();
    const words: string[] = [];
    const callback_url = await webhookUrl(`${base}/callbacks`, { secret: SECRET });
    const options = { onStatus: ({ word }: TaskStatus) => words.push(word) };
    const video = await videos.generate({ ...request, callback_url }, options);
    expect(video).toMatchObject({ width: 1366, height: 768 });
    expect([queries.length, words]).toEqual([1, ["processing", "Success"]]);
    await expect.poll(() => heard.map(({ word }) => word)).toEqual(["processing", "Success"]);
    expect(errors).toEqual([]);
  });

  test("three creates whose waits begin one after the other end with their callbacks", async () => {
    const { videos, base } = await setting();
    const tasks = [];
    for (let index = 0; index < 3; index++) {
      const callback_url = await webhookUrl(`${base}/callbacks`, { secret: SECRET });
      tasks.push(await videos.create({ ...request, callback_url }));
    }
    for (const task of tasks) expect(await task.wait()).toMatchObject({ taskId: task.id });
    expect(queries, "each confirms one end").toHaveLength(3);
  });

  test("the same of a template", async () => {
    const { templates, base, heard } = await setting();
    const callback_url = await webhookUrl(base, { secret: SECRET, kind: "template" });
    const body = { template_id: "394125185182695432", text_inputs: [{ value: "fox" }], callback_url };
    expect(await (await templates.generate(body)).url()).toMatch(/^http/);
    await expect.poll(() => heard.map(({ state }) => state)).toEqual(["running", "succeeded"]);
    expect(queries).toEqual(["/v1/query/video_template_generation"]);
  });

  test("the same of version 2, whose callbacks say themselves where to ask", async () => {
    const { videos, base, heard } = await setting();
    const callback_url = await webhookUrl(base, { secret: SECRET });
    const content: TextToVideoV2["content"] = [{ type: "text", text: "a fox" }];
    const body = {
      model: "MiniMax-H3",
      resolution: "768P",
      duration: 5,
      ratio: "16:9",
      callback_url,
    } as const;
    const video = await videos.generate({ ...body, content });
    expect(queries).toEqual([`/v2/query/video_generation/${video.taskId}`]);
    await expect.poll(() => heard.at(-1)).toMatchObject({ state: "succeeded", taskId: video.taskId });
  });

  test.each([
    ["double_callbacks", "processing Success"],
    ["disordered_callbacks", "Success"],
    ["late_callbacks=100", "processing Success"],
    ["sensitive_output", "processing Fail"],
    ["no_callbacks", ""],
  ])("%s: heard is %s", async (scenario, expected) => {
    const { videos, base, heard, errors } = await setting();
    const callback_url = await webhookUrl(base, { secret: SECRET });
    const body = { ...request, prompt: `a fox {mock:${scenario}}`, callback_url };
    const options = scenario === "no_callbacks" ? { pollInterval: 200 } : {};
    const outcome = await videos.generate(body, options).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ taskId: mock.taskIds.at(-1) });
    // What is late may still come.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard.map(({ word }) => word).join(" ")).toBe(expected);
    if (scenario !== "no_callbacks") expect(queries.length).toBe(1);
    expect(errors).toEqual([]);
  });

  test("a create at an address that is not ours is refused with 2013, and costs nothing", async () => {
    const { videos, base } = await setting();
    const before = mock.creates;
    const url = await webhookUrl(base, { secret: `${SECRET}, another one` });
    const error = await videos.create({ ...request, callback_url: url }).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "ApiError", code: 2013 });
    expect(mock.creates).toBe(before);
  });
});
