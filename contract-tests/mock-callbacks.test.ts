/** The callbacks of the mock over real HTTP. */
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { startMock } from "../src/mock/index.js";
import { type Answer, cut, fakeServer } from "./helpers/fake-server.js";
import { json, KEY, KIND_NAMES, KINDS, type KindName, mockServer } from "./helpers/mock-calls.js";

// A task of V1 ends after 45 ms, one of V2 after 65.
const quick = mockServer({ speed: 2_000, now: Date.now });
const receiver = fakeServer();
const echo: Answer = (response, { body }) => response.end(body);
let address = "";
/** Answers calls to a new address, so that late calls from earlier tests do not count. */
function receive(...answers: Answer[]): void {
  receiver.next(...answers);
  address = `/${Number(address.slice(1)) + 1}`;
}
const calls = () => receiver.seen.filter(({ url }) => url === address).map(({ body }) => JSON.parse(body));
const statuses = () =>
  calls()
    .slice(1)
    .map(({ task, status }) => (task ?? { status }).status);
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends a create with this prompt whose callbacks go to the receiver. */
const bodyOf = (kind: KindName, prompt = "A fox.") => ({
  ...KINDS[kind].body(prompt),
  callback_url: receiver.url + address,
});

test.each<[KindName, string, string[]]>([
  ["video", "A fox.", ["processing", "success"]],
  ["video", "{mock:sensitive_output}", ["processing", "failed"]],
  ["template", "A fox.", ["processing", "Success"]],
  ["generation", "A fox.", ["queued", "running", "succeeded"]],
  ["generation", "{mock:sensitive_output}", ["queued", "running", "failed"]],
  ["h3_context_ir", "A fox.", ["queued", "running", "succeeded"]],
  ["regeneration", "A fox.", ["queued", "running", "succeeded"]],
])("the receiver of a %s (%s) gets a challenge, then %j", async (kind, prompt, expected) => {
  receive(echo);
  const id = await quick.createWith(kind, bodyOf(kind, prompt));
  expect(calls()[0]).toEqual({ challenge: expect.any(String) });
  await expect.poll(() => calls().length, { interval: 5, timeout: 10_000 }).toBe(expected.length + 1);
  expect(statuses()).toEqual(expected);
  const last = calls().at(-1);
  const asked = await quick.view(kind, id);
  if (KINDS[kind].isV2) {
    // Each link has a new signature.
    if (last.task.content?.url) expect((await fetch(last.task.content.url)).status).toBe(200);
    expect({ ...last.task, content: asked.content }).toEqual(asked);
  } else {
    const { file_id = "", base_resp } = asked;
    expect(last).toEqual({ task_id: id, status: expected.at(-1), file_id, base_resp });
  }
});

test("numeric_challenge: the receiver gets a number, and must return it as one (A3)", async () => {
  receive(echo);
  await quick.createWith("video", bodyOf("video", "{mock:numeric_challenge}"));
  expect(calls()[0]).toEqual({ challenge: expect.any(Number) });
});

const twice = (words: string[]) => words.flatMap((word) => [word, word]);
const V1 = ["processing", "success"];
const V2 = ["queued", "running", "succeeded"];

test.each([
  ["double_callbacks", twice(V1), twice(V2)],
  ["disordered_callbacks", ["success", "processing"], ["queued", "succeeded", "running"]],
  ["no_callbacks", [], []],
  ["late_callbacks=1500", V1, V2],
])("%s: after the challenge the receiver gets %j in V1, and %j in V2", async (scenario, v1, v2) => {
  for (const [kind, expected] of Object.entries({ video: v1, generation: v2 })) {
    receive(echo);
    await quick.createWith(kind as KindName, bodyOf(kind as KindName, `{mock:${scenario}}`));
    await later(250);
    if (scenario.startsWith("late")) expect(calls().length).toBe(1);
    await expect.poll(statuses, { timeout: 10_000 }).toEqual(expected);
    await later(100);
    expect(statuses()).toEqual(expected);
  }
});

test("the calls about a task stay in order, however slow the receiver is", async () => {
  let [open, most] = [0, 0];
  receive(async (response, { body }) => {
    most = Math.max(most, ++open);
    await later(100);
    open--;
    response.end(body);
  });
  await quick.createWith("h3_context_ir", bodyOf("h3_context_ir"));
  await expect.poll(() => calls().length, { interval: 5, timeout: 10_000 }).toBe(4);
  expect([statuses(), most]).toEqual([["queued", "running", "succeeded"], 1]);
});

test.each<[string, Answer]>([
  ["echoes another challenge", (response) => response.end('{"challenge":"other"}')],
  ["answers with something else", (response) => response.end('"ok"')],
  ["answers with an error", (response, { body }) => response.writeHead(500).end(body)],
  ["hangs up", cut],
])("a receiver that %s makes each create fail without a task", async (_, answer) => {
  receive(answer);
  for (const kind of KIND_NAMES) {
    const { code, message } = await quick.refusalOf(() => quick.post(KINDS[kind].path, bodyOf(kind)));
    expect([code, message]).toEqual([2013, "invalid params, fail to check callback url"]);
  }
});

describe("at a slower mock", () => {
  const slower = mockServer({ speed: 20, now: Date.now });

  test("a cancelled task reports the cancellation, and nothing after it", async () => {
    receive(echo);
    const id = await slower.createWith("generation", bodyOf("generation"));
    // A status that is not sent yet when the task is cancelled is not reported.
    await expect.poll(statuses, { interval: 1 }).toEqual(["queued"]);
    await json(slower.remove(id));
    await later(1_500);
    expect(statuses()).toEqual(["queued", "cancelled"]);
  });

  test("close() aborts a waiting create, sends no more callbacks, and leaves no socket open", async () => {
    let broken = 0;
    receive(echo, (response) => response.once("close", () => (broken += 1)));
    // The first status changes after half a second.
    const own = await startMock({ speed: 4 });
    const headers = { ...KEY, "content-type": "application/json" };
    const create = () =>
      fetch(own.url + KINDS.video.path, { method: "POST", headers, body: JSON.stringify(bodyOf("video")) });
    await create();
    const waiting = create();
    const idle = connect(Number(new URL(own.url).port), "127.0.0.1");
    const gone = new Promise((resolve) => idle.once("close", resolve));
    await expect.poll(() => calls().length, { interval: 1, timeout: 10_000 }).toBe(2);

    const refused = expect(waiting).rejects.toThrow("fetch failed");
    await own.close();
    await Promise.all([refused, gone]);
    await expect.poll(() => broken, { interval: 1, timeout: 10_000 }).toBe(1);
    await expect(create()).rejects.toThrow("fetch failed");
    await later(800);
    expect(calls().map((call) => Object.keys(call))).toEqual([["challenge"], ["challenge"]]);
  });
});
