/** Finding the task that a create may have created after its reply was lost. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers } from "../../contract-tests/helpers/fake-fetch.js";
import { createClient, type Journal, type ReconcileOptions, type SubmissionUnknownError } from "../index.js";

test("a task named by a refusal is returned, even in API v1, and nothing is sent", async () => {
  const { options, clock } = answers({ task_id: "7", base_resp: { status_code: 1008, status_msg: "no" } });
  const creating = createClient(options).videos.create({ model: "T2V-01", prompt: "a fox" });
  const error = await failureOf<SubmissionUnknownError>(clock.until(creating));
  const { reconcile } = createClient({ apiKey: "k", fetch: () => expect.unreachable("a request was sent") }).videos;
  for (const submission of [error, { ...error }])
    expect(await reconcile(submission)).toMatchObject({ outcome: "found", task: { id: "7", kind: "video" } });
});

const NOW = 1_785_225_940_000;
const facts = { model: "MiniMax-H3", duration: 5, resolution: "768P" };
const submission = { server: "global", kind: "generation", ...facts, submittedAt: NOW } as const;
const item = (more: object = {}) => ({
  ...{ id: "1", status: "queued", created_at: NOW / 1000, task_type: "generation" },
  ...facts,
  ...more,
});
const page = (...items: object[]) => ({ items, total: items.length });

/** Reconciles with a service that lists these pages, `later` milliseconds after the create was sent. */
function reconciling(
  pages: object[],
  more: object = {},
  later = 1000,
  options: ReconcileOptions = {},
  journal?: object,
  date?: number,
) {
  const headers: Record<string, string> = date === undefined ? {} : { date: new Date(date).toUTCString() };
  const { options: settings, sent, clock } = answers(...pages.map((one) => () => Response.json(one, { headers })));
  const begun = clock.now();
  const now = () => NOW + later + clock.now() - begun;
  // Nothing is bought, so the journal needs only these methods.
  const whole = journal && ({ begin: () => Promise.reject(new Error("unused")), ...journal } as unknown as Journal);
  const { videos } = createClient({ ...settings, server: "global", clock: { ...clock, now }, journal: whole });
  const reconcile = (others: object = {}) =>
    clock.until(videos.reconcile({ ...submission, ...more, ...others }, options));
  return { result: reconcile(), reconcile, sent, elapsed: () => clock.now() - begun };
}

test.each([
  ["the same", {}],
  ["made a minute before by another clock", { created_at: NOW / 1000 - 59 }],
  ["accepted after a long upload", { created_at: NOW / 1000 + 600 }],
  ["without a duration", { duration: undefined }],
  ["without a resolution, as Context-IR has none", { resolution: "" }],
  ["without a time", { created_at: undefined }],
  ["with a time in milliseconds", { created_at: NOW }],
])("a listed task matches: %s", async (_, more) => {
  const { result, sent } = reconciling([page(item(more))]);
  expect(await result).toMatchObject({ outcome: "found", task: { id: "1" } });
  expect(sent[0]?.request).toContain("filter.model=MiniMax-H3&filter.task_type=generation");
});

test.each(["duration", "resolution"])("a create of unknown %s matches a listed task of any", async (name) => {
  const { result } = reconciling([page(item())], { [name]: undefined });
  expect(await result).toMatchObject({ outcome: "found", task: { id: "1" } });
});

test.each([
  ["of another model", { model: "MiniMax-H3-Max" }],
  ["of another duration", { duration: 6 }],
  ["of another resolution", { resolution: "2K" }],
  ["of another kind", { task_type: "regeneration" }],
  ["made before", { created_at: NOW / 1000 - 61 }],
  ["made long after", { created_at: NOW / 1000 + 661 }],
])("a listed task does not match: %s; the list is read again a little later", async (_, more) => {
  const { result, sent, elapsed } = reconciling([page(item(more))]);
  expect(await result).toEqual({ outcome: "none" });
  expect([sent.length, elapsed()]).toEqual([3, 10_000]);
});

test.each([
  ["ahead of", -900],
  ["behind", 900],
])("a listed task matches if the clock of this machine is %s the service's", async (_, seconds) => {
  const created = item({ created_at: NOW / 1000 + seconds });
  const { result } = reconciling([page(created)], {}, 1000, {}, undefined, NOW + 1000 * seconds + 1000);
  expect(await result).toMatchObject({ outcome: "found", task: { id: "1" } });
});

test("a task that is listed late is found", async () => {
  expect(await reconciling([page(), page(), page(item())]).result).toMatchObject({ outcome: "found" });
});

test("the list is read once for a create of hours ago", async () => {
  const { result, sent } = reconciling([page()], {}, 3_600_000);
  expect(await result).toEqual({ outcome: "none" });
  expect(sent.length).toBe(1);
});

test.each([
  ["another server", { server: "china" }, /it was sent to "china"/],
  ["no kind", { kind: undefined }, /pass a SubmissionUnknownError/],
  ["an unknown kind", { kind: "bogus" }, /pass a SubmissionUnknownError/],
  ["no time", { submittedAt: undefined }, /pass a SubmissionUnknownError/],
  ["API v1", { kind: "template" }, /cannot list/],
  ["eight days", { submittedAt: NOW - 8 * 24 * 3_600_000 }, /older than seven days/],
])("a submission is refused, and nothing is sent: %s", async (_, more, message) => {
  const { result, sent } = reconciling([page(item())], more);
  await expect(result).rejects.toThrow(message);
  expect(sent).toEqual([]);
});

test("of two listed tasks that match, neither is chosen unless one is known to belong to another create", async () => {
  const two = page(item(), item({ id: "2" }));
  expect(await reconciling([two]).result).toMatchObject({ outcome: "ambiguous", tasks: [{ id: "1" }, { id: "2" }] });
  const found = { outcome: "found", task: { id: "2" } };
  expect(await reconciling([two], {}, 1000, { exclude: new Set(["1"]) }).result).toMatchObject(found);
  const known = async (server: string) => (server === "global" ? ["1"] : []);
  expect(await reconciling([two], {}, 1000, {}, { known }).result).toMatchObject(found);
});

test.each<[string, object]>([
  ["in the list", {}],
  ["in the reply", { task: { version: 1, id: "1", kind: "generation", server: "global" } }],
])("a task that was found %s is that of one create only", async (_, first) => {
  const { result, reconcile } = reconciling([page(item())], first);
  expect(await result).toMatchObject({ outcome: "found", task: { id: "1" } });
  expect(await reconcile({ task: undefined })).toEqual({ outcome: "none" });
});

test("a journal is notified of the found task, if it supports that", async () => {
  const told: unknown[] = [];
  const journal = { found: async (create: unknown, { id }: { id: string }) => void told.push([create, id]) };
  for (const fingerprint of [undefined, "f00"])
    await reconciling([page(item())], { fingerprint }, 1000, {}, journal).result;
  expect(told).toEqual([[{ submittedAt: NOW, fingerprint: "f00" }, "1"]]);
});

test("a task that the journal has recorded meanwhile is returned, and nothing is sent", async () => {
  const asked: unknown[] = [];
  const task = { id: "7", kind: "generation", server: "global" };
  const taskOf = async (create: unknown) => {
    asked.push(create);
    return { version: 1, ...task };
  };
  const { result, sent } = reconciling([page(item())], { fingerprint: "f00" }, 1000, {}, { taskOf });
  expect(await result).toMatchObject({ outcome: "found", task });
  expect([asked, sent]).toEqual([[{ server: "global", submittedAt: NOW, fingerprint: "f00" }], []]);
});

test.each([7, null, "1"])("ids to exclude must be a list, not %j", async (exclude) => {
  const { result, sent } = reconciling([page(item())], {}, 1000, { exclude } as never);
  await expect(result).rejects.toThrow("exclude: must be a list of ids");
  expect(sent).toEqual([]);
});

describe("a lost create of API v1 with a callback URL of its own", () => {
  const callback = `v0.${"x".repeat(20)}`;
  const callback_url = `https://example.com/callbacks?token=${callback}.${"y".repeat(43)}`;
  const running = (taskId: string) => ({ state: "running", taskId, word: "processing" }) as const;

  /** Loses the replies to creates with that URL, then receives callbacks about these tasks. */
  async function lostWith(creates: number, tasks: string[], exclude: string[] = []) {
    const { options, sent, clock } = answers(new TypeError("terminated"));
    const { videos, callbacks } = createClient({ ...options, server: "global" });
    const request = {
      model: "MiniMax-Hailuo-02",
      prompt: "a fox",
      duration: 6,
      resolution: "768P",
      callback_url,
    } as const;
    let error: SubmissionUnknownError | undefined;
    for (let count = 0; count < creates; count++)
      error = await failureOf<SubmissionUnknownError>(clock.until(videos.create(request)));
    for (const id of tasks) await callbacks.heard(running(id), { callback });
    const result = await videos.reconcile(error as SubmissionUnknownError, { exclude }).catch((refusal) => refusal);
    return { error, result, sent };
  }

  test("is found once a callback has arrived", async () => {
    const { error, result, sent } = await lostWith(1, ["7", "7"]);
    expect(error?.message).toContain("once one has arrived, videos.reconcile(error) finds the task");
    const facts = {
      id: "7",
      kind: "video",
      server: "global",
      model: "MiniMax-Hailuo-02",
      duration: 6,
      resolution: "768P",
    };
    expect(result).toMatchObject({ outcome: "found", task: facts });
    expect(sent).toHaveLength(1);
  });

  test("is found among the tasks of several callbacks if the others are excluded", async () => {
    const { result } = await lostWith(1, ["7", "8"], ["7"]);
    expect(result).toMatchObject({ outcome: "found", task: { id: "8" } });
  });

  test.each<[string, number, string[]]>([
    ["no callback has come", 1, []],
    ["callbacks of two tasks have come", 1, ["7", "8"]],
    ["another create has the same URL", 2, ["7"]],
  ])("is not guessed if %s", async (_, creates, tasks) => {
    const { result } = await lostWith(creates, tasks);
    expect(result).toMatchObject({
      name: "ValidationError",
      message: expect.stringContaining("API v1 cannot list it"),
    });
  });
});

test("a list that cannot be read says nothing about the create", async () => {
  await expect(reconciling([{}]).result).rejects.toMatchObject({ name: "ApiError" });
});

test("a task that is found is not found again while it is written to the journal", async () => {
  const others: unknown[] = [];
  const found = async () => {
    if (others.push("under way") === 1) others[0] = await reconcile();
  };
  const { result, reconcile } = reconciling([page(item())], { fingerprint: "f" }, 700_000, {}, { found });
  expect(await result).toMatchObject({ outcome: "found", task: { id: "1" } });
  expect(others).toEqual([{ outcome: "none" }]);
});
