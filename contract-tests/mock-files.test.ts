/** The files of the mock over real HTTP: uploads for V2, and the videos of V1. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Mock, startMock } from "../src/mock/index.js";
import { clipHeader } from "./helpers/clip-header.js";
import { png } from "./helpers/pictures.js";
import { image, PATHS, promptOf, text, videoOf } from "./helpers/scenes.js";
import { json, KEY, refusal, send, sender } from "./helpers/send.js";
import { mp3, tagged } from "./helpers/sounds.js";
import { FORM, uploadBody, uploadForm, wave } from "./helpers/uploads.js";

const DAY = 86_400_000;
const DONE = 140_000;
const FILES = "/v1/files";
const V2 = "video_generation_input";

let time = 1_790_000_000_000;
let mock: Mock;
const { post, get } = sender(() => mock);

beforeAll(async () => {
  mock = await startMock({ now: () => time });
}, 60_000);
afterAll(() => mock.close());

describe("files", () => {
  const idOf = (link: string) => link.replace("mm_file://", "");
  const status = async (answer: Promise<Response>) => (await json(answer)).base_resp;
  const notFound = { status_code: 2013, status_msg: "invalid params, file_id not found" };

  test("an upload can be listed, retrieved, read and deleted", async () => {
    const bytes = png(640, 480, 5_000);
    const { file, base_resp } = await json(upload(V2, bytes, 'a "fox" 狐.png'));
    expect(base_resp).toEqual({ status_code: 0, status_msg: "success" });
    expect(file).toEqual({
      file_id: expect.any(Number),
      bytes: 5_000,
      created_at: Math.floor(time / 1000),
      filename: 'a "fox" 狐.png',
      purpose: V2,
    });
    expect((await json(get(`${FILES}/list?purpose=${V2}`))).files).toContainEqual(file);
    expect((await json(get(`${FILES}/list?purpose=prompt_audio`))).files).toEqual([]);

    const retrieved = await json(get(`${FILES}/retrieve?file_id=${file.file_id}`));
    expect(retrieved.file).toEqual({ ...file, download_url: expect.any(String) });
    for (const answer of [
      fetch(retrieved.file.download_url),
      get(`${FILES}/retrieve_content?file_id=${file.file_id}`),
    ]) {
      const response = await answer;
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }

    const deletion = { file_id: file.file_id, purpose: V2 };
    expect(await status(post(`${FILES}/delete`, { ...deletion, purpose: "prompt_audio" }))).toEqual(notFound);
    expect(await json(post(`${FILES}/delete`, deletion))).toEqual({ file_id: file.file_id, base_resp });
    expect((await json(get(`${FILES}/list?purpose=${V2}`))).files).not.toContainEqual(file);
    for (const answer of [
      get(`${FILES}/retrieve?file_id=${file.file_id}`),
      get(`${FILES}/retrieve_content?file_id=${file.file_id}`),
      post(`${FILES}/delete`, deletion),
    ])
      expect(await status(answer)).toEqual(notFound);
    expect((await fetch(retrieved.file.download_url)).status).toBe(404);
  });

  test("finished videos of V1 are among the files, those of V2 are not", async () => {
    const own = await startMock({ now: () => time });
    const body = { model: "MiniMax-Hailuo-02", prompt: "A fox." };
    const { task_id } = await json(post("/v1/video_generation", body, { on: own }));
    await json(post(PATHS.video, videoOf([text]), { on: own }));
    const list = async () => (await json(get(`${FILES}/list?purpose=video_generation`, { on: own }))).files;
    expect(await list()).toEqual([]);
    time += DONE;
    const { file_id } = await json(get(`/v1/query/video_generation?task_id=${task_id}`, { on: own }));
    const file = { file_id: Number(file_id), bytes: 0, filename: "output.mp4", purpose: "video_generation" };
    expect(await list()).toEqual([{ ...file, created_at: expect.any(Number) }]);

    const content = await get(`${FILES}/retrieve_content?file_id=${file_id}`, {
      on: own,
      headers: { ...KEY, range: "bytes=0-9" },
    });
    // The spec has no ranges here.
    expect([content.status, content.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect(clipHeader(Buffer.from(await content.arrayBuffer()))).toMatchObject({ width: 1366, height: 768 });
    const deletion = { file_id: Number(file_id), purpose: "video_generation" };
    expect(await json(post(`${FILES}/delete`, deletion, { on: own }))).toMatchObject({ file_id: Number(file_id) });
    expect(await list()).toEqual([]);
    await own.close();
  });

  test.each<[string, () => Buffer, RegExp | undefined]>([
    ["a PNG", () => png(), undefined],
    ["an image of 256 x 256 pixels", () => png(256, 256), undefined],
    ["a WAV of 15 seconds", () => wave(15), undefined],
    ["an MP3", () => mp3(), undefined],
    ["an MP3 behind a tag", () => tagged(mp3(), 100), undefined],
    ["a text", () => Buffer.from("a text"), /JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3/],
    ["nothing", () => Buffer.alloc(0), /JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3/],
    ["an image of 255 pixels", () => png(255, 300), /256 to 5760 pixels .*255 x 300/],
    ["an image of 5761 pixels", () => png(5761, 4000), /256 to 5760 pixels .*5761 x 4000/],
    ["a wide image", () => png(1000, 399), /between 2:5 and 5:2 .*1000 x 399/],
    ["a high image", () => png(399, 1000), /between 2:5 and 5:2 .*399 x 1000/],
    ["an image above 30 MB", () => png(640, 480, 30 * 1024 * 1024 + 1), /at most 30 MB .*30\.1 MB/],
    ["a WAV of one second", () => wave(1), /2 to 15 s .*has 1\b/],
    ["a WAV of 16 seconds", () => wave(16), /2 to 15 s .*has 16\b/],
  ])("%s for V2 is kept, or refused with HTTP 400", async (_, bytes, reason) => {
    const count = async () => (await json(get(`${FILES}/list?purpose=${V2}`))).files.length;
    const before = await count();
    const response = await uploadRaw(V2, bytes());
    const { base_resp, file } = await response.json();
    if (reason === undefined) {
      expect([response.status, base_resp.status_code, await count()]).toEqual([200, 0, before + 1]);
    } else {
      expect([response.status, base_resp, file]).toEqual([
        400,
        {
          status_code: 2013,
          status_msg: expect.stringMatching(new RegExp(`^invalid params, file: must .*${reason.source}`)),
        },
        undefined,
      ]);
      expect(await count()).toBe(before);
    }
  });

  test("a file that V2 cannot use is kept for other purposes", async () => {
    expect(await status(upload("t2a_async_input", Buffer.from("a text"), "text.txt"))).toMatchObject({
      status_code: 0,
    });
  });

  const part = (disposition: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
  const purpose = part('name="purpose"', "t2a_async_input");
  const file = part('name="file"; filename="a.txt"', "words");
  const refused = (status_msg: string) => ({ status_code: 2013, status_msg: expect.stringContaining(status_msg) });

  test.each<[string, string, string, object]>([
    ["a part without a type", FORM, `${purpose}${file}--b--\r\n`, { status_code: 0 }],
    ["a boundary in quotes", 'multipart/form-data; boundary="b"', `${purpose}${file}--b--`, { status_code: 0 }],
    ["no file", FORM, `${purpose}--b--`, refused("file: is required")],
    ["no purpose", FORM, `${file}--b--`, refused("purpose: is required")],
    [
      "an unknown purpose",
      FORM,
      `${part('name="purpose"', "fun")}${file}--b--`,
      refused("purpose: must be one of video_generation_input, "),
    ],
    [
      "a text instead of a file",
      FORM,
      `${purpose}${part('name="file"', "words")}--b--`,
      refused("file: must be a file, with a file name"),
    ],
    [
      "an unknown part",
      FORM,
      `${purpose}${file}${part('name="GroupId"', "1")}--b--`,
      refused("GroupId: is not a known field; the known fields are purpose, file"),
    ],
    ["a form that breaks off", FORM, `${purpose}${file}`, refused("the body is not a form")],
    ["a form without a boundary", "multipart/form-data", `${purpose}${file}--b--`, refused("the body is not a form")],
    ["JSON", "application/json", "{}", refused("content-type: must be multipart/form-data")],
    ["nothing", FORM, "", refused("the body must be a form")],
  ])("an upload with %s is answered with the documented code", async (_, type, body, expected) => {
    const headers = { ...KEY, "content-type": type };
    const { base_resp } = await json(fetch(`${mock.url}${FILES}/upload`, { method: "POST", headers, body }));
    expect(base_resp).toMatchObject(expected);
  });

  test("an upload of 50 MB is kept byte for byte", async () => {
    const bytes = Buffer.alloc(50 * 1024 * 1024, "\r\n--form noise");
    const { file } = await json(uploadRaw("video_understanding", bytes));
    const content = await get(`${FILES}/retrieve_content?file_id=${file.file_id}`);
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("an upload can be an input of V2 for seven days, then it has expired", async () => {
    const link = await uploaded(png(768, 1344), "fox.png");
    const body = videoOf([text, image("first_frame", link)], { ratio: undefined });
    const { task_id } = await json(post(PATHS.video, body));
    time += DONE;
    expect((await json(get(`/v2/query/video_generation/${task_id}`))).task.ratio).toBe("9:16");

    time += 7 * DAY - DONE - 1;
    await json(post(PATHS.prompt, promptOf(body.content, { ratio: undefined })));
    time += 1;
    const before = mock.creates;
    expect((await refusal(post(PATHS.video, body))).message).toBe("invalid params, file expired (2013)");
    expect(mock.creates).toBe(before);
    expect(await status(get(`${FILES}/retrieve?file_id=${idOf(link)}`))).toEqual(notFound);
  });

  test.each<[string, () => Promise<string>, string]>([
    ["an unknown id", async () => "mm_file://123", "file 123 not found"],
    [
      "an upload for something else",
      async () => `mm_file://${(await json(upload("prompt_audio", wave(3), "a.wav"))).file.file_id}`,
      "file # not found",
    ],
    ["a sound", () => uploaded(wave(3), "fox.wav"), "file #: must be of type image (it is audio)"],
  ])("%s is refused as a frame without a task", async (_, link, reason) => {
    const url = await link();
    const before = mock.creates;
    const { message } = await refusal(post(PATHS.video, videoOf([text, image("first_frame", url)])));
    expect(message).toBe(`invalid params, ${reason.replace("#", idOf(url))} (2013)`);
    expect(mock.creates).toBe(before);
  });
});

function upload(purpose: string, bytes: Buffer, filename: string): Promise<Response> {
  return post(`${FILES}/upload`, uploadForm(purpose, bytes, filename));
}

function uploadRaw(purpose: string, bytes: Buffer): Promise<Response> {
  return send(mock, "POST", `${FILES}/upload`, {
    body: uploadBody(purpose, bytes),
    headers: { ...KEY, "content-type": FORM },
  });
}

/** Uploads an input of V2, and returns its `mm_file://` URL. */
async function uploaded(bytes: Buffer, filename: string): Promise<string> {
  return `mm_file://${(await json(upload(V2, bytes, filename))).file.file_id}`;
}
