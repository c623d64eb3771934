import { describe, expect, test } from "vitest";
import { clipBytes, clipNames } from "../../contract-tests/helpers/clips.js";
import { followBoxes } from "./iso-boxes.js";

const clip = clipBytes(clipNames[0] ?? "");

function isWhole(bytes: Uint8Array, piece = 65_536): boolean | undefined {
  const boxes = followBoxes();
  for (let from = 0; from < bytes.length; from += piece) boxes.add(bytes.subarray(from, from + piece));
  return boxes.isWhole();
}

describe("following the boxes of an MP4", () => {
  test("finds it whole, in pieces of any length", () => {
    for (const name of clipNames) expect(isWhole(clipBytes(name)), name).toBe(true);
    for (const piece of [1, 7, 8, 4096]) expect(isWhole(clip, piece)).toBe(true);
  });

  test("finds it cut off, wherever that is", () => {
    for (const length of [8, 20, 39, 1000, clip.length >> 1, clip.length - 1])
      expect(isWhole(clip.subarray(0, length)), String(length)).toBe(false);
  });

  test("says nothing of other files, nor before the first box has a name", () => {
    expect(isWhole(new TextEncoder().encode("a page of plain words"))).toBeUndefined();
    expect(isWhole(new Uint8Array(1000))).toBeUndefined();
    expect(isWhole(clip.subarray(0, 7))).toBeUndefined();
  });

  test("understands sizes of 64 bits, boxes without an end, and sizes that are too small", () => {
    const mdat = [0x6d, 0x64, 0x61, 0x74];
    const wholeWith = (...box: number[]) => isWhole(Uint8Array.from([0, 0, 0, 8, 0x66, 0x74, 0x79, 0x70, ...box]));
    const long = [0, 0, 0, 1, ...mdat, 0, 0, 0, 0, 0, 0, 0, 18, 1, 2];
    expect([wholeWith(...long), wholeWith(...long.slice(0, -1)), wholeWith(...long.slice(0, 12))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(wholeWith(0, 0, 0, 0, ...mdat, 1, 2, 3)).toBe(true);
    expect(wholeWith(0, 0, 0, 4, ...mdat)).toBeUndefined();
  });
});
