/** The clips of the mock: one for each cell of the request matrices, as a player reads them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cellsV2 } from "../src/generated/content-offers.js";
import { cells } from "../src/generated/offers.js";
import {
  type Aspect,
  clipBytes,
  h3Clip,
  hailuoClip,
  isAspect,
  nearestAspect,
  shortenedClip,
} from "../src/mock/video-clips.js";
import { clipHeader } from "./helpers/clip-header.js";
import { dataUrl, png } from "./helpers/pictures.js";

const HIGH = dataUrl(png(768, 1364));
const WIDE = "https://example.com/wide.png";

type Case = [title: string, body: Record<string, unknown>, seconds: number];

const hailuoCells: Case[] = Object.entries(cells.minimax).flatMap(([mode, models]) =>
  Object.entries(models).flatMap(([model, { accepts }]) =>
    accepts.flatMap(([duration, resolutions]) =>
      resolutions.flatMap((resolution) =>
        framesOf(mode).map((frames): Case => {
          const high = Object.values(frames)[0] === HIGH ? ", portrait" : "";
          return [
            `${mode}, ${model}, ${duration} s, ${resolution}${high}`,
            { model, duration, resolution, ...frames },
            duration,
          ];
        }),
      ),
    ),
  ),
);

function framesOf(mode: string): Record<string, string>[] {
  if (mode === "ImageToVideo") return [{ first_frame_image: WIDE }, { first_frame_image: HIGH }];
  if (mode === "FirstLastFrameToVideo") return [{ last_frame_image: WIDE }, { last_frame_image: HIGH }];
  return [{}];
}

describe("every cell of the V1 request matrix has a clip of its size, length and orientation", () => {
  test.each(hailuoCells)("%s", async (_, body, seconds) => {
    const clip = hailuoClip(body);
    const movie = clipHeader((await clipBytes(clip)).bytes);
    expect(movie).toEqual({ streamable: true, seconds, width: clip.width, height: clip.height, tracks: ["vide"] });
    // The file that replaces it differs, and is as long.
    const { bytes } = await clipBytes({ ...clip, name: clip.other });
    expect(clipHeader(bytes)).toMatchObject({ streamable: true, seconds });
    expect(bytes.equals((await clipBytes(clip)).bytes)).toBe(false);
    const high = Object.values(body).includes(HIGH);
    expect(clip.height > clip.width).toBe(high);
    expect(Math.min(clip.width, clip.height)).toBe(Number.parseInt(String(body.resolution), 10));
  });
});

test.each([
  ["a text on MiniMax-Hailuo-2.3", { model: "MiniMax-Hailuo-2.3", prompt: "x" }, "768P-6s-landscape.mp4"],
  ["a text on the 01 series", { model: "T2V-01", prompt: "x" }, "720P-6s-landscape.mp4"],
  ["a face", { model: "S2V-01", subject_reference: [] }, "720P-6s-landscape.mp4"],
  ["a template", { template_id: "393769180141805569" }, "768P-6s-landscape.mp4"],
])("%s without a size gets the clip of the default size", (_, body, name) => {
  expect(hailuoClip(body).name).toBe(name);
});

const ASPECTS: Aspect[] = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
const h3Cells = Object.values(cellsV2.TextToVideoV2).flatMap(({ accepts }) =>
  accepts.flatMap(([duration, resolutions]) => resolutions.map((resolution) => `${resolution} ${duration}`)),
);

describe("every cell of the V2 request matrix has a clip in each aspect ratio", () => {
  test.each(
    [...new Set(h3Cells)].map((cell) => cell.split(" ") as [string, string]),
  )("%s, %s s", async (resolution, seconds) => {
    for (const aspect of ASPECTS) {
      const clip = h3Clip(resolution, aspect, Number(seconds));
      const { bytes, etag } = await clipBytes(clip);
      const header = clipHeader(bytes);
      expect(header).toMatchObject({
        streamable: true,
        width: clip.width,
        height: clip.height,
        tracks: ["vide", "soun"],
      });
      // At most 17 frames longer than requested, and never shorter.
      expect(header.seconds - Number(seconds)).toBeGreaterThanOrEqual(0);
      expect(header.seconds - Number(seconds)).toBeLessThan(17 / 24);
      expect([clip.width % 32, clip.height % 32, Math.round(header.seconds * 24 - 5) % 17]).toEqual([0, 0, 0]);
      const [across = 0, up = 0] = aspect.split(":").map(Number);
      expect(Math.abs(clip.width / clip.height / (across / up) - 1)).toBeLessThan(0.04);
      const other = await clipBytes({ ...clip, name: clip.other });
      expect([other.etag === etag, clipHeader(other.bytes).seconds]).toEqual([false, header.seconds]);
    }
  });
});

test("an error names the file to which a missing size must be added", () => {
  expect(() => h3Clip("4K", "16:9", 5)).toThrow(
    "The mock has no clip for 4K: make some and add them to video-clips.ts.",
  );
});

test.each<[number, number, Aspect]>([
  [1920, 1080, "16:9"],
  [1080, 1920, "9:16"],
  [1000, 1000, "1:1"],
  [1000, 1100, "1:1"],
  [640, 480, "4:3"],
  [3, 4, "3:4"],
  [5760, 2304, "21:9"],
])("a picture of %i x %i is nearest to %s", (width, height, aspect) => {
  expect(nearestAspect({ width, height })).toBe(aspect);
});

test("adaptive, empty and unknown ratios are not aspect ratios", () => {
  expect([...ASPECTS, "adaptive", "", "2:1", undefined].map(isAspect)).toEqual([
    ...ASPECTS.map(() => true),
    false,
    false,
    false,
    false,
  ]);
});

const clip = readFileSync(new URL("../src/mock/clips/H3-480P-4x3.mp4", import.meta.url));

/** Every length in the headers, in seconds: the movie's, each track's, and each edit's. */
function lengthsIn(mp4: Buffer): number[] {
  const at = (box: string, from = 0) => mp4.indexOf(box, from) + 4;
  const scale = mp4.readUInt32BE(at("mvhd") + 12);
  const [video, audio] = [at("tkhd"), at("tkhd", at("tkhd"))];
  const places = [at("mvhd") + 16, video + 20, at("elst", video) + 8, audio + 20, at("elst", audio) + 8];
  return places.map((place) => mp4.readUInt32BE(place) / scale);
}

test("a shortened clip has the new length in every header, and the same media", () => {
  const short = shortenedClip(clip, 107 / 24);
  expect(lengthsIn(clip).every((seconds) => seconds > 15)).toBe(true);
  expect(lengthsIn(short)).toEqual(Array(5).fill(4.458));
  expect(clipHeader(short)).toEqual({ ...clipHeader(clip), seconds: 4.458 });
  const media = clip.indexOf("mdat");
  expect(short.subarray(media).equals(clip.subarray(media))).toBe(true);
});

test("shortening leaves the clip itself unchanged, and throws for a file that is not an MP4", () => {
  const before = Buffer.from(clip);
  shortenedClip(clip, 5);
  expect(clip.equals(before)).toBe(true);
  expect(() => shortenedClip(Buffer.from("words"), 5)).toThrow("no movie header");
});
