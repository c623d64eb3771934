import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFile, exchangeFile, makeFolders, readIfThere } from "../src/node/atomic-file.js";
import { fault, handles, onPlatform, openAfter } from "./helpers/handles.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-durable-"));
  path = join(folder, "a.json");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const text = () => readFileSync(path, "utf8");
const permissions = (of: string) => statSync(of).mode & 0o777;

test("folders are made for their owner alone; one that is there stays as it is", async () => {
  const deep = join(folder, "deep", "er");
  expect(await makeFolders(deep, 0o700)).toEqual([deep, join(folder, "deep")]);
  expect([permissions(deep), permissions(join(folder, "deep"))]).toEqual([0o700, 0o700]);
  mkdirSync(join(folder, "open"), { mode: 0o755 });
  expect(await makeFolders(join(folder, "open"), 0o700)).toEqual([]);
  expect(permissions(join(folder, "open"))).toBe(0o755);
});

test("a file is created for its owner alone, once, and leaves nothing beside it", async () => {
  expect(await createFile(path, "one")).toBe(true);
  expect([text(), permissions(path)]).toEqual(["one", 0o600]);
  expect(await createFile(path, "two")).toBe(false);
  expect([text(), readdirSync(folder)]).toEqual(["one", ["a.json"]]);
});

test("one whose name nobody else has is put there as well", async () => {
  expect(await createFile(path, "one", { unique: true })).toBe(true);
  expect([text(), readdirSync(folder)]).toEqual(["one", ["a.json"]]);
});

test("a file is exchanged for what was read, and for nothing else", async () => {
  writeFileSync(path, "one");
  expect(await exchangeFile(path, "one", "two")).toBe(true);
  expect([text(), readdirSync(folder)]).toEqual(["two", ["a.json"]]);
  expect(await exchangeFile(path, "one", "three")).toBe(false);
  expect([text(), readdirSync(folder)]).toEqual(["two", ["a.json"]]);
  rmSync(path);
  await expect(exchangeFile(path, "two", "three")).rejects.toMatchObject({ code: "ENOENT" });
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test("what is not there, nor its folder, reads as nothing; what cannot be read says why", async () => {
  expect(await readIfThere(path)).toBeUndefined();
  expect(await readIfThere(join(folder, "none", "a.json"))).toBeUndefined();
  writeFileSync(path, "one");
  expect(await readIfThere(path)).toBe("one");
  expect(await readIfThere(join(path, "below"))).toBeUndefined();
  await expect(readIfThere(folder)).rejects.toMatchObject({ code: "EISDIR" });
});

test("what is written is flushed, and so is its folder, once it has its name; nothing stays open", async () => {
  const { sync } = await handles();
  const names: string[][] = [];
  sync.mockImplementation(async () => void names.push(readdirSync(folder).filter((name) => !name.startsWith("."))));
  await createFile(path, "one");
  expect(names.splice(0)).toEqual([[], ["a.json"]]);
  await exchangeFile(path, "none", "two");
  expect(names.splice(0)).toEqual([["a.json"]]);
  await exchangeFile(path, "one", "two");
  expect(names.splice(0)).toEqual([["a.json"], ["a.json"]]);
  expect(openAfter(sync)).toEqual([]);
});

test.each(["EINVAL", "ENOTSUP"])("a folder that refuses to be flushed with %s has done so by itself", async (code) => {
  const { sync } = await handles();
  sync.mockResolvedValueOnce().mockRejectedValueOnce(fault(code));
  expect(await createFile(path, "one")).toBe(true);
  expect([text(), sync.mock.calls.length, openAfter(sync)]).toEqual(["one", 2, []]);
});

test.each([
  ["the disk reports a fault", fault("EIO")],
  ["nobody knows what is wrong", new Error("odd")],
])("what was not flushed is not left: %s", async (_, error) => {
  const { sync } = await handles();
  sync.mockResolvedValueOnce().mockRejectedValueOnce(error);
  await expect(createFile(path, "one")).rejects.toBe(error);
  expect([readdirSync(folder), openAfter(sync)]).toEqual([[], []]);
  sync.mockRejectedValueOnce(error);
  await expect(createFile(path, "one")).rejects.toBe(error);
  expect([readdirSync(folder), openAfter(sync)]).toEqual([[], []]);
});

test("Windows needs no folder flushed", async () => {
  const { sync } = await handles();
  onPlatform("win32");
  await createFile(path, "one");
  expect(sync).toHaveBeenCalledTimes(1);
});
