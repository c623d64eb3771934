import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { fault, handles, onPlatform, openAfter } from "../../contract-tests/helpers/handles.js";
import { temporaryFolder } from "../../contract-tests/helpers/temporary-folder.js";
import { defined } from "../base/record.js";
import type { Video } from "../base/task.js";
import { TAKEN, writeChunks } from "./partial-file.js";
import { saveFile, saveVideo, wordsOn } from "./save-file.js";

const MEBIBYTE = 1024 * 1024;
const folder = temporaryFolder();
let path: string;
beforeEach(() => {
  path = folder.join("made", "here", "fox.mp4");
});

const filled = (length: number, value: number) => new Uint8Array(length).fill(value);
const beside = () => readdirSync(dirname(path));

/** Saves these chunks as they are; a function is called in its place. */
async function write(parts: (Uint8Array | ((restart: () => Promise<void>) => unknown))[], replace = true) {
  async function* chunksOf(restart: () => Promise<void>) {
    for (const part of parts)
      if (part instanceof Uint8Array) yield part;
      else await part(restart);
  }
  const fail = (cause: Error): never => {
    throw new Error("of the disk", { cause });
  };
  return writeChunks(path, chunksOf, fail, replace);
}

describe("a partial file", () => {
  test("is next to its target under an unguessable name, and is renamed when it is complete", async () => {
    let names: string[] = [];
    const look = () => (names = beside());
    expect(await write([filled(3, 1), look, filled(2, 2)])).toBe(5);
    expect(names).toEqual([expect.stringMatching(/^\.fox\.mp4\.[0-9a-f-]{36}\.part$/)]);
    expect([beside(), [...readFileSync(path)]]).toEqual([["fox.mp4"], [1, 1, 1, 2, 2]]);
  });

  test("is removed if its source fails, with the folders that were created for it", async () => {
    const { write: writes } = await handles();
    const error = new Error("of the source");
    const failed = await failureOf(write([filled(MEBIBYTE, 1), () => Promise.reject(error)]));
    expect(failed).toBe(error);
    expect([readdirSync(folder.path), writes.mock.calls.length, openAfter(writes)]).toEqual([[], 1, []]);
  });

  test("that is removed leaves a folder that others use meanwhile", async () => {
    const error = new Error("of the source");
    const use = () => {
      mkdirSync(folder.join("made", "other"));
      throw error;
    };
    await expect(write([use])).rejects.toBe(error);
    expect(readdirSync(folder.join("made"))).toEqual(["other"]);
  });

  test("that restarts keeps nothing that was written before", async () => {
    const size = await write([filled(MEBIBYTE, 1), filled(5, 1), (restart) => restart(), filled(3, 2)]);
    expect([size, ...readFileSync(path)]).toEqual([3, 2, 2, 2]);
  });

  test("that cannot restart fails because of the disk", async () => {
    const { truncate } = await handles();
    const cause = fault("EIO");
    truncate.mockRejectedValue(cause);
    const error = await failureOf(write([filled(3, 1), (restart) => restart(), filled(3, 2)]));
    expect(error).toMatchObject({ message: "of the disk", cause });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("is complete even if the disk writes a few bytes at a time", async () => {
    const { write: writes } = await handles();
    const takes = [3, 1, 4];
    writes.mockImplementation(async function (
      this: FileHandle,
      bytes: Uint8Array,
      at: number,
      _: number,
      position: number,
    ) {
      const all = bytes.subarray(at);
      return { bytesWritten: writeSync(this.fd, all, 0, takes.shift() ?? all.length, position), buffer: bytes };
    } as FileHandle["write"]);
    await write([1, 2, 3].map((value) => filled(4, value)));
    expect([...readFileSync(path)]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    expect(writes).toHaveBeenCalledTimes(4);
  });

  test("is flushed before it gets its name, and then each changed folder is flushed", async () => {
    const { sync } = await handles();
    const names: boolean[] = [];
    sync.mockImplementation(async () => void names.push(existsSync(path)));
    await write([]);
    expect([names, openAfter(sync)]).toEqual([[false, true, true, true], []]);
    await write([]);
    expect(names.slice(4)).toEqual([true, true]);
  });

  test("is complete even if folders cannot be flushed, and flushes none on Windows", async () => {
    const { sync } = await handles();
    sync.mockResolvedValueOnce().mockRejectedValue(fault("EINVAL"));
    await write([]);
    expect([beside(), sync.mock.calls.length, openAfter(sync)]).toEqual([["fox.mp4"], 4, []]);
    sync.mockReset().mockResolvedValue();
    onPlatform("win32");
    await write([]);
    expect(sync).toHaveBeenCalledTimes(1);
  });

  test.each(["write", "sync"] as const)("fails if the disk cannot %s, and leaves no file", async (step) => {
    const spies = await handles();
    const cause = fault("ENOSPC");
    spies[step].mockRejectedValue(cause);
    expect(await failureOf(write([filled(MEBIBYTE, 1)]))).toMatchObject({ message: "of the disk", cause });
    expect([readdirSync(folder.path), openAfter(spies[step])]).toEqual([[], []]);
  });

  test.each([
    "before it is opened",
    "while it is written",
  ])("that must not replace a file fails if one is there %s", async (when) => {
    mkdirSync(dirname(path), { recursive: true });
    if (when === "before it is opened") writeFileSync(path, "other");
    const put = () => when === "while it is written" && writeFileSync(path, "other");
    expect(await failureOf(write([put], false))).toMatchObject({ message: "of the disk", cause: { code: TAKEN } });
    expect([beside(), readFileSync(path, "utf8")]).toEqual([["fox.mp4"], "other"]);
  });

  test("that must not replace a file is renamed, and nothing stays beside it", async () => {
    await write([filled(3, 1)], false);
    expect([beside(), [...readFileSync(path)]]).toEqual([["fox.mp4"], [1, 1, 1]]);
  });
});

describe("saveFile", () => {
  const save = (size?: number) => {
    const told: object[] = [];
    const content = { stream: new Blob([filled(5, 1) as Uint8Array<ArrayBuffer>]).stream(), ...defined({ size }) };
    return { told, saved: saveFile(content, path, { onProgress: (progress) => told.push(progress) }) };
  };

  test("reports no total if the size is unknown", async () => {
    const { told, saved } = save();
    expect(await saved).toEqual({ path, bytes: 5 });
    expect(told).toStrictEqual([{ bytes: 5 }]);
  });

  test("replaces no file if it must not", async () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "other");
    const stream = new Blob(["fox"]).stream();
    const error = await failureOf(saveFile({ stream, size: 3 }, path, { replace: false }));
    expect(error.message).toContain("another file is there (it must not be replaced). Save it elsewhere");
    expect([beside(), readFileSync(path, "utf8")]).toEqual([["fox.mp4"], "other"]);
  });
});

test("saveVideo records where the file is, even if the current folder changes during the download", async () => {
  const cwd = vi.spyOn(process, "cwd").mockReturnValue(folder.path);
  const recorded: string[] = [];
  const video = {
    async *chunks() {
      cwd.mockReturnValue("/");
      yield filled(3, 1);
    },
    saved: async (path: string) => void recorded.push(path),
  };
  await saveVideo(video as unknown as Video, "fox.mp4");
  cwd.mockRestore();
  expect(recorded).toEqual([folder.join("fox.mp4")]);
});

test("a file whose folder is removed during the download is not saved, and the error says so", async () => {
  async function* chunks() {
    rmSync(dirname(path), { recursive: true });
    yield filled(3, 1);
  }
  const error = await failureOf(saveVideo({ chunks } as unknown as Video, path));
  expect(error.message).toContain("its folder is gone, or cannot be made (ENOENT");
});

test.each([undefined, "EODD"])("an error of the disk with the unknown code %s is quoted", (code) => {
  const words = "was not saved to a.mp4: it cannot be written (odd). Save it elsewhere";
  expect(wordsOn("a.mp4", Object.assign(new Error("odd"), { code }))).toBe(words);
});
