import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { fault, handles } from "../../contract-tests/helpers/handles.js";
import { temporaryFolder } from "../../contract-tests/helpers/temporary-folder.js";
import { openJournal } from "./index.js";
import type { Entry } from "./journal-entry.js";
import { defaultFolder, storeIn } from "./journal-files.js";
import { sender } from "./sending-process.js";
import { type EntryStore, idOfKey, JournalError, newId } from "./stored-journal.js";

const entry: Entry = {
  ...{ version: 1, kind: "video", server: "global", model: "S2V-01", fingerprint: "01", submittedAt: 1 },
};
const task = (id: string) => ({ version: 1, id, kind: "video", server: "global" }) as const;
const at = (submittedAt: number) => ({ entry: { ...entry, submittedAt } });

const above = temporaryFolder();
let folder: string;
let store: EntryStore;
beforeEach(() => {
  folder = above.join("journal");
  store = storeIn(folder);
});

test("the folder is not created before the first entry", async () => {
  expect([await store.readAll(String), store.read("a")]).toEqual([[], undefined]);
  expect(await store.update("a", () => entry)).toBe(false);
  await store.remove("a");
  expect(existsSync(folder)).toBe(false);
});

test("an entry is a line of JSON in a file named after its id, and is created once", async () => {
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

test("all files are read except those being written", async () => {
  for (const id of ["a", "b", "a.json.b"]) await store.create(id, entry);
  writeFileSync(join(folder, ".c.json"), "half");
  writeFileSync(join(folder, "notes.txt"), "mine");
  mkdirSync(join(folder, "d.json"));
  const all = await store.readAll((one) => [one.id, one.entry ?? one.problem]);
  expect(all.sort()).toEqual([
    ["a", entry],
    ["a.json.b", entry],
    ["b", entry],
    ["d", "it is not a regular file"],
    ["notes.txt", "it is not a journal entry"],
  ]);
});

const mkfifo = (path: string) => execFileSync("mkfifo", [path]);
test.each<[string, (path: string) => void]>([
  ["a pipe", mkfifo],
  ["a link to nothing", (path) => symlinkSync("nowhere", path)],
  ["a link to a device that never ends", (path) => symlinkSync("/dev/zero", path)],
  ["a link to itself", (path) => symlinkSync(path, path)],
  ["a folder", mkdirSync],
])("%s in the place of an entry is reported, and blocks the key (I16)", async (_, make) => {
  const journal = await openJournal(folder);
  const id = idOfKey({ server: "global", key: "fox" });
  mkdirSync(folder);
  make(join(folder, `${id}.json`));
  const problem = "it is not a regular file";
  expect(await journal.list()).toEqual([{ id, state: "unreadable", problem }]);
  const { version: _version, ...intent } = { ...entry, key: "fox" };
  const error = await failureOf(journal.begin(intent));
  expect(error).toMatchObject({ name: "JournalError", message: expect.stringContaining(`${problem}. Move it away`) });
});

test("only files left by a killed process are removed, after an hour (I16)", async () => {
  mkdirSync(folder);
  const uuid = "0c5a2c1e-7f0e-4a53-8f0f-1f2d3c4b5a69";
  const left = [`.key-${"0".repeat(32)}.jso.${uuid}.part`, `.20261127T080910011Z-0123456789abcdef.j.${uuid}.part`];
  const others = [`.fox.mp4.${uuid}.part`, ".key-notes", "key-notes.part"];
  for (const name of [...left, ...others]) writeFileSync(join(folder, name), "");
  const hasAge = (minutes: number) => {
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 0, Date.now() / 1000 - 60 * minutes);
  };
  hasAge(59);
  await store.readAll(String);
  expect(readdirSync(folder)).toHaveLength(5);
  hasAge(61);
  await store.readAll(String);
  expect(readdirSync(folder).sort()).toEqual(others.sort());
});

test("a folder that every user may change leads to one warning, before its first entry (I16)", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
  onTestFinished(() => warn.mockRestore());
  await store.create("a", entry);
  expect(warn).not.toHaveBeenCalled();
  chmodSync(folder, 0o777);
  const other = storeIn(folder);
  for (const id of ["b", "c"]) await other.create(id, entry);
  expect(warn.mock.calls).toEqual([[`Every user of this machine can change the journal in ${folder}: chmod 700 it`]]);
});

test("an entry that is being sent has room for its outcome, which replaces it even on a full disk (I15)", async () => {
  await store.create("a", { ...entry, sender: sender() });
  const { size } = statSync(store.pathOf("a"));
  const { sync } = await handles();
  sync.mockRejectedValue(fault("ENOSPC"));
  const outcome = { ...entry, task: task("1".repeat(300)) };
  expect(await store.update("a", () => outcome)).toBe(true);
  expect(await store.read("a")).toMatchObject({ entry: outcome });
  expect(statSync(store.pathOf("a")).size).toBe(size);
  const larger = store.update("a", () => ({ ...entry, task: task("1".repeat(3000)) }));
  await expect(larger).rejects.toThrow("cannot be written: ENOSPC");
  sync.mockRestore();
  await store.update("a", () => entry);
  expect(readFileSync(store.pathOf("a"), "utf8")).toBe(`${JSON.stringify(entry)}\n`);
});

test("other work can run while hundreds of entries are read (I22)", async () => {
  mkdirSync(folder);
  for (let index = 0; index < 130; index++) writeFileSync(store.pathOf(`${index}`), JSON.stringify(entry));
  let turns = 0;
  const count = () => {
    turns++;
    going = setImmediate(count);
  };
  let going = setImmediate(count);
  const between: number[] = [];
  await store.readAll(() => between.push(turns)).finally(() => clearImmediate(going));
  expect([between.length, new Set(between).size]).toEqual([130, 3]);
});

test.each<[string, () => void, (store: EntryStore) => Promise<unknown>, string, RegExp]>([
  ["read", () => writeFileSync(folder, ""), (store) => store.readAll(String), "ENOTDIR", /cannot be read: ENOTDIR$/],
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

test("an entry that the system cannot read is a problem, but not one that does not exist", () => {
  const cause = { code: "ENAMETOOLONG" };
  mkdirSync(folder);
  expect(store.read("a".repeat(300))).toMatchObject({ problem: "it cannot be read: ENAMETOOLONG", cause });
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "");
  expect(store.read("a")).toBeUndefined();
});

test("the entry of a task is found, and files are not read again", async () => {
  await store.create("a", { ...entry, task: task("1") });
  await store.create("b", entry);
  const later = storeIn(folder);
  expect(await later.idOf({ server: "global", id: "1" })).toBe("a");
  expect(await later.idOf({ server: "cn", id: "1" })).toBeUndefined();
  await store.create("c", { ...entry, task: task("2") });
  expect(await later.idOf({ server: "global", id: "2" })).toBe("c");
  // The task of an entry never changes.
  writeFileSync(join(folder, "a.json"), JSON.stringify({ ...entry, task: task("3") }));
  expect(await later.idOf({ server: "global", id: "3" })).toBeUndefined();
  await later.update("b", (one) => ({ ...one, task: task("4") }));
  rmSync(folder, { recursive: true });
  expect(await later.idOf({ server: "global", id: "4" })).toBe("b");
});

test.each<[string, NodeJS.Platform, Record<string, string>, string]>([
  ["MINIMAX_JOURNAL", "linux", { MINIMAX_JOURNAL: "/j", XDG_STATE_HOME: "/s" }, "/j"],
  ["MINIMAX_JOURNAL without blanks around it", "linux", { MINIMAX_JOURNAL: " /j a\r" }, "/j a"],
  [
    "HOME, if MINIMAX_JOURNAL is blank",
    "linux",
    { MINIMAX_JOURNAL: " \r", HOME: "/h" },
    "/h/.local/state/minimax-video",
  ],
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
  ["the home of the system, if HOME is blank", "linux", { HOME: "" }, join(homedir(), ".local/state/minimax-video")],
  [
    "the home of the system, if HOME is relative",
    "linux",
    { HOME: "h" },
    join(homedir(), ".local/state/minimax-video"),
  ],
])("the default folder follows %s", (_, platform, env, expected) => {
  expect(defaultFolder(env, platform)).toBe(expected);
});

test("a new id begins with its time, is a valid file name, and is unique", () => {
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

test.each(["redis://127.0.0.1:6379", "REDISS://host"])("a folder must not be a Redis URL: %s", async (place) => {
  const words = "openJournal cannot use this folder\n  folder: is a URL: use redisJournal of minimax-video/redis";
  for (const options of [place, { folder: place }]) {
    const error = await failureOf(openJournal(options));
    expect(error.message).toBe(words);
  }
  expect((await openJournal("my-redis:journal")).folder).toMatch(/my-redis:journal$/);
});

test("the name of a folder must not be empty, which would be the working directory", async () => {
  await expect(openJournal("")).rejects.toThrow("folder: must be a string that is not empty");
});
