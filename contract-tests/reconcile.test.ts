/** After a lost reply of version 2: what the list tells of the task that a create may have made. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, SubmissionUnknownError, type TextToVideoV2 } from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { openJournal } from "../src/node/index.js";
import { fakeServer, json } from "./helpers/fake-server.js";
import { seeded, simulatedClock } from "./helpers/simulated-clock.js";

const fox = (mark = ""): TextToVideoV2 => ({
  model: "MiniMax-H3",
  content: [{ type: "text", text: `a red fox ${mark}` }],
  resolution: "768P",
  duration: 5,
  ratio: "16:9",
});

const lost = (create: Promise<unknown>): Promise<SubmissionUnknownError> =>
  create.then(
    () => expect.unreachable(),
    (error: unknown) => {
      if (error instanceof SubmissionUnknownError) return error;
      throw error;
    },
  );

describe("at the mock", () => {
  let mock: Mock;
  let folder: string;
  beforeAll(async () => {
    mock = await startMock({ speed: 900 });
    folder = await mkdtemp(join(tmpdir(), "reconcile-"));
  });
  afterAll(async () => {
    await mock.close();
    await rm(folder, { recursive: true });
  });
  const client = (more = {}) => createClient({ apiKey: "any", server: mock.url, ...more });

  test("the task of a lost reply is found, waited for, and bought once", async () => {
    const minimax = client();
    await minimax.videos.create(fox());
    const before = mock.creates;
    const error = await lost(minimax.videos.create(fox("{mock:lost_reply}")));
    expect(error.message).toContain("videos.reconcile(error)");
    expect(error).toMatchObject({ kind: "generation", model: "MiniMax-H3", duration: 5, resolution: "768P" });
    const reconciled = await minimax.videos.reconcile(error);
    if (reconciled.outcome !== "found") return expect.unreachable(reconciled.outcome);
    expect(reconciled.task.id).toBe(mock.taskIds.at(-1));
    expect((await reconciled.task.wait({ pollInterval: 20 })).taskId).toBe(reconciled.task.id);
    expect(mock.creates - before).toBe(1);
    // It is known by now, and cannot be that of another create.
    const other = await lost(minimax.videos.create(fox("{mock:lost_reply}")));
    expect(await minimax.videos.reconcile(other)).toMatchObject({ task: { id: mock.taskIds.at(-1) } });
  });

  test("the task that a refusal named is the one, in version 1 as well, and nobody is asked", async () => {
    const refused = { task_id: "7", base_resp: { status_code: 1008, status_msg: "no" } };
    const { videos } = client({ fetch: async () => Response.json(refused) });
    const error = await lost(videos.create({ model: "T2V-01", prompt: "a fox" }));
    const { reconcile } = client({ fetch: () => expect.unreachable("somebody was asked") }).videos;
    expect(await reconcile(error)).toMatchObject({ outcome: "found", task: { id: "7", kind: "video" } });
    expect(await reconcile({ ...error })).toMatchObject({ outcome: "found", task: { id: "7" } });
  });

  test("the journal has the task from then on, in this process and the next; its key buys nothing again", async () => {
    const journal = await openJournal(join(folder, "journal"));
    const minimax = client({ journal });
    const wish = fox("{mock:lost_reply}");
    const known = await minimax.videos.create({ ...fox(), duration: 6 }, { key: "known" });
    const error = await lost(minimax.videos.create({ ...wish, duration: 6 }, { key: "lost" }));
    const again = client({ journal: await openJournal(join(folder, "journal")) });
    const [entry] = (await journal.list()).filter(({ state }) => state === "unknown");
    if (!entry || entry.state === "unreadable") return expect.unreachable();
    expect(entry.submittedAt).toBe(error.submittedAt);
    // Another process, which has made nothing: the journal knows whose the other task is.
    const reconciled = await again.videos.reconcile(entry);
    expect(reconciled).toMatchObject({ outcome: "found", task: { id: mock.taskIds.at(-1) } });
    expect((await journal.list()).map(({ state }) => state)).toEqual(["accepted", "accepted"]);
    const before = mock.creates;
    const task = await client({ journal }).videos.create({ ...wish, duration: 6 }, { key: "lost" });
    expect([task.id, mock.creates]).toEqual([mock.taskIds.at(-1), before]);
    expect(task.id).not.toBe(known.id);
    // The same key again while it is open says the same facts.
    const open = await lost(minimax.videos.create({ ...wish, duration: 7 }, { key: "open" }));
    const still = await lost(again.videos.create({ ...wish, duration: 7 }, { key: "open" }));
    expect(still).toMatchObject({ submittedAt: open.submittedAt, kind: "generation", duration: 7 });
    expect(still).not.toHaveProperty("key");
  });

  test("of two lost creates of one request each has its own entry", async () => {
    const journal = await openJournal(join(folder, "twice"));
    const minimax = client({ journal });
    const wish = { ...fox("{mock:lost_reply}"), duration: 9 } as const;
    await lost(minimax.videos.create(wish));
    const first = mock.taskIds.at(-1) ?? "";
    await new Promise((resolve) => setTimeout(resolve, 5));
    const error = await lost(minimax.videos.create(wish));
    expect(await minimax.videos.reconcile(error)).toMatchObject({ outcome: "ambiguous" });
    expect(await minimax.videos.reconcile(error, { exclude: [first] })).toMatchObject({ outcome: "found" });
    expect((await journal.list()).map((entry) => [entry.state, "task" in entry && entry.task?.id])).toEqual([
      ["unknown", false],
      ["accepted", mock.taskIds.at(-1)],
    ]);
  });

  test("several that fit are named, and nothing is chosen; those that are known to be others are none of them", async () => {
    const one = await client().videos.create({ ...fox(), duration: 8 });
    const error = await lost(client().videos.create({ ...fox("{mock:lost_reply}"), duration: 8 }));
    const reconciled = await client().videos.reconcile(error);
    if (reconciled.outcome !== "ambiguous") return expect.unreachable(reconciled.outcome);
    expect(reconciled.tasks.map(({ id }) => id).sort()).toEqual([one.id, mock.taskIds.at(-1)].sort());
    expect(await client().videos.reconcile(error, { exclude: [one.id] })).toMatchObject({
      outcome: "found",
      task: { id: mock.taskIds.at(-1) },
    });
  });

  test("of version 1 it says in words that nobody can tell", async () => {
    const error = await lost(client().videos.create({ model: "T2V-01", prompt: "a fox {mock:lost_reply}" }));
    expect(error).toMatchObject({ kind: "video", model: "T2V-01" });
    await expect(client().videos.reconcile(error)).rejects.toThrow(/cannot list or cancel it/);
  });
});

describe("of a list", () => {
  const service = fakeServer();
  const NOW = 1_785_225_940_000;
  const submission = {
    server: "",
    kind: "generation",
    model: "MiniMax-H3",
    duration: 5,
    resolution: "768P",
    submittedAt: NOW,
  } as const;
  const item = (more: object = {}) => ({
    id: "1",
    model: "MiniMax-H3",
    status: "queued",
    created_at: NOW / 1000,
    resolution: "768P",
    duration: 5,
    task_type: "generation",
    ...more,
  });

  function setting(later = 1_000) {
    const clock = simulatedClock(seeded(1));
    const now = () => NOW + later + clock.now() - begun;
    const begun = clock.now();
    const minimax = createClient({ apiKey: "k", server: service.url, clock: { ...clock, now, pause: () => turn() } });
    return { reconcile: (more = {}) => minimax.videos.reconcile({ ...submission, server: service.url, ...more }) };
  }
  const page = (...items: object[]) => json({ items, total: items.length });

  test.each([
    ["the same", {}],
    ["made a minute before by another clock", { created_at: NOW / 1000 - 59 }],
    ["accepted after a long upload", { created_at: NOW / 1000 + 600 }],
    ["without a duration", { duration: undefined }],
    ["without a resolution, as one of Context-IR", { resolution: "" }],
    ["without a time", { created_at: undefined }],
  ])("a task fits: %s", async (_, more) => {
    service.next(page(item(more)));
    expect(await setting().reconcile()).toMatchObject({ outcome: "found", task: { id: "1" } });
    expect(service.seen[0]?.url).toContain("filter.model=MiniMax-H3&filter.task_type=generation");
  });

  test.each([
    ["another model", { model: "MiniMax-H3-Max" }],
    ["another duration", { duration: 6 }],
    ["another resolution", { resolution: "2K" }],
    ["another kind", { task_type: "regeneration" }],
    ["made before", { created_at: NOW / 1000 - 61 }],
    ["made long after", { created_at: NOW / 1000 + 661 }],
  ])("a task does not fit: %s; a little later it is looked for again", async (_, more) => {
    service.next(page(item(more)));
    expect(await setting().reconcile()).toEqual({ outcome: "none" });
    expect(service.seen.length).toBe(3);
  });

  test("of a create of hours ago it is looked for once, of one of eight days ago not at all", async () => {
    service.next(page());
    expect(await setting(3_600_000).reconcile()).toEqual({ outcome: "none" });
    expect(service.seen.length).toBe(1);
    await expect(setting(8 * 24 * 3_600_000).reconcile()).rejects.toThrow(/older than seven days/);
    expect(service.seen.length).toBe(1);
  });

  test("a task that comes late is found", async () => {
    service.next(page(), page(), page(item()));
    expect(await setting().reconcile()).toMatchObject({ outcome: "found" });
  });

  test.each([
    ["another server", { server: "china" }, /it was sent to "china"/],
    ["no submission", { kind: undefined }, /pass a SubmissionUnknownError/],
    ["no time", { submittedAt: undefined }, /pass a SubmissionUnknownError/],
    ["version 1", { kind: "template" }, /cannot list/],
  ])("is refused: %s", async (_, more, message) => {
    service.next(page(item()));
    await expect(setting().reconcile(more)).rejects.toThrow(message);
    expect(service.seen.length).toBe(0);
  });

  test("that cannot be read says nothing of the create", async () => {
    service.next(json({}, 500));
    await expect(setting().reconcile()).rejects.toMatchObject({ name: "ApiError" });
  });
});
