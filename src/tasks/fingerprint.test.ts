import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Media } from "../media/media.js";
import { fingerprintOf } from "./fingerprint.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

describe("a fingerprint", () => {
  test("is the start of the SHA-256 of the request as JSON, with fields sorted at every depth", async () => {
    const request = { prompt: "a fox", model: "T2V-01", list: [{ b: null, a: 1 }, "x"], duration: 6 };
    const text = '{"duration":6,"list":[{"a":1,"b":null},"x"],"model":"T2V-01","prompt":"a fox"}';
    expect(await fingerprintOf(request)).toBe(digestOf(text));
  });

  test("has two digits for each byte", async () => {
    const prompts = Array.from({ length: 60 }, (_, index) => `a fox, ${index}`);
    const found = await Promise.all(prompts.map((prompt) => fingerprintOf({ prompt })));
    expect(found).toEqual(prompts.map((prompt) => digestOf(JSON.stringify({ prompt }))));
    expect(found.some((digits) => /^(..)*0/.test(digits))).toBe(true);
  });

  test("covers the facts in the header of media, but not the bytes", async () => {
    const open = vi.fn(() => new Uint8Array());
    const media: Media = {
      kind: "image",
      type: "image/png",
      size: 9,
      width: 3,
      height: 2,
      open,
      toJSON: () => "data:",
    };
    expect(await fingerprintOf({ first_frame_image: media })).toBe(
      digestOf('{"first_frame_image":{"height":2,"size":9,"type":"image/png","width":3}}'),
    );
    expect(open).not.toHaveBeenCalled();
  });

  test("covers this library's callback URL without its token, and any other URL completely", async () => {
    const token = (letter: string) => `token=v0.${letter.repeat(20)}.${letter.repeat(43)}`;
    const of = (fields: object) => fingerprintOf({ prompt: "a fox", ...fields });
    const called = (query: string) => of({ callback_url: `https://example.com/callbacks?order=7&${query}` });
    expect(await called(token("a"))).toBe(await called(token("b")));
    expect(await called(token("a"))).not.toBe(await called("token=mine"));
    const linked = (letter: string) => of({ first_frame_image: `https://example.com/fox.png?${token(letter)}` });
    expect(await linked("a")).not.toBe(await linked("b"));
  });

  test("is empty without WebCrypto", async () => {
    for (const crypto of [undefined, {}]) {
      vi.stubGlobal("crypto", crypto);
      expect(await fingerprintOf({ prompt: "a fox" })).toBe("");
    }
  });
});
