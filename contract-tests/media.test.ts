/** Media from memory and disk are sent as the same JSON, byte for byte, that a naive client would send. */
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { audio, createClient, image, ValidationError } from "../src/index.js";
import { imageFile, videoFile } from "../src/node/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { movie } from "./helpers/movies.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { wav } from "./helpers/sounds.js";
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

test("a video and a sound are sent in a create of API v2", async () => {
  server.next(json({ task_id: "424010985738629" }));
  const [reference, voice] = [await videoFile(saved("film.mp4", film)), await audio(wav(3))];
  const request = { model: "MiniMax-H3", prompt: "a fox", resolution: "768P", duration: 5 } as const;
  await client().videos.create({ ...request, reference_videos: [reference], reference_audios: [voice] });
  const { content } = JSON.parse(server.seen[0]?.body ?? "");
  expect(content[1].video_url.url === reference.toJSON()).toBe(true);
  expect(content[2].audio_url.url === voice.toJSON()).toBe(true);
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
});
