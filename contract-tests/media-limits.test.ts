import { expect, test } from "vitest";
import { faultsOf, type KnownFile, megabytes } from "../src/check/media-limits.js";
import type { AudioFacts, ImageFacts, VideoFacts } from "../src/media/media.js";
import { USUAL as VIDEO } from "./helpers/movies.js";

const IMAGE: ImageFacts = { kind: "image", type: "image/png", width: 640, height: 480 };
const SOUND: AudioFacts = { kind: "audio", type: "audio/wav", seconds: 5 };
const LIMITS = {
  image: { maxBytes: 2_000_000, formats: ["jpeg", "png", "webp", "heic"], minSide: 256, maxSide: 5760 },
  audio: { formats: ["wav", "mp3"], minSeconds: 2, maxSeconds: 15 },
  video: { formats: ["mp4", "mov"], videoCodecs: ["h264", "h265"], audioCodecs: ["aac", "mp3"] },
};
const SHAPE = { minAspect: 0.4, maxAspect: 2.5 };
const BASE = { sound: true, sideStep: 32, minArea: 589_824, maxArea: 1_032_192, frameStep: 17, minFrames: 107 };

const MARKS = { error: "", warning: "?" };

/** What is said of a file of which this is known, a question mark before a warning. */
function said(known: Partial<KnownFile> & { kind: KnownFile["kind"] }, more: object = {}): string[] {
  const file = { size: 1000, facts: undefined, ...known };
  return faultsOf(file, { ...LIMITS[known.kind], ...more }).map(
    ({ rule, severity, message }) => `${MARKS[severity]}${rule}: ${message}`,
  );
}
const image = (facts: Partial<ImageFacts>, more?: object) =>
  said({ kind: "image", facts: { ...IMAGE, ...facts } }, more);
const video = (facts: Partial<VideoFacts>, more?: object) =>
  said({ kind: "video", facts: { ...VIDEO, ...facts } }, more);
const audio = (seconds: number | undefined, more?: object) =>
  said({ kind: "audio", facts: { ...SOUND, seconds } as AudioFacts }, more);

test("what is within its limits, and what has none, is not spoken of", () => {
  expect(image({})).toEqual([]);
  expect(audio(5)).toEqual([]);
  expect(video({})).toEqual([]);
  expect(video({ audioCodec: undefined } as object)).toEqual([]);
  expect(
    said({ kind: "video", size: 1e12, facts: { ...VIDEO, width: 1, height: 9999, seconds: 1e6, frameRate: 1 } }),
  ).toEqual([]);
});

test.each<[what: string, said: string[], expected: string[]]>([
  [
    "base64 cut off",
    said({ kind: "image", isCut: true, facts: IMAGE }),
    ["imageBase64: must be base64 to its end; this is cut off"],
  ],
  ["the size that is allowed", said({ kind: "image", size: 2_000_000, facts: IMAGE }), []],
  [
    "a byte more",
    said({ kind: "image", size: 2_000_001, facts: IMAGE }),
    ["imageSize: must have at most 2 MB (it has 2 MB)"],
  ],
  [
    "no header",
    said({ kind: "image" }),
    ["imageFormat: must be a whole file in JPEG, PNG, WebP or HEIC; its header is of another kind, or broken"],
  ],
  [
    "another format, and too large",
    said(
      { kind: "audio", size: 5_000_000, facts: { ...SOUND, type: "audio/ogg" as "audio/wav" } },
      { maxBytes: 4_194_304 },
    ),
    [
      "audioSize: must have at most 4 MB (it has 4.8 MB)",
      "audioFormat: must be a whole file in WAV or MP3; this is audio/ogg",
    ],
  ],
  [
    "another type than declared",
    said({ kind: "image", declared: "image/webp", facts: IMAGE }),
    ["imageType: is declared as image/webp, but its bytes are image/png"],
  ],
  [
    "a kindred type",
    said({ kind: "video", declared: "video/quicktime", facts: VIDEO }),
    ["?videoType: is declared as video/quicktime, but its bytes are video/mp4"],
  ],
  ["the same type by another name", said({ kind: "audio", declared: "audio/x-wav", facts: SOUND }), []],
  ["sides as short and as long as allowed", image({ width: 256, height: 5760 }), []],
  [
    "a side too short",
    image({ width: 255, height: 480 }),
    ["imageSide: must have sides of 256 to 5760 pixels (it has 255 x 480)"],
  ],
  [
    "a side too long",
    image({ width: 480, height: 5761 }),
    ["imageSide: must have sides of 256 to 5760 pixels (it has 480 x 5761)"],
  ],
  [
    "shapes as high and as wide as allowed",
    [...image({ width: 400, height: 1000 }, SHAPE), ...image({ width: 1000, height: 400 }, SHAPE)],
    [],
  ],
  [
    "a shape too wide",
    image({ width: 1001, height: 400 }, SHAPE),
    ["imageAspect: must be between 2:5 and 5:2 (it has 1001 x 400)"],
  ],
  [
    "a shape too high",
    image({ width: 399, height: 1000 }, SHAPE),
    ["imageAspect: must be between 2:5 and 5:2 (it has 399 x 1000)"],
  ],
  ["lengths as short and as long as allowed", [...audio(2), ...audio(15)], []],
  ["a length that nobody knows", audio(undefined), []],
  ["a length a little too short", audio(1.9), ["?audioSeconds: must last 2 to 15 s (it has 1.9)"]],
  ["a length too short", audio(1.89), ["audioSeconds: must last 2 to 15 s (it has 1.89)"]],
  ["a length a little too long, rounded", audio(15.096), ["?audioSeconds: must last 2 to 15 s (it has 15.1)"]],
  ["a length too long", audio(15.11), ["audioSeconds: must last 2 to 15 s (it has 15.11)"]],
  [
    "codecs of other pictures and sounds",
    video({ videoCodec: "vp9", audioCodec: "opus" } as object),
    [
      "videoCodec: must be coded as H.264 or H.265 (it has vp9)",
      "videoSoundCodec: must have its sound as AAC or MP3 (it has opus)",
    ],
  ],
  [
    "frames too few a second",
    video({ frameRate: 23 }, { minFrameRate: 23.976, maxFrameRate: 60 }),
    ["videoFrameRate: must have 23.976 to 60 frames a second (it has 23)"],
  ],
  [
    "frames a little too many a second",
    video({ frameRate: 60.6 }, { minFrameRate: 24, maxFrameRate: 60 }),
    ["?videoFrameRate: must have 24 to 60 frames a second (it has 60.6)"],
  ],
  [
    "another rate than the one",
    video({ frameRate: 30 }, { minFrameRate: 24, maxFrameRate: 24 }),
    ["videoFrameRate: must have 24 frames a second (it has 30)"],
  ],
  [
    "a base video without sound, out of step",
    video({ audioCodec: undefined, frames: 125, height: 700 } as object, BASE),
    [
      "videoStep: must have sides divisible by 32 (it has 1280 x 700)",
      "videoSound: must have sound; it has no such track",
      "videoFrames: must have 107 to Infinity frames, in steps of 17 (it has 125)",
    ],
  ],
  ["a base video in step", video({ frames: 124, height: 736 }, BASE), []],
  ["frames that nobody counted", video({ frames: undefined, height: 736 } as object, BASE), []],
  [
    "frames too few, and too many",
    [
      ...video({ frames: 90 }, { minFrames: 107, maxFrames: 362 }),
      ...video({ frames: 363 }, { minFrames: 107, maxFrames: 362 }),
    ],
    [
      "videoFrames: must have 107 to 362 frames, in steps of 1 (it has 90)",
      "videoFrames: must have 107 to 362 frames, in steps of 1 (it has 363)",
    ],
  ],
  [
    "areas as small and as large as allowed",
    [
      ...video({ width: 768, height: 768, frames: 107 }, BASE),
      ...video({ width: 1344, height: 768, frames: 107 }, BASE),
    ],
    [],
  ],
  [
    "an area too large",
    video({ width: 1344, height: 800, frames: 107 }, BASE),
    ["videoArea: must have 589824 to 1032192 pixels in all (it has 1344 x 800)"],
  ],
  [
    "an area too small, of which sources disagree",
    video({ width: 736, height: 768, frames: 107 }, BASE),
    ["?videoArea: must have 589824 to 1032192 pixels in all (it has 736 x 768)"],
  ],
])("of %s it is said so", (_, told, expected) => {
  expect(told).toEqual(expected);
});

test("megabytes are rounded up, so that too much never looks like just enough", () => {
  expect([0, 1, 104_858, 1_048_576, 1_048_577].map(megabytes)).toEqual(["0 MB", "0.1 MB", "0.2 MB", "1 MB", "1.1 MB"]);
});
