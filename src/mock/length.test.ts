import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { clipHeader } from "../../contract-tests/clip-header.js";
import { shortened } from "./length.js";

const clip = readFileSync(new URL("clips/H3-480P-4x3.mp4", import.meta.url));

/** Every length that the boxes tell, in seconds: the movie's, each track's, and each edit's. */
function lengthsIn(mp4: Buffer): number[] {
  const at = (box: string, from = 0) => mp4.indexOf(box, from) + 4;
  const scale = mp4.readUInt32BE(at("mvhd") + 12);
  const [video, audio] = [at("tkhd"), at("tkhd", at("tkhd"))];
  const places = [at("mvhd") + 16, video + 20, at("elst", video) + 8, audio + 20, at("elst", audio) + 8];
  return places.map((place) => mp4.readUInt32BE(place) / scale);
}

test("a clip that is made shorter says so wherever it says how long it is, and keeps its bytes", () => {
  const short = shortened(clip, 107 / 24);
  expect(lengthsIn(clip).every((seconds) => seconds > 15)).toBe(true);
  expect(lengthsIn(short)).toEqual(Array(5).fill(4.458));
  expect(clipHeader(short)).toEqual({ ...clipHeader(clip), seconds: 4.458 });
  const media = clip.indexOf("mdat");
  expect(short.subarray(media).equals(clip.subarray(media))).toBe(true);
});

test("the clip itself stays as it was, and what is no MP4 is an error", () => {
  const before = Buffer.from(clip);
  shortened(clip, 5);
  expect(clip.equals(before)).toBe(true);
  expect(() => shortened(Buffer.from("words"), 5)).toThrow("no movie header");
});
