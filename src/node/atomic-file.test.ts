import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { fault, handles, onPlatform, openAfter } from "../../contract-tests/helpers/handles.js";
import { temporaryFolder } from "../../contract-tests/helpers/temporary-folder.js";
import { createFile, exchangeFile, makeFolders, probeFolder } from "./atomic-file.js";

const folder = temporaryFolder();
let path: string;
beforeEach(() => {
  path = folder.join("a.json");
});

const files = () =>
  Object.fromEntries(readdirSync(folder.path).map((name) => [name, readFileSync(folder.join(name), "utf8")]));
const permissions = (of: string) => statSync(of).mode & 0o777;

test("makeFolders creates folders for their owner only, and does not change existing ones", async () => {
  const deep = folder.join("deep", "er");
  expect(await makeFolders(deep, 0o700)).toEqual([deep, folder.join("deep")]);
  expect([permissions(deep), permissions(folder.join("deep"))]).toEqual([0o700, 0o700]);
  mkdirSync(folder.join("open"), { mode: 0o755 });
  expect(await makeFolders(folder.join("open"), 0o700)).toEqual([]);
  expect(permissions(folder.join("open"))).toBe(0o755);
});

test("makeFolders accepts folders that another process creates meanwhile", async () => {
  const deep = folder.join("many", "deep", "er");
  const made = await Promise.all(Array.from({ length: 20 }, () => makeFolders(deep, 0o700)));
  expect(new Set(made.flat())).toEqual(new Set([deep, folder.join("many", "deep"), folder.join("many")]));
  expect(permissions(deep)).toBe(0o700);
});

test.runIf(process.platform === "linux").each([
  ["/proc/minimax-video", "ENOENT"],
  ["/proc/minimax-video/deep", "ENOENT"],
  ["/dev/null/minimax-video", "ENOTDIR"],
  ["/dev/null", "EEXIST"],
  ["/sys/minimax-video", /^E(PERM|ACCES|ROFS|NOENT)$/],
])("makeFolders and probeFolder fail quickly at %s, where no folder can be created", async (where, code) => {
  await expect(makeFolders(where)).rejects.toMatchObject({ code: expect.stringMatching(code) });
  await expect(probeFolder(where)).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
});

test("probeFolder tries the nearest existing folder, and leaves no files, even with concurrent calls", async () => {
  const deep = folder.join("many", "deep");
  await Promise.all(Array.from({ length: 20 }, () => probeFolder(deep)));
  expect(readdirSync(folder.path)).toEqual([]);
  writeFileSync(folder.join("file"), "");
  await expect(probeFolder(folder.join("file", "deep"))).rejects.toMatchObject({ code: "ENOTDIR" });
  symlinkSync(folder.join("nowhere"), folder.join("link"));
  await expect(probeFolder(folder.join("link", "deep"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("createFile creates a file for its owner only, once, and leaves no other files", async () => {
  expect(await createFile(path, "one")).toBe(true);
  expect(permissions(path)).toBe(0o600);
  expect(await createFile(path, "two")).toBe(false);
  expect(await createFile(folder.join("b.json"), "three", { unique: true })).toBe(true);
  expect(files()).toEqual({ "a.json": "one", "b.json": "three" });
});

test("exchangeFile replaces a file only if it still has the text that was read", async () => {
  writeFileSync(path, "one");
  expect(await exchangeFile(path, "one", "two")).toBe(true);
  expect(await exchangeFile(path, "one", "three")).toBe(false);
  expect(files()).toEqual({ "a.json": "two" });
  rmSync(path);
  expect(await exchangeFile(path, "two", "three")).toBe(false);
  expect(files()).toEqual({});
});

test("a file is flushed before it gets its name, its folder after that, and no file stays open", async () => {
  const { sync } = await handles();
  const names: string[][] = [];
  sync.mockImplementation(
    async () => void names.push(readdirSync(folder.path).filter((name) => !name.startsWith("."))),
  );
  await createFile(path, "one");
  expect(names.splice(0)).toEqual([[], ["a.json"]]);
  await exchangeFile(path, "none", "two");
  expect(names.splice(0)).toEqual([["a.json"]]);
  await exchangeFile(path, "one", "two");
  expect(names.splice(0)).toEqual([["a.json"], ["a.json"]]);
  expect(openAfter(sync)).toEqual([]);
});

test.each(["EINVAL", "ENOTSUP"])("a file is created even if flushing its folder fails with %s", async (code) => {
  const { sync } = await handles();
  sync.mockResolvedValueOnce().mockRejectedValueOnce(fault(code));
  expect(await createFile(path, "one")).toBe(true);
  expect([files(), sync.mock.calls.length, openAfter(sync)]).toEqual([{ "a.json": "one" }, 2, []]);
});

test.each([
  ["an I/O error", fault("EIO")],
  ["an error without a code", new Error("odd")],
])("a file that cannot be flushed is removed: %s", async (_, error) => {
  const { sync } = await handles();
  for (const fail of [() => sync.mockResolvedValueOnce(), () => sync]) {
    fail().mockRejectedValueOnce(error);
    await expect(createFile(path, "one")).rejects.toBe(error);
    expect([files(), openAfter(sync)]).toEqual([{}, []]);
  }
});

test("on Windows, folders are not flushed", async () => {
  const { sync } = await handles();
  onPlatform("win32");
  await createFile(path, "one");
  expect(sync).toHaveBeenCalledTimes(1);
});

/** Replaces the text of a file while the disk has no room for another one. */
async function exchangeOnFullDisk(read: string, text: string): Promise<boolean> {
  const { sync } = await handles();
  sync.mockRejectedValueOnce(fault("ENOSPC"));
  return exchangeFile(path, read, text).finally(() => sync.mockRestore());
}

test("on a full disk, a file is overwritten in place, as one line of the same length", async () => {
  const before = '{"a":"a long text"}\n';
  writeFileSync(path, before);
  const { ino } = statSync(path);
  expect(await exchangeOnFullDisk(before, '{"a":1}\n')).toBe(true);
  expect(files()).toEqual({ "a.json": `{"a":1}${" ".repeat(12)}\n` });
  expect(await exchangeOnFullDisk(`{"a":1}${" ".repeat(12)}\n`, before)).toBe(true);
  expect([files(), statSync(path).ino]).toEqual([{ "a.json": before }, ino]);
});

test("on a full disk, a file is not overwritten with a longer text, after a change, or if there is none", async () => {
  writeFileSync(path, "one\n");
  for (const [read, text] of [
    ["one\n", "three\n"],
    ["two\n", "1\n"],
  ] as const)
    await expect(exchangeOnFullDisk(read, text)).rejects.toMatchObject({ code: "ENOSPC" });
  expect(files()).toEqual({ "a.json": "one\n" });
  rmSync(path);
  await expect(exchangeOnFullDisk("one\n", "1\n")).rejects.toMatchObject({ code: "ENOSPC" });
  expect(files()).toEqual({});
});
