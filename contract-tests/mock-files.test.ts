/** The files of the mock over real HTTP: uploads, and the videos of V1. */
import { describe, expect, test } from "vitest";
import { clipHeader } from "./helpers/clip-header.js";
import { DAY, DONE, json, KEY, mockServer, refusalIn } from "./helpers/mock-calls.js";
import { png } from "./helpers/pictures.js";
import { image, PATHS, promptOf, text, videoOf } from "./helpers/scenes.js";
import { wav } from "./helpers/sounds.js";

const server = mockServer();
const { clock, get, post, upload } = server;
const FILES = "/v1/files";
const V2 = "video_generation_input";
const NOT_FOUND = "invalid params, file_id not found";
const listOf = async (purpose: string) => (await json(get(`${FILES}/list?purpose=${purpose}`))).files;
const messageOf = async (reply: Promise<Response>) => (await refusalIn(await reply)).message;

test("finished videos of V1 are among the files, those of V2 are not", async () => {
  const id = await server.create("video");
  await server.create("generation");
  expect(await listOf("video_generation")).toEqual([]);
  clock.time += DONE;
  const file_id = Number((await server.view("video", id)).file_id);
  const file = { file_id, bytes: 0, filename: "output.mp4", purpose: "video_generation" };
  expect(await listOf("video_generation")).toEqual([{ ...file, created_at: expect.any(Number) }]);

  const content = await get(`${FILES}/retrieve_content?file_id=${file_id}`, { ...KEY, range: "bytes=0-9" });
  // The spec has no ranges here.
  expect([content.status, content.headers.get("content-type")]).toEqual([200, "video/mp4"]);
  expect(clipHeader(Buffer.from(await content.arrayBuffer()))).toMatchObject({ width: 1366, height: 768 });
  await json(post(`${FILES}/delete`, { file_id, purpose: "video_generation" }));
  expect(await listOf("video_generation")).toEqual([]);
});

test("a file that V2 cannot use is refused with HTTP 400, and kept for other purposes", async () => {
  const before = await listOf(V2);
  const { status, message } = await refusalIn(await upload(png(255, 300)));
  expect([status, message]).toEqual([
    400,
    expect.stringMatching(/^invalid params, file: must .*256 to 5760 .*255 x 300/),
  ]);
  expect(await listOf(V2)).toEqual(before);
  await json(upload(Buffer.from("a text"), "text.txt", "t2a_async_input"));
});

describe("the form of an upload", () => {
  const form = "multipart/form-data; boundary=b";
  const part = (disposition: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
  const purpose = part('name="purpose"', "t2a_async_input");
  const file = part('name="file"; filename="a.txt"', "words");

  test.each<[string, string, string, string]>([
    ["a part without a type", form, `${purpose}${file}--b--\r\n`, "success"],
    ["a boundary in quotes", 'multipart/form-data; boundary="b"', `${purpose}${file}--b--`, "success"],
    ["no file", form, `${purpose}--b--`, "file: is required"],
    ["no purpose", form, `${file}--b--`, "purpose: is required"],
    ["an unknown purpose", form, `${part('name="purpose"', "fun")}${file}--b--`, "purpose: must be one of video_gen"],
    ["a text for a file", form, `${purpose}${part('name="file"', "x")}--b--`, "file: must be a file, with a file name"],
    [
      "an unknown part",
      form,
      `${purpose}${file}${part('name="GroupId"', "1")}--b--`,
      "GroupId: is not a known field; the known fields are purpose, file",
    ],
    ["no end", form, `${purpose}${file}`, "the body is not a form"],
    ["no boundary", "multipart/form-data", `${purpose}${file}--b--`, "the body is not a form"],
    ["JSON in its place", "application/json", "{}", "content-type: must be multipart/form-data"],
    ["nothing in its place", form, "", "the body must be a form"],
  ])("with %s is answered with HTTP 200", async (_, type, body, words) => {
    const { status, message } = await refusalIn(await post(`${FILES}/upload`, body, { ...KEY, "content-type": type }));
    expect([status, message]).toEqual([200, expect.stringContaining(words)]);
  });
});

describe("an upload as an input of V2", () => {
  const uploaded = async (bytes: Buffer, purpose = V2): Promise<string> =>
    (await json(upload(bytes, "fox", purpose))).file.file_id;
  const framesOf = (id: string) => [text, image("first_frame", `mm_file://${id}`)];

  test("can be used for seven days, then it has expired", async () => {
    const id = await uploaded(png(768, 1344));
    const more = { ratio: undefined };
    const taskId = await server.createWith("generation", videoOf(framesOf(id), more));
    clock.time += DONE;
    expect((await server.view("generation", taskId)).ratio).toBe("9:16");

    clock.time += 7 * DAY - DONE - 1;
    await server.createWith("h3_context_ir", promptOf(framesOf(id), more));
    clock.time += 1;
    const { message } = await server.refusalOf(() => post(PATHS.video, videoOf(framesOf(id), more)), 400);
    expect(message).toBe("invalid params, file expired");
    expect(await messageOf(get(`${FILES}/retrieve?file_id=${id}`))).toBe(NOT_FOUND);
  });

  test.each<[string, () => Promise<string>, string]>([
    ["an unknown id", async () => "123", "file # not found"],
    ["an upload for something else", () => uploaded(wav(3), "prompt_audio"), "file # not found"],
    ["a sound", () => uploaded(wav(3)), "file #: must be of type image (it is audio)"],
  ])("%s is refused as a frame without a task", async (_, upload, reason) => {
    const id = await upload();
    const { message } = await server.refusalOf(() => post(PATHS.video, videoOf(framesOf(id))), 400);
    expect(message).toBe(`invalid params, ${reason.replace("#", id)}`);
  });
});
