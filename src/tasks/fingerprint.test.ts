import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Media } from "../media/media.js";
import { fingerprintOf } from "./fingerprint.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

describe("a fingerprint", () => {
  test("is the start of the SHA-256 of the request as JSON, its fields in order at every depth", async () => {
    const request = { prompt: "a fox", model: "T2V-01", list: [{ b: null, a: 1 }, "x"], duration: 6 };
    const text = '{"duration":6,"list":[{"a":1,"b":null},"x"],"model":"T2V-01","prompt":"a fox"}';
    expect(await fingerprintOf(request)).toBe(digestOf(text));
  });

  test("has a leading zero for each small byte", async () => {
    const prompts = Array.from({ length: 60 }, (_, index) => `a fox, ${index}`);
    const found = await Promise.all(prompts.map((prompt) => fingerprintOf({ prompt })));
    expect(found).toEqual(prompts.map((prompt) => digestOf(JSON.stringify({ prompt }))));
    expect(found.some((digits) => /^(..)*0/.test(digits))).toBe(true);
  });

  test("is of what a header tells of media, and not of its bytes", async () => {
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

  test("is nothing where there is no WebCrypto", async () => {
    for (const crypto of [undefined, {}]) {
      vi.stubGlobal("crypto", crypto);
      expect(await fingerprintOf({ prompt: "a fox" })).toBe("");
    }
  });
});

describe("of a long text", () => {
  /** Every place of it is another. */
  const text = (length: number) =>
    Array.from({ length }, (_, index) => String.fromCharCode(0x4e00 + (index % 20_000))).join("");

  test("of 4096 characters all is seen", async () => {
    const whole = text(4096);
    expect(await fingerprintOf({ prompt: whole })).toBe(digestOf(JSON.stringify({ prompt: whole })));
  });

  test.each([
    4097, 70_000,
  ])("of %i characters 64 samples of 64, from the first to the last, and the length", async (length) => {
    const whole = text(length);
    let seen = `${length} `;
    for (let sample = 0; sample < 64; sample++) {
      const start = Math.floor((sample * (length - 64)) / 63);
      seen += whole.slice(start, start + 64);
    }
    expect(seen.endsWith(whole.slice(-64))).toBe(true);
    expect(await fingerprintOf({ prompt: whole })).toBe(digestOf(JSON.stringify({ prompt: seen })));
  });
});
