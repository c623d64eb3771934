/** Images from memory and from disk, over the wire: the JSON that a naive client would send, byte for byte. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, image, SubmissionUnknownError, ValidationError } from "../src/index.js";
import { imageFile } from "../src/node/index.js";
import { dataUrl, png, pressJpeg } from "./pictures.js";
import { json, refused, scripted, success } from "./script.js";

const server = scripted();
const accepted = json({ ...success, task_id: "106916112212032" });
const client = () =>
  createClient({
    apiKey: "test",
    server: server.url,
    clock: { now: Date.now, random: Math.random, pause: async () => {} },
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
