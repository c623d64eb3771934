import { describe, expect, test } from "vitest";
import { clipBytes, clipNames } from "../../contract-tests/helpers/clips.js";
import { box, moov, u32, zeros } from "../../contract-tests/helpers/movies.js";
import { followBoxes } from "./iso-boxes.js";

const clip = clipBytes(clipNames[0] ?? "");

function isWhole(bytes: Uint8Array, piece = 65_536): boolean | undefined {
  const boxes = followBoxes();
  for (let from = 0; from < bytes.length; from += piece) boxes.add(bytes.subarray(from, from + piece));
  return boxes.isWhole();
}

describe("following the boxes of an MP4", () => {
  test("finds it complete, in pieces of any length", () => {
    for (const name of clipNames) expect(isWhole(clipBytes(name)), name).toBe(true);
    for (const piece of [1, 7, 8, 4096]) expect(isWhole(clip, piece)).toBe(true);
  });

  test("finds it truncated, in any place", () => {
    for (const length of [8, 20, 39, 1000, clip.length >> 1, clip.length - 1])
      expect(isWhole(clip.subarray(0, length)), String(length)).toBe(false);
  });

  test("decides nothing about other files, or before the first box has a name", () => {
    expect(isWhole(new TextEncoder().encode("a page of plain words"))).toBeUndefined();
    expect(isWhole(new Uint8Array(1000))).toBeUndefined();
    expect(isWhole(clip.subarray(0, 7))).toBeUndefined();
  });

  const typed = (...boxes: Buffer[]) => Buffer.concat([box("ftyp", "isom", u32(0)), ...boxes]);
  const described = moov();
  const frames = box("mdat", zeros(50));
  const wide = Buffer.concat([u32(1), Buffer.from("mdat"), u32(0, 66), zeros(50)]);
  const endless = Buffer.concat([u32(0), Buffer.from("mdat"), zeros(50)]);
  const fragment = Buffer.concat([box("moof", box("mfhd", u32(0, 1))), frames]);

  test.each([
    ["with its frames first", typed(frames, described)],
    ["with sizes of 64 bits", typed(wide, described)],
    ["with frames that end with the file", typed(described, endless)],
    ["in fragments", typed(described, box("sidx", zeros(24)), fragment, fragment, box("mfra", zeros(16)))],
    ["with room at its end", typed(described, frames, box("free", zeros(9)))],
    ["with zeros behind it", typed(described, frames, zeros(5))],
    ["with many zeros behind it", typed(described, frames, zeros(100))],
    ["with bytes behind it that are no box", typed(described, frames, Buffer.alloc(20, 0xff))],
    ["of QuickTime, which needs no type", Buffer.concat([box("wide"), frames, described])],
    ["of an image", Buffer.concat([box("ftyp", "heic", u32(0)), box("meta", zeros(9)), frames])],
  ])("finds one complete %s", (_, bytes) => {
    for (const piece of [1, 65_536]) expect(isWhole(bytes, piece)).toBe(true);
  });

  test.each([
    ["amid its frames", typed(described, frames.subarray(0, -1))],
    ["amid its frames of 64 bits", typed(described, wide.subarray(0, -1))],
    ["amid a size of 64 bits", typed(described, wide.subarray(0, 12))],
    ["behind its frames, before its description", typed(frames)],
    ["amid its description", typed(frames, described.subarray(0, -1))],
    ["before its frames", typed(described)],
    ["amid the head of its frames", typed(described, frames.subarray(0, 6))],
    ["amid a fragment", typed(described, fragment, fragment.subarray(0, -1))],
    ["amid the head of a fragment", typed(described, fragment, fragment.subarray(0, 5))],
    ["amid the frames of QuickTime", Buffer.concat([box("wide"), frames.subarray(0, -1)])],
  ])("finds one truncated %s", (_, bytes) => {
    for (const piece of [1, 65_536]) expect(isWhole(bytes, piece)).toBe(false);
  });

  test("decides nothing about a file with a box size that is too small", () => {
    expect(isWhole(typed(u32(4), Buffer.from("mdat")))).toBeUndefined();
  });
});
