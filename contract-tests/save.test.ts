/** Saving a video to disk, including disk failures. download.test.ts tests the download. */
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeEach, describe, expect, type TestContext, test } from "vitest";
import { type ConnectOptions, createClient, DownloadError, type Journal, type Video } from "../src/index.js";
import { saveVideo } from "../src/node/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { type Answer, fakeServer, json, success } from "./helpers/fake-server.js";
import { webm } from "./helpers/movies.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const server = fakeServer();
const folder = temporaryFolder();
let path: string;
beforeEach(() => {
  path = folder.join("fox.mp4");
});

// More than one batch of writes, and not a multiple of it.
const bytes = webm(3_000_001);
const tag = { etag: '"1"' };
const clock = { now: Date.now, random: Math.random, pause: () => turn() };
const whole: Answer = (response) => response.writeHead(200, { "content-length": bytes.length, ...tag }).end(bytes);
const ofUnknownLength: Answer = (response) => response.writeHead(200, tag).end(bytes);
const missing: Answer = (response) => response.writeHead(404).end();

/** Serves a finished task. The last answer to a download is repeated. */
function serve(...downloads: Answer[]): void {
  const file = { file_id: 9, download_url: `${server.url}/v.mp4?Signature=SIGNED` };
  server.next((response, seen) => {
    if (seen.url.startsWith("/v1/query")) json({ status: "Success", file_id: "9", ...success })(response, seen);
    else if (seen.url.startsWith("/v1/files")) json({ file, ...success })(response, seen);
    else (downloads.length > 1 ? downloads.shift() : downloads[0])?.(response, seen);
  });
}

function finished(download: Answer | Answer[], options: ConnectOptions = {}): Promise<Video> {
  serve(...[download].flat());
  const { videos } = createClient({ apiKey: "THE-KEY", server: server.url, clock, ...options });
  return videos.task("7").wait();
}

const failure = async (video: Promise<Video>, place = path) => failureOf<DownloadError>(saveVideo(await video, place));
const expectWhole = (file = path) => expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
const files = (...names: string[]) => readdirSync(folder.join(...names));

test.each([
  ["a task", () => createClient({ server: server.url }).videos.task("7"), "is a task: pass the result of its wait()"],
  ["a promise", () => Promise.resolve({}), "is a promise: await it"],
  ["a link", () => "https://a.test/fox.mp4", "must be the result of generate() or task.wait()"],
  ["nothing", () => undefined, "must be the result of generate() or task.wait()"],
])("saveVideo of %s says what to do (H8)", async (_, given, message) => {
  const error = await failureOf(saveVideo(given() as never, path));
  expect(error).toMatchObject({ name: "ValidationError", issues: [{ path: "video", message }] });
});

describe("saveVideo", () => {
  test("saves a video, and makes missing folders", async () => {
    const deep = folder.join("a", "b", "fox.mp4");
    expect(await saveVideo(await finished(whole), deep)).toEqual({ path: deep, bytes: bytes.length });
    expectWhole(deep);
    expect(files("a", "b")).toEqual(["fox.mp4"]);
  });

  test("accepts a name of the maximum length", async () => {
    const long = folder.join(`${"ф".repeat(125)}x.mp4`);
    await saveVideo(await finished(whole), long);
    expectWhole(long);
  });

  test("follows a symbolic link, and keeps it (I17)", async () => {
    mkdirSync(folder.join("films"));
    writeFileSync(folder.join("films", "fox.mp4"), "an older fox");
    symlinkSync(join("films", "fox.mp4"), path);
    await saveVideo(await finished(whole), path);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expectWhole(folder.join("films", "fox.mp4"));
    expect(files("films")).toEqual(["fox.mp4"]);
  });

  test.each([
    "400",
    "600",
    "640",
    "666",
    "755",
  ])("keeps the permissions of a file it replaces: %s (I17)", async (digits) => {
    const mode = Number.parseInt(digits, 8);
    writeFileSync(path, "an older fox");
    chmodSync(path, mode);
    // Root may write to a read-only file.
    if (mode === 0o400 && process.getuid?.() !== 0)
      return expect((await failure(finished(whole))).message).toMatch(/writing there is not permitted/);
    await saveVideo(await finished(whole), path);
    expectWhole();
    expect(statSync(path).mode & 0o777).toBe(mode);
  });

  test("replaces one hard link of a file, and does not change the others (I17)", async () => {
    writeFileSync(path, "an older fox");
    linkSync(path, folder.join("other.mp4"));
    await saveVideo(await finished(whole), path);
    expectWhole();
    expect(readFileSync(folder.join("other.mp4"), "utf8")).toBe("an older fox");
  });

  const page: Answer = (response) => response.writeHead(200, { "content-type": "video/mp4" }).end("<html>expired");
  test.each<[string, Answer, object]>([
    ["comes", missing, { status: 404 }],
    ["comes that is a video (D1)", page, { message: expect.stringContaining("the file begins with <html>expired (6") }],
  ])("leaves neither a file nor a folder if no video %s, and keeps an older file", async (_, answer, facts) => {
    writeFileSync(path, "an older fox");
    for (const place of [path, folder.join("a", "b", "fox.mp4")])
      expect(await failure(finished(answer), place)).toMatchObject({ name: "DownloadError", ...facts });
    expect([readFileSync(path, "utf8"), files()]).toEqual(["an older fox", ["fox.mp4"]]);
  });

  test("does not touch the disk if its signal has already aborted", async () => {
    const signal = AbortSignal.abort("enough");
    expect(await failureOf(saveVideo(await finished(whole), folder.join("a", "/"), { signal }))).toBe("enough");
    expect(files()).toEqual([]);
  });

  test("leaves no file if its signal aborts with the last byte", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ bytes, total }: { bytes: number; total?: number }) => {
      if (bytes === total) controller.abort(reason);
    };
    const options = { onProgress, signal: controller.signal };
    expect(await failureOf(saveVideo(await finished(whole), folder.join("a", "fox.mp4"), options))).toBe(reason);
    expect(files()).toEqual([]);
  });
});

describe("before the download, saveVideo refuses", () => {
  const file = () => {
    writeFileSync(path, "");
    return path;
  };
  const pipe = () => {
    execFileSync("mkfifo", [path]);
    return path;
  };
  const linked = (to: () => string) => () => {
    symlinkSync(to(), path);
    return path;
  };
  test.each<[string, () => string, RegExp]>([
    ["a folder", () => folder.path, /the path is a folder \(a folder is there\)/],
    ["a path that ends with a slash", () => `${path}/`, /the path is a folder \(it ends with a slash\)/],
    ["a path below a file", () => join(file(), "fox.mp4"), /a part of the path is a file, not a folder/],
    ["a path far below a file", () => join(file(), "a", "fox.mp4"), /a part of the path is a file, not a folder/],
    ["a name that is too long", () => folder.join("x".repeat(300)), /the name is too long/],
    ["such a name in a new folder", () => folder.join("a", "b", "x".repeat(300)), /the name is too long/],
    ["a pipe (I17)", pipe, /a file cannot be saved there \(a device/],
    [
      "a dangling link (I17)",
      linked(() => folder.join("nowhere")),
      /a file cannot be saved there \(.* a link to nothing/,
    ],
    ["a link to itself (I17)", linked(() => path), /a file cannot be saved there \(.* a link to nothing/],
    ["a link to a folder (I17)", linked(() => tmpdir()), /the path is a folder/],
    ["a link to a device (I17)", linked(() => "/dev/null"), /a file cannot be saved there \(a device/],
  ])("%s", async (_, place, words) => {
    await expectRefusal(place(), words);
  });

  test("a folder without permission", async (context) => {
    await expectRefusal(forbidden(context), /writing there is not permitted/);
  });

  test("a read-only file system", async (context) => {
    await withDisk(context, "size=1m,ro", (disk) =>
      expectRefusal(join(disk, "fox.mp4"), /the file system is read-only/),
    );
  });

  async function expectRefusal(place: string, words: RegExp): Promise<void> {
    const error = await failure(finished(whole), place);
    expect(error).toBeInstanceOf(DownloadError);
    expect(error).toMatchObject({ taskId: "7", fileId: "9", task: { id: "7" }, cause: { code: expect.any(String) } });
    expect(error.message).toMatch(
      /^The video of task 7 was not saved to \/.*: .* \(.*\)\. .*; the video is still available$/,
    );
    expect(error.message).toMatch(words);
    expect(server.seen.length).toBe(1);
    expect(existsSync(folder.join("a"))).toBe(false);
  }

  /** For root, because root may write everywhere except in /sys. */
  function forbidden({ skip }: TestContext): string {
    if (process.getuid?.() === 0) {
      skip(process.platform !== "linux", "root may write to every folder here");
      return "/sys/kernel/fox.mp4";
    }
    chmodSync(folder.path, 0o555);
    return path;
  }
});

describe("a full disk", () => {
  test("ends a download of unknown size, which leaves no file and keeps an older one", async (context) => {
    await withDisk(context, "size=2m", async (disk) => {
      writeFileSync(join(disk, "fox.mp4"), "an older fox");
      const error = await failure(finished(ofUnknownLength), join(disk, "fox.mp4"));
      expect(error.message).toMatch(/the disk is full \(ENOSPC: no space left on device, write\)/);
      expect(readdirSync(disk)).toEqual(["fox.mp4"]);
      expect(readFileSync(join(disk, "fox.mp4"), "utf8")).toBe("an older fox");
      expect(server.seen.filter(({ url }) => url.startsWith("/v.mp4")).length).toBe(1);
    });
  });

  test("or a limit that truncates the last write is an error, instead of saving a part", async () => {
    serve((response) => response.end(bytes.subarray(0, 300_000)));
    const { stdout } = await promisify(execFile)("bash", ["-c", LIMITED, "bash", process.execPath, SCRIPT], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: { PATH: process.env.PATH, MINIMAX_SERVER: server.url, MINIMAX_API_KEY: "THE-KEY", TARGET: path },
    });
    expect(stdout).toMatch(
      /^DownloadError .*: files of this size are not allowed there \(EFBIG: file too large, write\)/,
    );
    expect(files()).toEqual([]);
  });
  // 100 kB per file. The limit's signal would end the process. If it is ignored, the system reports EFBIG.
  const LIMITED = `trap "" XFSZ; ulimit -f 100; exec "$1" --import tsx --input-type=module --eval "$2"`;
  const SCRIPT = `import { createClient } from "./src/index.ts";
    import { saveVideo } from "./src/node/index.ts";
    const video = await createClient().videos.task("7").wait();
    await saveVideo(video, process.env.TARGET).catch(({ name, message }) => console.log(name, message));`;
});

describe("the journal", () => {
  const journalOf = (saved: Journal["saved"]): Journal => ({
    begin: () => expect.fail("nothing is created here"),
    ended: async () => {},
    saved,
  });

  test("records the absolute path once the video is complete", async () => {
    const told: unknown[] = [];
    const journal = journalOf(async (task, place) => void told.push(task, place, files()));
    const video = await finished(whole, { journal });
    await saveVideo(video, relative(process.cwd(), path));
    expect(told).toEqual([video.task.toJSON(), path, ["fox.mp4"]]);
  });

  test("does not record a failed download", async () => {
    const told: unknown[] = [];
    const journal = journalOf(async (task) => void told.push(task));
    expect(await failure(finished(missing, { journal }))).toMatchObject({ status: 404 });
    expect(told).toEqual([]);
  });

  test("may fail after the video is saved", async () => {
    const heard: string[] = [];
    const logger = { debug: (message: string) => void heard.push(message) };
    const journal = journalOf(() => Promise.reject(new Error("the journal's disk is full")));
    await saveVideo(await finished(whole, { journal, logger }), path);
    expectWhole();
    expect(heard.filter((message) => /journal/.test(message)).length).toBe(1);
  });
});

/** Mounts a small disk if possible; otherwise skips the test. */
async function withDisk({ skip }: TestContext, options: string, use: (disk: string) => Promise<void>): Promise<void> {
  const disk = folder.join("disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", disk], { stdio: "pipe" });
  } catch {
    skip("only root of a Linux that allows it may mount a small disk");
  }
  try {
    await use(disk);
  } finally {
    execFileSync("umount", [disk]);
  }
}
