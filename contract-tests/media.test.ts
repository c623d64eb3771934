/** Media from memory and from disk, over the wire: the JSON that a naive client would send, byte for byte. */
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { audio, createClient, image, SubmissionUnknownError, ValidationError, video } from "../src/index.js";
import { bodyOf } from "../src/media/json-body.js";
import { audioFile, imageFile, videoFile } from "../src/node/index.js";
import { fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { heic, movie } from "./helpers/movies.js";
import { dataUrl, png, pressJpeg } from "./helpers/pictures.js";
import { mp3, wav } from "./helpers/sounds.js";

const server = fakeServer();
const accepted = json({ ...success, task_id: "106916112212032" });
const client = () =>
  createClient({
    apiKey: "test",
    server: server.url,
    clock: { now: Date.now, random: Math.random, pause: () => turn() },
  });
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it worked"),
    (error: unknown) => error as ValidationError,
  );
// Longer than one piece of a stream, and no multiple of three.
const bytes = png(640, 480, 1_000_003);
let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
  path = join(folder, "frame.png");
  writeFileSync(path, bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an image is sent as the data URL that it stands for", () => {
  const blob = () => new Blob([new Uint8Array(bytes)]);
  test.each([
    ["bytes", () => image(new Uint8Array(bytes))],
    ["an ArrayBuffer", () => image(new Uint8Array(bytes).buffer)],
    ["a Blob", () => image(blob())],
    ["a file", () => imageFile(path)],
    ["a data URL", () => image(dataUrl(bytes))],
  ])("from %s", async (_, source) => {
    server.next(accepted);
    const request = { model: "MiniMax-Hailuo-2.3", first_frame_image: await source(), prompt: 'a "fox" 🦊\n' } as const;
    await client().videos.create(request);
    expect(server.seen[0]?.body === JSON.stringify({ ...request, first_frame_image: dataUrl(bytes) })).toBe(true);
    expect(server.seen[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(server.seen[0]?.body ?? "")),
    });
    expect(JSON.stringify(request) === server.seen[0]?.body).toBe(true);
  });

  test("as a subject, as both frames, and as an input of a template", async () => {
    server.next(accepted);
    const { videos, templates } = client();
    const frame = await image(png());
    await videos.create({ model: "S2V-01", subject_reference: [{ type: "character", image: [frame] }] });
    await videos.create({
      model: "MiniMax-Hailuo-02",
      first_frame_image: frame,
      last_frame_image: await imageFile(path),
    });
    await templates.create({ template_id: "393881433990066176", media_inputs: [{ value: frame }] });
    const [subject, frames, template] = server.seen.map(({ body }) => JSON.parse(body));
    expect(subject.subject_reference).toEqual([{ type: "character", image: [dataUrl(png())] }]);
    expect([frames.first_frame_image, frames.last_frame_image]).toEqual([dataUrl(png()), dataUrl(bytes)]);
    expect(template.media_inputs).toEqual([{ value: dataUrl(png()) }]);
  });

  test("whole again when the create is repeated", async () => {
    server.next(json(refused(1002)), accepted);
    await client().videos.create({ model: "I2V-01", first_frame_image: await imageFile(path) });
    expect(server.seen.length).toBe(2);
    expect(server.seen[0]?.body === server.seen[1]?.body).toBe(true);
    expect(JSON.parse(server.seen[1]?.body ?? "").first_frame_image === dataUrl(bytes)).toBe(true);
  });

  test("through the raw client too", async () => {
    server.next(accepted);
    await client().api.POST("/v1/video_generation", {
      body: { model: "I2V-01", first_frame_image: await imageFile(path) },
    });
    expect(JSON.parse(server.seen[0]?.body ?? "").first_frame_image === dataUrl(bytes)).toBe(true);
  });
});

describe("videos and sounds are sent like images", () => {
  const film = movie({ size: 1_000_003, last: true });
  const [sound, song] = [wav(3), mp3({ seconds: 3 })];
  const saved = (name: string, bytes: Buffer) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  test.each([
    ["bytes", () => Promise.all([video(film), audio(sound), audio(song), image(heic())] as const)],
    [
      "Blobs",
      () =>
        Promise.all([
          video(new Blob([new Uint8Array(film)])),
          audio(new Blob([new Uint8Array(sound)])),
          audio(new Blob([new Uint8Array(song)])),
          image(new Blob([new Uint8Array(heic())])),
        ] as const),
    ],
    [
      "files",
      () =>
        Promise.all([
          videoFile(saved("film.mp4", film)),
          audioFile(saved("sound.wav", sound)),
          audioFile(saved("song.mp3", song)),
          imageFile(saved("still.heic", heic())),
        ] as const),
    ],
  ])("from %s", async (_, made) => {
    server.next(json({ task_id: "424010985738629" }));
    const media = await made();
    const [moving, ...others] = media;
    const body = {
      model: "MiniMax-H3",
      content: [
        { type: "text", text: "a fox" },
        { type: "video_url", video_url: { url: moving }, role: "reference_video" },
        { type: "audio_url", audio_url: { url: others[0] }, role: "reference_audio" },
        { type: "audio_url", audio_url: { url: others[1] }, role: "reference_audio" },
        { type: "image_url", image_url: { url: others[2] }, role: "reference_image" },
      ],
      resolution: "768P",
      duration: 5,
    } as const;
    await client().api.POST("/v2/video_generation", { body: { ...body, content: [...body.content] } });
    const urls = JSON.parse(server.seen[0]?.body ?? "")
      .content.slice(1)
      .map((item: Record<string, { url: string }>) => item[String(item.type)]?.url);
    const expected = [
      `data:video/mp4;base64,${film.toString("base64")}`,
      `data:audio/wav;base64,${sound.toString("base64")}`,
      `data:audio/mpeg;base64,${song.toString("base64")}`,
      `data:image/heic;base64,${heic().toString("base64")}`,
    ];
    expect(urls.map((url: string, index: number) => url === expected[index])).toEqual([true, true, true, true]);
    expect(media.map((one) => one.toJSON() === expected[media.indexOf(one)])).toEqual([true, true, true, true]);
    expect(server.seen[0]?.headers["content-length"]).toBe(String(Buffer.byteLength(server.seen[0]?.body ?? "")));
  });

  test("links, data URLs and ids of uploads pass as they are", async () => {
    for (const take of [image, video, audio]) {
      expect(await take("mm_file://176844028768320")).toBe("mm_file://176844028768320");
      expect(await take("data:video/mp4;base64,AAAA")).toBe("data:video/mp4;base64,AAAA");
      expect(await take(new URL("https://example.com/a b.mp4"))).toBe("https://example.com/a%20b.mp4");
    }
  });

  test("what they are is told as they are made", async () => {
    expect(await video(film)).toMatchObject({
      kind: "video",
      type: "video/mp4",
      size: 1_000_003,
      width: 640,
      seconds: 5,
    });
    expect(await audioFile(saved("sound.mp4", sound))).toMatchObject({ kind: "audio", type: "audio/wav", seconds: 3 });
    expect(await videoFile(join(folder, "film.mp4"))).toMatchObject({ frames: 120, frameRate: 24, audioCodec: "aac" });
    expect(await image(heic())).toMatchObject({ kind: "image", type: "image/heic", width: 4032, height: 3024 });
  });

  test("what is something else is refused at once, by what it is", async () => {
    const messageOf = async (made: Promise<unknown>) => (await caught(made)).message;
    expect(await messageOf(video(png()))).toBe(
      "This video cannot be sent\n  video: must be a whole MP4 or MOV video; this is image/png",
    );
    expect(await messageOf(image(new Blob([new Uint8Array(film)])))).toBe(
      "This image cannot be sent\n  image: must be a whole JPEG, PNG, WebP, HEIC or HEIF image; this is video/mp4",
    );
    expect(await messageOf(audioFile(saved("text.mp3", Buffer.from("no sound at all"))))).toMatch(
      /text\.mp3 cannot be sent\n {2}audio: must be a whole WAV or MP3 sound$/,
    );
    expect(await messageOf(audioFile(join(folder, "none.wav")))).toMatch(/^Cannot read the audio .*none\.wav: ENOENT$/);
    expect(await messageOf(videoFile(folder))).toMatch(/^Cannot read the video .*: EISDIR$/);
    expect((await caught(video(new Uint8Array()))).issues).toMatchObject([{ path: "video", rule: "videoFormat" }]);
  });

  test("a Blob that is something else is not read as a whole", async () => {
    const blob = new Blob([new Uint8Array(film)]);
    blob.arrayBuffer = () => expect.fail("read as a whole");
    expect(await caught(audio(blob))).toBeInstanceOf(ValidationError);
  });

  test("from a disk piece by piece, as JSON would have them", async () => {
    const [moving, sounding] = [await videoFile(saved("film.mp4", film)), await audioFile(saved("song.mp3", song))];
    const request = { content: [{ video_url: { url: moving } }, { audio_url: { url: sounding } }] };
    const body = bodyOf(request);
    const { content, length } = typeof body === "function" ? body() : expect.fail("is a text");
    expect(content).toBeInstanceOf(ReadableStream);
    const text = await new Response(content).text();
    expect(text === JSON.stringify(request)).toBe(true);
    expect(length).toBe(text.length);
  });

  test("a file that has become shorter is sent neither as JSON nor in pieces", async () => {
    const path = saved("shorter.mp4", film);
    const shorter = await videoFile(path);
    truncateSync(path, 900_000);
    expect(() => shorter.toJSON()).toThrow(/shorter\.mp4 changed while it was sent/);
    const body = bodyOf({ url: shorter });
    const { content } = typeof body === "function" ? body() : expect.fail("is a text");
    expect((await caught(new Response(content).text())).message).toMatch(/shorter\.mp4 changed while it was sent/);
  });
});

test("a file that changed since it was looked at is not sent as something else", async () => {
  const changing = join(folder, "changing.png");
  writeFileSync(changing, png());
  const frame = await imageFile(changing);
  appendFileSync(changing, "more");
  server.next(accepted);
  expect(await caught(client().videos.create({ model: "I2V-01", first_frame_image: frame }))).toBeInstanceOf(
    SubmissionUnknownError,
  );
  expect(server.seen.length).toBe(0);
});

test("a file is recognised behind 300 kB of metadata", async () => {
  writeFileSync(join(folder, "press.jpg"), pressJpeg());
  expect(await imageFile(join(folder, "press.jpg"))).toMatchObject({ type: "image/jpeg", width: 800, height: 640 });
});

describe("what an image is", () => {
  test("is told as it is made, by its bytes", async () => {
    expect(await image(png(800, 600, 5000))).toMatchObject({ type: "image/png", size: 5000, width: 800, height: 600 });
    writeFileSync(join(folder, "really.jpg"), png());
    expect((await imageFile(join(folder, "really.jpg"))).type).toBe("image/png");
  });

  test("is refused at once when it is no image, with the name of the file", async () => {
    expect((await caught(image(new Uint8Array(100)))).issues).toMatchObject([{ rule: "imageFormat" }]);
    writeFileSync(join(folder, "text.png"), "no image at all");
    const error = await caught(imageFile(join(folder, "text.png")));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.message).toContain("text.png");
    expect((await caught(imageFile(join(folder, "none.png")))).message).toMatch(
      /Cannot read the image .*none\.png: ENOENT/,
    );
  });

  test("is checked with everything else: all faults at once, before anything is sent", async () => {
    server.next(accepted);
    const request = {
      model: "MiniMax-Hailuo-02",
      first_frame_image: await image(png(100, 900)),
      last_frame_image: dataUrl(png(), "jpeg"),
      duration: 7,
    };
    const error = await caught(client().videos.create(request as never));
    expect(error.issues.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      "duration enum",
      "first_frame_image imageSide",
      "first_frame_image imageAspect",
      "last_frame_image imageType",
      "last_frame_image frameSizes",
    ]);
    expect(server.seen.length).toBe(0);
  });
});
