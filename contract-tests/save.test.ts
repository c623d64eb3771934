/** From a link to a whole file: never half of one, never with the key, resumed after a cut. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, DownloadError } from "../src/index.js";
import { saveVideo } from "../src/node/index.js";
import { type Answer, json, scripted, success } from "./script.js";

const server = scripted();
const bytes = Buffer.alloc(300_000, "a moving picture, ");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A finished task; its link is asked for, then the bytes. */
async function finished(...downloads: Answer[]) {
  const file = json({ file: { file_id: 9, download_url: `${server.url}/v.mp4?Signature=SIGNED` }, ...success });
  server.next(json({ status: "Success", file_id: "9", ...success }), file, ...downloads);
  return createClient({ apiKey: "THE-KEY", server: server.url }).videos.task("7").wait();
}

const link: Answer = (response, seen) =>
  json({ file: { file_id: 9, download_url: `${server.url}/fresh.mp4` }, ...success })(response, seen);
const whole: Answer = (response) => response.writeHead(200, { "content-length": bytes.length, etag: '"1"' }).end(bytes);
const rest: Answer = (response, { headers }) => {
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1]);
  response.writeHead(206, { "content-length": bytes.length - from, etag: '"1"' }).end(bytes.subarray(from));
};
const cutAfter =
  (count: number, etag = '"1"'): Answer =>
  (response) => {
    response.writeHead(200, { "content-length": bytes.length, ...(etag ? { etag } : {}) });
    response.write(bytes.subarray(0, count), () => setTimeout(() => response.destroy(), 20));
  };
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it worked"),
    (error: unknown) => error as DownloadError,
  );

describe("saveVideo", () => {
  test("saves the bytes, tells progress, makes folders, sends no key to the link", async () => {
    const video = await finished(whole);
    const told: number[] = [];
    const path = join(folder, "a", "b", "fox.mp4");
    expect(await saveVideo(video, path, { onProgress: ({ bytes, total }) => told.push(bytes / (total ?? 0)) })).toEqual(
      { path, bytes: bytes.length },
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["fox.mp4"]);
    expect(told.at(-1)).toBe(1);
    expect(server.seen.at(-1)?.url).toBe("/v.mp4?Signature=SIGNED");
    expect(server.seen.at(-1)?.headers.authorization).toBeUndefined();
  });

  test("takes up a cut download where it broke, over a fresh link", async () => {
    const video = await finished(cutAfter(100_000), link, rest);
    await saveVideo(video, join(folder, "fox.mp4"));
    expect(readFileSync(join(folder, "fox.mp4")).equals(bytes)).toBe(true);
    expect(server.seen.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(server.seen.at(-1)?.headers["if-range"]).toBe('"1"');
  });

  test("begins anew when the host ignores the range", async () => {
    const video = await finished(cutAfter(100_000), link, whole);
    expect(await saveVideo(video, join(folder, "fox.mp4"))).toMatchObject({ bytes: bytes.length });
    expect(readFileSync(join(folder, "fox.mp4")).equals(bytes)).toBe(true);
  });

  test("does not take a short body for the whole, whatever the host calls the end", async () => {
    const video = await finished(link, link, link);
    const short = async () => new Response("half", { headers: { "content-length": "8" } });
    expect((await caught(saveVideo(video, join(folder, "fox.mp4"), { fetch: short }))).message).toContain(
      "4 of 8 bytes arrived",
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("asks for no range where nothing tells one version of the file from another", async () => {
    const video = await finished(cutAfter(100_000, ""), link, whole);
    await saveVideo(video, join(folder, "fox.mp4"));
    expect(server.seen.at(-1)?.headers.range).toBeUndefined();
  });

  test("asks for a new link when the old one has expired", async () => {
    const video = await finished((response) => response.writeHead(403).end("<Error>expired</Error>"), link, whole);
    await saveVideo(video, join(folder, "fox.mp4"));
    expect(server.seen.map(({ url }) => url).slice(-1)).toEqual(["/fresh.mp4"]);
  });

  test("gives up after three more tries, keeps what stood there before, leaves nothing half", async () => {
    writeFileSync(join(folder, "fox.mp4"), "an older fox");
    const gone: Answer = (response) => response.writeHead(404).end();
    const video = await finished(gone, link, gone, link, gone, link, gone);
    const error = await caught(saveVideo(video, join(folder, "fox.mp4")));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error).toMatchObject({ status: 404, taskId: "7", fileId: "9", task: { id: "7" } });
    expect(error.message).not.toContain("SIGNED");
    expect(readFileSync(join(folder, "fox.mp4"), "utf8")).toBe("an older fox");
    expect(readdirSync(folder)).toEqual(["fox.mp4"]);
  });

  test("ends with the caller's reason at once and leaves nothing half", async () => {
    const video = await finished((response) => {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 1000));
    });
    const controller = new AbortController();
    const reason = new Error("enough");
    const saving = saveVideo(video, join(folder, "fox.mp4"), {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    expect(await caught(saving)).toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("says that a folder cannot be written, and does not fetch for nothing", async () => {
    writeFileSync(join(folder, "file"), "");
    const video = await finished(whole);
    const before = server.seen.length;
    const error = await caught(saveVideo(video, join(folder, "file", "fox.mp4")));
    expect(error.message).toMatch(/task 7 was not saved: it cannot be written to .*fox\.mp4: (ENOTDIR|EEXIST)/);
    expect(server.seen.length).toBe(before);
  });
});
