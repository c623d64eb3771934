import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Entry } from "../src/node/journal-entry.js";
import { defaultFolder, idOfKey, JournalError, newId, type Store, storeIn } from "../src/node/journal-store.js";
import { failureOf } from "./helpers/failure-of.js";

const entry = {
  version: 1,
  kind: "video",
  server: "global",
  model: "S2V-01",
  fingerprint: "01",
  submittedAt: 1,
} as const;
const withTask = (id: string): Entry => ({ ...entry, task: { version: 1, id, kind: "video", server: "global" } });

let above: string;
let folder: string;
let store: Store;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), "minimax-video-store-"));
  folder = join(above, "journal");
  store = storeIn(folder);
});
afterEach(() => rmSync(above, { recursive: true }));
const byId = (one: { id: string }, other: { id: string }) => one.id.localeCompare(other.id);

test("nothing is there, and nothing is made, before the first entry", async () => {
  expect([await store.readAll(), await store.read("a")]).toEqual([[], undefined]);
  expect(await store.update("a", () => entry)).toBe(false);
  await store.remove("a");
  expect(existsSync(folder)).toBe(false);
});

test("an entry is a line of JSON under its id, which is taken then", async () => {
  expect(await store.create("a", entry)).toBe(true);
  expect(store.pathOf("a")).toBe(join(folder, "a.json"));
  expect(readFileSync(store.pathOf("a"), "utf8")).toBe(`${JSON.stringify(entry)}\n`);
  expect(await store.create("a", { ...entry, submittedAt: 2 })).toBe(false);
  expect(await store.read("a")).toEqual({ id: "a", entry });
});

test("a change takes its place, unless there is none to make", async () => {
  await store.create("a", entry);
  expect(await store.update("a", (before) => ({ ...before, submittedAt: before.submittedAt + 1 }))).toBe(true);
  expect(await store.update("a", () => undefined)).toBe(false);
  expect(await store.read("a")).toEqual({ id: "a", entry: { ...entry, submittedAt: 2 } });
  await store.remove("a");
  expect(readdirSync(folder)).toEqual([]);
});

test("a change of what was changed meanwhile begins anew, and of what is gone comes to nothing", async () => {
  await store.create("a", entry);
  const seen: number[] = [];
  const done = await store.update("a", (before) => {
    seen.push(before.submittedAt);
    if (seen.length === 1) writeFileSync(store.pathOf("a"), JSON.stringify({ ...entry, submittedAt: 5 }));
    return { ...before, submittedAt: before.submittedAt + 1 };
  });
  expect([done, seen]).toEqual([true, [1, 5]]);
  expect(await store.read("a")).toMatchObject({ entry: { submittedAt: 6 } });
  expect(
    await store.update("a", (before) => {
      rmSync(store.pathOf("a"));
      return before;
    }),
  ).toBe(false);
  expect(await store.read("a")).toBeUndefined();
});

test("all is read but what is being written, and what nobody wants", async () => {
  for (const id of ["a", "b", "a.json.b"]) await store.create(id, entry);
  writeFileSync(join(folder, ".c.json"), "half");
  writeFileSync(join(folder, "notes.txt"), "mine");
  mkdirSync(join(folder, "d.json"));
  const problem = "it is not a journal entry";
  const all = [
    { id: "a", entry },
    { id: "a.json.b", entry },
    { id: "b", entry },
    { id: "d", problem: "it cannot be read: EISDIR" },
    { id: "notes.txt", problem },
  ];
  expect((await store.readAll()).sort(byId)).toEqual(all);
  const asked: string[] = [];
  const some = await store.readAll((id) => asked.push(id) > 0 && id === "b");
  expect(some.sort(byId)).toEqual(all.filter(({ id }) => id !== "b"));
  expect(asked.sort()).toEqual(all.map(({ id }) => id));
  expect(await store.read("d")).toEqual({ id: "d", problem: "it cannot be read: EISDIR" });
});

test("of hundreds of entries all are read, and others have their turn meanwhile", async () => {
  mkdirSync(folder);
  for (let index = 0; index < 130; index++) writeFileSync(store.pathOf(`${index}`), JSON.stringify(entry));
  let turns = 0;
  const count = () => {
    turns++;
    going = setImmediate(count);
  };
  let going = setImmediate(count);
  const between = new Set<number>();
  await store.readAll(() => between.add(turns).size > 130).finally(() => clearImmediate(going));
  expect(between.size).toBe(3);
  expect(await store.readAll()).toHaveLength(130);
});

test("a folder that cannot be read or written says which, why, and what to do", async () => {
  writeFileSync(folder, "");
  const unread = await failureOf(store.readAll());
  expect(unread).toBeInstanceOf(JournalError);
  expect(unread).toMatchObject({ name: "JournalError", cause: { code: "ENOTDIR" } });
  expect(unread.message).toBe(`The journal in ${folder} cannot be read: ENOTDIR`);
  const unwritten = await failureOf(store.create("a", entry));
  expect(unwritten).toMatchObject({ name: "JournalError", cause: { code: "EEXIST" } });
  expect(unwritten.message).toBe(
    `The journal in ${folder} cannot be written: EEXIST. Make it writable, or name another folder: openJournal(folder) or MINIMAX_JOURNAL`,
  );
});

test("what cannot be removed says so", async () => {
  mkdirSync(join(folder, "a.json"), { recursive: true });
  const error = await failureOf(store.remove("a"));
  expect(error.name).toBe("JournalError");
  expect(error.message).toMatch(/^The journal in .* cannot be written: \w+\. Make it writable/);
});

test("a task is found in the entry that has it, read once; one from elsewhere costs a look at the others", async () => {
  await store.create("a", withTask("1"));
  await store.create("b", entry);
  const later = storeIn(folder);
  expect(await later.idOf({ server: "global", id: "1" })).toBe("a");
  expect(await later.idOf({ server: "cn", id: "1" })).toBeUndefined();
  await store.create("c", withTask("2"));
  expect(await later.idOf({ server: "global", id: "2" })).toBe("c");
  // Not read again: what had a task keeps it.
  writeFileSync(join(folder, "a.json"), JSON.stringify(withTask("3")));
  expect(await later.idOf({ server: "global", id: "3" })).toBeUndefined();
  await later.update("b", (one) => ({ ...one, task: { version: 1, id: "4", kind: "video", server: "global" } }));
  rmSync(folder, { recursive: true });
  expect(await later.idOf({ server: "global", id: "4" })).toBe("b");
});

test("a journal that is switched off has its usual folder, for whoever asks for it all the same", () => {
  expect(defaultFolder({ MINIMAX_JOURNAL: "off", HOME: "/h" }, "linux")).toBe("/h/.local/state/minimax-video");
});

test("what is meant for Windows alone counts there alone, and there nothing else is needed", () => {
  expect(defaultFolder({ LOCALAPPDATA: "/l", HOME: "/h" }, "linux")).toBe("/h/.local/state/minimax-video");
  expect(defaultFolder({ HOME: "/h" }, "win32")).toBe("/h/.local/state/minimax-video");
});

test("where the environment names no home, the system does", () => {
  expect(defaultFolder({}, "linux")).toBe(join(homedir(), ".local/state/minimax-video"));
});

test("an id tells its time without a character that a file system might mind, and is never the same", () => {
  const submittedAt = Date.UTC(2026, 10, 27, 8, 9, 10, 11);
  const [one, other] = [newId({ submittedAt }), newId({ submittedAt })];
  expect(one).toMatch(/^20261127T080910011Z-[0-9a-f]{16}$/);
  expect(one).not.toBe(other);
});

test("the id of a key is that of its server and key, however they are cut, and shows neither", () => {
  const id = idOfKey({ server: "global", key: "fox" });
  expect(id).toMatch(/^key-[0-9a-f]{32}$/);
  expect(idOfKey({ server: "global", key: "fox" })).toBe(id);
  expect(idOfKey({ server: "globalf", key: "ox" })).not.toBe(id);
});
