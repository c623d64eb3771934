import { describe, expect, test, vi } from "vitest";
import type { Clock } from "../src/base/clock.js";
import { MiniMaxError, SubmissionUnknownError } from "../src/base/errors.js";
import type { CreateOptions } from "../src/base/request-types.js";
import { type ConnectOptions, connect } from "../src/connection.js";
import type { Wish } from "../src/kinds/kind-of.js";
import { submit } from "../src/tasks/submit.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "./helpers/fake-fetch.js";

const PROMPT = "a fox that nobody may read about";
const VIDEO = { model: "T2V-01", prompt: PROMPT } as const;
const GENERATION = {
  model: "MiniMax-H3" as const,
  content: [{ type: "text" as const, text: PROMPT }],
  duration: 5 as const,
  resolution: "768P" as const,
  ratio: "16:9" as const,
};
const TEMPLATE = {
  template_id: "394125185182695432",
  text_inputs: [{ value: PROMPT }],
};

const ACCEPTED = { task_id: "7", ...OK };

/** An engine with such a service; what it does, it does in simulated time. */
async function engineAt(given: Given[], more: ConnectOptions = {}) {
  const { options, sent, clock } = answers(...given);
  const slept: number[] = [];
  const pause: Clock["pause"] = (milliseconds, ...rest) => {
    slept.push(milliseconds);
    return clock.pause(milliseconds, ...rest);
  };
  const engine = await connect({ ...options, clock: { ...clock, pause }, ...more }).context();
  const buys = (
    wish: Wish,
    request: Parameters<typeof submit>[2],
    ...more: [CreateOptions?, { isPatient?: boolean }?]
  ) => clock.until(submit(engine, wish as "video", request, ...more));
  return { engine, buys, sent, slept, now: clock.now() };
}

describe("what is accepted is a task", () => {
  test("with what the request named", async () => {
    const { buys, now } = await engineAt([ACCEPTED]);
    const task = await buys("video", {
      ...VIDEO,
      model: "MiniMax-Hailuo-02",
      duration: 6,
      resolution: "768P",
    });
    const facts = { createdAt: now, model: "MiniMax-Hailuo-02", duration: 6, resolution: "768P" };
    expect(task.toJSON()).toEqual({ version: 1, id: "7", kind: "video", server: "global", ...facts });
    expect(Object.keys(await buys("video", VIDEO)).sort()).toEqual(["createdAt", "id", "kind", "model", "server"]);
  });

  test("and remembered where the service lists tasks, and the oldest forgotten in the end", async () => {
    const { engine, buys } = await engineAt([ACCEPTED]);
    await buys("video", VIDEO);
    expect([...engine.created]).toEqual([]);
    await buys("video", GENERATION);
    expect([...engine.created]).toEqual(["7"]);
    for (let more = 0; more < 9998; more++) engine.created.add(`old ${more}`);
    const another = await engineAt([{ task_id: "8" }]);
    Object.assign(another.engine, { created: engine.created });
    await another.buys("video", GENERATION);
    expect([engine.created.size, engine.created.has("7"), engine.created.has("8")]).toEqual([10_000, true, true]);
    engine.created.delete("8");
    engine.created.add("old 9998");
    await another.buys("video", GENERATION);
    expect([engine.created.size, engine.created.has("7"), engine.created.has("8")]).toEqual([10_000, false, true]);
  });
});

describe("an answer without an id leaves the create open", () => {
  test.each([{}, { task_id: "" }, { task_id: null }])("%j", async (id) => {
    const { buys, sent, now } = await engineAt([{ ...OK, ...id }]);
    const error = await failureOf(buys("video", VIDEO));
    expect(error).toBeInstanceOf(SubmissionUnknownError);
    expect(error.message).toMatch(/^The create may or may not have been accepted\. videoGeneration: .* has no task_id/);
    expect(error).toMatchObject({ kind: "video", model: "T2V-01", submittedAt: now, operation: "videoGeneration" });
    expect(sent).toHaveLength(1);
  });
});

describe("a refusal for the pace is tried again", () => {
  const tooMany = refusal(1002, "rate limit");

  test("as often as maxRetries says", async () => {
    const { buys, sent } = await engineAt([tooMany], { maxRetries: 2 });
    expect(await failureOf(buys("video", VIDEO))).toMatchObject({ kind: "rate_limited", code: 1002 });
    expect(sent).toHaveLength(3);
  });

  test("for as long as it takes by who is patient", async () => {
    const { buys, sent } = await engineAt([...Array<object>(9).fill(tooMany), ACCEPTED], { maxRetries: 0 });
    expect(await buys("video", VIDEO, {}, { isPatient: true })).toMatchObject({ id: "7" });
    expect(sent).toHaveLength(10);
  });
});

describe("what certainly was not sent is tried again, later each time", () => {
  const refused = new TypeError("fetch failed", {
    cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" }),
  });

  test("as often as maxRetries says", async () => {
    const { buys, sent, slept } = await engineAt([refused], { maxRetries: 2 });
    expect(await failureOf(buys("video", VIDEO))).toMatchObject({
      name: "ConnectionError",
      sent: "no",
      operation: "videoGeneration",
    });
    expect(sent).toHaveLength(3);
    expect(slept).toHaveLength(2);
    expect(slept[1]).toBeGreaterThan(slept[0] as number);
  });

  test("and what may have been, is not", async () => {
    const { buys, sent } = await engineAt([() => new Response("", { status: 502 })], { maxRetries: 2 });
    expect(await failureOf(buys("video", VIDEO))).toBeInstanceOf(SubmissionUnknownError);
    expect(sent).toHaveLength(1);
  });
});

describe("a prompt that the service repeats is not told on", () => {
  test.each([
    ["video", VIDEO],
    ["video", GENERATION],
    ["template", TEMPLATE],
  ] as const)("of a %s: %#", async (wish, request) => {
    const { buys } = await engineAt([refusal(1026, `not allowed: "${PROMPT}", indeed`)]);
    const error = await failureOf(buys(wish, request as typeof VIDEO));
    expect(error).toBeInstanceOf(MiniMaxError);
    expect(error.message).toMatch(/not allowed: ".*", indeed/);
    expect(error.message).not.toContain(PROMPT);
  });

  test("and nothing else is taken out of its words", async () => {
    const { buys } = await engineAt([refusal(1026, "T2V-01 does not allow 123 things")]);
    const error = await failureOf(buys("video", VIDEO));
    expect(error.message).toContain("T2V-01 does not allow 123 things");
  });
});

test("advice is logged, without the request", async () => {
  const debug = vi.fn();
  const { buys } = await engineAt([ACCEPTED], { logger: { debug } });
  const request = { ...VIDEO, model: "T2V-01-Director" as const, prompt: `${PROMPT} [Dance]` };
  await buys("video", request);
  const [advice] = debug.mock.calls.filter(([event]) => event === "advice");
  expect(advice).toEqual([
    "advice",
    { operation: "videoGeneration", path: "prompt", message: expect.stringContaining("[Dance]") },
  ]);
});

test("a key without a journal is refused, and nothing is sent", async () => {
  const { buys, sent } = await engineAt([ACCEPTED]);
  const error = await failureOf(buys("video", VIDEO, { key: "fox" }));
  expect(error.message).toBe(
    "This create was not sent\n  key: needs a journal: createClient({ journal: await openJournal() })",
  );
  expect(sent).toEqual([]);
});
