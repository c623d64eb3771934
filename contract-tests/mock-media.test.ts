/** What the mock makes of the bytes of an upload, and of an image in a data URL. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { imageSizeIn, mediaIn, unusableUpload } from "../src/mock/uploaded-media.js";
import { shortenedClip } from "../src/mock/video-clips.js";
import { heic } from "./helpers/movies.js";
import { dataUrl, png, pressJpeg } from "./helpers/pictures.js";
import { mp3, wav } from "./helpers/sounds.js";

const clip = (name: string) => readFileSync(new URL(`../src/mock/clips/${name}`, import.meta.url));
const MB = 1024 * 1024;

// Each format has its own tests beside its reader; these show that the mock uses the readers.
test.each<[string, Buffer, object | undefined]>([
  ["a clip of V1", clip("768P-6s-portrait.mp4"), { type: "video/mp4", seconds: 6, width: 768, height: 1364 }],
  ["an MP3", mp3(), { type: "audio/mpeg", seconds: expect.closeTo(5, 1) }],
  ["a HEIC", heic(), { kind: "image", type: "image/heic" }],
  ["a WAV without data", wav(7).subarray(0, 36), undefined],
  ["a GIF", Buffer.from("GIF89a"), undefined],
  ["nothing", Buffer.alloc(0), undefined],
])("the mock takes %s for what its bytes are", (_, bytes, expected) => {
  const media = mediaIn(bytes);
  if (expected) expect(media).toMatchObject(expected);
  else expect(media).toBeUndefined();
});

describe("an upload for V2", () => {
  const image = { kind: "image", type: "image/png", width: 256, height: 640 } as const;
  const audio = { kind: "audio", type: "audio/wav", seconds: 15 } as const;
  const picture = { width: 5760, height: 2304, frames: 60, frameRate: 30 } as const;
  const video = {
    ...picture,
    ...({ kind: "video", type: "video/mp4", seconds: 2, videoCodec: "h264", audioCodec: undefined } as const),
  };

  test.each([
    ["an image at every limit", image, 30 * MB],
    ["a video at every limit", video, 50 * MB],
    ["a sound at every limit", audio, 15 * MB],
    ["a video of another codec and frame rate", { ...video, videoCodec: "av01", frameRate: 12 }, MB],
    ["a video of MiniMax-H3 for 15 s", mediaIn(shortenedClip(clip("H3-768P-16x9.mp4"), 362 / 24)), MB],
  ] as const)("may be %s", (_, media, bytes) => {
    expect(unusableUpload(media, bytes)).toBeUndefined();
  });

  test.each([
    ["at most 30 MB", image, 30 * MB + 1],
    ["at most 50 MB", video, 50 * MB + 1],
    ["at most 15 MB", audio, 15 * MB + 1],
    ["256 to 5760 pixels", { ...image, width: 640, height: 255 }, MB],
    ["256 to 5760 pixels", { ...video, width: 5761, height: 3000 }, MB],
    ["between 2:5 and 5:2", { ...image, width: 256, height: 641 }, MB],
    ["between 2:5 and 5:2", { ...video, width: 751, height: 300 }, MB],
    ["2 to 15 s", { ...video, seconds: 1.8 }, MB],
    ["2 to 15 s", { ...audio, seconds: 15.2 }, MB],
    ["JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3", undefined, MB],
  ] as const)("must have or be %s", (words, media, bytes) => {
    expect(unusableUpload(media, bytes)).toMatch(/^file: must /);
    expect(unusableUpload(media, bytes)).toContain(words);
  });
});

test.each<[string, unknown, object | undefined]>([
  ["a PNG", dataUrl(png(768, 1364)), { width: 768, height: 1364 }],
  ["a JPEG behind 300 kB of colour profiles", dataUrl(pressJpeg(), "jpeg"), { width: 800, height: 640 }],
  ["a HEIC", dataUrl(heic(), "heic"), { width: 4032, height: 3024 }],
  ["a JPEG that ends in its header", dataUrl(pressJpeg(), "jpeg").slice(0, 40), undefined],
  ["a text", dataUrl(Buffer.from("A long text about a picture of nothing.")), undefined],
  ["a video", dataUrl(clip("768P-6s-portrait.mp4")), undefined],
  ["a link", "https://example.com/high.png", undefined],
  ["nothing", undefined, undefined],
])("the size of the image in a data URL of %s", (_, value, size) => {
  expect(imageSizeIn(value)).toEqual(size);
});
