/** The clips of the mock, one for each cell of the request matrices, with the facts that a player reads. */
import { expect, test } from "vitest";
import { clipHeader } from "../../contract-tests/helpers/clip-header.js";
import { clipBytes } from "../../contract-tests/helpers/clips.js";
import { dataUrl, png } from "../../contract-tests/helpers/pictures.js";
import { cellsV2 } from "../generated/content-offers.js";
import { cells } from "../generated/offers.js";
import { type Aspect, aspectOf, clipContent, h3Clip, hailuoClip, shortenedClip } from "./video-clips.js";

const HIGH = dataUrl(png(768, 1364));
const WIDE = "https://example.com/wide.png";
const FRAMES: Record<string, string> = { ImageToVideo: "first_frame_image", FirstLastFrameToVideo: "last_frame_image" };

const cellsV1 = Object.entries(cells.minimax).flatMap(([mode, models]) =>
  Object.entries(models).flatMap(([model, { accepts }]) =>
    accepts.flatMap(([duration, resolutions]) =>
      resolutions.map((resolution) => ({ mode, model, duration, resolution })),
    ),
  ),
);

test.each(cellsV1)("$mode on $model for $duration s at $resolution has a clip", async ({ mode, ...body }) => {
  const frame = FRAMES[mode];
  for (const image of frame ? [WIDE, HIGH] : [WIDE]) {
    const clip = hailuoClip(frame ? { ...body, [frame]: image } : body);
    const { bytes } = await clipContent(clip);
    const { width, height, ...movie } = clipHeader(bytes);
    expect(movie).toEqual({ streamable: true, seconds: body.duration, tracks: ["vide"] });
    expect(height > width).toBe(image === HIGH);
    expect(Math.min(width, height)).toBe(Number.parseInt(body.resolution, 10));
    const other = await clipContent({ ...clip, name: clip.other });
    expect(clipHeader(other.bytes)).toMatchObject({ streamable: true, seconds: body.duration });
    expect(other.bytes.equals(bytes)).toBe(false);
  }
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
/** The short side in pixels. */
const SHORT: Record<string, number> = { "480P": 480, "768P": 768, "2K": 1440 };
const lengthsV2: Record<string, number[]> = { "480P": [5, 15], "768P": [4, 10, 15], "2K": [4, 15] };
const resolutionsV2 = Object.values(cellsV2.TextToVideoV2).flatMap(({ accepts }) => accepts.flatMap(([, all]) => all));

test("V2 makes videos of these resolutions", () => {
  expect([...new Set(resolutionsV2)].toSorted()).toEqual(Object.keys(lengthsV2).toSorted());
});

test.each(
  Object.entries(lengthsV2).flatMap(([size, lengths]) => lengths.map((seconds) => [size, seconds] as const)),
)("MiniMax-H3 at %s for %i s has a clip in each aspect ratio", async (resolution, seconds) => {
  for (const aspect of ASPECTS) {
    const clip = h3Clip(resolution, aspect, seconds);
    const { bytes, etag } = await clipContent(clip);
    const header = clipHeader(bytes);
    const { width, height } = header;
    expect(header).toMatchObject({ streamable: true, tracks: ["vide", "soun"] });
    // 21:9 has a smaller height.
    expect(Math.min(width, height) / (SHORT[resolution] ?? 0)).toBeCloseTo(aspect === "21:9" ? 0.875 : 1, 1);
    // At most 17 frames longer than requested, and never shorter.
    expect(header.seconds - seconds).toBeGreaterThanOrEqual(0);
    expect(header.seconds - seconds).toBeLessThan(17 / 24);
    expect([width % 32, height % 32, Math.round(header.seconds * 24 - 5) % 17]).toEqual([0, 0, 0]);
    const [across = 0, up = 0] = aspect.split(":").map(Number);
    expect(Math.abs(width / height / (across / up) - 1)).toBeLessThan(0.04);
    const other = await clipContent({ ...clip, name: clip.other });
    expect([other.etag === etag, clipHeader(other.bytes).seconds]).toEqual([false, header.seconds]);
  }
});

test.each<[number, number, Aspect]>([
  [1920, 1080, "16:9"],
  [1080, 1920, "9:16"],
  [1000, 1100, "1:1"],
  [640, 480, "4:3"],
  [3, 4, "3:4"],
  [5760, 2304, "21:9"],
])("a picture of %i x %i is nearest to %s", (width, height, aspect) => {
  expect(aspectOf("adaptive", { width, height })).toBe(aspect);
});

test("a ratio names its own aspect ratio; others get that of the picture, or 16:9", () => {
  expect(ASPECTS.map((aspect) => aspectOf(aspect, { width: 1, height: 1 }))).toEqual(ASPECTS);
  for (const ratio of ["adaptive", "", "2:1"])
    expect([aspectOf(ratio, { width: 1, height: 1 }), aspectOf(ratio)]).toEqual(["1:1", "16:9"]);
});

/** Every length in the headers, in seconds: the movie's, each track's, and each edit's. */
function lengthsIn(mp4: Buffer): number[] {
  const at = (box: string, from = 0) => mp4.indexOf(box, from) + 4;
  const scale = mp4.readUInt32BE(at("mvhd") + 12);
  const [video, audio] = [at("tkhd"), at("tkhd", at("tkhd"))];
  const places = [at("mvhd") + 16, video + 20, at("elst", video) + 8, audio + 20, at("elst", audio) + 8];
  return places.map((place) => mp4.readUInt32BE(place) / scale);
}

test("a shortened clip is a copy with the new length in every header, and the same media", () => {
  const clip = clipBytes("H3-480P-4x3.mp4");
  const short = shortenedClip(clip, 107 / 24);
  expect(lengthsIn(clip).every((seconds) => seconds > 15)).toBe(true);
  expect(lengthsIn(short)).toEqual(Array(5).fill(4.458));
  expect(clipHeader(short)).toEqual({ ...clipHeader(clip), seconds: 4.458 });
  const media = clip.indexOf("mdat");
  expect(short.subarray(media).equals(clip.subarray(media))).toBe(true);
});
