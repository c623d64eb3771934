/** From a finished task to its bytes: the link, and what hosts, networks and callers do to a download. */
import { getEventListeners } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ApiError,
  type ConnectOptions,
  connect,
  createClient,
  DownloadError,
  MiniMaxError,
  restoreTask,
  type Video,
} from "../src/index.js";
import { saveVideo } from "../src/node/index.js";
import { type Answer, fakeServer, json, refused, silence, success } from "./helpers/fake-server.js";

const api = fakeServer();
const host = fakeServer();
const other = fakeServer();
const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));
const KEY = "THE-KEY";

let folder: string;
let now: number;
let pauses: number[];
/** Bytes of the file that the client has told. */
let arrived: number;
let onPause: ((signal?: AbortSignal) => Promise<void>) | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
  now = Date.UTC(2026, 10, 1);
  pauses = [];
  arrived = 0;
  onPause = undefined;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = {
  now: () => now,
  random: () => 1,
  pause: async (milliseconds: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    pauses.push(milliseconds);
    await onPause?.(signal);
    await turn();
  },
};
const done = json({ status: "Success", file_id: "9", ...success });
const file = (download_url: string): Answer => json({ file: { file_id: 9, download_url }, ...success });
/** The n-th request for a link gets the n-th link to the host. */
const link: Answer = (response, seen) =>
  file(`${host.url}/${links()}.mp4?Expires=${now / 1000 + 3600}&Signature=SIGNED`)(response, seen);
const links = () => api.seen.filter(({ url }) => url.includes("/files/retrieve")).length;

/** A finished task, whose bytes lie at the host; `answers` are the host's. */
async function finished(answers: Answer[], options: ConnectOptions = {}): Promise<Video> {
  api.next(done, link);
  host.next(...answers);
  arrived = 0;
  return createClient({ apiKey: KEY, server: api.url, clock, ...options })
    .videos.task("7")
    .wait();
}

type Headers = Record<string, string | number>;
const tag = { etag: '"1"' };
const whole =
  (headers: Headers = tag): Answer =>
  (response) =>
    response.writeHead(200, { "content-type": "video/mp4", "content-length": bytes.length, ...headers }).end(bytes);
/** Cuts the connection when the client has taken so much of the file: what still waits in a stream is lost with it. */
async function cutOff(response: Parameters<Answer>[0], taken: number): Promise<void> {
  await until(() => arrived >= taken || response.destroyed);
  response.destroy();
}
/** What a Range header asks for. */
const rest =
  (headers: Headers = tag): Answer =>
  (response, { headers: { range = "" } }) => {
    const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
    const all = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(206, { ...all, "content-length": bytes.length - from, ...headers }).end(bytes.subarray(from));
  };
/** The file up to a byte, or from the byte that is asked for, then nothing more. */
const cutAt =
  (end: number, headers: Headers = tag): Answer =>
  (response, { headers: { range } }) => {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const all = range ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(range ? 206 : 200, { ...all, "content-length": bytes.length - from, ...headers });
    response.write(bytes.subarray(from, end));
    void cutOff(response, Math.max(from, end));
  };
const status =
  (code: number, headers: Headers = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end("<Error><Code>AccessDenied</Code></Error>");
const redirect = (location: string) => status(302, { location });

type Options = Parameters<Video["stream"]>[0];
const watched = (options?: Options): Options => ({
  ...options,
  onProgress(progress) {
    arrived = progress.bytes;
    options?.onProgress?.(progress);
  },
});
const ways: Record<string, (video: Video, options?: Options) => Promise<Uint8Array>> = {
  stream: async (video, options) => new Uint8Array(await new Response(video.stream(watched(options))).arrayBuffer()),
  blob: async (video, options) => new Uint8Array(await (await video.blob(watched(options))).arrayBuffer()),
  saveVideo: async (video, options) => {
    const { path } = await saveVideo(video, join(folder, "fox.mp4"), watched(options));
    return readFileSync(path);
  },
};
const { stream, blob } = ways as { stream: (typeof ways)[string]; blob: (typeof ways)[string] };

async function caught(promise: Promise<unknown>): Promise<DownloadError> {
  return promise.then(
    () => expect.fail("it worked"),
    (error) => error,
  );
}
const same = (got: Uint8Array) => expect(Buffer.compare(got, bytes)).toBe(0);
const rangesAsked = () => host.seen.map(({ headers }) => headers.range);

describe.each(Object.entries(ways))("%s", (_, get) => {
  test("gives the bytes, and the key to nobody", async () => {
    const video = await finished([whole()]);
    same(await get(video));
    const { authorization, cookie, ...headers } = host.seen[0]?.headers ?? {};
    expect([authorization, cookie]).toEqual([undefined, undefined]);
    expect(JSON.stringify(headers)).not.toContain(KEY);
    expect(headers["accept-encoding"]).toBe("identity");
  });

  test("takes up a cut where it broke, over the same link", async () => {
    const video = await finished([cutAt(100_000), cutAt(200_000), rest()]);
    same(await get(video));
    expect(rangesAsked()).toEqual([undefined, "bytes=100000-", "bytes=200000-"]);
    expect(host.seen.map(({ headers }) => headers["if-range"])).toEqual([undefined, '"1"', '"1"']);
    expect([links(), new Set(host.seen.map(({ url }) => url)).size]).toEqual([1, 1]);
  });

  test.each([401, 403, 404, 410, 500])("asks for a new link when the old one is answered with %i", async (code) => {
    same(await get(await finished([status(code), whole()])));
    expect(host.seen.map(({ url }) => url.slice(0, 6))).toEqual(["/1.mp4", "/2.mp4"]);
  });

  test("goes on over a new link when the old one dies on the way", async () => {
    same(await get(await finished([cutAt(100_000), status(403), rest()])));
    expect(host.seen.map(({ url }) => url.slice(0, 6))).toEqual(["/1.mp4", "/1.mp4", "/2.mp4"]);
    expect(rangesAsked().at(-1)).toBe("bytes=100000-");
  });

  test("follows a redirect, without the key", async () => {
    const video = await finished([redirect(`${other.url}/elsewhere.mp4`)]);
    other.next(whole());
    same(await get(video));
    for (const { headers } of [...host.seen, ...other.seen]) expect(JSON.stringify(headers)).not.toContain(KEY);
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test.each([
    "file:///etc/passwd",
    "data:video/mp4,fox",
    "ftp://127.0.0.1/fox.mp4",
  ])("refuses a redirect to %s", async (location) => {
    const error = await caught(get(await finished([redirect(location)])));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toMatch(/URL scheme must be a HTTP\(S\) scheme/);
  });

  test("shows no link in any error, however deep", async () => {
    // undici's own error holds the link as a property there.
    const answers = [redirect("http://[bad?Signature=SIGNED"), redirect("/again?Signature=SIGNED"), cutAt(0)];
    for (const answer of answers) {
      const error = await caught(get(await finished([answer])));
      expect(error).toBeInstanceOf(DownloadError);
      expect(error.cause).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/SIGNED|THE-KEY/);
    }
  });

  test("skips what it has when the host ignores the range", async () => {
    same(await get(await finished([cutAt(100_000), whole()])));
    expect(rangesAsked()).toEqual([undefined, "bytes=100000-"]);
  });

  test("asks for the whole when it gets another part than it asked for", async () => {
    const behind: Answer = (response) => {
      const range = { "content-range": `bytes 150000-299999/300000`, "content-length": 150_000, ...tag };
      response.writeHead(206, range).end(bytes.subarray(150_000));
    };
    same(await get(await finished([cutAt(100_000), behind, whole()])));
    expect(rangesAsked()).toEqual([undefined, "bytes=100000-", undefined]);
  });

  test("uses a part that begins earlier", async () => {
    const earlier: Answer = (response) => {
      const range = { "content-range": `bytes 65536-299999/300000`, "content-length": 234_464, ...tag };
      response.writeHead(206, range).end(bytes.subarray(65_536));
    };
    same(await get(await finished([cutAt(100_000), earlier])));
  });

  test.each<[string, Headers]>([
    ["no content-range", { "content-range": "" }],
    ["another total", { ...tag, "content-range": "bytes 100000-299999/300001" }],
    ["another ETag", { etag: '"2"' }],
    ["a weak ETag", { etag: 'W/"1"' }],
    ["no way to see where it begins", { ...tag, "content-range": "bytes */*", "content-length": 100 }],
  ])("does not put a part with %s to what it has", async (_, headers) => {
    const stranger = headers["content-range"] === "" ? { "content-length": 10 } : headers;
    const part: Answer = (response) => {
      const all = { "content-range": "bytes 100000-299999/300000", "content-length": 200_000, ...stranger };
      if (headers["content-range"] === "") all["content-range"] = "nonsense";
      response.writeHead(206, all).end(Buffer.alloc(Number(all["content-length"]), "x"));
    };
    same(await get(await finished([cutAt(100_000), part, whole()])));
    expect(rangesAsked()).toEqual([undefined, "bytes=100000-", undefined]);
  });

  test("knows by the length where a part begins whose content-range it may not see, as in a browser", async () => {
    const hidden: Answer = (response) =>
      response.writeHead(206, { "content-length": 200_000, ...tag }).end(bytes.subarray(100_000));
    same(await get(await finished([cutAt(100_000), hidden])));
  });

  test("knows from content-range how much is missing where no length is told", async () => {
    const ofUnknownLength = (range: string, end: number): Answer => {
      return (response) => {
        if (range) response.writeHead(206, { ...tag, "content-range": range });
        else response.writeHead(200, tag);
        const from = Number(/\d+/.exec(range)?.[0] ?? 0);
        if (range) response.end(bytes.subarray(from, end));
        else response.write(bytes.subarray(from, end), () => cutOff(response, end));
      };
    };
    const answers = [ofUnknownLength("", 100_000), ofUnknownLength("bytes 100000-199999/300000", 200_000), rest()];
    same(await get(await finished(answers)));
    expect(rangesAsked().at(-1)).toBe("bytes=200000-");
  });

  test("does not take a whole that is shorter than what it has for the end", async () => {
    const cut: Answer = (response) => {
      response.writeHead(200, tag).write(bytes.subarray(0, 200_000), () => cutOff(response, 200_000));
    };
    const shorter: Answer = (response) => response.writeHead(200, tag).end(bytes.subarray(0, 100_000));
    same(await get(await finished([cut, shorter, rest()])));
  });

  test("takes the end of a file of unknown length for the end", async () => {
    same(await get(await finished([(response) => response.writeHead(200).end(bytes)])));
  });

  test("asks for the whole after a 416", async () => {
    same(await get(await finished([cutAt(100_000), status(416, { "content-range": "bytes */300000" }), whole()])));
    expect(rangesAsked().at(-1)).toBeUndefined();
  });

  test("does not take a short body for the whole, whatever its fetch makes of it", async () => {
    const short = async () => new Response("half", { headers: { "content-length": "8", "content-type": "video/mp4" } });
    const error = await caught(get(await finished([]), { fetch: short }));
    expect(error.message).toMatch(/ended early, after 4 of 8 bytes/);
  });

  test.each<[string, Answer, RegExp]>([
    ["nothing", whole({ "content-length": 0 }), /ended early, after 0 of 0 bytes/],
    [
      "a page",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("hi"),
      /HTTP 200 with an HTML/,
    ],
    ["no body", (response) => response.writeHead(204).end(), /HTTP 204/],
  ])("does not take %s for a video", async (_, answer, message) => {
    const error = await caught(get(await finished([answer])));
    expect(error).toMatchObject({ name: "DownloadError", message: expect.stringMatching(message) });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("does not compare the length of what was compressed, nor asks for a part of it", async () => {
    const packed = gzipSync(bytes);
    const headers = { "content-encoding": "gzip", "content-length": packed.length, ...tag };
    same(await get(await finished([(response) => response.writeHead(200, headers).end(packed)])));
  });

  test("gives up after five more tries without a byte more, with growing pauses and all facts", async () => {
    const video = await finished([status(404)]);
    pauses = [];
    const error = await caught(get(video));
    expect(error).toMatchObject({ name: "DownloadError", status: 404, taskId: "7", fileId: "9", task: { id: "7" } });
    expect(error.message).toMatch(/task 7 .* 127\.0\.0\.1:\d+ answered HTTP 404 \(6 attempts in a row/);
    expect(error.message).not.toMatch(/SIGNED|mp4/);
    expect([host.seen.length, links()]).toEqual([6, 6]);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test("counts tries anew with each that brought bytes", async () => {
    const cuts = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((step) => [cutAt(step * 30_000), status(503)]);
    same(await get(await finished([...cuts, rest()])));
  });

  test("waits as long as the host asks", async () => {
    const video = await finished([status(503, { "retry-after": 20 }), whole()]);
    pauses = [];
    same(await get(video));
    expect(pauses).toEqual([20_000]);
  });

  test("takes a line on which nothing comes for a cut one", async () => {
    const stuck: Answer = (response) => {
      response.writeHead(200, { "content-length": bytes.length, ...tag });
      response.write(bytes.subarray(0, 100_000));
    };
    same(await get(await finished([silence, stuck, rest()]), { idleTimeout: 200 }));
    expect(rangesAsked()).toEqual([undefined, undefined, "bytes=100000-"]);
    const error = await caught(get(await finished([silence]), { idleTimeout: 10 }));
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ sent nothing for 0.01 s/);
  });

  test("does not take a line that it gave up itself for one that came to its end", async () => {
    const stuck: Answer = (response) => response.writeHead(200, tag).write(bytes.subarray(0, 100_000));
    const deaf: typeof fetch = (url, init) => fetch(url, { ...init, signal: null });
    same(await get(await finished([stuck, rest()]), { fetch: deaf, idleTimeout: 100 }));
  });

  test("does not repeat what the service refuses for good", async () => {
    const video = await finished([whole()]);
    api.next(json(refused(1004, "wrong key")));
    const error = await caught(get(video));
    expect(error).toMatchObject({ name: "DownloadError", cause: { kind: "authentication" } });
    expect(error.cause).toBeInstanceOf(ApiError);
    expect(api.seen.length).toBe(1);
  });

  test("outlives a service that is away for a while", async () => {
    const video = await finished([whole()]);
    const away = json("", 502);
    api.next(away, away, away, away, link);
    same(await get(video));
  });

  test("uses the fetch it is given, and otherwise the client's own", async () => {
    const urls: string[] = [];
    const noted =
      (who: string): typeof fetch =>
      (url, init) => {
        urls.push(`${who} ${new URL(String(url)).pathname}`);
        return fetch(url, init);
      };
    api.next(done, link);
    host.next(whole());
    const connection = connect({ apiKey: KEY, server: api.url, clock, fetch: noted("client") });
    const video = await restoreTask(connection, "7").wait();
    same(await get(video));
    same(await get(video, { fetch: noted("download") }));
    expect(urls.filter((url) => url.endsWith(".mp4"))).toEqual(["client /1.mp4", "download /1.mp4"]);
  });

  describe("when its signal aborts", () => {
    const reason = { not: "even an error" };
    const deaf: typeof fetch = (url, init) => fetch(url, { ...init, signal: null });
    const hold: Answer = (response) => {
      response.writeHead(200, { "content-length": bytes.length, ...tag });
      response.write(bytes.subarray(0, 1000));
    };

    test.each<[string, Answer, Options]>([
      ["before the answer", silence, {}],
      ["in the middle", hold, {}],
      ["before the reply of a fetch that minds no signal", silence, { fetch: deaf }],
      ["in the middle of a fetch that minds no signal", hold, { fetch: deaf }],
    ])("%s, ends at once with its reason, and ends the request", async (_, answer, options) => {
      let closed: Promise<void> | undefined;
      const watched: Answer = (response, seen) => {
        closed = new Promise((resolve) => response.on("close", resolve));
        answer(response, seen);
      };
      const video = await finished([watched]);
      const controller = new AbortController();
      const promise = caught(get(video, { ...options, signal: controller.signal }));
      await until(() => closed !== undefined);
      if (answer === hold) await later(50);
      const aborted = performance.now();
      controller.abort(reason);
      expect(await promise).toBe(reason);
      expect(performance.now() - aborted).toBeLessThan(100);
      expect(readdirSync(folder)).toEqual([]);
      // Of a fetch that minds no signal, what has not come yet cannot be ended.
      if (answer === hold || !options?.fetch) await closed;
    });

    test("before anything, asks nobody", async () => {
      const video = await finished([whole()]);
      expect(await caught(get(video, { signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect([links(), host.seen.length]).toEqual([0, 0]);
    });

    test("with one of our own errors for a reason, gives that, neither repeated nor wrapped", async () => {
      const controller = new AbortController();
      const own = new MiniMaxError("the caller's own");
      const video = await finished([hold]);
      const onProgress = () => controller.abort(own);
      expect(await caught(get(video, { onProgress, signal: controller.signal }))).toBe(own);
      expect(host.seen.length).toBe(1);
    });

    test("in a pause, does not wait for its end", async () => {
      const controller = new AbortController();
      const video = await finished([status(404)]);
      onPause = (signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          controller.abort(reason);
        });
      expect(await caught(get(video, { signal: controller.signal }))).toBe(reason);
    });

    test("while the link is asked for, ends that as well", async () => {
      const video = await finished([whole()]);
      const closed = new Promise<void>((resolve) => api.next((response) => response.on("close", resolve)));
      const controller = new AbortController();
      const promise = caught(get(video, { signal: controller.signal }));
      await until(() => api.seen.length > 0);
      controller.abort(reason);
      expect(await promise).toBe(reason);
      await closed;
    });
  });

  test("an onProgress that throws ends the request with an error that carries the task", async () => {
    let closed = Promise.resolve();
    const video = await finished([
      (response) => {
        closed = new Promise((resolve) => response.on("close", resolve));
        response.writeHead(200, { "content-length": bytes.length }).write(bytes.subarray(0, 1000));
      },
    ]);
    const fault = new Error("the caller's own");
    const onProgress = () => {
      throw fault;
    };
    expect(await caught(get(video, { onProgress }))).toMatchObject({ name: "MiniMaxError", taskId: "7", cause: fault });
    await closed;
    expect(readdirSync(folder)).toEqual([]);
  });

  test("tells progress up to the end", async () => {
    const told: { bytes: number; total?: number }[] = [];
    same(await get(await finished([cutAt(100_000), rest()]), { onProgress: (progress) => told.push(progress) }));
    expect(told.at(-1)).toEqual({ bytes: bytes.length, total: bytes.length });
    expect(told.map(({ bytes }) => bytes)).toEqual(told.map(({ bytes }) => bytes).toSorted((one, two) => one - two));
  });
});

describe("a file that changes at its host while it is fetched", () => {
  const older = (response: Parameters<Answer>[0]) => {
    response.writeHead(200, { "content-length": 200_000, etag: '"old"' });
    response.write(Buffer.alloc(100_000, "old"), () => cutOff(response, 100_000));
  };

  test.each(["blob", "saveVideo"])("is begun anew by %s, whose progress falls back", async (name) => {
    const told: number[] = [];
    const get = ways[name] as typeof stream;
    same(await get(await finished([older, whole()]), { onProgress: ({ bytes }) => told.push(bytes) }));
    expect(host.seen[1]?.headers["if-range"]).toBe('"old"');
    const fall = told.findIndex((bytes, index) => bytes < (told[index - 1] ?? 0));
    expect(told[fall - 1]).toBe(100_000);
    expect(told.at(-1)).toBe(bytes.length);
  });

  test("ends a stream, which says so, at once", async () => {
    const error = await caught(stream(await finished([older, whole()])));
    expect(error).toMatchObject({ name: "DownloadError", taskId: "7", fileId: "9" });
    expect(error.message).toMatch(
      /broke off.*other side closed.*A stream cannot start over, and the file has changed there/,
    );
    expect(host.seen.length).toBe(2);
  });

  test("does not keep a download busy for ever", async () => {
    let version = 0;
    const another: Answer = (response, seen) =>
      cutAt(100_000, { etag: `"${version++}"` })(response, { ...seen, headers: {} });
    expect((await caught(blob(await finished([another])))).message).toMatch(/6 attempts in a row/);
    expect(host.seen.length).toBe(7 - 1);
  });
});

describe("what marks the version of a file", () => {
  const date = (ago: number) => new Date(Date.UTC(2026, 10, 1) - ago).toUTCString();
  const long = { date: date(0), "last-modified": date(60_000) };
  const ago = long["last-modified"];

  test.each<[string, Headers, string | undefined]>([
    ["a strong ETag", { etag: '"1"', ...long }, '"1"'],
    ["a date a minute before the answer's own", long, ago],
    ["no date less than that", { ...long, "last-modified": date(59_000) }, undefined],
    ["no weak ETag, and no date beside one", { etag: 'W/"1"', ...long }, undefined],
    ["nothing of what was compressed", { etag: '"1"', "content-encoding": "gzip" }, undefined],
    ["nothing where there is nothing", {}, undefined],
  ])("is %s", async (_, headers, mark) => {
    const video = await finished([cutAt(100_000, headers), mark ? rest(headers) : whole(headers)]);
    const get = blob(video);
    if ("content-encoding" in headers) await caught(get);
    else same(await get);
    expect(host.seen[1]?.headers["if-range"]).toBe(mark);
    expect(host.seen[1]?.headers.range).toBe(mark && "bytes=100000-");
  });

  test("is missed by a stream that broke off, and it says so", async () => {
    const headers = { etag: 'W/"1"', ...long };
    const error = await caught(stream(await finished([cutAt(100_000, headers), whole(headers)])));
    expect(error.message).toMatch(/nothing tells whether the file there is the same/);
  });
});

describe("stream", () => {
  test("fetches nothing before it is read, and no more than is read", async () => {
    const video = await finished([whole()]);
    const reader = video.stream().getReader();
    await later(20);
    expect([links(), host.seen.length]).toEqual([0, 0]);
    expect((await reader.read()).value?.length).toBeGreaterThan(0);
    await reader.cancel();
  });

  test("ends the request when it is cancelled", async () => {
    let closed = Promise.resolve();
    const video = await finished([
      (response) => {
        closed = new Promise((resolve) => response.on("close", resolve));
        response.writeHead(200, { "content-length": bytes.length }).write(bytes.subarray(0, 1000));
      },
    ]);
    const reader = video.stream().getReader();
    await reader.read();
    await reader.cancel("enough");
    await closed;
  });

  test("does not take a reader's leisure for a cut", async () => {
    const reader = (await finished([whole()])).stream({ idleTimeout: 30 }).getReader();
    const parts: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      if (parts.length < 3) await later(60);
    }
    same(Buffer.concat(parts));
    expect(host.seen.length).toBe(1);
  });

  test("leaves nothing on the signal it was given", async () => {
    const { signal } = new AbortController();
    same(await stream(await finished([whole()]), { signal }));
    same(await blob(await finished([whole()]), { signal }));
    expect(getEventListeners(signal, "abort").length).toBe(0);
  });
});

test.each([
  ["video/webm", "video/webm"],
  ["application/octet-stream", "video/mp4"],
  ["binary/octet-stream", "video/mp4"],
  ["", "video/mp4"],
])("a blob of %j is of type %s", async (type, expected) => {
  expect((await (await finished([whole({ "content-type": type })])).blob()).type).toBe(expected);
});

describe("url", () => {
  const HOUR = 3_600_000;
  const seconds = (at: number) => Math.floor(at / 1000);
  const stamp = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");

  test.each<[string, (at: number) => string, number]>([
    ["its Expires", (at) => `Expires=${seconds(at + 9 * HOUR)}`, 9 * HOUR - 5 * 60_000],
    ["its X-Amz-Date", (at) => `X-Amz-Date=${stamp(at)}&X-Amz-Expires=7200`, 2 * HOUR - 5 * 60_000],
    ["its x-oss-date", (at) => `x-oss-date=${stamp(at - HOUR)}&x-oss-expires=7200`, HOUR - 5 * 60_000],
    ["half of its short life", (at) => `Expires=${seconds(at + 6 * 60_000)}`, 3 * 60_000],
    ["half an hour, where it does not say", () => "", HOUR / 2],
    ["half an hour, where nobody can read it", () => "Expires=Tue&X-Amz-Expires=7200", HOUR / 2],
  ])("keeps a link by %s", async (_, query, life) => {
    const video = await finished([]);
    api.next((response, seen) => file(`https://cdn.test/${links()}?${query(now)}`)(response, seen));
    await video.url();
    now += life - 1000;
    expect(await video.url()).toMatch(/\/1\?/);
    now += 1000;
    expect(await video.url()).toMatch(/\/2\?/);
    expect(await video.url({ fresh: true })).toMatch(/\/3\?/);
  });

  test("never keeps a link that is dead by its own word", async () => {
    const video = await finished([]);
    api.next(file(`https://cdn.test/1?Expires=${seconds(now - 1000)}`));
    await video.url();
    await video.url();
    expect(links()).toBe(2);
  });

  test("asks once for all who wait", async () => {
    const video = await finished([]);
    const all = await Promise.all([video.url(), video.url(), video.url({ fresh: true })]);
    expect([new Set(all).size, links()]).toEqual([1, 1]);
  });

  test("lets one who waits go without the others", async () => {
    const video = await finished([]);
    const controller = new AbortController();
    const [one, two] = [caught(video.url(controller)), video.url()];
    controller.abort("enough");
    expect(await one).toBe("enough");
    expect(await two).toContain("/1.mp4");
    expect(links()).toBe(1);
  });

  test("of a template is the one that its task named, then what the task names when it is asked again", async () => {
    const named: Answer = (response, seen) =>
      json({ status: "Success", video_url: `https://cdn.test/${api.seen.length}`, ...success })(response, seen);
    const nothing = json({ status: "Success", video_url: "file:///etc/passwd", ...success });
    api.next(named, named, nothing, named);
    const { templates } = createClient({ apiKey: KEY, server: api.url, clock });
    const video = await templates.task("7").wait();
    expect(await video.url()).toBe("https://cdn.test/1");
    now += HOUR / 2;
    expect(await video.url()).toBe("https://cdn.test/2");
    now += HOUR / 2;
    expect(await caught(video.url())).toMatchObject({ name: "DownloadError", taskId: "7" });
    expect(await video.url()).toBe("https://cdn.test/4");
  });

  test("remembers no failure", async () => {
    const video = await finished([]);
    api.next(json(refused(1004)), link);
    await caught(video.url());
    expect(await video.url()).toContain("/2.mp4");
  });
});

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await later(5);
}
