import { describe, expect, test } from "vitest";
import { Fault, type FileVersion, partOf, versionOf } from "./download-response.js";

const MIDNIGHT = "Fri, 20 Nov 2026 00:00:00 GMT";
const LATER = "Fri, 20 Nov 2026 00:01:00 GMT";

describe("a response says of the file", () => {
  const versionIn = (headers: Record<string, string>) => versionOf(new Response("abc", { headers }), "files.test");
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
    [{ headers: { "content-type": "text/HTML", "retry-after": "soon" } }, "answered HTTP 200 with an HTML page", {}],
    [{ status: 204 }, "answered HTTP 204", {}],
  ])("that it is no video: %j", (init, message, facts) => {
    const read = () => versionOf(new Response(init.status === 204 ? null : "no", init), "files.test");
    expect(read).toThrow(Fault);
    expect(read).toThrow(
      expect.objectContaining({ message: `files.test ${message}`, facts: expect.objectContaining(facts) }),
    );
  });
});

describe("a 206", () => {
  const version: FileVersion = { total: 9, validator: '"a"', type: "video/mp4" };
  const part = (headers: Record<string, string>, of = version) => partOf(new Headers(headers), of);
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
  });

  test("is of another file if its validator or the total differs", () => {
    expect(part({ ...range, etag: '"b"' }).isSame).toBe(false);
    expect(part({ ...range, "last-modified": '"b"' }).isSame).toBe(false);
    expect(part({ ...range, etag: '"a"', "last-modified": '"b"' }).isSame).toBe(true);
    expect(part({ "content-range": "bytes 3-8/10", etag: '"a"' }).isSame).toBe(false);
    expect(part(range).isSame).toBe(true);
  });

  test("names a total that was unknown", () => {
    expect(part(range, { ...version, total: undefined })).toEqual({ start: 3, total: 9, isSame: true });
  });
});
