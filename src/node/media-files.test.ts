/** Media from memory and from disk: what they are taken for, which are refused, and that their bytes become data URLs. */
import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { heic, movie } from "../../contract-tests/helpers/movies.js";
import { dataUrl, png, pressJpeg } from "../../contract-tests/helpers/pictures.js";
import { mp3, wav } from "../../contract-tests/helpers/sounds.js";
import { folderForAll } from "../../contract-tests/helpers/temporary-folder.js";
import { audio, image, type ValidationError, video } from "../index.js";
import { bodyOf } from "../media/json-body.js";
import { audioFile, imageFile, localFile, videoFile } from "./index.js";

const folder = folderForAll();
function saved(name: string, bytes: Buffer | string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

function pipe(): string {
  execFileSync("mkfifo", [join(folder, "pipe")]);
  return join(folder, "pipe");
}

// Longer than a chunk of a stream, and not a multiple of three.
const film = movie({ size: 1_000_003, last: true });

describe("videos, sounds and HEIC images are sent like images", () => {
  const [sound, song] = [wav(3), mp3({ seconds: 3 })];
  const blob = (bytes: Buffer) => new Blob([new Uint8Array(bytes)]);
  test.each([
    ["bytes", () => [video(film), audio(sound), audio(song), image(heic())]],
    ["Blobs", () => [video(blob(film)), audio(blob(sound)), audio(blob(song)), image(blob(heic()))]],
    [
      "files",
      () => [
        videoFile(saved("film.mp4", film)),
        audioFile(saved("sound.wav", sound)),
        audioFile(saved("song.mp3", song)),
        imageFile(saved("still.heic", heic())),
      ],
    ],
  ])("from %s", async (_, made) => {
    const media = await Promise.all(made());
    const sent = await new Response((bodyOf(media) as Exclude<ReturnType<typeof bodyOf>, string>)().content).text();
    const files = [film, sound, song, heic()];
    const types = ["video/mp4", "audio/wav", "audio/mpeg", "image/heic"];
    const urls = files.map((file, index) => `data:${types[index]};base64,${file.toString("base64")}`);
    expect(sent === JSON.stringify(urls)).toBe(true);
    expect(media.map((one, index) => one.toJSON() === urls[index])).toEqual([true, true, true, true]);
  });
});

test("links, data URLs and ids of uploads are not changed", async () => {
  for (const take of [image, video, audio]) {
    expect(await take("mm_file://176844028768320")).toBe("mm_file://176844028768320");
    expect(await take("data:video/mp4;base64,AAAA")).toBe("data:video/mp4;base64,AAAA");
    expect(await take(new URL("https://example.com/a b.mp4"))).toBe("https://example.com/a%20b.mp4");
  }
});

test("media are recognised by their bytes, whatever the name of the file", async () => {
  expect(await video(film)).toMatchObject({ kind: "video", type: "video/mp4", size: 1_000_003, seconds: 5 });
  expect(await videoFile(saved("film.mp4", film))).toMatchObject({ frames: 120, frameRate: 24, audioCodec: "aac" });
  expect(await audioFile(saved("sound.mp4", wav(3)))).toMatchObject({ kind: "audio", type: "audio/wav", seconds: 3 });
  expect(await image(heic())).toMatchObject({ kind: "image", type: "image/heic", width: 4032, height: 3024 });
  expect(await imageFile(saved("really.jpg", png()))).toMatchObject({ type: "image/png", width: 640, height: 480 });
  expect(await imageFile(saved("press.jpg", pressJpeg()))).toMatchObject({ type: "image/jpeg", width: 800 });
});

describe("a file of another kind is refused immediately", () => {
  test.each<[what: string, made: () => Promise<unknown>, message: RegExp]>([
    [
      "an image as a video",
      () => video(png()),
      /^This video .*\n {2}video: must be a complete MP4 or MOV video; this is image/,
    ],
    [
      "a video as an image",
      () => image(film),
      /a complete JPEG, PNG or WebP image, or for MiniMax-H3 .*; this is video\/mp4$/,
    ],
    [
      "a text as a sound",
      () => audioFile(saved("a.mp3", "no sound")),
      /a\.mp3 .*\n {2}audio: must be a complete WAV or MP3/,
    ],
    ["a path (H8)", () => image("ok.png"), /if it is a file, open it with imageFile\(\) of minimax-video\/node$/],
    ["a file: URL (H8)", () => video(new URL("file:///a.mp4")), /if it is a file, open it with videoFile\(\)/],
    ["base64 alone (H8)", () => image("A".repeat(200)), /if it is base64, put data:image\/jpeg;base64, before it$/],
    ["a promise (H8)", () => image(Promise.resolve(png()) as never), /is a promise: await it$/],
    ["nothing (H8)", () => image(undefined as never), /must be bytes, an http\(s\) URL, a data URL or mm_file/],
    ["a GIF (F5)", () => image(Buffer.from("GIF89a and more")), /JPEG, PNG or WebP image, or for MiniMax-H3 an HEIC/],
    ["a link as a file (H8)", () => imageFile("https://a.test/a.png"), /is a link and not a file: use image\(\)$/],
    ["a data URL as a file (H8)", () => imageFile(dataUrl(png())), /^Cannot read the image\n.*use image\(\)$/],
    ["bytes as a file (H8)", () => imageFile(png() as never), /is bytes: convert them with image\(\)$/],
    ["no path (H8)", () => imageFile(undefined as never), /must be a string or a file: URL$/],
    ["no bytes", () => video(new Uint8Array()), /must be a complete MP4 or MOV video$/],
    ["no file", () => audioFile(join(folder, "none.wav")), /^Cannot read the audio .*none\.wav: no such file$/],
    ["a folder", () => videoFile(folder), /^Cannot read the video .*: it is a folder$/],
    ["a pipe, which never ends", () => localFile(pipe()), /^Cannot read the file .*: it is not a regular file$/],
    ["a device", () => imageFile("/dev/zero"), /^Cannot read the image \/dev\/zero: it is not a regular file$/],
  ])("%s", async (_, made, message) => {
    expect((await failureOf(made())).message).toMatch(message);
  });

  test("and a Blob is not read completely for that", async () => {
    const blob = new Blob([new Uint8Array(film)]);
    blob.arrayBuffer = () => expect.fail("read as a whole");
    const { issues } = await failureOf<ValidationError>(audio(blob));
    expect(issues).toMatchObject([{ path: "audio", rule: "audioFormat", severity: "error" }]);
  });
});

test("a file that has changed since its header was read becomes neither JSON nor chunks", async () => {
  const shorter = await videoFile(saved("shorter.mp4", film));
  truncateSync(join(folder, "shorter.mp4"), 900_000);
  expect(() => shorter.toJSON()).toThrow(/shorter\.mp4 changed while it was being sent/);
  const body = bodyOf([shorter]) as Exclude<ReturnType<typeof bodyOf>, string>;
  const { message } = await failureOf(new Response(body().content).text());
  expect(message).toMatch(/shorter\.mp4 changed while it was being sent/);
});
