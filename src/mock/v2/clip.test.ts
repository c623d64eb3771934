import { describe, expect, test } from "vitest";
import { clipHeader } from "../../../contract-tests/clip-header.js";
import { cellsV2 } from "../../generated/offers-v2.js";
import { bytesOf } from "../clips.js";
import { clipOf, isShape, nearestShape, type Shape } from "./clip.js";

const SHAPES: Shape[] = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
const cells = Object.values(cellsV2.TextToVideoV2).flatMap(({ accepts }) =>
  accepts.flatMap(([duration, resolutions]) => resolutions.map((resolution) => `${resolution} ${duration}`)),
);

describe("every cell of the request matrix has a clip in each shape that is what it says", () => {
  test.each(
    [...new Set(cells)].map((cell) => cell.split(" ") as [string, string]),
  )("%s, %s s", async (resolution, seconds) => {
    for (const shape of SHAPES) {
      const clip = clipOf(resolution, shape, Number(seconds));
      const { bytes, etag } = await bytesOf(clip);
      const header = clipHeader(bytes);
      expect(header).toMatchObject({
        streamable: true,
        width: clip.width,
        height: clip.height,
        tracks: ["vide", "soun"],
      });
      // About half a second longer at most than was asked, and never shorter.
      expect(header.seconds - Number(seconds)).toBeGreaterThanOrEqual(0);
      expect(header.seconds - Number(seconds)).toBeLessThan(17 / 24);
      expect([clip.width % 32, clip.height % 32, Math.round(header.seconds * 24 - 5) % 17]).toEqual([0, 0, 0]);
      const [across = 0, up = 0] = shape.split(":").map(Number);
      expect(Math.abs(clip.width / clip.height / (across / up) - 1)).toBeLessThan(0.04);
      const other = await bytesOf({ ...clip, name: clip.other });
      expect([other.etag === etag, clipHeader(other.bytes).seconds]).toEqual([false, header.seconds]);
    }
  });
});

test("a size without clips is an error that says where they would be", () => {
  expect(() => clipOf("4K", "16:9", 5)).toThrow(
    "The mock has no clip for 4K: make some and add them to src/mock/v2/clip.ts.",
  );
});

test.each<[number, number, Shape]>([
  [1920, 1080, "16:9"],
  [1080, 1920, "9:16"],
  [1000, 1000, "1:1"],
  [1000, 1100, "1:1"],
  [640, 480, "4:3"],
  [3, 4, "3:4"],
  [5760, 2304, "21:9"],
])("a picture of %i x %i is nearest to %s", (width, height, shape) => {
  expect(nearestShape({ width, height })).toBe(shape);
});

test("what is adaptive, empty or unknown is no shape", () => {
  expect([...SHAPES, "adaptive", "", "2:1", undefined].map(isShape)).toEqual([
    ...SHAPES.map(() => true),
    false,
    false,
    false,
    false,
  ]);
});
