/** Finding the task that a create may have created after its reply was lost. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ConnectOptions, createClient, type SubmissionUnknownError, type TextToVideoV2 } from "../src/index.js";
import { openJournal } from "../src/node/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { folderForAll } from "./helpers/temporary-folder.js";

describe("at the mock", () => {
  const folder = folderForAll();
  const mock = mockForAll({ speed: 900 });
  const client = (more: ConnectOptions = {}) => createClient({ apiKey: "any", server: mock.url, ...more }).videos;
  const newest = () => ({ id: mock.taskIds.at(-1) });

  /** A request. Each test uses another duration, so that tests do not find each other's tasks. */
  const fox = (duration: TextToVideoV2["duration"], mark = ""): TextToVideoV2 => {
    const content: TextToVideoV2["content"] = [{ type: "text", text: `a red fox ${mark}` }];
    return { model: "MiniMax-H3", content, resolution: "768P", duration, ratio: "16:9" };
  };
  const lost = (duration: TextToVideoV2["duration"]) => fox(duration, "{mock:lost_reply}");

  test("the task of a lost reply is found, waited for, and bought once", async () => {
    const videos = client();
    await videos.create(fox(5));
    const before = mock.creates;
    const error = await failureOf<SubmissionUnknownError>(videos.create(lost(5)));
    expect(error.message).toContain("videos.reconcile(error)");
    expect(error).toMatchObject({ kind: "generation", model: "MiniMax-H3", duration: 5, resolution: "768P" });
    const reconciled = await videos.reconcile(error);
    if (reconciled.outcome !== "found") return expect.unreachable(reconciled.outcome);
    expect(reconciled.task).toMatchObject(newest());
    expect((await reconciled.task.wait({ pollInterval: 20 })).taskId).toBe(reconciled.task.id);
    expect(mock.creates - before).toBe(1);
    // The task is known by now, and cannot be the task of another create.
    const other = await failureOf<SubmissionUnknownError>(videos.create(lost(5)));
    expect(await videos.reconcile(other)).toMatchObject({ outcome: "found", task: newest() });
  });

  test("the journal then has the task, in this process and the next, and its key buys nothing again", async () => {
    const journal = await openJournal(join(folder, "journal"));
    const videos = client({ journal });
    await videos.create(fox(6), { key: "known" });
    const error = await failureOf<SubmissionUnknownError>(videos.create(lost(6), { key: "lost" }));
    const [entry] = (await journal.list()).filter(({ state }) => state === "unknown");
    if (!entry || entry.state === "unreadable") return expect.unreachable();
    expect(entry.submittedAt).toBe(error.submittedAt);
    // Another process without creates: from the journal, it knows that the other task is not the right one.
    const again = client({ journal: await openJournal(join(folder, "journal")) });
    expect(await again.reconcile(entry)).toMatchObject({ outcome: "found", task: newest() });
    expect((await journal.list()).map(({ state }) => state)).toEqual(["accepted", "accepted"]);
    const before = mock.creates;
    expect(await client({ journal }).create(lost(6), { key: "lost" })).toMatchObject(newest());
    expect(mock.creates).toBe(before);
    // While the outcome of a create is unknown, its key leads to the same error.
    const open = await failureOf<SubmissionUnknownError>(videos.create(lost(7), { key: "open" }));
    const still = await failureOf<SubmissionUnknownError>(again.create(lost(7), { key: "open" }));
    expect(still).toMatchObject({ submittedAt: open.submittedAt, kind: "generation", duration: 7 });
    expect(still).not.toHaveProperty("key");
  });

  test("two lost creates of the same request have separate entries, and are ambiguous until one is excluded", async () => {
    const journal = await openJournal(join(folder, "twice"));
    const videos = client({ journal });
    await failureOf(videos.create(lost(9)));
    const first = mock.taskIds.at(-1) ?? "";
    await new Promise((resolve) => setTimeout(resolve, 5));
    const error = await failureOf<SubmissionUnknownError>(videos.create(lost(9)));
    const reconciled = await videos.reconcile(error);
    if (reconciled.outcome !== "ambiguous") return expect.unreachable(reconciled.outcome);
    expect(reconciled.tasks.map(({ id }) => id).sort()).toEqual([first, newest().id].sort());
    expect(await videos.reconcile(error, { exclude: [first] })).toMatchObject({ outcome: "found", task: newest() });
    expect((await journal.list()).map((entry) => [entry.state, "task" in entry && entry.task?.id])).toEqual([
      ["unknown", false],
      ["accepted", newest().id],
    ]);
  });
});
