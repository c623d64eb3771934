/** Downloads of a finished video over real connections: as a stream, as a Blob, and to disk. */
import { getEventListeners } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type ConnectOptions, createClient, type Video } from "../src/index.js";
import { saveVideo } from "../src/node/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { type Answer, fakeServer, json, success } from "./helpers/fake-server.js";
import { webm } from "./helpers/movies.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const api = fakeServer();
const host = fakeServer();
const other = fakeServer();
const bytes = webm(300_000);
const KEY = "THE-KEY";
const clock = { now: () => Date.now(), random: () => 1, pause: () => sleep(1) };

const folder = temporaryFolder();

const links = () => api.seen.filter(({ url }) => url.includes("/files/retrieve")).length;
const done = json({ status: "Success", file_id: "9", ...success });
/** Answers the n-th request for a link with the n-th link to the host. */
const link: Answer = (response, seen) => {
  const download_url = `${host.url}/${links()}.mp4?Expires=${Date.now() + 3_600_000}&Signature=SIGNED`;
  json({ file: { file_id: 9, download_url }, ...success })(response, seen);
};

/** A finished video whose host gives these answers. */
async function finished(answers: Answer[], options: ConnectOptions = {}): Promise<Video> {
  api.next(done, link);
  host.next(...answers);
  const minimax = createClient({ apiKey: KEY, server: api.url, clock, ...options });
  return minimax.videos.task("7").wait();
}

type Headers = Record<string, string | number>;
const TAG = { etag: '"1"' };
/** Sends the whole file, or the requested range. */
const served =
  (headers: Headers = TAG): Answer =>
  (response, { headers: { range } }) => {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const part = range ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    const length = { "content-type": "video/mp4", "content-length": bytes.length - from };
    response.writeHead(range ? 206 : 200, { ...length, ...part, ...headers }).end(bytes.subarray(from));
  };
/** Sends the first 100,000 bytes, then nothing, until `cut` closes the connection. */
function held(headers: Headers = TAG) {
  let cut = () => {};
  let closed = Promise.resolve();
  const answer: Answer = (response) => {
    cut = () => response.destroy();
    closed = new Promise((resolve) => response.on("close", resolve));
    response.writeHead(200, { "content-length": bytes.length, ...headers }).write(bytes.subarray(0, 100_000));
  };
  return { answer, cut: () => cut(), closed: () => closed };
}
const status =
  (code: number, headers: Headers = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end("<Error><Code>AccessDenied</Code></Error>");

type Options = Parameters<Video["stream"]>[0];
const WAYS = {
  stream: async (video: Video, options?: Options) =>
    new Uint8Array(await new Response(video.stream(options)).arrayBuffer()),
  blob: async (video: Video, options?: Options) => new Uint8Array(await (await video.blob(options)).arrayBuffer()),
  saveVideo: async (video: Video, options?: Options) =>
    readFileSync((await saveVideo(video, folder.join("fox.mp4"), options)).path),
};
const same = (got: Uint8Array) => expect(Buffer.compare(got, bytes)).toBe(0);

describe.each(Object.entries(WAYS))("%s", (_, get) => {
  test("returns the bytes of the file, even after a redirect, and never sends the key", async () => {
    const video = await finished([status(302, { location: `${other.url}/elsewhere.mp4` })]);
    other.next(served());
    same(await get(video));
    expect(host.seen[0]?.headers["accept-encoding"]).toBe("identity");
    for (const { headers } of [...host.seen, ...other.seen]) {
      expect(headers).not.toHaveProperty("authorization");
      expect(JSON.stringify(headers)).not.toContain(KEY);
    }
  });

  test("resumes after a cut, and gets a new link after a refusal", async () => {
    const first = held();
    const onProgress = ({ bytes }: { bytes: number }) => bytes === 100_000 && first.cut();
    same(await get(await finished([first.answer, status(403), served()]), { onProgress }));
    expect(host.seen.map(({ url }) => url.slice(0, 6))).toEqual(["/1.mp4", "/1.mp4", "/2.mp4"]);
    expect(host.seen.map(({ headers }) => headers.range)).toEqual([undefined, "bytes=100000-", "bytes=100000-"]);
  });

  test("accepts a file that a host compressed although it was asked not to", async () => {
    const headers = { "content-encoding": "gzip", ...TAG };
    same(await get(await finished([(response) => response.writeHead(200, headers).end(gzipSync(bytes))])));
  });

  test("fails with an error that shows no link, and leaves nothing behind", async () => {
    // undici's own error has the link of a broken redirect as a property.
    for (const location of ["http://[bad?Signature=SIGNED", "/again?Signature=SIGNED"]) {
      const error = await failureOf(get(await finished([status(302, { location })])));
      expect(error).toMatchObject({ name: "DownloadError", taskId: "7" });
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/SIGNED|THE-KEY/);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("ends with the caller's signal and its own reason, and ends the request", async () => {
    const reason = { not: "even an error" };
    const { answer, closed } = held();
    const controller = new AbortController();
    const onProgress = ({ bytes }: { bytes: number }) =>
      bytes === 100_000 && setTimeout(() => controller.abort(reason));
    const getting = get(await finished([answer]), { signal: controller.signal, onProgress });
    expect(await failureOf(getting)).toBe(reason);
    await closed();
    expect(host.seen).toHaveLength(1);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("uses the fetch of its call, and otherwise that of the client", async () => {
    const hosts: string[] = [];
    const noted =
      (who: string): typeof fetch =>
      (url, init) => {
        if (String(url).startsWith(host.url)) hosts.push(who);
        return fetch(url, init);
      };
    const video = await finished([served()], { fetch: noted("client") });
    same(await get(video));
    same(await get(video, { fetch: noted("call") }));
    expect(hosts).toEqual(["client", "call"]);
  });
});

test.each([
  "file:///etc/passwd",
  "data:video/mp4,fox",
  "ftp://127.0.0.1/fox.mp4",
])("a download refuses a redirect to %s", async (location) => {
  const error = await failureOf(WAYS.blob(await finished([status(302, { location })])));
  expect(error).toMatchObject({
    name: "DownloadError",
    message: expect.stringContaining("redirects to an address that is not HTTP"),
  });
});

test.each(["blob", "saveVideo"] as const)("%s starts over if the file has changed", async (way) => {
  const first = held({ etag: '"old"' });
  const onProgress = ({ bytes }: { bytes: number }) => {
    if (bytes === 100_000 && host.seen.length === 1) first.cut();
  };
  const changed: Answer = (response, seen) => served()(response, { ...seen, headers: {} });
  same(await WAYS[way](await finished([first.answer, changed]), { onProgress }));
  expect(host.seen[1]?.headers["if-range"]).toBe('"old"');
});

describe("a stream", () => {
  test("fetches nothing before it is read", async () => {
    const reader = (await finished([served()])).stream().getReader();
    await sleep(20);
    expect([links(), host.seen.length]).toEqual([0, 0]);
    expect((await reader.read()).value?.length).toBeGreaterThan(0);
    await reader.cancel();
  });

  test("ends the request when it is cancelled", async () => {
    const { answer, closed } = held();
    const reader = (await finished([answer])).stream().getReader();
    await reader.read();
    await reader.cancel("enough");
    await closed();
  });

  test("does not mistake a slow reader for a broken connection", async () => {
    const reader = (await finished([served()])).stream({ idleTimeout: 500 }).getReader();
    const parts: Uint8Array[] = [];
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parts.push(read.value);
      if (parts.length === 2) await sleep(700);
    }
    same(Buffer.concat(parts));
    expect(host.seen).toHaveLength(1);
  });

  test("leaves no listener on the signal", async () => {
    const { signal } = new AbortController();
    same(await WAYS.stream(await finished([served()]), { signal }));
    same(await WAYS.blob(await finished([served()]), { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

test.each([
  ["video/webm", "video/webm"],
  ["application/octet-stream", "video/mp4"],
  ["binary/octet-stream", "video/mp4"],
  ["", "video/mp4"],
])("a Blob of a file of type %j has the type %s", async (type, expected) => {
  const video = await finished([served({ "content-type": type })]);
  expect((await video.blob()).type).toBe(expected);
});
