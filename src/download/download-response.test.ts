import { describe, expect, test } from "vitest";
import { Fault, type FileVersion, isVideo, partOf, versionOf } from "./download-response.js";

const MIDNIGHT = "Fri, 20 Nov 2026 00:00:00 GMT";
const LATER = "Fri, 20 Nov 2026 00:01:00 GMT";

describe("a response describes a file by", () => {
  const versionIn = (headers: Record<string, string>) => versionOf(new Response("abc", { headers }), "files.test", 0);
  const headers = { "content-type": "video/mp4", "content-length": "3", etag: '"a"' };

  test("its length, type and validator", () => {
    expect(versionIn(headers)).toEqual({ total: 3, type: "video/mp4", validator: '"a"' });
    expect(versionIn({ "content-type": "" })).toEqual({ type: "" });
  });

  test("only its type if the content is compressed", () => {
    expect(versionIn({ ...headers, "content-encoding": "gzip" })).toEqual({ type: "video/mp4" });
    expect(versionIn({ ...headers, "content-encoding": "Identity" })).toMatchObject({ total: 3, validator: '"a"' });
    expect(versionIn({ ...headers, "content-encoding": "identity2" })).toEqual({ type: "video/mp4" });
  });

  test.each<[headers: Record<string, string>, validator: string | undefined]>([
    [{ etag: 'W/"a"' }, undefined],
    [{ etag: '"W/a"' }, '"W/a"'],
    [{ etag: 'W/"a"', "last-modified": MIDNIGHT, date: LATER }, undefined],
    [{ "last-modified": MIDNIGHT, date: LATER }, MIDNIGHT],
    [{ "last-modified": "Fri, 20 Nov 2026 00:00:01 GMT", date: LATER }, undefined],
    [{ "last-modified": MIDNIGHT }, undefined],
    [{ date: MIDNIGHT }, undefined],
  ])("a validator if it is strong: %j", (headers, validator) => {
    expect(versionIn(headers).validator).toBe(validator);
  });

  test.each<[ResponseInit, string, object]>([
    [{ status: 403 }, "answered HTTP 403", { status: 403, retryAfter: 0 }],
    [{ status: 503, headers: { "retry-after": "7" } }, "answered HTTP 503", { status: 503, retryAfter: 7000 }],
    [{ status: 500, headers: { "retry-after": "soon" } }, "answered HTTP 500", { retryAfter: 0 }],
    [{ status: 503, headers: { "retry-after-ms": "700" } }, "answered HTTP 503", { status: 503, retryAfter: 700 }],
    [{ status: 204 }, "answered HTTP 204", {}],
  ])("an error if it is not a video: %j", (init, message, facts) => {
    const read = () => versionOf(new Response(init.status === 204 ? null : "no", init), "files.test", 0);
    expect(read).toThrow(Fault);
    expect(read).toThrow(
      expect.objectContaining({ message: `files.test ${message}`, facts: expect.objectContaining(facts) }),
    );
  });
});

describe("a 206", () => {
  const version: FileVersion = { total: 9, validator: '"a"', type: "video/mp4" };
  const part = (headers: Record<string, string>, of = version) => partOf(new Headers(headers), of, 5);
  const range = { "content-range": "bytes 3-8/9" };

  test("starts where its range says", () => {
    expect(part({ ...range, etag: '"a"' })).toEqual({ start: 3, total: 9, isSame: true });
    expect(part({ "content-range": "bytes 12-80/*", etag: '"a"' })).toEqual({ start: 12, total: 9, isSame: true });
  });

  test.each([
    undefined,
    "bytes 3-8",
    "xbytes 3-8/9",
    "bytes 3-8/9x",
    "bytes a-8/9",
  ])("starts where its length says if its range is hidden or unreadable: %s", (range) => {
    const headers = { "content-length": "4", ...(range === undefined ? {} : { "content-range": range }) };
    expect(part(headers)).toMatchObject({ start: 5, isSame: true });
    // With another length, it is not the rest of the file.
    expect(part({ ...headers, "content-length": "3" })).toMatchObject({ start: Number.NaN });
  });

  test("belongs to another file if its validator or the total differs", () => {
    expect(part({ ...range, etag: '"b"' }).isSame).toBe(false);
    expect(part({ ...range, "last-modified": '"b"' }).isSame).toBe(false);
    expect(part({ ...range, etag: '"a"', "last-modified": '"b"' }).isSame).toBe(true);
    expect(part({ "content-range": "bytes 3-8/10", etag: '"a"' }).isSame).toBe(false);
    expect(part(range).isSame).toBe(true);
  });

  test("is not the part that it names if it has another length", () => {
    expect(part({ ...range, "content-length": "6" }).isSame).toBe(true);
    expect(part({ ...range, "content-length": "9" }).isSame).toBe(false);
  });

  test("states a total that was unknown", () => {
    expect(part(range, { ...version, total: undefined })).toEqual({ start: 3, total: 9, isSame: true });
  });
});

describe("a video is recognised by its first bytes (D1)", () => {
  const bytes = (text: string) => Buffer.from(text, "latin1");
  const packets = (size: number, before = "") => `${before}G@\0\x10${"x".repeat(size - 4)}G`.padEnd(400);

  test.each([
    ...["ftypisom", "ftypmp42", "ftypqt  ", "ftypM4V ", "ftypavc1", "ftypiso6", "ftypdash", "ftyp3gp5"].map(
      (box) => `\0\0\0\x18${box}`,
    ),
    ...["moov", "mdat", "wide", "free", "skip", "pnot", "styp"].map((name) => `\0\0\0\x08${name}`),
    ...["\0\0\0\x01mdat", "\x02\xff\xff\xffmdat", "\x1aE\xdf\xa3\x01", "FLV\x01", "RIFF\0\0\0\0AVI LIST", "OggS\0\x02"],
    ...["\0\0\x01\xba", "\0\0\x01\xb3", "0&\xb2u\x8ef\xcf\x11", packets(188), packets(192, "\0\0\0\0")],
  ])("%j", (start) => {
    expect(isVideo(bytes(start))).toBe(true);
    expect(isVideo(bytes(start).subarray(0, 2))).toBe(undefined);
  });

  test.each([
    ...["ftypavif", "ftypavis", "ftypheic", "ftypheix", "ftypmif1", "ftypmsf1", "ftypM4A "].map(
      (box) => `\0\0\0\x18${box}`,
    ),
    ...[
      '{"base_resp":{}}',
      "<html>",
      "<?xml",
      "RIFF\0\0\0\0WEBP",
      "RIFF\0\0\0\0WAVE",
      "ID3\x04",
      "\x89PNG",
      "GIF89a",
      "%PDF-1.7",
      "PK\x03\x04",
    ],
    ...[
      `Gateway ${"G".repeat(300)}`,
      `GATEWAY TIMEOUT ${"GATEWAY ".repeat(40)}`.padEnd(188, "G").replace(/^(.{188})./, "$1G"),
      "    ftypisom",
      "1234mdat",
      "\0\0\0\0\0\0\0\0",
      "\0\0\0\x18ftyp".toUpperCase(),
      "not FLV",
      "the RIFF____AVI ",
    ],
  ])("unlike %j", (start) => {
    expect(isVideo(bytes(start.padEnd(197)))).toBe(false);
    expect(isVideo(bytes(start.slice(0, 100)))).toBe(undefined);
  });
});
