import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { followBoxes } from "./iso-boxes.js";

const folder = new URL("../mock/clips/", import.meta.url);
const clips = readdirSync(folder).filter((name) => name.endsWith(".mp4"));
const clip = readFileSync(new URL(clips[0] ?? "", folder));

function verdict(bytes: Uint8Array, piece = 65_536): boolean | undefined {
  const boxes = followBoxes();
  for (let from = 0; from < bytes.length; from += piece) boxes.add(bytes.subarray(from, from + piece));
  return boxes.isWhole();
}

describe("the boxes of an MP4", () => {
  test.each(clips)("%s is whole, however it is cut into pieces", (name) => {
    const bytes = readFileSync(new URL(name, folder));
    for (const piece of [1, 7, 8, 4096, bytes.length]) expect(verdict(bytes, piece)).toBe(true);
  });

  test("what ends early is not, wherever it ends", () => {
    for (const length of [8, 20, 39, 1000, clip.length >> 1, clip.length - 1])
      expect(verdict(clip.subarray(0, length)), String(length)).toBe(false);
  });

  test("nothing is said of what is no MP4, nor before there is a header", () => {
    expect(verdict(new TextEncoder().encode("a page of plain words"))).toBeUndefined();
    expect(verdict(new Uint8Array(1000))).toBeUndefined();
    expect(verdict(clip.subarray(0, 7))).toBeUndefined();
  });

  test("sizes of 64 bits and boxes without an end are understood, sizes that are too small end it", () => {
    const ftyp = [0, 0, 0, 8, 0x66, 0x74, 0x79, 0x70];
    const mdat = [0x6d, 0x64, 0x61, 0x74];
    const long = [0, 0, 0, 1, ...mdat, 0, 0, 0, 0, 0, 0, 0, 18, 1, 2];
    expect(verdict(Uint8Array.from([...ftyp, ...long]))).toBe(true);
    expect(verdict(Uint8Array.from([...ftyp, ...long.slice(0, -1)]))).toBe(false);
    expect(verdict(Uint8Array.from([...ftyp, ...long.slice(0, 12)]))).toBe(false);
    expect(verdict(Uint8Array.from([...ftyp, 0, 0, 0, 0, ...mdat, 1, 2, 3]))).toBe(true);
    expect(verdict(Uint8Array.from([...ftyp, 0, 0, 0, 4, ...mdat]))).toBeUndefined();
  });
});
