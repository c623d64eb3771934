import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Entry } from "../src/node/journal-entry.js";
import { defaultFolder, idOfKey, JournalError, newId, type Store, storeIn } from "../src/node/journal-store.js";
import { failureOf } from "./helpers/failure-of.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const entry: Entry = {
  ...{ version: 1, kind: "video", server: "global", model: "S2V-01", fingerprint: "01", submittedAt: 1 },
};
const task = (id: string) => ({ version: 1, id, kind: "video", server: "global" }) as const;
const at = (submittedAt: number) => ({ entry: { ...entry, submittedAt } });

const above = temporaryFolder();
let folder: string;
let store: Store;
beforeEach(() => {
  folder = above.join("journal");
  store = storeIn(folder);
});

test("the folder is not made before the first entry", async () => {
  expect([await store.readAll(), store.read("a")]).toEqual([[], undefined]);
  expect(await store.update("a", () => entry)).toBe(false);
  await store.remove("a");
  expect(existsSync(folder)).toBe(false);
});

test("an entry is a line of JSON in a file of its id, and is created once", async () => {
  expect(await store.create("a", entry)).toBe(true);
  expect(readFileSync(join(folder, "a.json"), "utf8")).toBe(`${JSON.stringify(entry)}\n`);
  expect(await store.create("a", { ...entry, submittedAt: 2 })).toBe(false);
  expect(store.read("a")).toMatchObject({ id: "a", entry });
});

test("a change replaces the entry, unless it returns undefined", async () => {
  await store.create("a", entry);
  expect(await store.update("a", (before) => ({ ...before, submittedAt: before.submittedAt + 1 }))).toBe(true);
  expect(await store.update("a", () => undefined)).toBe(false);
  expect(store.read("a")).toMatchObject(at(2));
  await store.remove("a");
  expect(readdirSync(folder)).toEqual([]);
});

test("a change starts again if the file has changed meanwhile, and does nothing if it is gone", async () => {
  await store.create("a", entry);
  const seen: number[] = [];
  const done = await store.update("a", (before) => {
    seen.push(before.submittedAt);
    if (seen.length === 1) writeFileSync(store.pathOf("a"), JSON.stringify({ ...entry, submittedAt: 5 }));
    return { ...before, submittedAt: before.submittedAt + 1 };
  });
  expect([done, seen]).toEqual([true, [1, 5]]);
  expect(store.read("a")).toMatchObject(at(6));
  const gone = store.update("a", (before) => {
    rmSync(store.pathOf("a"));
    return before;
  });
  expect([await gone, store.read("a")]).toEqual([false, undefined]);
});

test("all files are read but those that are being written and those to skip", async () => {
  for (const id of ["a", "b", "a.json.b"]) await store.create(id, entry);
  writeFileSync(join(folder, ".c.json"), "half");
  writeFileSync(join(folder, "notes.txt"), "mine");
  mkdirSync(join(folder, "d.json"));
  const read = async (skip?: ReadonlySet<string>) =>
    (await store.readAll(skip)).map((one) => [one.id, one.entry ?? one.problem]).sort();
  const all = [
    ["a", entry],
    ["a.json.b", entry],
    ["b", entry],
    ["d", "it cannot be read: EISDIR"],
    ["notes.txt", "it is not a journal entry"],
  ];
  expect(await read()).toEqual(all);
  expect(await read(new Set(["b"]))).toEqual(all.filter(([id]) => id !== "b"));
});

test("other work gets its turn while hundreds of entries are read", async () => {
  mkdirSync(folder);
  for (let index = 0; index < 130; index++) writeFileSync(store.pathOf(`${index}`), JSON.stringify(entry));
  let turns = 0;
  const count = () => {
    turns++;
    going = setImmediate(count);
  };
  let going = setImmediate(count);
  const between = new Set<number>();
  const skip = { has: () => between.add(turns).size > 130 } as unknown as ReadonlySet<string>; // nothing else is called
  await store.readAll(skip).finally(() => clearImmediate(going));
  expect(between.size).toBe(3);
});

test.each<[string, () => void, (store: Store) => Promise<unknown>, string, RegExp]>([
  ["read", () => writeFileSync(folder, ""), (store) => store.readAll(), "ENOTDIR", /cannot be read: ENOTDIR$/],
  [
    "written",
    () => writeFileSync(folder, ""),
    (store) => store.create("a", entry),
    "EEXIST",
    /cannot be written: EEXIST\. Make it writable, or name another folder: openJournal\(folder\) or MINIMAX_JOURNAL$/,
  ],
  [
    "removed from",
    () => mkdirSync(join(folder, "a.json"), { recursive: true }),
    (store) => store.remove("a"),
    "ERR_FS_EISDIR",
    /cannot be written: ERR_FS_EISDIR\. Make it writable/,
  ],
])("a folder that cannot be %s fails with the path, the reason and the advice", async (_, spoil, call, code, words) => {
  spoil();
  const error = await failureOf(call(store));
  expect(error).toBeInstanceOf(JournalError);
  expect(error).toMatchObject({ name: "JournalError", cause: { code } });
  expect(error.message).toMatch(words);
  expect(error.message).toContain(`The journal in ${folder} cannot`);
});

test("the entry of a task is found, and files that were read before are not read again", async () => {
  await store.create("a", { ...entry, task: task("1") });
  await store.create("b", entry);
  const later = storeIn(folder);
  expect(await later.idOf({ server: "global", id: "1" })).toBe("a");
  expect(await later.idOf({ server: "cn", id: "1" })).toBeUndefined();
  await store.create("c", { ...entry, task: task("2") });
  expect(await later.idOf({ server: "global", id: "2" })).toBe("c");
  // An entry never changes its task.
  writeFileSync(join(folder, "a.json"), JSON.stringify({ ...entry, task: task("3") }));
  expect(await later.idOf({ server: "global", id: "3" })).toBeUndefined();
  await later.update("b", (one) => ({ ...one, task: task("4") }));
  rmSync(folder, { recursive: true });
  expect(await later.idOf({ server: "global", id: "4" })).toBe("b");
});

test.each<[string, NodeJS.Platform, Record<string, string>, string]>([
  ["MINIMAX_JOURNAL", "linux", { MINIMAX_JOURNAL: "/j", XDG_STATE_HOME: "/s" }, "/j"],
  ["XDG_STATE_HOME", "linux", { XDG_STATE_HOME: "/s" }, "/s/minimax-video"],
  [
    "HOME, if XDG_STATE_HOME is relative",
    "linux",
    { XDG_STATE_HOME: "s", HOME: "/h" },
    "/h/.local/state/minimax-video",
  ],
  ["HOME, if the journal is off", "linux", { MINIMAX_JOURNAL: "off", HOME: "/h" }, "/h/.local/state/minimax-video"],
  ["HOME on macOS", "darwin", { HOME: "/h" }, "/h/.local/state/minimax-video"],
  ["LOCALAPPDATA on Windows", "win32", { LOCALAPPDATA: "/l", HOME: "/h" }, "/l/minimax-video"],
  ["HOME on Windows without LOCALAPPDATA", "win32", { HOME: "/h" }, "/h/.local/state/minimax-video"],
  ["HOME elsewhere with LOCALAPPDATA", "linux", { LOCALAPPDATA: "/l", HOME: "/h" }, "/h/.local/state/minimax-video"],
  ["the home of the system", "linux", {}, join(homedir(), ".local/state/minimax-video")],
])("the default folder follows %s", (_, platform, env, expected) => {
  expect(defaultFolder(env, platform)).toBe(expected);
});

test("a new id begins with its time, has no character that a file system refuses, and is unique", () => {
  const submittedAt = Date.UTC(2026, 10, 27, 8, 9, 10, 11);
  const [one, other] = [newId({ submittedAt }), newId({ submittedAt })];
  expect(one).toMatch(/^20261127T080910011Z-[0-9a-f]{16}$/);
  expect(one).not.toBe(other);
});

test("the id of a key depends on its server and its key, and shows neither", () => {
  const id = idOfKey({ server: "global", key: "fox" });
  expect(id).toMatch(/^key-[0-9a-f]{32}$/);
  expect(idOfKey({ server: "global", key: "fox" })).toBe(id);
  expect(idOfKey({ server: "globalf", key: "ox" })).not.toBe(id);
});
