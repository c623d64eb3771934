/** How a download continues despite hosts, networks and callers. In simulated time, without a network. */
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { movie } from "../../contract-tests/helpers/movies.js";
import { simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { ApiError, MiniMaxError } from "../base/errors.js";
import { serverFrom } from "../base/server.js";
import type { ChunkOptions, Video } from "../base/task.js";
import { download } from "./download.js";

// An FLV, which is recognised by its first three bytes.
const FILE = "FLVdefghij";
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
  // A stream, because a Response would add a content type for a string.
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
  const first = new TextEncoder().encode("FLV");
  const start = (controller: ReadableStreamDefaultController) => controller.enqueue(first);
  return () => new Response(new ReadableStream({ start, cancel }), { headers: { "content-length": "10", ...TAG } });
};

/** Downloads from a host with these answers in turn, the last of which is repeated. Each link has a number. */
function fetched(answers: Answer[], options: ChunkOptions = {}, link?: Video["url"], server = "http://127.0.0.1") {
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
    const chunks = download({ clock, logger, fetch, server: { ...serverFrom("global"), baseUrl: server } }, video, {
      onProgress: (now) => progress.push(now),
      ...options,
    });
    let text = "";
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) return { text, type: value };
      text += Buffer.from(value).toString("latin1");
    }
  };
  const all = clock.until(read());
  const text = all.then(({ text }) => text);
  const type = all.then(({ type }) => type);
  for (const promise of [text, type]) promise.catch(() => {});
  return { text, type, asked, pauses, progress, ranges: () => asked.map(({ range }) => range) };
}
const failed = (...given: Parameters<typeof fetched>) => failureOf(fetched(...given).text);

describe("a download that breaks off", () => {
  test("resumes where it broke off, over the same link, if the file is the same", async () => {
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

  test.each([401, 403, 404, 410, 500])("gets a new link if the old one is answered with HTTP %i", async (code) => {
    const { text, asked } = fetched([status(code), whole()]);
    expect(await text).toBe(FILE);
    expect(asked.map(({ url }) => /\d\.mp4/.exec(url)?.[0])).toEqual(["1.mp4", "2.mp4"]);
  });

  test("gets a new link if the old one expires during the download", async () => {
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
      "requests the whole file after a part of a file with another length",
      [part(3, { ...TAG, "content-range": "bytes 3-9/11" }), whole()],
      ["bytes=3-", undefined],
    ],
    [
      "requests the whole file after a part with another validator",
      [part(3, { etag: '"2"' }), whole()],
      ["bytes=3-", undefined],
    ],
    [
      "requests the whole file after a part with an unknown start",
      [part(3, { ...TAG, "content-range": "?", "content-length": "2" }), whole()],
      ["bytes=3-", undefined],
    ],
    [
      "requests the whole file after a part with another length than its range",
      [part(3, { ...TAG, "content-length": "10" }), whole()],
      ["bytes=3-", undefined],
    ],
    ["asks for the whole after a 416", [status(416), whole()], ["bytes=3-", undefined]],
  ])("%s", async (_, answers, ranges) => {
    const download = fetched([cutAt(3), ...answers]);
    expect(await download.text).toBe(FILE);
    expect(download.ranges()).toEqual([undefined, ...ranges]);
  });

  test("gives up on a host that sends ever more than the rest", async () => {
    let length = 7;
    const more: Answer = () => answer("a".repeat(++length), { ...TAG, "content-range": "bytes 3-9/10" }, 206)();
    const { text, asked } = fetched([cutAt(3), more]);
    expect((await failureOf(text)).message).toContain("(6 attempts");
    expect(asked).toHaveLength(6);
  });

  test("starts over after a part that is longer than the rest, because it may be another part", async () => {
    const other = answer(FILE, { ...TAG, "content-range": "bytes 3-9/10" }, 206);
    const { text, ranges } = fetched([cutAt(3), other, whole()], { restart: () => {} });
    expect((await text).slice(-10)).toBe(FILE);
    expect(ranges()).toEqual([undefined, "bytes=3-", undefined]);
  });

  test("learns the length of the file from a part", async () => {
    const unknown = () => new Response(broken("FLV"), { headers: TAG });
    const middle = answer("de", { ...TAG, "content-range": "bytes 3-4/10" }, 206);
    const { text, ranges } = fetched([unknown, middle, part(5)]);
    expect(await text).toBe(FILE);
    expect(ranges()).toEqual([undefined, "bytes=3-", "bytes=5-"]);
  });

  test("does not accept a whole file that is shorter than the part it has", async () => {
    const unknown = () => new Response(broken("FLVde"), { headers: TAG });
    expect(await fetched([unknown, answer("FLV", TAG), part(5)]).text).toBe(FILE);
  });

  test("resets its attempts whenever bytes arrive, and pauses as long as the host asks", async () => {
    const busy = status(503, { "retry-after": "20" });
    const oneByte = (at: number) =>
      answer(FILE.slice(at, at + 1), { "content-range": `bytes ${at}-9/10`, ...TAG }, 206);
    const steps = [3, 4, 5, 6, 7, 8].flatMap((at) => [busy, oneByte(at)]);
    const { text, pauses } = fetched([cutAt(3), ...steps, part(9)]);
    expect(await text).toBe(FILE);
    expect(new Set(pauses)).toEqual(new Set([500, 20_000]));
  });

  test("gives up after six attempts without a new byte, with all facts except the link", async () => {
    const { text, asked, pauses } = fetched([status(404)]);
    const error = await failureOf(text);
    expect(error).toMatchObject({ name: "DownloadError", status: 404, taskId: "7", fileId: "9", task: { id: "7" } });
    expect(error.message).toBe(
      "The video of task 7 was not downloaded: files.test answered HTTP 404 (6 attempts in a row without new bytes). It is still available: try again",
    );
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
    expect(new Set(asked.map(({ url }) => url)).size).toBe(6);
  });

  test("shows no link in its error, at any depth", async () => {
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

  test("is reported if it was the last attempt", async () => {
    expect((await failed([silence], { idleTimeout: 10 })).message).toContain("files.test sent nothing for 0.01 s (6");
  });

  test("is not read if its answer arrives too late", async () => {
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
  const other = answer("FLVYZ", { "content-length": "5", etag: '"2"' });

  test("ends a stream, which cannot start over", async () => {
    const { text, asked } = fetched([cutAt(3), other]);
    expect((await failureOf(text)).message).toBe(
      "The video of task 7 was not downloaded: files.test broke off: other side closed. A stream cannot start over, and the file has changed. It is still available: try again",
    );
    expect(asked).toHaveLength(2);
  });

  test("ends a stream even if it is unknown whether it has changed", async () => {
    const weak = { etag: 'W/"1"' };
    expect((await failed([cutAt(3, weak), whole(weak)])).message).toContain(
      "it is unknown whether the file is still the same",
    );
    const packed = { ...TAG, "content-encoding": "gzip" };
    expect((await failed([cutAt(3, packed), whole(packed)])).message).toContain("it is unknown whether");
  });

  test("starts over if the caller can discard what has arrived", async () => {
    const restart = vi.fn();
    const { text, progress } = fetched([cutAt(3), other], { restart });
    expect(await text).toBe("FLVFLVYZ");
    expect(restart).toHaveBeenCalledTimes(1);
    expect(progress).toEqual([
      { bytes: 3, total: 10 },
      { bytes: 5, total: 5 },
    ]);
  });

  test("does not keep a download busy forever", async () => {
    let version = 0;
    const changing: Answer = () => cutAt(3, { etag: `"${version++}"` })();
    const { text, asked } = fetched([changing], { restart: () => {} });
    expect((await failureOf(text)).message).toContain("6 attempts in a row");
    expect(asked).toHaveLength(6);
  });
});

describe("a file that does not begin like a video is not one, whatever its type, and the error shows it (D1)", () => {
  const oss = '<?xml version="1.0"?>\n<Error>\n  <Code>AccessDenied</Code>\n</Error>';
  const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46]);
  const zipped = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  const heic = Uint8Array.from([0, 0, 0, 24, ...Buffer.from("ftypheic")]);
  const mp4 = { "content-type": "video/mp4" };

  test.each<[string, Answer, string]>([
    ["JSON", answer('{"code":404}', { "content-type": "application/octet-stream" }), '{"code":404} (6'],
    ["JSON behind a byte order mark", answer('\ufeff\n{"code":404}', mp4), '{"code":404} (6'],
    ["a page", answer(`\n\n  <!DOCTYPE html>${" ".repeat(300)}<html>`, mp4), "<!DOCTYPE html> <html> (6"],
    ["a long page", answer(`<html>${"é".repeat(500)}`, mp4), `<html>${"é".repeat(94)} (6`],
    [
      "an error of an object store",
      answer(oss, mp4),
      '<?xml version="1.0"?> <Error> <Code>AccessDenied</Code> </Error> (6',
    ],
    ["an error as a part", answer("<Error/>", { ...mp4, "content-range": "bytes 0-7/8" }, 206), "<Error/> (6"],
    ["a text that names a box", answer("The free trial is over", mp4), "The free trial is over (6"],
    ["an image", answer(jpeg, { "content-type": "image/jpeg" }), "ff d8 ff e0 00 10 4a 46 (6"],
    ["an image in the boxes of a video", answer(heic, mp4), "00 00 00 18 66 74 79 70 (6"],
    ["a compressed file", answer(zipped, mp4), "1f 8b 08 00 00 00 00 00 (6"],
    ["a signed link", answer("see https://a.test/1?Signature=SIGNED", mp4), "see https://a.test/1[…] (6"],
    ["the link itself", answer("no such file: /1.mp4?Signature=SIGNED", mp4), "no such file: /1.mp4[…] (6"],
  ])("%s", async (_, given, shown) => {
    const { text, progress } = fetched([given]);
    const error = await failureOf(text);
    expect(error).toMatchObject({ name: "DownloadError", taskId: "7", task: { id: "7" } });
    expect(error.message).toContain(`files.test did not send a video: the file begins with ${shown}`);
    expect(inspect(error, { depth: 9 })).not.toContain("SIGNED");
    expect(progress).toEqual([]);
  });

  test("even if it arrives instead of the rest of a video, which then continues", async () => {
    const page = (headers: Headers, code: number) => answer("<html>", { "content-length": "6", ...headers }, code);
    const range = { "content-range": "bytes 3-9/10", "content-length": "7" };
    const pages = [page({}, 200), page({}, 206), page({ ...range, "content-type": "text/html" }, 206)];
    const restart = () => expect.fail("the file is the same");
    expect(await fetched([cutAt(3), ...pages, whole()], { restart }).text).toBe(FILE);
  });

  test("however small its chunks are", async () => {
    const trickled = (bytes: Uint8Array) => () => {
      const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
      const pull = (to: ReadableStreamDefaultController) =>
        chunks.length > 0 ? to.enqueue(chunks.shift()) : to.close();
      return new Response(new ReadableStream({ pull }), { headers: TAG });
    };
    expect((await failed([trickled(Buffer.from("<html>"))])).message).toContain(
      "did not send a video: the file begins with <html>",
    );
    expect(await fetched([trickled(Buffer.from(FILE))]).text).toBe(FILE);
  });
});

describe("a backup link (D2)", () => {
  const named =
    (backupUrl = "https://backup.test/1.mp4?Signature=SIGNED"): Video["url"] =>
    async ({ backup } = {}) =>
      backup ? backupUrl : "https://files.test/1.mp4?Signature=SIGNED";
  const hosts = ({ asked }: ReturnType<typeof fetched>) => asked.map(({ url }) => new URL(url).host.split(".")[0]);

  test.each<[string, Answer]>([
    ["HTTP 404", status(404)],
    ["HTTP 503", status(503)],
    ["no connection", () => Promise.reject(new TypeError("fetch failed"))],
    ["a page", answer("<html>")],
  ])("is tried once the link and a fresh one have failed with %s", async (_, refusal) => {
    const download = fetched([refusal, refusal, whole()], {}, named());
    expect(await download.text).toBe(FILE);
    expect(hosts(download)).toEqual(["files", "files", "backup"]);
  });

  test("that has delivered bytes is used again after a cut", async () => {
    const download = fetched([status(404), status(404), cutAt(3), part(3)], {}, named());
    expect(await download.text).toBe(FILE);
    expect(hosts(download)).toEqual(["files", "files", "backup", "backup"]);
  });

  test("alternates with the link, and the error has the facts of both", async () => {
    const download = fetched(
      [status(404), status(403), status(500), status(404), status(410), status(404)],
      {},
      named(),
    );
    const error = await failureOf(download.text);
    expect(hosts(download)).toEqual(["files", "files", "backup", "files", "backup", "files"]);
    expect(error).toMatchObject({ name: "DownloadError", status: 404 });
    expect(error.message).toMatch(
      /files\.test answered HTTP 404 \(6 attempts .*new bytes\); the backup link: backup\.test answered HTTP 410\. It is still/,
    );
  });

  test("does not end a stream that its link could continue", async () => {
    const download = fetched([cutAt(3), status(503), status(503), part(3)], {}, named());
    expect(await download.text).toBe(FILE);
    expect(hosts(download)).toEqual(["files", "files", "files", "files"]);
  });

  test("to a private address is not followed; the link is tried again, and the error has both (I11)", async () => {
    const link: Video["url"] = async ({ backup } = {}) =>
      backup ? "http://10.0.0.5/1.mp4" : "https://example.com/1.mp4";
    const ask = (...answers: Answer[]) => fetched(answers, {}, link, "https://api.minimax.io");
    const download = ask(status(404), status(404), whole());
    expect(await download.text).toBe(FILE);
    expect(hosts(download)).toEqual(["example", "example", "example"]);
    expect((await failureOf(ask(status(404)).text)).message).toMatch(
      /example\.com answered HTTP 404 \(6 .*; the backup link: its link leads to 10\.0\.0\.5, a private address/,
    );
  });
});

describe("a link of a server on the internet (I11)", () => {
  const SERVER = "https://api.minimax.io";
  const to = (url: string) => async () => url;
  const redirect = (location: string) => status(302, { location });
  const PUBLIC = "https://files.example.com/1.mp4";

  test.each([
    ...["127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "0.0.0.0", "127.0.0.1."],
    ...["10.0.0.5", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255"],
    ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[::7f00:1]", "[fe80::1]", "[fd00::1]", "[ff02::1]"],
    ...["[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "[2001:0:a00:1::]", "[2001:db8::1]", "[fec0::1]"],
    ...["localhost", "LOCALHOST", "localhost.", "a.localhost", "metadata.google.internal", "printer.local", "intranet"],
  ])("is refused if it or a redirect leads to %s", async (host) => {
    for (const [link, answers] of [
      [`http://${host}/1.mp4`, [whole()]],
      [PUBLIC, [redirect("https://cdn.example.com/"), redirect(`//${host}:8080/`), whole()]],
    ] as [string, Answer[]][]) {
      const download = fetched(answers, {}, to(link), SERVER);
      expect(await failureOf(download.text)).toMatchObject({
        name: "DownloadError",
        message: expect.stringMatching(
          /its link leads to [^/]+, a private address, .* unless allowed \(allowedHosts, --allow-host\)\. It is still available$/,
        ),
      });
      // Nothing was requested there, and nothing repeated in vain.
      expect(download.asked).toHaveLength(answers.length - 1);
    }
  });

  test.each([
    "8.8.8.8",
    "[2606:4700::1111]",
    "[2001:4860:4860::8888]",
    "172.32.0.1",
    "files.example.com",
    "localhost.example.com",
  ])("may lead to %s", async (host) => {
    expect(await fetched([redirect(`https://${host}/`), whole()], {}, to(PUBLIC), SERVER).text).toBe(FILE);
  });

  test("may lead to hosts that the caller allows", async () => {
    const download = (allowedHosts: string[]) =>
      fetched(
        [redirect("http://[::1]/"), redirect("http://media.internal/"), whole()],
        { allowedHosts },
        to(PUBLIC),
        SERVER,
      );
    expect(await download(["[::1]", "media.internal"]).text).toBe(FILE);
    for (const [address, name] of [
      ["::1", "Media.Internal"],
      ["0:0::1", "media.internal."],
      ["[::1]:80", "http://media.internal:9000/"],
    ] as const)
      expect(await download([address, name]).text).toBe(FILE);
    expect((await failureOf(download(["[::1]"]).text)).message).toContain("leads to media.internal");
    for (const wrong of ["*.internal", "", "two words", { toString: 1 }])
      expect(await failureOf(download([wrong as string]).text)).toMatchObject({ name: "ValidationError" });
    expect(await failureOf(download("[::1]" as never).text)).toMatchObject({ name: "ValidationError" });
  });

  test.each([
    "http://127.0.0.1:4010",
    "http://[::1]",
    "http://minimax.internal",
  ])("may lead anywhere from the user's own server, %s", async (server) => {
    expect(await fetched([redirect("http://127.0.0.1/"), whole()], {}, to("http://10.0.0.5"), server).text).toBe(FILE);
  });

  test("is checked by its final URL if the caller's fetch follows redirects by itself", async () => {
    const followed = async () =>
      Object.defineProperties(await whole()(), { redirected: { value: true }, url: { value: "http://10.0.0.5/" } });
    expect((await failureOf(fetched([followed], {}, to(PUBLIC), SERVER).text)).message).toContain("leads to 10.0.0.5");
  });

  test("is followed by a browser, which shows no redirect", async () => {
    const opaque = async () => Object.defineProperty(await whole()(), "type", { value: "opaqueredirect" });
    const { text, asked } = fetched([opaque, whole()], {}, to(PUBLIC), SERVER);
    expect([await text, asked.length]).toEqual([FILE, 2]);
  });

  test("ends after twenty redirects", async () => {
    const { text, asked } = fetched([redirect("/again?Signature=SIGNED")], {}, to(PUBLIC), SERVER);
    expect((await failureOf(text)).message).toContain("files.example.com redirects too often");
    expect(asked).toHaveLength(6 * 21);
  });
});

const MOVIE = Uint8Array.from(movie({ size: 2000 }));
const CUT_MOVIE = MOVIE.slice(0, 1500);
const CUT = "files.test sent a video that is cut off after 1500 bytes: its last part is missing";

describe("a movie that is truncated although its length is as announced", () => {
  const text = Buffer.from(MOVIE).toString("latin1");
  const cut = (headers: Headers = {}) => answer(CUT_MOVIE, { "content-length": "1500", ...headers });
  const mended = (headers: Headers = {}) => answer(MOVIE, { "content-length": "2000", ...headers });
  const restart = async () => {};

  test("is downloaded again, over a fresh link", async () => {
    const given = vi.fn(restart);
    const { text, asked, pauses } = fetched([cut(), mended()], { restart: given });
    expect((await text).slice(1500)).toHaveLength(2000);
    expect(given).toHaveBeenCalledTimes(1);
    expect(asked.map(({ url, range }) => [/\d\.mp4/.exec(url)?.[0], range])).toEqual([
      ["1.mp4", undefined],
      ["2.mp4", undefined],
    ]);
    expect(pauses).toEqual([500]);
  });

  test("continues where it ended if the same file has grown", async () => {
    const download = fetched([cut(TAG), mended(TAG)]);
    expect(await download.text).toBe(text);
  });

  test("is fetched from the backup link", async () => {
    const link: Video["url"] = async ({ backup } = {}) => `https://${backup ? "backup" : "files"}.test/1.mp4`;
    const { text: all, asked } = fetched([cut(), cut(), mended()], { restart }, link);
    expect((await all).slice(3000)).toBe(text);
    expect(asked.at(-1)?.url).toContain("backup.test");
  });

  test("is finally an error that says how much arrived", async () => {
    const { text, asked } = fetched([cut(TAG)], { restart });
    const error = await failureOf(text);
    expect(error).toMatchObject({ name: "DownloadError", taskId: "7", task: { id: "7" } });
    expect(error.message).toContain(`${CUT} (6 attempts`);
    expect(asked).toHaveLength(6);
  });

  test("ends a stream, which cannot start over, with an error", async () => {
    const error = await failed([cut(), mended()]);
    expect(error).toMatchObject({ name: "DownloadError" });
    expect(error.message).toContain(`${CUT}. A stream cannot start over`);
  });

  test("is also detected if it arrived in two parts", async () => {
    const parts: Answer[] = [
      () => new Response(broken(text.slice(0, 300)), { headers: { "content-length": "1500", ...TAG } }),
      answer(CUT_MOVIE.slice(300), { "content-range": "bytes 300-1499/1500", ...TAG }, 206),
      cut(TAG),
    ];
    expect((await failed(parts)).message).toContain(CUT);
  });
});

describe("an unrequested 206", () => {
  const MOST = "files.test sent only a part of the video, although all of it was requested";

  test.each([
    ["the whole, as it says", { "content-range": "bytes 0-9/10" }],
    ["the whole, with its length", { "content-range": "Bytes 0-9/10", "content-length": "10" }],
  ])("is the video if it is %s", async (_, headers) => {
    expect(await fetched([answer(FILE, headers, 206)]).text).toBe(FILE);
  });

  test.each([
    ["its beginning", { "content-range": "bytes 0-9/20" }],
    ["its end", { "content-range": "bytes 10-19/20" }],
    ["a part of an unknown whole", { "content-range": "bytes 0-9/*" }],
    ["not said", {}],
    ["compressed", { "content-encoding": "gzip" }],
    ["not said, but its length is", { "content-length": "10" }],
    ["several parts", { "content-type": "multipart/byteranges; boundary=a" }],
  ])("is not accepted as the whole video if its content is %s", async (_, headers) => {
    const { text, asked } = fetched([answer(FILE, headers, 206)]);
    expect(await failureOf(text)).toMatchObject({ status: 206, message: expect.stringContaining(MOST) });
    expect(asked).toHaveLength(6);
    expect(await fetched([answer(FILE, headers, 206), whole()]).text).toBe(FILE);
  });

  test("ends early if it has fewer bytes than announced", async () => {
    const half = answer(FILE.slice(0, 5), { "content-range": "bytes 0-9/10" }, 206);
    expect((await failed([half])).message).toContain("ended early, after 5 of 10 bytes");
  });

  test("states the type of the video", async () => {
    const headers = { "content-range": "bytes 0-9/10", "content-type": "video/x-flv" };
    expect(await fetched([answer(FILE, headers, 206)]).type).toBe("video/x-flv");
  });
});

describe("the body that a host sends", () => {
  test.each<[string, Answer, string]>([
    ["fewer bytes than it named", answer("FLV ", { "content-length": "8" }), "ended early, after 4 of 8 bytes"],
    ["nothing", answer(""), "ended early, after 0 bytes"],
    ["half a movie of unknown length", answer(CUT_MOVIE), "ended early, after 1500 bytes"],
    ["no body", () => new Response(null, { status: 204 }), "answered HTTP 204"],
    ["more than maxBytes", answer(FILE), "sends more than 9 bytes (maxBytes)"],
    [
      "more than maxBytes, as announced",
      answer("FLV", { "content-length": "10" }),
      "sends more than 9 bytes (maxBytes)",
    ],
  ])("is not a video: %s", async (_, given, message) => {
    const error = await failed([given], message.includes("maxBytes") ? { maxBytes: 9 } : {});
    expect(error).toMatchObject({ name: "DownloadError", message: expect.stringContaining(`files.test ${message}`) });
  });

  test.each<[string, Answer, number]>([
    ["bytes of unknown length", answer(FILE), 10],
    ["bytes of an unusual type", answer(FILE, { "content-type": "application/context" }), 10],
    ["a movie that is declared as a text", answer(MOVIE, { "content-type": "text/plain" }), 2000],
    ["a movie of unknown length", answer(MOVIE), 2000],
    [
      "compressed bytes with an irrelevant length",
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

  test("is not repeated if the refusal is permanent", async () => {
    const url = vi.fn(async () => Promise.reject(api("authentication", false)));
    const error = await failed([whole()], {}, url);
    expect(error).toMatchObject({ name: "DownloadError", taskId: "7", cause: { kind: "authentication" } });
    expect(url).toHaveBeenCalledTimes(1);
  });

  test("is repeated if the service is temporarily unavailable", async () => {
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

  test("cancels a reply that arrives after it has aborted", async () => {
    const controller = new AbortController();
    const cancel = vi.fn();
    const late = async () => {
      controller.abort(reason);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new Response(new ReadableStream({ cancel }));
    };
    expect(await failed([late], { signal: controller.signal })).toBe(reason);
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
  });

  test("that has already aborted sends no request", async () => {
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
