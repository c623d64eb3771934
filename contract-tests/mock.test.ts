/** The tasks and links of the mock over real HTTP, in both versions of the API. */
import { connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Mock, startMock } from "../src/mock/index.js";
import { clipHeader } from "./helpers/clip-header.js";
import { DAY, DONE, json, KINDS, type KindName, mockServer, refusalIn } from "./helpers/mock-calls.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { audio, image, PATHS, promptOf, regenerationOf, text, video, videoOf } from "./helpers/scenes.js";
import { wav } from "./helpers/sounds.js";

const server = mockServer();
const { clock, lines, get, post, create, createWith, view, finished, linkOf, remove } = server;
const QUERY = "/v2/query/video_generation";
const GOOD = videoOf([text]);
const clipAt = async (link: string) => clipHeader(Buffer.from(await (await fetch(link)).arrayBuffer()));

/** A finished video of V2 from this content and these options. */
async function madeOf(more: Record<string, unknown>) {
  const id = await createWith("generation", { ...GOOD, ...more });
  clock.time += DONE;
  return { id, task: await view("generation", id) };
}

/** Uploads an input of V2, and returns its `mm_file://` URL. */
async function uploaded(bytes: Buffer): Promise<string> {
  return `mm_file://${(await json(server.upload(bytes))).file.file_id}`;
}

describe("an existing client works unchanged", () => {
  const quick = mockServer({ speed: 500, now: Date.now });

  test("create, query and download of V2 return a playable video with stereo sound, real size and length", async () => {
    const { task_id: id, ...more } = await json(
      quick.post(PATHS.video, videoOf([text], { duration: 4, ratio: "9:16" })),
    );
    expect([id, more]).toEqual([expect.stringMatching(/^\d{15}$/), {}]);
    await expect.poll(async () => (await quick.view("generation", id)).status, { interval: 5 }).toBe("succeeded");
    const task = await quick.view("generation", id);
    expect(task).toEqual({
      id,
      model: "MiniMax-H3",
      status: "succeeded",
      created_at: expect.any(Number),
      updated_at: expect.any(Number),
      content: { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/files\/\d{15}\/output\.mp4\?Expires=/) },
      resolution: "768P",
      duration: 4,
      usage: expect.objectContaining({ total_seconds: 4, input_seconds: 0, output_seconds: 4, input_image_count: 0 }),
      ratio: "9:16",
      task_type: "generation",
      modality: "video",
    });
    const { seconds, ...movie } = await clipAt(task.content.url);
    expect(movie).toEqual({ streamable: true, width: 768, height: 1344, tracks: ["vide", "soun"] });
    // As measured on the service: 107 frames at 24 per second.
    expect(seconds).toBeCloseTo(4.458, 3);
  });

  test("a first frame of 20 MB is accepted, and a portrait frame makes a portrait video", async () => {
    const first_frame_image = dataUrl(png(768, 1364, 20 * 1024 * 1024 - 1));
    const id = await createWith("video", { model: "MiniMax-Hailuo-2.3-Fast", first_frame_image, duration: 10 });
    clock.time += DONE;
    expect(await view("video", id)).toMatchObject({ status: "Success", video_width: 768, video_height: 1364 });
  });
});

describe("a task", () => {
  test.each<[KindName, number[], string[]]>([
    ["video", [0, 2_000, 8_000, 79_999, 1], ["Preparing", "Queueing", "Processing", "Processing", "Success"]],
    ["template", [0, 2_000, 87_999, 1], ["Preparing", "Processing", "Processing", "Success"]],
    ["generation", [0, 19_999, 1, 109_999, 1], ["queued", "queued", "running", "running", "succeeded"]],
  ])("of kind %s passes through its states as fast as a real one", async (kind, pauses, expected) => {
    const created = Math.floor(clock.time / 1000);
    const id = await create(kind);
    expect(id).toMatch(kind === "template" ? /^\d{18}$/ : /^\d{15}$/);
    const views = [];
    for (const pause of pauses) {
      clock.time += pause;
      views.push(await view(kind, id));
    }
    expect(views.map(({ status }) => status)).toEqual(expected);
    if (kind === "generation") {
      expect(views.map(({ created_at }) => created_at - created)).toEqual([0, 0, 0, 0, 0]);
      expect(views.map(({ updated_at }) => updated_at - created)).toEqual([0, 0, 20, 20, 130]);
    }
  });

  test("can be queried only with its kind and version", async () => {
    const id = await create("video");
    const replies = [
      get(KINDS.template.query + id),
      get(KINDS.generation.query + id),
      get(KINDS.video.query + (await create("template"))),
      get(KINDS.video.query + (await create("generation"))),
    ];
    for (const reply of replies)
      expect((await refusalIn(await reply)).message).toMatch(/^invalid params, (task_id not found|invalid task_id)$/);
  });

  test("has a file only once it has ended, created in that second, however late it is queried", async () => {
    const ended = Math.floor((clock.time + 90_000) / 1000);
    const id = await create("video");
    clock.time += DONE;
    const { file_id } = await view("video", id);
    clock.time -= DONE;
    const early = await refusalIn(await get(`/v1/files/retrieve?file_id=${file_id}`));
    expect(early.message).toBe("invalid params, file_id not found");
    clock.time += DONE;
    const { file } = await json(get(`/v1/files/retrieve?file_id=${file_id}`));
    expect(file.created_at).toBe(ended);
  });

  test("is counted in both versions, even after it is deleted", async () => {
    const before = server.mock.creates;
    const ids = [await create("generation"), await create("video"), await create("h3_context_ir")];
    await json(remove(ids[0] as string));
    expect([server.mock.creates - before, server.mock.taskIds.slice(-3)]).toEqual([3, ids]);
  });
});

describe("a video of V2", () => {
  test.each([
    ["a first frame in portrait", [image("first_frame", dataUrl(png(768, 1344)))], "9:16", "adaptive"],
    ["a wide one without a role", [image(undefined, dataUrl(png(2100, 900)))], "21:9", "adaptive"],
    ["a square last frame", [image("last_frame", dataUrl(png(800, 810)))], "1:1", "adaptive"],
    ["a link", [image("first_frame")], "16:9", "adaptive"],
    ["a frame, and a ratio that is ignored", [image("first_frame", dataUrl(png(600, 800)))], "3:4", "21:9"],
    ["references without a ratio", [image("reference_image", dataUrl(png(768, 1344)))], "16:9", undefined],
    ["references with a ratio", [image("reference_image"), audio()], "4:3", "4:3"],
  ])("from %s has its aspect ratio", async (_, content, shape, ratio) => {
    const id = await createWith("generation", videoOf([text, ...content], { ratio }));
    const before = await view("generation", id);
    clock.time += DONE;
    const task = await view("generation", id);
    expect([before.ratio, task.ratio]).toEqual([ratio === shape ? shape : "adaptive", shape]);
    const { width, height } = await clipAt(task.content.url);
    const [across = 0, up = 0] = shape.split(":").map(Number);
    expect(Math.abs(width / height / (across / up) - 1)).toBeLessThan(0.05);
  });

  test("reports usage in seconds, images and sounds, with the real length of uploads", async () => {
    const { task: source } = await madeOf({ duration: 6 });
    const film = await uploaded(Buffer.from(await (await fetch(source.content.url)).arrayBuffer()));
    const inputs = [image("reference_image"), video("reference_video", film), video(), audio(await uploaded(wav(3)))];
    const { task } = await madeOf({ content: [text, ...inputs], duration: 10 });
    expect(task.usage).toMatchObject({
      total_seconds: 22,
      input_seconds: 12,
      output_seconds: 10,
      input_image_count: 1,
      input_audio_seconds: 3,
    });
    expect(task.usage.total_tokens).toBe(task.usage.prompt_tokens + task.usage.completion_tokens);
  });
});

test("H3-Context-IR returns the text in the structure of a real expanded prompt, which creates accept", async () => {
  const words = { type: "text", text: "A captain waits. {mock:slow_headers=1 on=query} The fleet jumps!" };
  const id = await createWith("h3_context_ir", promptOf([words, audio(), video()], { duration: 9 }));
  const early = await view("h3_context_ir", id);
  expect(early).toMatchObject({ status: "queued", task_type: "h3_context_ir", modality: "text", duration: 9 });
  clock.time += 30_000;
  const { content, usage, ...task } = await view("h3_context_ir", id);
  expect(task).not.toHaveProperty("resolution");
  expect(content.prompt).toMatch(
    /^integrated_multimodal_description: .*\noverall_soundscape: .*\nnon_diegetic_music: /,
  );
  expect(content.prompt).toMatch(/\[Shot 1\] A captain waits\. +The fleet jumps! /);
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  expect(usage.prompt_tokens).toBeGreaterThan(5_600);
  await createWith("regeneration", regenerationOf([{ ...text, text: content.prompt }, video("base_video")]));
});

describe("a regeneration", () => {
  const byTask = (source_task_id: string) => ({ model: "MiniMax-H3", source_task_id, resolution: "2K" });

  test("of a task returns its video at 2K, with the same length and aspect ratio", async () => {
    const { id: source } = await madeOf({ duration: 7, ratio: "3:4" });
    const id = await createWith("regeneration", byTask(source));
    clock.time += DONE;
    const task = await view("regeneration", id);
    expect(task).toMatchObject({ task_type: "regeneration", ratio: "", resolution: "2K", duration: 7 });
    const { width, height, seconds } = await clipAt(task.content.url);
    expect([width, height, Math.floor(seconds)]).toEqual([1440, 1920, 7]);
  });

  test("of an uploaded video is as long as the upload", async () => {
    const { task: source } = await madeOf({ duration: 8 });
    const film = await uploaded(Buffer.from(await (await fetch(source.content.url)).arrayBuffer()));
    const id = await createWith("regeneration", regenerationOf([text, video("base_video", film), image()]));
    clock.time += DONE;
    const { duration, usage } = await view("regeneration", id);
    expect([duration, usage.input_image_count, usage.input_seconds]).toEqual([8, 1, 0]);
  });

  const old = async () => {
    const { id } = await finished("generation");
    clock.time += 8 * DAY;
    return id;
  };
  test.each<[string, () => Promise<string>, string]>([
    ["an unknown task", async () => "123456789012345", "must be a task of the last 7 days"],
    ["a task of eight days ago", old, "must be a task of the last 7 days"],
    ["a queued task", () => create("generation"), "must be a task that has succeeded (it is queued)"],
    [
      "a failed task",
      async () => (await finished("generation", "{mock:fail}")).id,
      "must be a task that has succeeded (it is failed)",
    ],
    ["a video at 2K", async () => (await madeOf({ resolution: "2K" })).id, "must be a video of MiniMax-H3 at 768P"],
    [
      "a video of H3-Max",
      async () => (await madeOf({ model: "MiniMax-H3-Max" })).id,
      "must be a video of MiniMax-H3 at 768P",
    ],
    ["an expanded prompt", () => create("h3_context_ir"), "must be a video of MiniMax-H3 at 768P"],
  ])("of %s is refused without a task", async (_, source, reason) => {
    const id = await source();
    const { message } = await server.refusalOf(() => post(PATHS.regeneration, byTask(id)), 400);
    expect(message).toBe(`invalid params, source_task_id: ${reason}`);
  });
});

test("the list of V2 has the newest task first", async () => {
  const ids = [await create("generation"), await create("h3_context_ir")];
  const { items } = await json(get(`${QUERY}?page_size=2`));
  expect(items.map(({ id }: { id: string }) => id)).toEqual(ids.toReversed());
});

describe("cancelling and deleting", () => {
  const messageOf = async (id: string) => (await refusalIn(await remove(id))).message;

  test("a queued task is cancelled only once", async () => {
    const id = await create("generation");
    expect(await json(remove(id))).toEqual({ task_id: id, action: "cancelled", status: "cancelled" });
    expect(await messageOf(id)).toBe("invalid params, the task is cancelled already");
  });

  test("a running task cannot be cancelled, and continues", async () => {
    const id = await create("generation");
    clock.time += 20_000;
    expect(await messageOf(id)).toBe("invalid params, a running task cannot be cancelled");
    clock.time += DONE;
    expect((await view("generation", id)).status).toBe("succeeded");
  });

  test("the link to a deleted task is gone", async () => {
    const { id, link } = await finished("generation");
    await json(remove(id));
    const gone = await fetch(link);
    expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining("<Code>NoSuchKey</Code>")]);
  });
});

describe("download links", () => {
  let link: string;
  let whole: Buffer;
  // Anew for each test, because some let a link expire.
  beforeEach(async () => {
    ({ link } = await finished("video"));
    whole = Buffer.from(await (await fetch(link)).arrayBuffer());
  });
  const at = (headers: Record<string, string>, method = "GET") => fetch(link, { method, headers });

  test("HEAD gets the size and Accept-Ranges without a body, other methods 405", async () => {
    const { headers, body } = await at({}, "HEAD");
    expect([headers.get("content-length"), headers.get("accept-ranges")]).toEqual([String(whole.length), "bytes"]);
    expect(body).toBeNull();
    expect((await at({}, "PUT")).status).toBe(405);
  });

  test("a link is refused as forged if its file, expiry or signature differs", async () => {
    const forged = [
      link.replace(/\/files\/\d/, "/files/9"),
      link.replace(/Expires=\d+/, "Expires=9999999999"),
      link.replace(/Signature=.*/, "Signature=nonsense"),
      link.replace(/&Signature=.*/, ""),
    ];
    for (const one of forged) {
      const response = await fetch(one);
      expect([response.status, response.headers.get("content-type")]).toEqual([403, "application/xml"]);
      expect(await response.text()).toContain("<Code>SignatureDoesNotMatch</Code>");
    }
  });

  test.each<KindName>([
    "video",
    "template",
    "generation",
  ])("the link to a %s expires after an hour, and the next one is valid", async (kind) => {
    const { id, link: first } = await finished(kind);
    clock.time += 3_599_000;
    expect((await fetch(first, { method: "HEAD" })).status).toBe(200);
    clock.time += 2_000;
    const late = await fetch(first);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining("Request has expired.")]);
    expect((await fetch(await linkOf(kind, id), { method: "HEAD" })).status).toBe(200);
  });
});

describe.each([10, 10_000])("at a speed of %i", (speed) => {
  const quick = mockServer({ speed });

  test("a link is still valid for an hour", async () => {
    const { link } = await quick.finished("generation");
    const seconds = Number(new URL(link).searchParams.get("Expires")) - quick.clock.time / 1000;
    expect(Math.round(seconds / 60)).toBe(60);
  });
});

describe("starting and stopping", () => {
  let own: Mock;
  beforeAll(async () => {
    own = await startMock();
  });
  afterAll(() => own.close());

  test("startMock rejects if the port is taken", async () => {
    await expect(startMock({ port: Number(new URL(own.url).port) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test.each([0, -1, Number.NaN])("startMock rejects a speed of %d", async (speed) => {
    await expect(startMock({ speed })).rejects.toThrow(RangeError);
  });

  /** Sends a request line and a Host header that fetch cannot send. */
  async function raw(url: string, target: string, host: string): Promise<number> {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.end(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return Number(/^HTTP\/1\.1 (\d+)/.exec(await textOf(socket))?.[1]);
  }

  test.each([
    ["evil.example", "/", 403],
    ["evil.example:4010", "/v1/files/list", 403],
    ["127.0.0.1.evil.example", "/", 403],
    ["10.0.0.1", "/", 403],
    ["a b", "/", 403],
    ["localhost", "http://evil.example/", 403],
    ["localhost", "/", 404],
    ["LOCALHOST.:1", "/", 404],
    ["127.0.0.2:80", "/", 404],
    ["[::1]:80", "/", 404],
    ["localhost", "//", 404],
    ["localhost", "//evil.example/", 404],
    ["localhost", "///", 404],
  ])("a request for the host %s and %s is answered with %i, unless the mock was given a host (I19)", async (host, target, status) => {
    expect(await raw(own.url, target, host)).toBe(status);
  });

  test("a mock that was given a host answers to any name (I19)", async () => {
    const open = await startMock({ host: "127.0.0.1" });
    expect(await raw(open.url, "/", "mock.example")).toBe(404);
    await open.close();
  });

  test("requests counts every request", async () => {
    const before = own.requests;
    await Promise.all([KINDS.video.query, "/nowhere", "/files/1/output.mp4"].map((path) => fetch(own.url + path)));
    expect(own.requests - before).toBe(3);
  });
});

test("the log shows what happened, without keys, prompts and signatures", async () => {
  lines.length = 0;
  const { link } = await finished("video", "{mock:cut_download} very private");
  const { id, link: linkV2 } = await finished("generation", "{mock:cut_download} very private");
  for (const one of [link, linkV2]) await expect(fetch(one).then((response) => response.text())).rejects.toThrow();
  await get(QUERY);
  await remove(id);
  await post(PATHS.video, { ...GOOD, model: undefined });
  expect(lines.map(({ path, status, note }) => [path.replace(/\d{15}/, "id"), status, note])).toEqual([
    [KINDS.video.path, 200, "cut_download"],
    ["/v1/query/video_generation", 200, "Success"],
    ["/v1/files/retrieve", 200, "success"],
    [PATHS.video, 200, "cut_download"],
    [`${QUERY}/id`, 200, "succeeded"],
    ["/files/id/output.mp4", 200, "cut_download"],
    ["/files/id/output.mp4", 200, "cut_download"],
    [QUERY, 200, expect.stringMatching(/^\d+ of \d+ tasks$/)],
    [`${PATHS.video}/id`, 200, "deleted"],
    [PATHS.video, 400, "invalid"],
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/private|Signature|Bearer|key/);
});
