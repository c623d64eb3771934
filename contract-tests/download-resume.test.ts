/** What hosts, networks and callers do to a download, and how it goes on. In simulated time, without a network. */
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { ApiError, MiniMaxError } from "../src/base/errors.js";
import type { ChunkOptions, Video } from "../src/base/task.js";
import { download } from "../src/download/download.js";
import { failureOf } from "./helpers/failure-of.js";
import { simulatedClock } from "./helpers/simulated-clock.js";

const FILE = "abcdefghij";
const TAG = { etag: '"1"' };
type Headers = Record<string, string>;
type Answer = () => Response | Promise<Response>;

/** A body that errors after `content`, as a connection that breaks does. */
function broken(content: string): ReadableStream<Uint8Array> {
  const chunks = content ? [new TextEncoder().encode(content)] : [];
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.error(new TypeError("terminated", { cause: new Error("other side closed") }));
    },
  });
}
const answer =
  (content: string | Uint8Array<ArrayBuffer>, headers: Headers = {}, status = 200): Answer =>
  // A stream: of a text, a Response would name a type of its own.
  () =>
    new Response(new Blob([content]).stream(), { status, headers });
const whole = (headers: Headers = TAG) => answer(FILE, { "content-length": "10", ...headers });
const cutAt =
  (end: number, headers: Headers = TAG): Answer =>
  () =>
    new Response(broken(FILE.slice(0, end)), { headers: { "content-length": "10", ...headers } });
const part = (from: number, headers: Headers = TAG) =>
  answer(
    FILE.slice(from),
    { "content-range": `bytes ${from}-9/10`, "content-length": `${10 - from}`, ...headers },
    206,
  );
const status = (code: number, headers: Headers = {}) => answer("<Error>", headers, code);
const silence: Answer = () => new Promise<Response>(() => {});
/** Sends the first three bytes, then nothing. */
const stuck = (cancel = () => {}): Answer => {
  const first = new TextEncoder().encode("abc");
  const start = (controller: ReadableStreamDefaultController) => controller.enqueue(first);
  return () => new Response(new ReadableStream({ start, cancel }), { headers: { "content-length": "10", ...TAG } });
};

/** Downloads from a host with these answers, one after the other and the last for ever. Each link has a number. */
function fetched(answers: Answer[], options: ChunkOptions = {}, link?: Video["url"]) {
  const clock = simulatedClock(() => 1);
  const pauses: number[] = [];
  const asked: { url: string; range?: string; validator?: string }[] = [];
  const progress: object[] = [];
  const logger = {
    debug: (_: string, facts?: object) => pauses.push((facts as { milliseconds: number }).milliseconds),
    ...{ info() {}, warn() {}, error() {} },
  };
  let links = 0;
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const { range, "if-range": validator } = init?.headers as Headers;
    asked.push({ url: String(url), ...(range && { range }), ...(validator && { validator }) });
    return (answers[Math.min(asked.length, answers.length) - 1] as Answer)();
  };
  const url: Video["url"] = async ({ fresh } = {}) => {
    if (fresh || links === 0) links++;
    return `https://me:word@files.test/${links}.mp4?Signature=SIGNED`;
  };
  const video = { taskId: "7", fileId: "9", task: { id: "7" }, url: link ?? url } as unknown as Video;
  const read = async () => {
    const chunks = download({ clock, logger, fetch }, video, { onProgress: (now) => progress.push(now), ...options });
    let text = "";
    for await (const chunk of chunks) text += Buffer.from(chunk).toString("latin1");
    return text;
  };
  const text = clock.until(read());
  text.catch(() => {});
  return { text, asked, pauses, progress, ranges: () => asked.map(({ range }) => range) };
}
const failed = (...given: Parameters<typeof fetched>) => failureOf(fetched(...given).text);

describe("a download that breaks off", () => {
  test("resumes where it broke, over the same link, if the file is the same", async () => {
    const { text, asked, pauses, progress } = fetched([cutAt(3), part(3)]);
    expect(await text).toBe(FILE);
    const url = "https://me:word@files.test/1.mp4?Signature=SIGNED";
    expect(asked).toEqual([{ url }, { url, range: "bytes=3-", validator: '"1"' }]);
    expect(pauses).toEqual([500]);
    expect(progress).toEqual([
      { bytes: 3, total: 10 },
      { bytes: 10, total: 10 },
    ]);
  });

  test.each([401, 403, 404, 410, 500])("takes a new link if the old one is answered with HTTP %i", async (code) => {
    const { text, asked } = fetched([status(code), whole()]);
    expect(await text).toBe(FILE);
    expect(asked.map(({ url }) => /\d\.mp4/.exec(url)?.[0])).toEqual(["1.mp4", "2.mp4"]);
  });

  test("takes a new link if the old one expires on the way", async () => {
    const { text, asked } = fetched([cutAt(3), status(403), part(3)]);
    expect(await text).toBe(FILE);
    expect(asked.map(({ url }) => /\d\.mp4/.exec(url)?.[0])).toEqual(["1.mp4", "1.mp4", "2.mp4"]);
    expect(asked.at(-1)?.range).toBe("bytes=3-");
  });

  test.each<[string, Answer[], (string | undefined)[]]>([
    ["skips what it has if the host ignores the range", [whole()], ["bytes=3-"]],
    ["uses a part that begins earlier", [part(2)], ["bytes=3-"]],
    [
      "uses a part whose range a browser hides",
      [answer("defghij", { "content-length": "7", ...TAG }, 206)],
      ["bytes=3-"],
    ],
    ["asks for the whole after a part that begins later", [part(5), whole()], ["bytes=3-", undefined]],
    [
      "asks for the whole after a part of a file of another length",
      [part(3, { ...TAG, "content-range": "bytes 3-9/11" }), whole()],
      ["bytes=3-", undefined],
    ],
    [
      "asks for the whole after a part with another validator",
      [part(3, { etag: '"2"' }), whole()],
      ["bytes=3-", undefined],
    ],
    [
      "asks for the whole after a part that could begin anywhere",
      [part(3, { ...TAG, "content-range": "?", "content-length": "2" }), whole()],
      ["bytes=3-", undefined],
    ],
    ["asks for the whole after a 416", [status(416), whole()], ["bytes=3-", undefined]],
  ])("%s", async (_, answers, ranges) => {
    const download = fetched([cutAt(3), ...answers]);
    expect(await download.text).toBe(FILE);
    expect(download.ranges()).toEqual([undefined, ...ranges]);
  });

  test("learns from a part how long the file is", async () => {
    const unknown = () => new Response(broken("abc"), { headers: TAG });
    const middle = answer("de", { ...TAG, "content-range": "bytes 3-4/10" }, 206);
    const { text, ranges } = fetched([unknown, middle, part(5)]);
    expect(await text).toBe(FILE);
    expect(ranges()).toEqual([undefined, "bytes=3-", "bytes=5-"]);
  });

  test("does not end with a whole file that is shorter than what it has", async () => {
    const unknown = () => new Response(broken("abcde"), { headers: TAG });
    expect(await fetched([unknown, answer("abc", TAG), part(5)]).text).toBe(FILE);
  });

  test("counts its attempts anew with each that brought bytes, and pauses as long as the host asks", async () => {
    const busy = status(503, { "retry-after": "20" });
    const oneByte = (at: number) =>
      answer(FILE.slice(at, at + 1), { "content-range": `bytes ${at}-9/10`, ...TAG }, 206);
    const steps = [1, 2, 3, 4, 5, 6, 7].flatMap((at) => [busy, oneByte(at)]);
    const { text, pauses } = fetched([cutAt(1), ...steps, part(8)]);
    expect(await text).toBe(FILE);
    expect(new Set(pauses)).toEqual(new Set([500, 20_000]));
  });

  test("gives up after six attempts without a new byte, with all facts but the link", async () => {
    const { text, asked, pauses } = fetched([status(404)]);
    const error = await failureOf(text);
    expect(error).toMatchObject({ name: "DownloadError", status: 404, taskId: "7", fileId: "9", task: { id: "7" } });
    expect(error.message).toBe(
      "The video of task 7 was not downloaded: files.test answered HTTP 404 (6 attempts in a row brought nothing). It is still available: try again",
    );
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
    expect(new Set(asked.map(({ url }) => url)).size).toBe(6);
  });

  test("names no link in its error, however deep it stands", async () => {
    const inner = Object.assign(new Error("no way to ?Signature=SIGNED"), { code: "ENOTFOUND", base: "SIGNED" });
    const refuse = () => Promise.reject(new TypeError("fetch failed ?Signature=SIGNED", { cause: inner }));
    const error = await failed([refuse]);
    expect(error.message).toMatch(/the request to files\.test failed: no way to .* \(ENOTFOUND\) \(6 attempts/);
    expect(error.cause).toMatchObject({ name: "TypeError", cause: { code: "ENOTFOUND" } });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/SIGNED|word/);
    expect((await failed([() => Promise.reject("odd")])).message).toContain("the request to files.test failed: odd (6");
    expect((await failed([cutAt(0)])).message).toContain("files.test broke off: other side closed (6");
  });
});

describe("a connection on which nothing arrives", () => {
  test("is given up and replaced", async () => {
    const cancel = vi.fn();
    const { text, ranges } = fetched([silence, stuck(cancel), part(3)], { idleTimeout: 30 });
    expect(await text).toBe(FILE);
    expect(ranges()).toEqual([undefined, undefined, "bytes=3-"]);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test("is named if it was the last", async () => {
    expect((await failed([silence], { idleTimeout: 10 })).message).toContain("files.test sent nothing for 0.01 s (6");
  });

  test("is not read if its answer comes too late", async () => {
    const cancel = vi.fn();
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return new Response(new ReadableStream({ cancel }));
    };
    expect(await fetched([late, whole()], { idleTimeout: 10 }).text).toBe(FILE);
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
  });
});

describe("a file that changes at its host", () => {
  const other = answer("VWXYZ", { "content-length": "5", etag: '"2"' });

  test("ends a stream, which cannot start over", async () => {
    const { text, asked } = fetched([cutAt(3), other]);
    expect((await failureOf(text)).message).toBe(
      "The video of task 7 was not downloaded: files.test broke off: other side closed. A stream cannot start over, and the file has changed there. It is still available: try again",
    );
    expect(asked).toHaveLength(2);
  });

  test("ends a stream also if nothing tells whether it has changed", async () => {
    const weak = { etag: 'W/"1"' };
    expect((await failed([cutAt(3, weak), whole(weak)])).message).toContain(
      "nothing tells whether the file there is the same",
    );
    const packed = { ...TAG, "content-encoding": "gzip" };
    expect((await failed([cutAt(3, packed), whole(packed)])).message).toContain("nothing tells whether");
  });

  test("starts over if the caller can discard what has arrived", async () => {
    const restart = vi.fn();
    const { text, progress } = fetched([cutAt(3), other], { restart });
    expect(await text).toBe("abcVWXYZ");
    expect(restart).toHaveBeenCalledTimes(1);
    expect(progress).toEqual([
      { bytes: 3, total: 10 },
      { bytes: 5, total: 5 },
    ]);
  });

  test("does not keep a download busy for ever", async () => {
    let version = 0;
    const changing: Answer = () => cutAt(3, { etag: `"${version++}"` })();
    const { text, asked } = fetched([changing], { restart: () => {} });
    expect((await failureOf(text)).message).toContain("6 attempts in a row");
    expect(asked).toHaveLength(6);
  });
});

const FTYP = Uint8Array.from([0, 0, 0, 8, 0x66, 0x74, 0x79, 0x70]);
const CUT_MOVIE = Uint8Array.from([...FTYP, 0, 0, 0, 9, 1, 2, 3, 4]);

describe("what a host sends", () => {
  test.each<[string, Answer, string]>([
    ["fewer bytes than it named", answer("half", { "content-length": "8" }), "ended early, after 4 of 8 bytes"],
    ["nothing", answer(""), "ended early, after 0 bytes"],
    ["half a movie of unknown length", answer(CUT_MOVIE), "ended early, after 16 bytes"],
    ["a text", answer("not yours", { "content-type": "text/plain" }), "sent text/plain instead of a video"],
    ["a page", answer("<p>", { "content-type": "text/html" }), "answered HTTP 200 with an HTML page"],
    ["no body", () => new Response(null, { status: 204 }), "answered HTTP 204"],
    ["more than maxBytes", whole(), "sent more than 9 bytes (maxBytes)"],
  ])("is not a video: %s", async (_, given, message) => {
    const error = await failed([given], message.includes("maxBytes") ? { maxBytes: 9 } : {});
    expect(error).toMatchObject({ name: "DownloadError", message: expect.stringContaining(`files.test ${message}`) });
  });

  test.each<[string, Answer, number]>([
    ["bytes of unknown length", answer(FILE), 10],
    ["bytes of an unusual type", answer(FILE, { "content-type": "application/context" }), 10],
    ["a movie that is declared as a text", answer(FTYP, { "content-type": "text/plain" }), 8],
    ["half a movie of the length that was named", answer(CUT_MOVIE, { "content-length": "16" }), 16],
    [
      "compressed bytes, whose length says nothing",
      answer(FILE, { "content-encoding": "gzip", "content-length": "4" }),
      10,
    ],
  ])("is a video: %s", async (_, given, length) => {
    expect(await fetched([given]).text).toHaveLength(length);
  });
});

describe("the request for a link", () => {
  const api = (kind: "authentication" | "service", retryable: boolean) =>
    new ApiError("no", { kind, retryable, status: 200 });

  test("is not repeated if the service refuses for good", async () => {
    const url = vi.fn(async () => Promise.reject(api("authentication", false)));
    const error = await failed([whole()], {}, url);
    expect(error).toMatchObject({ name: "DownloadError", taskId: "7", cause: { kind: "authentication" } });
    expect(url).toHaveBeenCalledTimes(1);
  });

  test("is repeated if the service is away for a while", async () => {
    const url = vi.fn(async () => "https://files.test/1.mp4");
    for (let time = 0; time < 4; time++) url.mockRejectedValueOnce(api("service", true));
    expect(await fetched([whole()], {}, url).text).toBe(FILE);
  });
});

describe("the caller's signal", () => {
  const reason = new MiniMaxError("the caller's own");

  test.each<[string, Answer]>([
    ["before the answer", silence],
    ["amid the bytes", stuck()],
  ])("ends a download at once with its reason, %s, even if fetch ignores it", async (_, given) => {
    const controller = new AbortController();
    const { text, asked } = fetched([given], { signal: controller.signal });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    controller.abort(reason);
    expect(await failureOf(text)).toBe(reason);
    expect(asked).toHaveLength(1);
  });

  test("ends a pause", async () => {
    const controller = new AbortController();
    const abort = () => {
      controller.abort(reason);
      return status(404)();
    };
    const { text, asked } = fetched([status(404), abort], { signal: controller.signal });
    expect(await failureOf(text)).toBe(reason);
    expect(asked).toHaveLength(2);
  });

  test("that has aborted before asks nobody", async () => {
    const url = vi.fn(async ({ signal }: { signal?: AbortSignal } = {}) => {
      signal?.throwIfAborted();
      return "https://files.test/1.mp4";
    });
    const { text, asked } = fetched([whole()], { signal: AbortSignal.abort(reason) }, url as Video["url"]);
    expect(await failureOf(text)).toBe(reason);
    expect(asked).toEqual([]);
  });
});

test("an onProgress that throws ends the download with an error that has the task, and cancels the body", async () => {
  const cause = new Error("the caller's own");
  const cancel = vi.fn();
  const onProgress = () => {
    throw cause;
  };
  expect(await failed([stuck(cancel)], { onProgress })).toMatchObject({ name: "MiniMaxError", taskId: "7", cause });
  expect(cancel).toHaveBeenCalledTimes(1);
});
