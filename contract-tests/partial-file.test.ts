import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type PartialFile, partialFile } from "../src/node/partial-file.js";
import { saveFile, wordsOn } from "../src/node/save-file.js";
import { failureOf } from "./helpers/failure-of.js";
import { fault, handles, onPlatform, openAfter } from "./helpers/handles.js";

const MEBIBYTE = 1024 * 1024;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-partial-"));
  path = join(folder, "made", "here", "fox.mp4");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const filled = (length: number, value: number) => new Uint8Array(length).fill(value);
const written = () => readFileSync(path);
const beside = () => readdirSync(dirname(path));
/** What has been asked for of the disk in the background has begun. */
const settled = async () => {
  for (let turns = 0; turns < 20; turns++) await turn();
};

describe("a file that is written", () => {
  test("lies beside its place under a name of its own until it is whole, and then stays", async () => {
    const file = await partialFile(path);
    expect(beside()).toEqual([expect.stringMatching(/^\.fox\.mp4\.[0-9a-f-]{36}\.part$/)]);
    await file.write(filled(3, 1));
    await file.write(filled(2, 2));
    await file.finish();
    expect([beside(), [...written()]]).toEqual([["fox.mp4"], [1, 1, 1, 2, 2]]);
    rmSync(path);
    await file.discard();
    expect(existsSync(dirname(path))).toBe(true);
  });

  test("that is not finished leaves neither itself nor what was made for it", async () => {
    const { writev } = await handles();
    const file = await partialFile(path);
    await file.write(filled(MEBIBYTE, 1));
    await file.discard();
    expect([readdirSync(folder), writev.mock.calls.length, openAfter(writev)]).toEqual([[], 1, []]);
  });

  test("begins anew: nothing stays of what came before, on the disk or not yet", async () => {
    const file = await partialFile(path);
    await file.write(filled(MEBIBYTE, 1));
    await file.write(filled(5, 1));
    await file.restart();
    await file.write(filled(3, 2));
    await file.finish();
    expect([...written()]).toEqual([2, 2, 2]);
  });

  test("goes to the disk a mebibyte at a time", async () => {
    const { writev } = await handles();
    const file = await partialFile(path);
    const calls: number[] = [];
    for (const length of [MEBIBYTE - 1, 1, 5, MEBIBYTE, 7]) {
      await file.write(filled(length, length % 251));
      await settled();
      calls.push(writev.mock.calls.length);
    }
    expect(calls).toEqual([0, 1, 1, 2, 2]);
    await file.finish();
    expect(written().length).toBe(2 * MEBIBYTE + 12);
    expect(written()[MEBIBYTE + 4]).toBe(5);
  });

  test("is whole where the disk takes a part at a time", async () => {
    const { writev } = await handles();
    const takes = [3, 1, 4];
    writev.mockImplementation(async function (this: FileHandle, buffers, position) {
      const all = Buffer.concat(buffers as unknown as Uint8Array[]);
      return { bytesWritten: writeSync(this.fd, all, 0, takes.shift() ?? all.length, position), buffers };
    } as FileHandle["writev"]);
    const file = await partialFile(path);
    for (const value of [1, 2, 3]) await file.write(filled(4, value));
    await file.finish();
    expect([...written()]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    expect(writev).toHaveBeenCalledTimes(4);
  });

  test("is taken to heart by the disk as it grows, one time after the other", async () => {
    const { datasync, writev } = await handles();
    writev.mockResolvedValue({ bytesWritten: MEBIBYTE, buffers: [] });
    let done = () => {};
    datasync.mockImplementation(() => new Promise((resolve) => (done = resolve)));
    const file = await partialFile(path);
    const piece = filled(MEBIBYTE, 1);
    const calls: number[] = [];
    for (let count = 1; count <= 34; count++) {
      if (count === 33) done();
      await file.write(piece);
      await settled();
      if ([15, 16, 17, 32, 33, 34].includes(count)) calls.push(datasync.mock.calls.length);
    }
    expect(calls).toEqual([0, 1, 1, 1, 2, 2]);
    done();
    await file.discard();
  });

  test("is flushed before it has its name, and then its folder and each that was made", async () => {
    const { sync } = await handles();
    const names: boolean[] = [];
    sync.mockImplementation(async () => void names.push(existsSync(path)));
    const file = await partialFile(path);
    await file.finish();
    expect(names).toEqual([false, true, true, true]);
    expect(openAfter(sync)).toEqual([]);
    await (await partialFile(path)).finish();
    expect(names.slice(4)).toEqual([true, true]);
  });

  test("is whole where folders cannot be flushed, and where they need not be", async () => {
    const { sync } = await handles();
    sync.mockResolvedValueOnce().mockRejectedValue(fault("EINVAL"));
    await (await partialFile(path)).finish();
    expect([beside(), sync.mock.calls.length, openAfter(sync)]).toEqual([["fox.mp4"], 4, []]);
    sync.mockReset().mockResolvedValue();
    onPlatform("win32");
    await (await partialFile(path)).finish();
    expect(sync).toHaveBeenCalledTimes(1);
  });

  test("that cannot be written says so with the next bytes, and leaves nothing", async () => {
    const { writev } = await handles();
    writev.mockRejectedValue(fault("ENOSPC"));
    const file = await partialFile(path);
    await file.write(filled(MEBIBYTE, 1));
    await expect(file.write(filled(MEBIBYTE, 1))).rejects.toMatchObject({ code: "ENOSPC" });
    await file.discard();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("room", () => {
  let file: PartialFile;
  beforeEach(async () => {
    file = await partialFile(path);
  });
  afterEach(() => file.discard());

  test("is there or is not, in words", async () => {
    await file.assertRoom(0);
    await file.assertRoom(1);
    const error = await failureOf(file.assertRoom(1e18));
    expect(error).toMatchObject({ code: "ENOSPC" });
    expect(error.message).toMatch(/^1000000000000\.0 MB are needed, \d+\.\d MB are free$/);
  });

  test("is taken to be there where the disk does not tell", async () => {
    rmSync(dirname(path), { recursive: true });
    await file.assertRoom(1e18);
  });
});

describe("no place for a file:", () => {
  test.each<[string, () => string, string, string]>([
    ["what ends with a slash", () => `${path}/`, "EISDIR", "it ends with a slash"],
    ["a folder", () => folder, "EISDIR", "a folder is there"],
    ["a device", () => "/dev/null", "EINVAL", "a device, a pipe or a socket is there"],
  ])("%s", async (_, place, code, message) => {
    const error = await failureOf(partialFile(place()));
    expect([error.message, error]).toEqual([message, expect.objectContaining({ code })]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("below a file, whatever stands there", async () => {
    writeFileSync(join(folder, "made"), "");
    await expect(partialFile(path)).rejects.toMatchObject({ code: expect.stringMatching(/EEXIST|ENOTDIR/) });
  });

  test("a folder that somebody else uses by now is not taken away", async () => {
    const file = await partialFile(path);
    mkdirSync(join(folder, "made", "other"));
    await file.discard();
    expect(readdirSync(join(folder, "made"))).toEqual(["other"]);
  });
});

describe("saveFile", () => {
  const streamOf = (...pieces: Uint8Array[]) => new Blob(pieces as Uint8Array<ArrayBuffer>[]).stream();

  test("tells no total where none is known", async () => {
    const told: object[] = [];
    const saved = await saveFile({ stream: streamOf(filled(5, 1)) }, path, {
      onProgress: (progress) => told.push(progress),
    });
    expect(saved).toEqual({ path, bytes: 5 });
    expect(told).toStrictEqual([{ bytes: 5 }]);
  });

  test("of more than there is room for fails before the first byte, with what the disk says", async () => {
    const told: object[] = [];
    const saving = saveFile({ stream: streamOf(filled(5, 1)), size: 1e18 }, path, {
      onProgress: (one) => told.push(one),
    });
    const error = await failureOf(saving);
    expect(error.message).toMatch(
      /^The file was not saved to .*: the disk is full \(.*are free\)\. Make room; it is still/,
    );
    expect(error).toMatchObject({ name: "DownloadError", cause: { code: "ENOSPC" } });
    expect([told, readdirSync(folder)]).toEqual([[], []]);
  });
});

test("a fault without a word of its own is told as it is", () => {
  const words = "was not saved to a.mp4: it cannot be written (odd). Save it elsewhere";
  expect([
    wordsOn("a.mp4", new Error("odd")),
    wordsOn("a.mp4", Object.assign(new Error("odd"), { code: "EODD" })),
  ]).toEqual([words, words]);
});
