import { expect, test } from "vitest";
import { limitsV2 } from "../generated/content-offers.js";
import { imageLimits, type MediaLimits } from "../generated/offers.js";
import type { AudioFacts, ImageFacts, VideoFacts } from "../media/media.js";
import { faultsOf, type KnownFile, listed, megabytes } from "./media-limits.js";

const { ImageUrl, VideoUrl, AudioUrl, BaseVideoItem } = limitsV2;
const MARKS = { error: "", warning: "?" };

/** The issues of a file, with a question mark before a warning. */
function faults(file: Omit<KnownFile, "size">, limits: MediaLimits, size = 1000): string[] {
  return faultsOf({ size, ...file }, limits).map(
    ({ rule, severity, message }) => `${MARKS[severity]}${rule}: ${message}`,
  );
}

const IMAGE: ImageFacts = { kind: "image", type: "image/png", width: 640, height: 480 };
const SOUND: AudioFacts = { kind: "audio", type: "audio/wav", seconds: 5 };
const VIDEO: VideoFacts = {
  ...{ kind: "video", type: "video/mp4", width: 1280, height: 736, seconds: 5 },
  ...{ frames: 124, frameRate: 24, videoCodec: "h264", audioCodec: "aac" },
};
const image = (facts: Partial<ImageFacts>, size?: number) =>
  faults({ kind: "image", facts: { ...IMAGE, ...facts } }, ImageUrl, size);
const video = (facts: Partial<VideoFacts>) => faults({ kind: "video", facts: { ...VIDEO, ...facts } }, VideoUrl);
const base = (facts: Partial<VideoFacts>) =>
  faults({ kind: "video", facts: { ...VIDEO, ...facts } }, { ...VideoUrl, ...BaseVideoItem });
const audio = (seconds: number | undefined) => faults({ kind: "audio", facts: { ...SOUND, seconds } }, AudioUrl);
const declared = (type: string, facts: ImageFacts | VideoFacts | AudioFacts) =>
  faults(
    { kind: facts.kind, declared: type, facts },
    { image: ImageUrl, video: VideoUrl, audio: AudioUrl }[facts.kind],
  );

const MB = 1024 * 1024;

test.each<[what: string, faults: string[][]]>([
  [
    "an image",
    [image({}), image({}, 30 * MB), image({ width: 256, height: 256 }), image({ width: 5760, height: 5760 })],
  ],
  [
    "an image as narrow or as wide as allowed",
    [image({ width: 400, height: 1000 }), image({ width: 1000, height: 400 })],
  ],
  ["a sound", [2, 15, undefined].map(audio)],
  ["a video", [video({}), video({ type: "video/quicktime", videoCodec: "h265", audioCodec: "mp3" })]],
  [
    "a video without sound, or of unknown figures",
    [video({ audioCodec: undefined, seconds: undefined, frames: undefined })],
  ],
  [
    "a video as slow or as fast as allowed",
    [24_000 / 1001, 60.003, undefined].map((frameRate) => video({ frameRate })),
  ],
  ["a base video", [base({}), base({ frames: undefined }), base({ width: 768, height: 768, frames: 107 })]],
  ["a type by another name", [declared("audio/x-wav", SOUND), declared("audio/mp3", { ...SOUND, type: "audio/mpeg" })]],
])("accepts %s", (_, found) => {
  expect(found.flat()).toEqual([]);
});

test.each<[what: string, faults: string[], ...expected: string[]]>([
  [
    "base64 that is cut off",
    faults({ kind: "image", isCut: true, facts: IMAGE }, ImageUrl),
    "imageBase64: must be complete base64; this is cut off",
  ],
  [
    "base64 with other characters in it",
    faults({ kind: "image", isForeign: true, isCut: true, facts: IMAGE }, ImageUrl),
    "imageBase64: must be base64; this contains other characters",
  ],
  ["a byte too many", image({}, 30 * MB + 1), "imageSize: must have at most 30 MB (it has 30.1 MB)"],
  [
    "a shape that the service was seen to refuse",
    faults({ kind: "image", facts: { ...IMAGE, width: 1000, height: 400 } }, imageLimits.ImageInput),
    "?imageAspect: should have a width / height of 0.5 to 2: the service has refused others, although 0.4 to 2.5 is documented (it has 1000 x 400)",
  ],
  [
    "20 MB, if less is required",
    faults({ kind: "image", facts: IMAGE }, imageLimits.ImageInput, 20 * MB),
    "imageSize: must have less than 20 MB (it has 20 MB)",
  ],
  [
    "a header of another kind",
    faults({ kind: "video", facts: undefined }, VideoUrl),
    "videoFormat: must be a complete MP4 or MOV file; its header is broken or of another format",
  ],
  [
    "another format that is too large as well",
    faults({ kind: "audio", facts: IMAGE }, AudioUrl, 20 * MB),
    "audioSize: must have at most 15 MB (it has 20 MB)",
    "audioFormat: must be a complete WAV or MP3 file; this is image/png",
  ],
  [
    "another type than the declared one",
    declared("image/jpg", IMAGE),
    "imageType: is declared as image/jpeg, but its bytes are image/png",
  ],
  [
    "a related type",
    [...declared("video/quicktime", VIDEO), ...declared("image/heic", { ...IMAGE, type: "image/heif" })],
    "?videoType: is declared as video/quicktime, but its bytes are video/mp4",
    "?imageType: is declared as image/heic, but its bytes are image/heif",
  ],
  ["a short side", image({ width: 255 }), "imageSide: must have sides of 256 to 5760 pixels (it has 255 x 480)"],
  [
    "a long side, and a high shape",
    image({ height: 5761 }),
    "imageSide: must have sides of 256 to 5760 pixels (it has 640 x 5761)",
    "imageAspect: must have a width / height of 0.4 to 2.5 (it has 640 x 5761)",
  ],
  ["a wide shape", image({ width: 1201 }), "imageAspect: must have a width / height of 0.4 to 2.5 (it has 1201 x 480)"],
  ["a length a little too short", audio(1.9), "?audioSeconds: must last 2 to 15 s (it lasts 1.9)"],
  ["a length too short", audio(1.89), "audioSeconds: must last 2 to 15 s (it lasts 1.89)"],
  ["a length a little too long, rounded", audio(15.096), "?audioSeconds: must last 2 to 15 s (it lasts 15.1)"],
  ["a length too long", video({ seconds: 15.11 }), "videoSeconds: must last 2 to 15 s (it lasts 15.11)"],
  [
    "other codecs",
    video({ videoCodec: "vp09", audioCodec: "sowt" }),
    "videoCodec: must be coded as H.264 or H.265 (it has vp09)",
    "videoSoundCodec: must have AAC or MP3 sound (it has sowt)",
  ],
  [
    "a rate a little too low",
    video({ frameRate: 23.9 }),
    "?videoFrameRate: must have 23.976 to 60 frames a second (it has 23.9)",
  ],
  [
    "a rate too high",
    video({ frameRate: 60.61 }),
    "videoFrameRate: must have 23.976 to 60 frames a second (it has 60.61)",
  ],
  [
    "another rate than the only one",
    base({ frameRate: 30 }),
    "videoFrameRate: must have 24 frames a second (it has 30)",
  ],
  [
    "a base video without sound, and out of step",
    base({ audioCodec: undefined, frames: 125, height: 700 }),
    "videoStep: must have sides divisible by 32 (it has 1280 x 700)",
    "videoSound: must have a sound track, but has none",
    "videoFrames: must have 107 to 362 frames, in steps of 17 (it has 125)",
  ],
  ["too few frames", base({ frames: 90 }), "videoFrames: must have 107 to 362 frames, in steps of 17 (it has 90)"],
  ["too many frames", base({ frames: 379 }), "videoFrames: must have 107 to 362 frames, in steps of 17 (it has 379)"],
  [
    "a large area",
    base({ width: 1344, height: 800 }),
    "videoArea: must have 589824 to 1032192 pixels in all (it has 1344 x 800)",
  ],
  [
    "a small area, on which the sources disagree",
    base({ width: 736, height: 768 }),
    "?videoArea: must have 589824 to 1032192 pixels in all (it has 736 x 768)",
  ],
])("finds %s", (_, found, ...expected) => {
  expect(found).toEqual(expected);
});

test("megabytes are rounded up, and names are listed with commas and a conjunction", () => {
  expect([0, 1, 104_858, 1_048_576, 1_048_577].map(megabytes)).toEqual(["0 MB", "0.1 MB", "0.2 MB", "1 MB", "1.1 MB"]);
  expect(listed(["jpeg", "webp", "h264"])).toBe("JPEG, WebP or H.264");
});
