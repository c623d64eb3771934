/** Media from memory and disk are sent as the same JSON, byte for byte, that a naive client would send. */
import { execFileSync } from "node:child_process";
import { appendFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { audio, createClient, image, ValidationError, video } from "../src/index.js";
import { bodyOf } from "../src/media/json-body.js";
import { audioFile, imageFile, localFile, videoFile } from "../src/node/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { heic, movie } from "./helpers/movies.js";
import { dataUrl, png, pressJpeg } from "./helpers/pictures.js";
import { mp3, wav } from "./helpers/sounds.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const server = fakeServer();
const accepted = json({ ...success, task_id: "106916112212032" });
const clock = { now: Date.now, random: Math.random, pause: () => turn() };
const client = () => createClient({ apiKey: "test", server: server.url, clock });

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
const bytes = png(640, 480, 1_000_003);
const film = movie({ size: 1_000_003, last: true });
const path = saved("frame.png", bytes);

describe("an image is sent as a data URL", () => {
  test.each([
    ["bytes", () => image(new Uint8Array(bytes))],
    ["an ArrayBuffer", () => image(new Uint8Array(bytes).buffer)],
    ["a Blob", () => image(new Blob([new Uint8Array(bytes)]))],
    ["a file", () => imageFile(path)],
    ["a data URL", () => image(dataUrl(bytes))],
  ])("from %s", async (_, source) => {
    server.next(accepted);
    const request = { model: "MiniMax-Hailuo-2.3", first_frame_image: await source(), prompt: 'a "fox" 🦊\n' } as const;
    await client().videos.create(request);
    const [sent] = server.seen;
    expect(sent?.body === JSON.stringify({ ...request, first_frame_image: dataUrl(bytes) })).toBe(true);
    expect(sent?.body === JSON.stringify(request)).toBe(true);
    expect(sent?.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(sent?.body ?? "")),
    });
  });

  test.each([
    ["memory", (memory: ArrayBuffer) => image(memory)],
    ["view", (memory: ArrayBuffer) => image(new Uint8Array(memory))],
  ])("with the bytes it had when it was read, even if its %s is overwritten", async (_, source) => {
    server.next(accepted);
    const memory = new Uint8Array(png()).buffer;
    const first_frame_image = await source(memory);
    new Uint8Array(memory).set(png(800, 600));
    await client().videos.create({ model: "MiniMax-Hailuo-2.3", first_frame_image });
    expect(JSON.parse(server.seen[0]?.body ?? "").first_frame_image).toBe(dataUrl(png()));
  });

  test("as a subject, as both frames, and as an input of a template", async () => {
    server.next(accepted);
    const { videos, templates } = client();
    const [frame, last] = [await image(png()), await imageFile(path)];
    await videos.create({ model: "S2V-01", subject_reference: [{ type: "character", image: [frame] }] });
    await videos.create({ model: "MiniMax-Hailuo-02", first_frame_image: frame, last_frame_image: last });
    await templates.create({ template_id: "393881433990066176", media_inputs: [{ value: frame }] });
    const [subject, frames, template] = server.seen.map(({ body }) => JSON.parse(body));
    expect(subject.subject_reference).toEqual([{ type: "character", image: [dataUrl(png())] }]);
    expect([frames.first_frame_image, frames.last_frame_image]).toEqual([dataUrl(png()), dataUrl(bytes)]);
    expect(template.media_inputs).toEqual([{ value: dataUrl(png()) }]);
  });

  test("completely again if the create is repeated, and through the raw client", async () => {
    server.next(json(refused(1002)), accepted);
    const body = { model: "I2V-01", first_frame_image: await imageFile(path) } as const;
    await client().videos.create(body);
    await client().api.POST("/v1/video_generation", { body });
    const sent = server.seen.map((seen) => JSON.parse(seen.body).first_frame_image === dataUrl(bytes));
    expect(sent).toEqual([true, true, true]);
  });
});

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

  test("in a create of API v2", async () => {
    server.next(json({ task_id: "424010985738629" }));
    const [reference, voice] = [await videoFile(saved("film.mp4", film)), await audio(sound)];
    const request = { model: "MiniMax-H3", prompt: "a fox", resolution: "768P", duration: 5 } as const;
    await client().videos.create({ ...request, reference_videos: [reference], reference_audios: [voice] });
    const { content } = JSON.parse(server.seen[0]?.body ?? "");
    expect(content[1].video_url.url === reference.toJSON()).toBe(true);
    expect(content[2].audio_url.url === voice.toJSON()).toBe(true);
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

test("a file is not sent by a fetch that converts streams to text, as node-fetch does", async () => {
  const fetch = async (_: unknown, init?: RequestInit) =>
    Response.json({ ...success, task_id: "7", sent: `${init?.body}` });
  const { videos } = createClient({ apiKey: "test", server: server.url, clock, fetch });
  const creating = videos.create({ model: "MiniMax-Hailuo-2.3", first_frame_image: await imageFile(path) });
  const error = await failureOf<ValidationError>(creating);
  expect(error).toBeInstanceOf(ValidationError);
  expect(error.message).toMatch(/not sent completely, so nothing was accepted.*\n.*this fetch cannot send streams/);
});

describe("a file that has changed since its header was read", () => {
  test.each<[string, (path: string) => void, RegExp]>([
    ["has changed", (path) => appendFileSync(path, "more"), /changed while it was being sent/],
    ["is gone", rmSync, /ENOENT/],
  ])("and %s is not sent: nothing was bought, and the error says why", async (_, change, why) => {
    const path = saved("changing.png", png());
    const frame = await imageFile(path);
    change(path);
    server.next(accepted);
    const error = await failureOf(client().videos.create({ model: "I2V-01", first_frame_image: frame }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({ operation: "videoGeneration", message: expect.stringMatching(why) });
    expect(server.seen.length).toBe(0);
  });

  test("becomes neither JSON nor chunks", async () => {
    const shorter = await videoFile(saved("shorter.mp4", film));
    truncateSync(join(folder, "shorter.mp4"), 900_000);
    expect(() => shorter.toJSON()).toThrow(/shorter\.mp4 changed while it was being sent/);
    const body = bodyOf([shorter]) as Exclude<ReturnType<typeof bodyOf>, string>;
    const { message } = await failureOf(new Response(body().content).text());
    expect(message).toMatch(/shorter\.mp4 changed while it was being sent/);
  });
});

test("issues of files are reported together with all others, before anything is sent", async () => {
  server.next(accepted);
  const request = {
    model: "MiniMax-Hailuo-02",
    first_frame_image: await image(png(100, 900)),
    last_frame_image: dataUrl(png(), "jpeg"),
    duration: 7,
  };
  const { issues } = await failureOf<ValidationError>(client().videos.create(request as never));
  expect(issues.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
    "duration enum",
    "first_frame_image imageSide",
    "first_frame_image imageAspect",
    "last_frame_image imageType",
    "last_frame_image frameSizes",
  ]);
  expect(server.seen.length).toBe(0);
});
