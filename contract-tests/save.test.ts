/** From bytes that come to a whole file on a disk, whatever the disk says. What comes before is in download.test.ts. */
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, type TestContext, test } from "vitest";
import { type ConnectOptions, createClient, DownloadError, type Journal, type Video } from "../src/index.js";
import { saveVideo } from "../src/node/index.js";
import { type Answer, fakeServer, json, success } from "./helpers/fake-server.js";

const server = fakeServer();
// Longer than what is written at once, and not a multiple of it.
const bytes = Buffer.from(Array.from({ length: 3_000_001 }, (_, index) => (index * 7919) % 251));
const tag = { etag: '"1"' };
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
  path = join(folder, "fox.mp4");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = { now: Date.now, random: Math.random, pause: () => turn() };
const link: Answer = (response, seen) =>
  json({ file: { file_id: 9, download_url: `${server.url}/v.mp4?Signature=SIGNED` }, ...success })(response, seen);
const whole: Answer = (response) => response.writeHead(200, { "content-length": bytes.length, ...tag }).end(bytes);
/** As much, but nobody knows beforehand. */
const ofUnknownLength: Answer = (response) => response.writeHead(200, tag).end(bytes);
const missing: Answer = (response) => response.writeHead(404).end();

/** A task that is finished; the last answer to a download is repeated. */
function serve(downloads: Answer[]): void {
  const left = [...downloads];
  server.next((response, seen) => {
    if (seen.url.startsWith("/v1/query")) json({ status: "Success", file_id: "9", ...success })(response, seen);
    else if (seen.url.startsWith("/v1/files")) link(response, seen);
    else (left.length > 1 ? left.shift() : left[0])?.(response, seen);
  });
}

async function finished(downloads: Answer[], options: ConnectOptions = {}): Promise<Video> {
  serve(downloads);
  return createClient({ apiKey: "THE-KEY", server: server.url, clock, ...options })
    .videos.task("7")
    .wait();
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it worked"),
    (error: unknown) => error as DownloadError,
  );
const isWhole = (file: string) => expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
const downloads = () => server.seen.filter(({ url }) => url.startsWith("/v.mp4")).length;

describe("saveVideo", () => {
  test("saves the bytes and makes folders", async () => {
    const deep = join(folder, "a", "b", "fox.mp4");
    expect(await saveVideo(await finished([whole]), deep)).toEqual({ path: deep, bytes: bytes.length });
    isWhole(deep);
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["fox.mp4"]);
  });

  test("writes beside its place, under a name that nobody can guess, until all is there", async () => {
    const names: string[] = [];
    const onProgress = () => void names.push(...readdirSync(folder));
    writeFileSync(path, "an older fox");
    await saveVideo(await finished([whole]), path, { onProgress });
    isWhole(path);
    const [partial, ...others] = new Set(names);
    expect(partial).toMatch(/^\.fox\.mp4\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.part$/);
    expect(others).toEqual(["fox.mp4"]);
  });

  test("two at once to the same path both end whole", async () => {
    const video = await finished([whole]);
    const saved = await Promise.all([saveVideo(video, path), saveVideo(video, path)]);
    expect(saved.map(({ bytes }) => bytes)).toEqual([bytes.length, bytes.length]);
    isWhole(path);
    expect(readdirSync(folder)).toEqual(["fox.mp4"]);
  });

  test("begins anew where the file has changed, and nothing stays of what was longer", async () => {
    const older: Answer = (response) => {
      response.writeHead(200, { "content-length": bytes.length * 2, etag: '"old"' });
      response.write(Buffer.alloc(bytes.length + 500_000, "old"), () => setTimeout(() => response.destroy(), 50));
    };
    await saveVideo(await finished([older, whole]), path);
    isWhole(path);
  });

  test("writes a thousand small pieces as well", async () => {
    let at = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.subarray(at, at + 2999));
        at += 2999;
      },
    });
    await saveVideo(await finished([]), path, { fetch: async () => new Response(body) });
    isWhole(path);
  });

  test("takes a name as long as names can be", async () => {
    const long = join(folder, `${"ф".repeat(125)}x.mp4`);
    await saveVideo(await finished([whole]), long);
    isWhole(long);
  });

  test("follows a symbolic link, which stays one", async () => {
    mkdirSync(join(folder, "films"));
    writeFileSync(join(folder, "films", "fox.mp4"), "an older fox");
    symlinkSync(join("films", "fox.mp4"), path);
    await saveVideo(await finished([whole]), path);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    isWhole(join(folder, "films", "fox.mp4"));
    expect(readdirSync(join(folder, "films"))).toEqual(["fox.mp4"]);
  });

  test("leaves nothing half when the bytes cannot be had: neither file nor folder", async () => {
    writeFileSync(path, "an older fox");
    const video = await finished([missing]);
    expect(await caught(saveVideo(video, path))).toMatchObject({ name: "DownloadError", status: 404 });
    expect(await caught(saveVideo(video, join(folder, "a", "b", "fox.mp4")))).toMatchObject({ status: 404 });
    expect(readFileSync(path, "utf8")).toBe("an older fox");
    expect(readdirSync(folder)).toEqual(["fox.mp4"]);
  });

  test("leaves a folder that it made when somebody else has put something there", async () => {
    const put: Answer = (response) => {
      writeFileSync(join(folder, "a", "other.mp4"), "");
      response.writeHead(404).end();
    };
    await caught(saveVideo(await finished([put]), join(folder, "a", "fox.mp4")));
    expect(readdirSync(join(folder, "a"))).toEqual(["other.mp4"]);
  });

  test("ended by its caller before it began, does not even look at the disk", async () => {
    const signal = AbortSignal.abort("enough");
    expect(await caught(saveVideo(await finished([whole]), join(folder, "a", "/"), { signal }))).toBe("enough");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("ended by its caller in the last moment, leaves nothing", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ bytes, total }: { bytes: number; total?: number }) => {
      if (bytes === total) controller.abort(reason);
    };
    const { signal } = controller;
    const folderOfItsOwn = join(folder, "a", "fox.mp4");
    expect(await caught(saveVideo(await finished([whole]), folderOfItsOwn, { onProgress, signal }))).toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a place that cannot be written to is told in words, before anything is fetched:", () => {
  const nowhere: [string, () => string, RegExp][] = [
    ["a folder", () => folder, /the path is that of a folder/],
    ["a path that ends with a slash", () => `${path}/`, /the path is that of a folder/],
    ["a path below a file", () => join(written(), "fox.mp4"), /a file stands where the path needs a folder/],
    ["a path far below a file", () => join(written(), "a", "fox.mp4"), /a file stands where the path needs a folder/],
    ["a name that is too long", () => join(folder, "x".repeat(300)), /the name is too long/],
    ["such a name in a new folder", () => join(folder, "a", "b", "x".repeat(300)), /the name is too long/],
    ["a pipe", () => pipe(), /a file cannot be saved there \(a device/],
  ];
  const written = () => {
    writeFileSync(path, "");
    return path;
  };
  const pipe = () => {
    execFileSync("mkfifo", [path]);
    return path;
  };

  test.each(nowhere)("%s", async (_, place, words) => {
    await isRefused(place(), words);
  });

  test("a folder without permission", async (context) => {
    await isRefused(forbidden(context), /writing there is not permitted/);
  });

  test("a file system that is read-only", async (context) => {
    await withDisk(context, "size=1m,ro", (disk) => isRefused(join(disk, "fox.mp4"), /the file system is read-only/));
  });

  async function isRefused(place: string, words: RegExp): Promise<void> {
    const error = await caught(saveVideo(await finished([whole]), place));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error).toMatchObject({ taskId: "7", fileId: "9", task: { id: "7" }, cause: { code: expect.any(String) } });
    expect(error.message).toMatch(
      /^The video of task 7 was not saved to \/.*: .* \(.*\)\. .*; the video is still there$/,
    );
    expect(error.message).toMatch(words);
    expect(server.seen.length).toBe(1);
    expect(existsSync(join(folder, "a"))).toBe(false);
  }

  /** root may write everywhere but there. */
  function forbidden({ skip }: TestContext): string {
    if (process.getuid?.() === 0) {
      skip(process.platform !== "linux", "root may write to every folder here");
      return "/sys/kernel/fox.mp4";
    }
    chmodSync(folder, 0o555);
    return path;
  }
});

describe("a full disk", () => {
  test("is told before the download, where the size is known", async (context) => {
    await withDisk(context, "size=1m", async (disk) => {
      const error = await caught(saveVideo(await finished([whole]), join(disk, "a", "fox.mp4")));
      expect(error.message).toMatch(/fox\.mp4: the disk is full \(3\.0 MB are needed, 1\.0 MB are free\)\. Make room/);
      expect(error).toMatchObject({ name: "DownloadError", taskId: "7", cause: { code: "ENOSPC" } });
      expect(readdirSync(disk)).toEqual([]);
    });
  });

  test("in the middle leaves nothing half, and what stood there before", async (context) => {
    await withDisk(context, "size=2m", async (disk) => {
      writeFileSync(join(disk, "fox.mp4"), "an older fox");
      const error = await caught(saveVideo(await finished([ofUnknownLength]), join(disk, "fox.mp4")));
      expect(error.message).toMatch(/the disk is full \(ENOSPC: no space left on device, write\)/);
      expect(readdirSync(disk)).toEqual(["fox.mp4"]);
      expect(readFileSync(join(disk, "fox.mp4"), "utf8")).toBe("an older fox");
      expect(downloads()).toBe(1);
    });
  });

  test("or a limit that cuts the last write in two: what was written is not taken for all", async () => {
    serve([(response) => response.end(bytes.subarray(0, 300_000))]);
    const { stdout } = await promisify(execFile)("bash", ["-c", LIMITED, "bash", process.execPath, SCRIPT], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: { PATH: process.env.PATH, MINIMAX_SERVER: server.url, MINIMAX_API_KEY: "THE-KEY", TARGET: path },
    });
    expect(stdout).toMatch(
      /^DownloadError .*: files of this size are not allowed there \(EFBIG: file too large, write\)/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
  // 100 kB for a file. The signal of the limit would end the process; without it the system says EFBIG.
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

  test("is told where the video lies, once it lies there", async () => {
    const told: unknown[] = [];
    const journal = journalOf(async (task, place) => void told.push(task, place, readdirSync(folder)));
    const video = await finished([whole], { journal });
    await saveVideo(video, relative(process.cwd(), path));
    expect(told).toEqual([video.task.toJSON(), path, ["fox.mp4"]]);
  });

  test("is not told of what failed", async () => {
    const journal = journalOf(() => expect.fail("there is no video"));
    expect(await caught(saveVideo(await finished([missing], { journal }), path))).toMatchObject({ status: 404 });
  });

  test("that fails does not make the video less saved", async () => {
    const heard: string[] = [];
    const logger = { debug: (message: string) => void heard.push(message) };
    const journal = journalOf(async () => {
      throw new Error("the journal's disk is full");
    });
    await saveVideo(await finished([whole], { journal, logger }), path);
    isWhole(path);
    expect(heard.filter((message) => /journal/.test(message)).length).toBe(1);
  });
});

/** A small disk of its own, where one may be had; else the test is skipped and says why. */
async function withDisk({ skip }: TestContext, options: string, use: (disk: string) => Promise<void>): Promise<void> {
  const disk = join(folder, "disk");
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
