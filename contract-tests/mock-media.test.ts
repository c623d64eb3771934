/** What the mock makes of the bytes of an upload, and of an image in a data URL. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { imageSizeIn, mediaIn, unusableUpload } from "../src/mock/uploaded-media.js";
import { shortenedClip } from "../src/mock/video-clips.js";
import { heic, movie } from "./helpers/movies.js";
import { dataUrl, png, pressJpeg } from "./helpers/pictures.js";
import { mp3, tagged, wav } from "./helpers/sounds.js";

const clip = (name: string) => readFileSync(new URL(`../src/mock/clips/${name}`, import.meta.url));
const latin1 = (text: string) => Buffer.from(text, "latin1");
const MB = 1024 * 1024;

describe("the mock takes an upload for what its bytes are", () => {
  test.each<[string, Buffer, object]>([
    ["a clip of V1", clip("768P-6s-portrait.mp4"), { type: "video/mp4", seconds: 6, width: 768, height: 1364 }],
    ["a clip of V2", clip("H3-2K-21x9.mp4"), { type: "video/mp4", seconds: 15.1, width: 2880, height: 1280 }],
    ["a MOV", movie({ brand: "qt  " }), { kind: "video", type: "video/quicktime" }],
    ["a WAV", wav(7), { type: "audio/wav", seconds: 7 }],
    ["an MP3 with a tag", tagged(mp3(), 100), { type: "audio/mpeg", seconds: expect.closeTo(5, 1) }],
    ["an MP3 without a tag", mp3(), { type: "audio/mpeg", seconds: expect.closeTo(5, 1) }],
    ["a HEIC", heic(), { kind: "image", type: "image/heic" }],
    ["a JPEG", pressJpeg(), { type: "image/jpeg", width: 800, height: 640 }],
  ])("%s", (_, bytes, expected) => {
    expect(mediaIn(bytes)).toMatchObject(expected);
  });

  test.each<[string, Buffer]>([
    ["a WAV without data", wav(7).subarray(0, 36)],
    ["AAC in frames, which begins almost like an MP3", latin1("\xff\xf1\x50\x80")],
    ["a GIF", latin1("GIF89a")],
    ["nothing", Buffer.alloc(0)],
  ])("%s is in no format that V2 takes", (_, bytes) => {
    expect(mediaIn(bytes)).toBeUndefined();
  });
});

const image = { kind: "image", type: "image/png", width: 256, height: 640 } as const;
const video = {
  kind: "video",
  type: "video/mp4",
  width: 5760,
  height: 2304,
  seconds: 2,
  frames: 60,
  frameRate: 30,
  videoCodec: "h264",
  audioCodec: undefined,
} as const;
const audio = { kind: "audio", type: "audio/wav", seconds: 15 } as const;

describe("an upload for V2", () => {
  test("may be exactly at the limits", () => {
    expect(unusableUpload(image, 30 * MB)).toBeUndefined();
    expect(unusableUpload(video, 50 * MB)).toBeUndefined();
    expect(unusableUpload(audio, 15 * MB)).toBeUndefined();
  });

  test("may have any codec and frame rate, which the service does not examine while it uploads", () => {
    expect(unusableUpload({ ...video, videoCodec: "av01", frameRate: 12 }, MB)).toBeUndefined();
  });

  test("may be a video of fifteen seconds from MiniMax-H3, which is a little longer", () => {
    const media = mediaIn(shortenedClip(clip("H3-768P-16x9.mp4"), 362 / 24));
    expect(media).toMatchObject({ seconds: expect.closeTo(15.083, 3) });
    expect(unusableUpload(media, MB)).toBeUndefined();
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
  ] as const)("must have %s", (words, media, bytes) => {
    expect(unusableUpload(media, bytes)).toMatch(/^file: must /);
    expect(unusableUpload(media, bytes)).toContain(words);
  });
});

describe("the size of an image in a data URL", () => {
  /** A WebP that can be animated or transparent, whose header holds the size. */
  const webp = Buffer.concat([
    Buffer.from("52494646a861000057454250565038580a000000000000001f0300570200414c5048", "hex"),
    Buffer.alloc(25_000),
  ]);

  test.each<[string, Buffer, number, { width: number; height: number }]>([
    ["a PNG", png(768, 1364), 60, { width: 768, height: 1364 }],
    ["a JPEG behind 300 kB of colour profiles", pressJpeg(), pressJpeg().length - 3, { width: 800, height: 640 }],
    ["a WebP", webp, 1_000, { width: 800, height: 600 }],
    ["a HEIC", heic(), heic().indexOf("mdat") + 4, { width: 4032, height: 3024 }],
  ])("is read from %s, also if the mock has kept only its beginning", (_, bytes, kept, size) => {
    const url = dataUrl(bytes, "x");
    expect(imageSizeIn(url)).toEqual(size);
    expect(imageSizeIn(url.slice(0, url.indexOf(",") + 1 + Math.ceil(kept / 3) * 4))).toEqual(size);
  });

  test.each<[string, unknown]>([
    ["a JPEG that ends in its header", dataUrl(pressJpeg(), "jpeg").slice(0, 40)],
    ["a text", dataUrl(Buffer.from("A long text about a picture of nothing."))],
    ["a HEIC without a size", dataUrl(Buffer.from(`00000018${latin1("ftypheic").toString("hex")}00000000`, "hex"))],
    ["a video", dataUrl(clip("768P-6s-portrait.mp4"))],
    ["a link", "https://example.com/high.png"],
    ["an object", { url: dataUrl(png(640, 480)) }],
    ["nothing", undefined],
  ])("is unknown for %s", (_, value) => {
    expect(imageSizeIn(value)).toBeUndefined();
  });
});
