import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { wave } from "../../contract-tests/uploads.js";
import { shortened } from "./length.js";
import { mediaIn, unfitness } from "./media.js";

const clip = (name: string) => readFileSync(new URL(`clips/${name}`, import.meta.url));
const latin1 = (text: string) => Buffer.from(text, "latin1");

describe("what bytes are", () => {
  test.each<[string, Buffer, object | undefined]>([
    [
      "a clip of V1",
      clip("768P-6s-portrait.mp4"),
      { kind: "video", format: "mp4", seconds: 6, size: { width: 768, height: 1364 } },
    ],
    [
      "a clip of V2",
      clip("H3-2K-21x9.mp4"),
      { kind: "video", format: "mp4", seconds: 15.1, size: { width: 2880, height: 1280 } },
    ],
    ["a MOV", latin1("\0\0\0\x14ftypqt  \0\0\0\0"), { kind: "video", format: "mov" }],
    ["a WAV", wave(7), { kind: "audio", format: "wav", seconds: 7 }],
    ["a WAV without data", wave(7).subarray(0, 36), { kind: "audio", format: "wav", seconds: undefined }],
    ["an MP3 with a tag", latin1("ID3\x04"), { kind: "audio", format: "mp3" }],
    ["an MP3 without one", latin1("\xff\xfb\x90\x64"), { kind: "audio", format: "mp3" }],
    ["AAC in frames, which begins almost so", latin1("\xff\xf1\x50\x80"), undefined],
    ["a HEIC", latin1("\0\0\0\x14ftypheic\0\0\0\0"), { kind: "image", format: "heic", size: undefined }],
    ["a JPEG", latin1("\xff\xd8\xff\xe0"), { kind: "image", format: "jpeg", size: undefined }],
    ["a GIF", latin1("GIF89a"), undefined],
    ["nothing", Buffer.alloc(0), undefined],
  ])("%s", (_, bytes, expected) => {
    expect(mediaIn(bytes)).toEqual(expected);
  });
});

const MB = 1024 * 1024;
const image = { kind: "image", format: "png", size: { width: 256, height: 640 } } as const;
const video = { kind: "video", format: "mp4", size: { width: 5760, height: 2304 }, seconds: 2 } as const;
const audio = { kind: "audio", format: "wav", seconds: 15 } as const;

test("what stands exactly at the limits is fit", () => {
  expect(unfitness(image, 30 * MB)).toBeUndefined();
  expect(unfitness(video, 50 * MB)).toBeUndefined();
  expect(unfitness(audio, 15 * MB)).toBeUndefined();
});

test("a video of fifteen seconds from MiniMax-H3 is fit, which is a little longer", () => {
  const media = mediaIn(shortened(clip("H3-768P-16x9.mp4"), 362 / 24));
  expect([media?.seconds, unfitness(media, MB)]).toEqual([expect.closeTo(15.083, 3), undefined]);
});

test.each([
  ["the image is larger than 30 MB", image, 30 * MB + 1],
  ["the video is larger than 50 MB", video, 50 * MB + 1],
  ["the audio is larger than 15 MB", audio, 15 * MB + 1],
  ["the image is smaller than 256 x 256 pixels", { ...image, size: { width: 640, height: 255 } }, MB],
  ["the video is larger than 5760 x 5760 pixels", { ...video, size: { width: 5761, height: 3000 } }, MB],
  ["width / height of the image must be 0.4 to 2.5", { ...image, size: { width: 256, height: 641 } }, MB],
  ["width / height of the video must be 0.4 to 2.5", { ...video, size: { width: 751, height: 300 } }, MB],
  ["the video must last 2 to 15 seconds", { ...video, seconds: 1.9 }, MB],
  ["the video must last 2 to 15 seconds", { ...video, seconds: Number.NaN }, MB],
  ["the audio must last 2 to 15 seconds", { ...audio, seconds: 15.2 }, MB],
  ["the file is none of jpeg, png, webp, heic, heif, mp4, mov, wav, mp3", undefined, MB],
] as const)("%s", (words, media, bytes) => {
  expect(unfitness(media, bytes)).toBe(words);
});
