import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Intent } from "../src/base/journal.js";
import type { TaskRecord } from "../src/base/task.js";
import { type FolderJournal, openJournal } from "../src/node/journal-folder.js";
import { failureOf } from "./helpers/failure-of.js";

const INTENT: Intent = { kind: "video", server: "global", model: "S2V-01", fingerprint: "01", submittedAt: 1_000 };
const task = (id: string, server = "global"): TaskRecord => ({
  version: 1,
  id,
  kind: "video",
  server,
  createdAt: 2_000,
});

let folder: string;
let journal: FolderJournal;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-journal-"));
  journal = await openJournal(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function begun(over: Partial<Intent> = {}) {
  const result = await journal.begin({ ...INTENT, ...over });
  if (!("entry" in result)) throw new Error("it was known already");
  return result.entry;
}
const unreadable = () => writeFileSync(join(folder, "torn.json"), "{");
/** State, time and task of what is there, in its order. */
const all = async () =>
  (await journal.list()).map((entry) =>
    entry.state === "unreadable" ? [entry.state] : [entry.state, entry.submittedAt, entry.task?.id],
  );

test("the tasks of a server are those that were taken there, and no others", async () => {
  unreadable();
  await (await begun()).accepted(task("1"));
  await (await begun({ server: "cn" })).accepted(task("2", "cn"));
  await (await begun()).unknown();
  expect([await journal.known?.("global"), await journal.known?.("cn")]).toEqual([["1"], ["2"]]);
});

test("a task that was found belongs to the open create of its time and body alone", async () => {
  unreadable();
  await begun();
  await (await begun()).accepted(task("1"));
  await (await begun()).unknown();
  await (await begun({ fingerprint: "02" })).unknown();
  await (await begun({ submittedAt: 1_001 })).unknown();
  await journal.found?.({ fingerprint: "01", submittedAt: 1_000 }, task("7"));
  expect((await all()).sort()).toEqual(
    [
      ["unreadable"],
      ["sending", 1_000, undefined],
      ["accepted", 1_000, "1"],
      ["accepted", 1_000, "7"],
      ["unknown", 1_000, undefined],
      ["unknown", 1_001, undefined],
    ].sort(),
  );
});

test("what is listed is in the order of time; what cannot be read comes first", async () => {
  for (const submittedAt of [3_000, 1_000, 2_000]) await (await begun({ submittedAt })).unknown();
  unreadable();
  expect((await all()).map(([, time]) => time)).toEqual([undefined, 1_000, 2_000, 3_000]);
});

test("how long tasks took is learned of a server alone, or of all, whatever else lies there", async () => {
  unreadable();
  for (const server of ["global", "cn"]) {
    const one = task(server, server);
    await (await begun({ server })).accepted(one);
    await journal.ended(one, { state: "succeeded", at: server === "cn" ? 4_000 : 3_000 });
  }
  const took = async (server?: string) =>
    (await journal.history(server)).map(({ milliseconds }) => milliseconds).sort();
  expect([await took("global"), await took("cn"), await took()]).toEqual([[1_000], [2_000], [1_000, 2_000]]);
});

test("what is looked for by a name that nothing has is not found, also beside what cannot be read", async () => {
  unreadable();
  await (await begun({ key: "fox" })).unknown();
  expect(await journal.find({ server: "global", id: "1" })).toBeUndefined();
  expect(await journal.find({ server: "global", key: "cat" })).toBeUndefined();
  expect(await journal.find({ server: "global", key: "fox" })).toMatchObject({ state: "unknown", key: "fox" });
  await journal.ended(task("1"), { state: "succeeded" });
  expect((await all()).map(([state]) => state)).toEqual(["unreadable", "unknown"]);
});

test("an entry that stands in the place of another key, or of another server, is told, and nothing is begun", async () => {
  await (await begun({ key: "fox" })).unknown();
  const [{ id } = { id: "" }] = await journal.list();
  for (const over of [{ key: "cat" }, { server: "cn" }]) {
    writeFileSync(join(folder, `${id}.json`), JSON.stringify({ ...INTENT, version: 1, key: "fox", ...over }));
    const error = await failureOf(journal.begin({ ...INTENT, key: "fox" }));
    expect(error.name).toBe("JournalError");
    expect(error.message).toBe(
      `Nothing was sent. What became of the key "fox" cannot be read from ${join(folder, id)}.json: it belongs to another key. Move it away to buy anew`,
    );
  }
});

test("where a video is wanted is written down, and nothing where nobody said so", async () => {
  await begun();
  const target = { path: "/videos/", force: true };
  journal = await openJournal({ folder, target });
  await begun({ submittedAt: 2_000 });
  const targets = (await journal.list()).map(
    (entry) => entry.state !== "unreadable" && "target" in entry && entry.target,
  );
  expect(targets).toEqual([false, target]);
});
