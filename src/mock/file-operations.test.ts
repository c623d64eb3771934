/** How the mock handles the bytes of an upload, and of an image in a data URL. */
import { expect, test } from "vitest";
import { clipBytes as clip } from "../../contract-tests/helpers/clips.js";
import { heic } from "../../contract-tests/helpers/movies.js";
import { dataUrl, png, pressJpeg } from "../../contract-tests/helpers/pictures.js";
import { mp3, wav } from "../../contract-tests/helpers/sounds.js";
import type { MediaFacts } from "../media/media.js";
import { unusableUpload } from "./file-operations.js";
import { imageSizeIn, mediaIn, shortenedClip } from "./video-clips.js";

const MB = 1024 * 1024;

// Each format has tests next to its reader. These test that the mock uses the readers.
test.each<[string, Buffer, object | undefined]>([
  ["a clip of V1", clip("768P-6s-portrait.mp4"), { type: "video/mp4", seconds: 6, width: 768, height: 1364 }],
  ["an MP3", mp3(), { type: "audio/mpeg", seconds: expect.closeTo(5, 1) }],
  ["a HEIC", heic(), { kind: "image", type: "image/heic" }],
  ["a WAV without data", wav(7).subarray(0, 36), undefined],
  ["a GIF", Buffer.from("GIF89a"), undefined],
  ["nothing", Buffer.alloc(0), undefined],
])("the mock recognises %s by its bytes", (_, bytes, expected) => {
  const media = mediaIn(bytes);
  if (expected) expect(media).toMatchObject(expected);
  else expect(media).toBeUndefined();
});

// The limits have their own tests in media-limits.test.ts.
const image = { kind: "image", type: "image/png", width: 256, height: 640 } as const;
const sound = { kind: "audio", type: "audio/wav", seconds: 15 } as const;
const h3 = mediaIn(shortenedClip(clip("H3-768P-16x9.mp4"), 362 / 24));

test.each([
  ["an image at every limit", image, 30 * MB],
  ["a sound at every limit", sound, 15 * MB],
  ["a video of MiniMax-H3 for 15 s", h3, 50 * MB],
  ["a video of another codec and frame rate", { ...h3, videoCodec: "av01", frameRate: 12 }, MB],
] as const)("an upload for V2 may be %s", (_, media, bytes) => {
  expect(unusableUpload(media as MediaFacts, bytes)).toBeUndefined();
});

test.each([
  ["at most 30 MB", image, 30 * MB + 1],
  ["256 to 5760 pixels", { ...image, width: 640, height: 255 }, MB],
  ["width / height of 0.4 to 2.5", { ...image, width: 256, height: 641 }, MB],
  ["2 to 15 s", { ...sound, seconds: 15.2 }, MB],
  ["JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3", undefined, MB],
] as const)("an upload for V2 must have or be %s", (words, media, bytes) => {
  expect(unusableUpload(media, bytes)).toMatch(/^file: must /);
  expect(unusableUpload(media, bytes)).toContain(words);
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
