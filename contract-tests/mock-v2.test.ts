/** V2 of the mock over real HTTP, called with plain fetch as any client could. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations } from "../src/generated/operations.js";
import { type Mock, type RequestLine, scenarios, startMock } from "../src/mock/index.js";
import { type Arrived, arrived, nameIn, spoilt, untilCut } from "./helpers/arrived.js";
import { receive } from "./helpers/calls.js";
import { clipHeader } from "./helpers/clip-header.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { audio, image, PATHS, promptOf, regenerationOf, text, video, videoOf } from "./helpers/scenes.js";
import { json, KEY, type On, refusal, send, sender } from "./helpers/send.js";
import { uploadForm, wave } from "./helpers/uploads.js";

const GOOD = videoOf([text]);
const NO_TEXT = "content must include a non-empty text item (prompt is required)";
const QUERY = "/v2/query/video_generation";
const DAY = 86_400_000;
/** Longer than any task and shorter than any link: milliseconds. */
const DONE = 140_000;

// The clock of tasks, links and files, so that no test has to wait.
let time = 1_790_000_000_000;
const lines: RequestLine[] = [];
let mock: Mock;
let strict: Mock;
const { post, get } = sender(() => mock);

beforeAll(async () => {
  const now = () => time;
  [mock, strict] = await Promise.all([
    startMock({ now, onRequest: (line) => lines.push(line) }),
    startMock({ now, strict: true }),
  ]);
}, 60_000);
afterAll(() => Promise.all([mock.close(), strict.close()]));

describe("an existing client works unchanged", () => {
  test("create, query and download give a playable video with stereo sound, of real size and length", async () => {
    const quick = await startMock({ speed: 500 });
    const body = videoOf([text], { duration: 4, ratio: "9:16" });
    const { task_id, ...more } = await json(post(PATHS.video, body, { on: quick }));
    expect([task_id, more]).toEqual([expect.stringMatching(/^\d{15}$/), {}]);

    let { task } = await json(get(`${QUERY}/${task_id}`, { on: quick }));
    while (task.status !== "succeeded") {
      expect(["queued", "running"]).toContain(task.status);
      expect(task).toMatchObject({ id: task_id, usage: {} });
      expect(task).not.toHaveProperty("content");
      await new Promise((resolve) => setTimeout(resolve, 5));
      ({ task } = await json(get(`${QUERY}/${task_id}`, { on: quick })));
    }
    expect(task).toEqual({
      id: task_id,
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
    const video = await fetch(task.content.url);
    expect([video.status, video.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    const { seconds, ...movie } = clipHeader(Buffer.from(await video.arrayBuffer()));
    expect(movie).toEqual({ streamable: true, width: 768, height: 1344, tracks: ["vide", "soun"] });
    // As measured on the service: 107 frames, 24 a second.
    expect(seconds).toBeCloseTo(4.458, 3);
    await quick.close();
  });

  test("a task passes through its states as fast as a real one, and reports since when", async () => {
    const created = Math.floor(time / 1000);
    const { task_id } = await json(post(PATHS.video, GOOD));
    const states = [];
    for (const pause of [0, 19_999, 1, 109_999, 1]) {
      time += pause;
      const { task } = await json(get(`${QUERY}/${task_id}`));
      states.push([task.status, task.created_at - created, task.updated_at - created]);
    }
    expect(states).toEqual([
      ["queued", 0, 0],
      ["queued", 0, 0],
      ["running", 0, 20],
      ["running", 0, 20],
      ["succeeded", 0, 130],
    ]);
  });

  test("each query gives a new link that is valid for an hour", async () => {
    const { task_id } = await made();
    const first = await linkOf(task_id);
    time += 1_800_000;
    const second = await linkOf(task_id);
    time += 1_801_000;
    expect(first).not.toBe(second);
    expect([(await fetch(first)).status, (await fetch(second)).status]).toEqual([403, 200]);
  });

  test.each([
    ["a first frame in portrait", [image("first_frame", dataUrl(png(768, 1344)))], "9:16", "adaptive"],
    ["a wide one without a role", [image(undefined, dataUrl(png(2100, 900)))], "21:9", "adaptive"],
    ["a square last frame", [image("last_frame", dataUrl(png(800, 810)))], "1:1", "adaptive"],
    ["a link", [image("first_frame")], "16:9", "adaptive"],
    ["a frame, and a ratio that is ignored", [image("first_frame", dataUrl(png(600, 800)))], "3:4", "21:9"],
    ["references without a ratio", [image("reference_image", dataUrl(png(768, 1344)))], "16:9", undefined],
    ["references with a ratio", [image("reference_image"), audio()], "4:3", "4:3"],
  ])("%s: the video has the aspect ratio of case %#", async (_, content, shape, ratio) => {
    const { task_id } = await json(post(PATHS.video, videoOf([text, ...content], { ratio })));
    const before = (await json(get(`${QUERY}/${task_id}`))).task;
    time += DONE;
    const { task } = await json(get(`${QUERY}/${task_id}`));
    expect([before.ratio, task.ratio]).toEqual([ratio === shape ? shape : "adaptive", shape]);
    const { width, height } = clipHeader(Buffer.from(await (await fetch(task.content.url)).arrayBuffer()));
    const [across = 0, up = 0] = shape.split(":").map(Number);
    expect(Math.abs(width / height / (across / up) - 1)).toBeLessThan(0.05);
  });

  test("usage counts seconds, images and sounds, with the real length of uploads", async () => {
    const clip = Buffer.from(await (await fetch((await made({ duration: 6 })).link)).arrayBuffer());
    const [film, song] = [await uploaded(clip, "fox.mp4"), await uploaded(wave(3), "fox.wav")];
    const content = [text, image("reference_image"), video("reference_video", film), video(), audio(song)];
    const { task_id } = await made({ content, duration: 10 });
    expect((await json(get(`${QUERY}/${task_id}`))).task.usage).toEqual({
      total_seconds: 22,
      input_seconds: 12,
      output_seconds: 10,
      input_image_count: 1,
      input_audio_seconds: 3,
      total_tokens: expect.any(Number),
      prompt_tokens: expect.any(Number),
      completion_tokens: expect.any(Number),
    });
  });

  test("another mock does not know the ids, and V1 does not know those of V2", async () => {
    const { task_id } = await json(post(PATHS.video, GOOD));
    expect((await get(`${QUERY}/${task_id}`, { on: strict })).status).toBe(400);
    const v1 = await json(get(`/v1/query/video_generation?task_id=${task_id}`));
    expect(v1.base_resp.status_code).toBe(2013);
    const other = await json(post("/v1/video_generation", { model: "MiniMax-Hailuo-02", prompt: "A fox." }));
    expect((await refusal(get(`${QUERY}/${other.task_id}`))).message).toBe("invalid params, invalid task_id (2013)");
  });

  test("creates of both versions are counted, and stay counted after they are deleted", async () => {
    const before = mock.creates;
    const ids = [];
    for (const [path, body] of [
      [PATHS.video, GOOD],
      ["/v1/video_generation", { model: "MiniMax-Hailuo-02", prompt: "A fox." }],
      [PATHS.prompt, promptOf([text])],
    ] as const)
      ids.push((await json(post(path, body))).task_id);
    await json(remove(ids[0]));
    expect([mock.creates - before, mock.taskIds.slice(-3)]).toEqual([3, ids]);
  });
});

describe("H3-Context-IR", () => {
  test("makes a structured prompt from the text within half a minute, and counts tokens", async () => {
    const words = { type: "text", text: "A captain waits. {mock:slow_headers=1 on=query} The fleet jumps away!" };
    const { task_id } = await json(post(PATHS.prompt, promptOf([words, audio(), video()], { duration: 9 })));
    const { task: early } = await json(get(`${QUERY}/${task_id}`));
    expect(early).toMatchObject({ status: "queued", task_type: "h3_context_ir", modality: "text", duration: 9 });
    time += 30_000;
    const { task } = await json(get(`${QUERY}/${task_id}`));
    expect(task).not.toHaveProperty("resolution");
    expect(task.content.prompt.split("\n").map((line: string) => line.replace(/:.*/, ""))).toEqual([
      "integrated_multimodal_description",
      "overall_soundscape",
      "non_diegetic_music",
    ]);
    expect(task.content.prompt).toContain("[Shot 1] A captain waits. [Shot 2] The fleet jumps away!");
    expect(task.content.prompt).not.toContain("mock");
    const { total_tokens, prompt_tokens, completion_tokens, ...rest } = task.usage;
    expect([total_tokens, rest]).toEqual([prompt_tokens + completion_tokens, {}]);
    expect(prompt_tokens).toBeGreaterThan(5_600);
  });

  test("returns a prompt that a create and a regeneration of the video accept", async () => {
    const { task_id } = await json(post(PATHS.prompt, promptOf([text])));
    time += 30_000;
    const { prompt } = (await json(get(`${QUERY}/${task_id}`))).task.content;
    const final = { type: "text", text: prompt };
    const { link } = await made({ content: [final] });
    const base = dataUrl(Buffer.from(await (await fetch(link)).arrayBuffer())).replace("image/png", "video/mp4");
    await json(post(PATHS.regeneration, regenerationOf([final, video("base_video", base)])));
  });
});

describe("a regeneration", () => {
  const byTask = (source_task_id: string) => ({ model: "MiniMax-H3", source_task_id, resolution: "2K" });

  test("of a task gives its video at 2K, with the same length and aspect ratio", async () => {
    const { task_id: source } = await made({ duration: 7, ratio: "3:4" });
    const { task_id } = await json(post(PATHS.regeneration, byTask(source)));
    time += DONE;
    const { task } = await json(get(`${QUERY}/${task_id}`));
    expect(task).toMatchObject({
      task_type: "regeneration",
      ratio: "",
      resolution: "2K",
      duration: 7,
      modality: "video",
    });
    const movie = clipHeader(Buffer.from(await (await fetch(task.content.url)).arrayBuffer()));
    expect([movie.width, movie.height, Math.floor(movie.seconds)]).toEqual([1440, 1920, 7]);
  });

  test("of an uploaded video is as long as the upload", async () => {
    const clip = Buffer.from(await (await fetch((await made({ duration: 8 })).link)).arrayBuffer());
    const content = [text, video("base_video", await uploaded(clip, "base.mp4")), image()];
    const { task_id } = await json(post(PATHS.regeneration, regenerationOf(content)));
    time += DONE;
    const { task } = await json(get(`${QUERY}/${task_id}`));
    expect([task.duration, task.usage.input_image_count, task.usage.input_seconds]).toEqual([8, 1, 0]);
  });

  test.each<[string, () => Promise<string>, string]>([
    ["an unknown task", async () => "123456789012345", "must be a task of the last 7 days"],
    [
      "a task that has not ended",
      async () => (await json(post(PATHS.video, GOOD))).task_id,
      "must be a task that has succeeded (it is queued)",
    ],
    [
      "a task that failed",
      async () => (await made({ content: [{ ...text, text: "{mock:fail}" }] })).task_id,
      "must be a task that has succeeded (it is failed)",
    ],
    ["a video at 2K", async () => (await made({ resolution: "2K" })).task_id, "must be a video of MiniMax-H3 at 768P"],
    [
      "a video of H3-Max",
      async () => (await made({ model: "MiniMax-H3-Max" })).task_id,
      "must be a video of MiniMax-H3 at 768P",
    ],
    [
      "an expanded prompt",
      async () => (await json(post(PATHS.prompt, promptOf([text])))).task_id,
      "must be a video of MiniMax-H3 at 768P",
    ],
    [
      "a task of eight days ago",
      async () => {
        const { task_id } = await made();
        time += 8 * DAY;
        return task_id;
      },
      "must be a task of the last 7 days",
    ],
  ])("of %s is refused without a task", async (_, source, reason) => {
    const id = await source();
    const before = mock.creates;
    const { message } = await refusal(post(PATHS.regeneration, byTask(id)));
    expect([message, mock.creates]).toEqual([`invalid params, source_task_id: ${reason} (2013)`, before]);
  });
});

describe("the list", () => {
  let own: Mock;
  let ids: string[] = [];
  const list = async (query = "") => json(get(`${QUERY}${query}`, { on: own }));
  const idsIn = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);

  beforeAll(async () => {
    own = await startMock({ now: () => time });
    ids = [];
    for (const [path, body] of [
      [PATHS.video, videoOf([text], { ratio: "1:1" })],
      [PATHS.video, videoOf([{ ...text, text: "{mock:fail}" }])],
      [PATHS.prompt, promptOf([text])],
    ] as const) {
      ids.push((await json(post(path, body, { on: own }))).task_id);
      time += 50_000;
    }
    time += DONE;
    ids.push((await json(post(PATHS.video, videoOf([text], { model: "MiniMax-H3-Max" }), { on: own }))).task_id);
    ids.push((await json(post(PATHS.video, GOOD, { on: own }))).task_id);
    await json(remove(ids[4] as string, { on: own }));
  });
  afterAll(() => own.close());

  test("has all tasks, newest first, as their queries report them", async () => {
    const { items, total } = await list();
    expect([idsIn({ items }), total]).toEqual([ids.toReversed(), 5]);
    expect(items.map(({ status }: { status: string }) => status)).toEqual([
      "cancelled",
      "queued",
      "succeeded",
      "failed",
      "succeeded",
    ]);
    for (const { content, ...item } of items) {
      const { content: asked, ...task } = (await json(get(`${QUERY}/${item.id}`, { on: own }))).task;
      expect([item, content?.prompt]).toEqual([task, asked?.prompt]);
      if (content?.url) expect((await fetch(content.url)).status).toBe(200);
    }
  });

  test.each<[query: string, which: number[]]>([
    ["filter.status=succeeded", [2, 0]],
    ["filter.status=expired", []],
    ["filter.model=MiniMax-H3-Max", [3]],
    ["filter.model=MiniMax-H4", []],
    ["filter.task_type=h3_context_ir", [2]],
    ["filter.status=succeeded&filter.task_type=generation", [0]],
    ["filter.task_ids=0", []],
    ["filter.task_ids=#1", [1]],
    ["filter.task_ids=#3&filter.task_ids=#0", [3, 0]],
    ["filter.task_ids=#3&filter.task_ids=#0&filter.status=queued", [3]],
  ])("%s", async (query, which) => {
    const found = await list(`?${query.replace(/#(\d)/g, (_, index) => ids[index] as string)}`);
    expect([idsIn(found), found.total]).toEqual([which.map((index) => ids[index]), which.length]);
  });

  test("comes in pages, and reports the total number of tasks", async () => {
    const pages = [];
    for (const page of [1, 2, 3, 4]) pages.push(await list(`?page_size=2&page_num=${page}`));
    expect(pages.map(idsIn)).toEqual([[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], []]);
    expect(pages.map(({ total }) => total)).toEqual([5, 5, 5, 5]);
  });

  test.each([
    ["page_num=0", "page_num: must be >= 1"],
    ["page_size=many", "page_size: must be integer"],
    [
      "filter.status=done",
      "filter.status: must be equal to one of the allowed values: queued, running, succeeded, failed, cancelled, expired",
    ],
    ["filter.task_ids=1&filter.task_ids=a", 'filter.task_ids.1: must match pattern "^[0-9]+$"'],
  ])("%s is refused by name", async (query, reason) => {
    const { message } = await refusal(get(`${QUERY}?${query}`, { on: own }));
    expect(message).toBe(`invalid params, ${reason} (2013)`);
  });

  test("forgets a task after seven days of the mock's clock, and so does the query", async () => {
    time += 7 * DAY - 200_000;
    expect((await list()).total).toBeGreaterThan(0);
    expect(idsIn(await list())).not.toContain(ids[0]);
    expect((await refusal(get(`${QUERY}/${ids[0]}`, { on: own }))).message).toContain("invalid task_id");
    time += 300_000;
    expect(await list()).toEqual({ items: [], total: 0 });
  });
});

describe("cancelling and deleting", () => {
  test("a queued task is cancelled: it can be queried, does not go on, and cannot be cancelled again", async () => {
    const { task_id } = await json(post(PATHS.video, GOOD));
    time += 5_000;
    const cancelledAt = Math.floor(time / 1000);
    expect(await json(remove(task_id))).toEqual({ task_id, action: "cancelled", status: "cancelled" });
    time += DONE;
    const { task } = await json(get(`${QUERY}/${task_id}`));
    expect(task).toMatchObject({ status: "cancelled", updated_at: cancelledAt, usage: {} });
    expect(task).not.toHaveProperty("content");
    expect((await refusal(remove(task_id))).message).toBe("invalid params, the task is cancelled already (2013)");
  });

  test("a running task cannot be cancelled, and goes on", async () => {
    const { task_id } = await json(post(PATHS.video, GOOD));
    time += 20_000;
    expect((await refusal(remove(task_id))).message).toBe("invalid params, a running task cannot be cancelled (2013)");
    time += DONE;
    expect((await json(get(`${QUERY}/${task_id}`))).task.status).toBe("succeeded");
  });

  test.each([
    ["succeeded", "A fox."],
    ["failed", "{mock:fail}"],
  ])("a task that has %s is deleted together with its video", async (state, words) => {
    const { task_id, link } = await made({ content: [{ ...text, text: words }] });
    expect((await json(get(`${QUERY}/${task_id}`))).task.status).toBe(state);
    expect(await json(remove(task_id))).toEqual({ task_id, action: "deleted", status: "deleted" });
    expect((await refusal(get(`${QUERY}/${task_id}`))).message).toBe("invalid params, invalid task_id (2013)");
    expect((await refusal(remove(task_id))).message).toBe("invalid params, invalid task_id (2013)");
    expect((await json(get(`${QUERY}?filter.task_ids=${task_id}`))).total).toBe(0);
    if (state === "failed") return;
    const gone = await fetch(link);
    expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining("<Code>NoSuchKey</Code>")]);
  });

  test("an unknown id and a malformed one are refused alike", async () => {
    for (const id of ["123", "fox"])
      expect((await refusal(remove(id))).message).toBe("invalid params, invalid task_id (2013)");
  });
});

describe("by default, the mock", () => {
  const frame = image("first_frame");
  const nine = Array(9).fill(image("reference_image"));

  test.each<[string, string, unknown, string | RegExp]>([
    ["no content", PATHS.video, { ...GOOD, content: undefined }, binding("content")],
    ["no model", PATHS.video, { ...GOOD, model: undefined }, binding("model")],
    ["no resolution", PATHS.video, { ...GOOD, resolution: undefined }, binding("resolution")],
    ["no text", PATHS.video, videoOf([frame]), NO_TEXT],
    ["an empty text", PATHS.video, videoOf([{ type: "text", text: "" }]), NO_TEXT],
    ["a blank text", PATHS.video, videoOf([{ type: "text", text: " " }]), /^content\[0\]\.text: .*blank/],
    [
      "a blank text to expand",
      PATHS.prompt,
      promptOf([{ type: "text", text: "\u200b" }]),
      /^content\[0\]\.text: .*blank/,
    ],
    ["no content at all", PATHS.prompt, promptOf([]), NO_TEXT],
    ["a model of V1", PATHS.video, { ...GOOD, model: "MiniMax-Hailuo-02" }, "该模型暂不支持 /v2/video_generation"],
    ["H3-Max", PATHS.prompt, promptOf([text], { model: "MiniMax-H3-Max" }), "该模型暂不支持 /v2/h3_context_ir"],
    [
      "H3-Max",
      PATHS.regeneration,
      regenerationOf([text, video("base_video")], { model: "MiniMax-H3-Max" }),
      "该模型暂不支持 /v2/video_regeneration",
    ],
    ["480P on H3", PATHS.video, videoOf([text], { resolution: "480P" }), /^resolution: .*768P, 2K .*480P/],
    [
      "four seconds on H3-Max",
      PATHS.video,
      videoOf([text], { model: "MiniMax-H3-Max", duration: 4 }),
      /^duration: .* 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\b/,
    ],
    ["a duration in quotes", PATHS.prompt, promptOf([text], { duration: "5" }), /^duration: must be .*got "5"/],
    ["a text alone without a ratio", PATHS.video, { ...GOOD, ratio: undefined }, binding("ratio")],
    [
      "a text alone that is adaptive",
      PATHS.prompt,
      promptOf([text], { ratio: "adaptive" }),
      /^ratio: .*21:9, 16:9, 4:3, 1:1, 3:4, 9:16 .*adaptive/,
    ],
    ["extra on H3", PATHS.video, videoOf([text], { extra: {} }), /^extra: .*text to video/],
    ["a misspelt option", PATHS.video, videoOf([text], { sed: 1 }), /^sed: .*known .*model, resolution, duration/],
    ["an unknown field in an item", PATHS.video, videoOf([{ ...text, role: "x" }]), /^content\[0\]\.role: /],
    ["two texts", PATHS.video, videoOf([text, text]), /^content: .*exactly one text$/],
    [
      "7001 letters",
      PATHS.video,
      videoOf([{ type: "text", text: "x".repeat(7001) }]),
      /^content\[0\]\.text: .*at most 7000 characters .*7001/,
    ],
    [
      "a frame and a reference",
      PATHS.video,
      videoOf([text, frame, image("reference_image")]),
      /^content\[1\]\.role: .*reference_image .*first_frame/,
    ],
    [
      "a frame and a sound",
      PATHS.prompt,
      promptOf([text, frame, audio()]),
      /^content\[1\]\.role: .*reference_image .*first_frame/,
    ],
    ["two first frames", PATHS.video, videoOf([text, frame, frame]), /^content: .*at most one first frame$/],
    [
      "two images without roles",
      PATHS.video,
      videoOf([text, image(), image()]),
      /^content: .*a role for each image when there is more than one$/,
    ],
    ["ten images", PATHS.video, videoOf([text, ...nine, nine[0]]), /^content: .*at most nine images$/],
    [
      "a sound alone",
      PATHS.video,
      videoOf([text, audio()]),
      /^content: .*at least one image or video; a sound cannot be the only reference$/,
    ],
    [
      "an unknown role",
      PATHS.video,
      videoOf([text, image("frist_frame")]),
      /^content\[1\]\.role: .*first_frame, last_frame .*frist_frame/,
    ],
    [
      "a video without a role",
      PATHS.video,
      videoOf([text, { ...video(), role: undefined }]),
      /^content\[1\]\.type: .*video_url/,
    ],
    [
      "an item of an unknown type",
      PATHS.video,
      videoOf([text, { type: "image", url: "x" }]),
      /^content\[1\]\.type: .*"image"/,
    ],
    [
      "a path instead of an image",
      PATHS.video,
      videoOf([text, image("first_frame", "fox.png")]),
      /^content\[1\]\.image_url\.url: .*http\(s\) URL, mm_file:\/\/.*JPEG, PNG, WebP, HEIC or HEIF image/,
    ],
    ["content that is not an array", PATHS.video, { ...GOOD, content: "A fox." }, /^content: .*array/],
    ["an array", PATHS.video, [], "the body must be a JSON object"],
    ["nothing", PATHS.video, "", "the body must be a JSON object"],
    ["invalid JSON", PATHS.video, "{", "the body is not JSON"],
    ["a regeneration of nothing", PATHS.regeneration, { model: "MiniMax-H3", resolution: "2K" }, binding("content")],
    [
      "a regeneration of both",
      PATHS.regeneration,
      regenerationOf([text, video("base_video")], { source_task_id: "1" }),
      /^content: .*regeneration of a task/,
    ],
    [
      "a regeneration without its video",
      PATHS.regeneration,
      regenerationOf([text]),
      /^content: .*exactly one base video$/,
    ],
    [
      "a regeneration at 4K",
      PATHS.regeneration,
      { model: "MiniMax-H3", source_task_id: "1", resolution: "4K" },
      /^resolution: must be 2K\b/,
    ],
    [
      "a source that is not an id",
      PATHS.regeneration,
      { model: "MiniMax-H3", source_task_id: "fox", resolution: "2K" },
      /^source_task_id: .*decimal digits/,
    ],
  ])("refuses %s at %s without a task, with HTTP 400 and the reason", async (_, path, body, reason) => {
    const before = mock.creates;
    const { message } = await refusal(post(path, body));
    const [, said] = /^invalid params, (.*) \(2013\)$/.exec(message) ?? [];
    expect([said, mock.creates]).toEqual([typeof reason === "string" ? reason : expect.stringMatching(reason), before]);
  });

  test("gives each refusal its own request_id", async () => {
    const ids = [];
    for (const _ of [1, 2, 3]) {
      const { request_id } = await (await get(`${QUERY}/1`)).json();
      ids.push(request_id);
      expect(request_id).toMatch(/^[0-9a-f]{32}$/);
    }
    expect(new Set(ids).size).toBe(3);
  });

  test.each([
    ["no key", {}],
    ["another scheme", { authorization: "Basic abc" }],
  ])("refuses every request when there is %s", async (_, headers) => {
    const answers = [
      post(PATHS.video, GOOD, { headers }),
      post(PATHS.prompt, "{", { headers }),
      get(`${QUERY}/1`, { headers }),
      get(QUERY, { headers }),
      remove("1", { headers }),
    ];
    for (const answer of answers) {
      const { message, ...error } = await refusal(answer, 401);
      expect(error).toEqual({ type: "authorized_error", http_code: "401" });
      expect(message).toMatch(/^login fail: Please carry .* \(1004\)$/);
    }
    const files = await json(get("/v1/files/list?purpose=prompt_audio", { headers }));
    expect(files.base_resp.status_code).toBe(1004);
  });

  test("refuses a wrong content type as a wrong parameter", async () => {
    const answer = post(PATHS.video, GOOD, { headers: { ...KEY, "content-type": "text/plain" } });
    expect((await refusal(answer)).message).toBe("invalid params, content-type: must be application/json (2013)");
  });

  test.each([
    ["an unknown path", 404, "GET", "/v2/videos"],
    ["a wrong method", 405, "PATCH", `${PATHS.video}/1`],
  ])("answers %s with a problem and HTTP %i", async (_, status, method, path) => {
    const response = await fetch(mock.url + path, { method, headers: KEY });
    expect([response.status, response.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
  });

  test("gives every reply but a download a trace id", async () => {
    const { link, task_id } = await made();
    const answers = await Promise.all([get(`${QUERY}/${task_id}`), get(`${QUERY}/1`), fetch(link)]);
    expect(answers.map(({ headers }) => headers.has("trace-id"))).toEqual([true, true, false]);
  });
});

describe("in strict mode, the mock", () => {
  test.each([
    ["an invalid create", PATHS.video, { ...GOOD, duration: 20 }, 422, "body.duration enum"],
    ["a property in Chinese", PATHS.video, { ...GOOD, 时长: 5 }, 422, "body unevaluatedProperties"],
    ["an invalid regeneration", PATHS.regeneration, {}, 422, "body required"],
  ])("answers %s as Prism does: with the first example in the spec, and the broken rules in a header", async (_, path, body, status, rule) => {
    const response = await post(path, body, { on: strict });
    expect([response.status, response.headers.get("content-type")]).toEqual([status, "application/json"]);
    const violations: { location: string[]; code: string }[] = JSON.parse(response.headers.get("sl-violations") ?? "");
    const broken = violations.map(({ location, code }) => `${location.slice(1).join(".")} ${code}`);
    expect(broken).toContain(rule);
    expect(await response.json()).toMatchObject({ type: "error", error: { http_code: String(status) } });
    expect(strict.creates).toBe(0);
  });

  test("cuts a header that would be too long", async () => {
    const content = [text, ...Array(12).fill(image("nonsense"))];
    const { headers } = await post(PATHS.video, videoOf(content), { on: strict });
    expect(headers.get("sl-violations")).toMatch(/^Too many violations! \[/);
    expect(headers.get("sl-violations")?.length).toBeLessThan(8_192);
  });

  test("refuses with the status that the spec declares: 400, 401 for a missing key, 400 for invalid JSON", async () => {
    const answers = await Promise.all([
      get(`${QUERY}/fox`, { on: strict }),
      get(`${QUERY}?page_num=0`, { on: strict }),
      post(PATHS.video, GOOD, { on: strict, headers: {} }),
      post(PATHS.video, "{", { on: strict }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 401, 400]);
    expect(await answers[3]?.json()).toEqual({ error: { code: "invalid_json" } });
  });

  test("accepts a valid create, as by default", async () => {
    const { task_id } = await json(post(PATHS.video, GOOD, { on: strict }));
    expect(strict.taskIds).toEqual([task_id]);
  });
});

describe("Prefer selects any documented reply, and creates nothing", () => {
  const paths = ["/v2/", "/v1/files/"];
  const rows = Object.values(operations.minimax).filter(({ path }) => paths.some((start) => path.startsWith(start)));

  test.each(rows.map((row) => [row.method, row.path, row] as const))("%s %s", async (method, path, row) => {
    const before = mock.creates;
    let asked = 0;
    for (const [status, { examples }] of Object.entries(row.replies))
      for (const name of examples) {
        const headers = { ...KEY, prefer: `code=${status}, example=${name}` };
        const parameters = row.parameters.filter(({ in: where, required }) => where === "query" && required);
        const query = new URLSearchParams(parameters.map((one) => [one.name, String(one.example)]));
        const url = `${mock.url}${path.replace("{task_id}", "1")}?${query}`;
        const form = path.endsWith("upload") ? uploadForm("prompt_audio", png(), "a") : undefined;
        const type = form ? {} : { "content-type": "application/json" };
        const body = row.body ? (form ?? JSON.stringify(legalBodyOf(path))) : null;
        const response = await fetch(url, { method, headers: { ...headers, ...type }, body });
        expect(`${name} ${response.status}`).toBe(`${name} ${status}`);
        await response.json();
        asked += 1;
      }
    expect(asked).toBeGreaterThan(5);
    expect(mock.creates).toBe(before);
  });

  test("also one that is not JSON", async () => {
    const headers = { ...KEY, prefer: "example=success" };
    const response = await get("/v1/files/retrieve_content?file_id=1", { headers });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect(await response.text()).toContain("ftyp");
  });
});

/** What happens to a create, and whether MiniMax would charge for it. */
const creates: Record<string, { type?: string; status: number; after?: string; paid?: true }> = {
  rate_limited: { status: 429, type: "rate_limit_error" },
  insufficient_balance: { status: 402, type: "insufficient_balance_error" },
  sensitive_input: { status: 422, type: "unprocessable_entity_error" },
  plan_limit: { status: 400, type: "bad_request_error" },
  too_many_requests: { status: 429, type: "rate_limit_error", after: "1" },
  timed_out: { status: 500, type: "server_error", paid: true },
  lost_request: { status: 0 },
  lost_reply: { status: 0, paid: true },
  unclear: { status: 502, paid: true },
  invalid_key: { status: 401, type: "authorized_error" },
  unauthorised: { status: 401, type: "authorized_error" },
};
const bodies = (words: string) => {
  const content = [{ ...text, text: words }];
  return [
    [PATHS.video, videoOf(content)],
    [PATHS.prompt, promptOf(content)],
    [PATHS.regeneration, regenerationOf([...content, video("base_video")])],
  ] as const;
};

describe("scenarios", () => {
  const asked = scenarios.flatMap(({ name, prompt, key }) => {
    const expected = creates[name];
    if (!expected) return [];
    const byKey = [name, "its key", "A fox.", { headers: { authorization: `Bearer ${key}` } }, expected] as const;
    if (!prompt) return [byKey];
    const byHeader = [name, "the header", "A fox.", { headers: { ...KEY, "x-mock-fault": name } }, expected] as const;
    return [[name, "its token", `A fox ${prompt}.`, {}, expected] as const, byKey, byHeader];
  });

  test.each(asked)("%s by %s", async (_, __, words, options, { status, type, after, paid }) => {
    for (const [path, body] of bodies(words)) {
      const before = mock.creates;
      const answer = await arrived(post(path, body, options));
      expect([answer.status, answer.after]).toEqual([status, after ?? null]);
      if (type)
        expect(JSON.parse(answer.text)).toMatchObject({ type: "error", error: { type, http_code: String(status) } });
      expect(mock.creates - before).toBe(paid ? 1 : 0);
    }
  });

  test("a regeneration that names its source can fail by key and header, and is counted by that source", async () => {
    const body = { model: "MiniMax-H3", source_task_id: (await made()).task_id, resolution: "2K" };
    const headers = { ...KEY, "x-mock-fault": "rate_limited=1" };
    const statuses = [];
    for (const _ of [1, 2]) statuses.push((await post(PATHS.regeneration, body, { headers })).status);
    expect(statuses).toEqual([429, 200]);
  });

  test.each(["invalid_key", "unauthorised"])("%s refuses every request", async (name) => {
    const headers = { authorization: `Bearer mock-${name.replace("_", "-")}` };
    for (const answer of [get(`${QUERY}/1`, { headers }), get(QUERY, { headers }), remove("1", { headers })])
      expect((await refusal(answer, 401)).type).toBe("authorized_error");
  });

  test("an unknown scenario, or one at the wrong operation, is refused by name", async () => {
    for (const [token, words] of [
      ["{mock:rate-limit}", "rate-limit"],
      ["{mock:unclear on=list}", "unclear on=list"],
    ]) {
      const { message } = await refusal(post(PATHS.video, videoOf([{ ...text, text: token }])));
      expect(message).toBe(`invalid params, the mock has no scenario ${words} (2013)`);
    }
  });

  test.each([
    ["sensitive_output", { code: "1027", message: "the finished video was judged sensitive" }],
    ["fail", { code: "1000", message: "internal error" }],
  ])("%s: the task runs for its full time, then fails", async (name, error) => {
    for (const [path, body] of bodies(`{mock:${name}}`)) {
      const { task_id } = await json(post(path, body));
      time += DONE;
      const { task } = await json(get(`${QUERY}/${task_id}`));
      expect(task).toMatchObject({ status: "failed", error, usage: {} });
      expect(task).not.toHaveProperty("content");
    }
  });

  test("slow: a task stays queued long enough for a test to cancel it", async () => {
    const { task_id } = await json(post(PATHS.video, videoOf([{ ...text, text: "{mock:slow=1000}" }])));
    time += 19_999_000;
    expect((await json(remove(task_id))).action).toBe("cancelled");
  });

  test("unknown_status: an undocumented word while it runs, then the usual end", async () => {
    const { task_id } = await json(post(PATHS.video, videoOf([{ ...text, text: "{mock:unknown_status}" }])));
    const states = [];
    for (const pause of [0, 30_000, DONE]) {
      time += pause;
      states.push((await json(get(`${QUERY}/${task_id}`))).task.status);
    }
    expect(states).toEqual(["queued", "reviewing", "succeeded"]);
  });

  test.each([
    ["flaky_poll", [0, 200, 429, 200, 0]],
    ["flaky_poll=3", [0, 429, 0, 200, 200]],
  ])("%s: some queries fail, the others succeed", async (token, expected) => {
    const { task_id } = await json(post(PATHS.video, videoOf([{ ...text, text: `{mock:${token}}` }])));
    const polls = [];
    for (let poll = 0; poll < 5; poll += 1) polls.push((await arrived(get(`${QUERY}/${task_id}`))).status);
    expect(polls).toEqual(expected);
  });

  test("burst: the first creates and queries with a key are refused, counted over both versions", async () => {
    const options = { headers: { authorization: "Bearer mock-burst=3" } };
    const statuses = [
      (await post(PATHS.video, GOOD, options)).status,
      (await get(`${QUERY}/1`, options)).status,
      (await json(post("/v1/video_generation", { model: "T2V-01", prompt: "a" }, options))).base_resp.status_code,
      (await post(PATHS.video, GOOD, options)).status,
    ];
    expect(statuses).toEqual([429, 429, 1002, 200]);
  });

  test("expired_link: the link of the first query has expired, that of the next is valid", async () => {
    const { task_id, link } = await made({ content: [{ ...text, text: "{mock:expired_link}" }] });
    expect([(await fetch(link)).status, (await fetch(await linkOf(task_id))).status]).toEqual([403, 200]);
  });

  test("cut_download, range_ignored, file_changed and redirects act on links of V2 as on all others", async () => {
    const link = async (token: string) => (await made({ content: [{ ...text, text: `{mock:${token}}` }] })).link;
    const cut = await fetch(await link("cut_download"));
    expect((await untilCut(cut)).length).toBe(Number(cut.headers.get("content-length")) >> 1);
    const range = { headers: { range: "bytes=9-" } };
    expect((await fetch(await link("range_ignored"), range)).status).toBe(200);

    const changing = await link("file_changed");
    const files = [await fetch(changing), await fetch(changing)];
    const [first, second] = await Promise.all(
      files.map(async (file) => clipHeader(Buffer.from(await file.arrayBuffer()))),
    );
    expect(second).toEqual({ ...first, width: 768, height: 768 });
    expect(new Set(files.map(({ headers }) => headers.get("etag"))).size).toBe(2);

    const redirected = await fetch(await link("redirected_link"), { redirect: "manual" });
    expect(redirected.headers.get("location")).toMatch(/^http:\/\/localhost:\d+\/files\/\d+\/moved\/output\.mp4\?/);
    const misdirected = await fetch(await link("misdirected_link"), { redirect: "manual" });
    expect(misdirected.headers.get("location")).toMatch(/^ftp:/);
  });

  test("a token acts on the query, deletion and download of its task, and of no other task", async () => {
    const words = ["query", "delete", "download"].map((place) => `{mock:unclear on=${place} times=1}`).join(" ");
    const { task_id } = await json(post(PATHS.video, videoOf([{ ...text, text: words }])));
    time += DONE;
    const statuses = [];
    for (const _ of [1, 2]) statuses.push((await get(`${QUERY}/${task_id}`)).status);
    const link = await linkOf(task_id);
    for (const _ of [1, 2]) statuses.push((await fetch(link)).status);
    expect(statuses).toEqual([502, 200, 502, 200]);
    expect((await remove(task_id)).status).toBe(502);
    // The deletion was carried out, as a create would have been.
    expect((await refusal(remove(task_id))).message).toContain("invalid task_id");
    await made();
  });
});

describe("the scenarios about a single reply", () => {
  type Send = (headers: Record<string, string>) => Promise<Response>;
  const requests: Record<string, Send[]> = {};
  const wholes = new Map<Send, Arrived>();
  /** What differs from V1: refusals have their own status. */
  const ofV2: typeof spoilt = {
    ...spoilt,
    rate_limited: () => ({ status: 429, text: expect.stringContaining("(1002)") }),
    timed_out: () => ({ status: 500, text: expect.stringContaining("(1000)") }),
    "too_many_requests=7": () => ({ status: 429, after: "7", text: expect.stringContaining("rate_limit_error") }),
  };

  beforeAll(async () => {
    const { task_id } = await made();
    const keyed = (headers: Record<string, string>) => ({ headers: { ...KEY, ...headers } });
    requests.create = bodies("A fox.").map(
      ([path, body]): Send =>
        (headers) =>
          post(path, body, keyed(headers)),
    );
    requests.query = [(headers) => get(`${QUERY}/${task_id}`, keyed(headers))];
    requests.list = [(headers) => get(`${QUERY}?filter.task_ids=${task_id}`, keyed(headers))];
    requests.delete = [
      async (headers) => {
        const { task_id } = await json(post(PATHS.video, GOOD));
        return remove(task_id, keyed(headers));
      },
    ];
    for (const send of Object.values(requests).flat()) wholes.set(send, await arrived(send({})));
  });

  const rows = Object.keys(ofV2).flatMap((fault) => {
    const { on = [], also = [], moment } = scenarios.find(({ name }) => name === nameIn(fault)) ?? {};
    const places = ["create", "query", "list", "delete"] as const;
    return places.filter((place) => [...on, ...also].includes(place)).map((place) => [fault, place, moment] as const);
  });

  test.each(rows)("%s meets a %s", async (fault, place, moment) => {
    for (const send of requests[place] ?? []) {
      const before = mock.creates;
      const whole = wholes.get(send) as Arrived;
      expect(whole).toMatchObject({ status: 200, announced: whole.size, cut: false });
      const met = await arrived(send({ "x-mock-fault": fault }));
      expect(met).toMatchObject((ofV2[fault] as (whole: Arrived) => object)(whole));
      const made = place === "delete" || (place === "create" && moment === "after") ? 1 : 0;
      expect(mock.creates - before).toBe(made);
    }
  });
});

test("every scenario is tested here", () => {
  const tasks = ["sensitive_output", "fail", "slow", "unknown_status", "flaky_poll", "burst"];
  const links = [
    "expired_link",
    "cut_download",
    "range_ignored",
    "file_changed",
    "redirected_link",
    "misdirected_link",
  ];
  const callbacks = ["late_callbacks", "double_callbacks", "disordered_callbacks", "no_callbacks"];
  const known = new Set([
    ...Object.keys(creates),
    ...Object.keys(spoilt).map(nameIn),
    ...tasks,
    ...links,
    ...callbacks,
  ]);
  expect(scenarios.map(({ name }) => name).toSorted()).toEqual([...known].toSorted());
});

describe("callbacks", () => {
  const statusesOf = (calls: Record<string, unknown>[]) =>
    calls.slice(1).map(({ task }) => (task as { status: string }).status);

  test.each([
    ["a video", PATHS.video, GOOD, "succeeded"],
    ["a video that fails", PATHS.video, videoOf([{ ...text, text: "{mock:sensitive_output}" }]), "failed"],
    ["an expanded prompt", PATHS.prompt, promptOf([text]), "succeeded"],
    ["a regeneration", PATHS.regeneration, regenerationOf([text, video("base_video")]), "succeeded"],
  ])("of %s begin with a challenge, then report each status with the body of the query", async (_, path, body, end) => {
    const quick = await startMock({ speed: 2_000 });
    const receiver = await receive((call) => call);
    const { task_id } = await json(post(path, { ...body, callback_url: receiver.url }, { on: quick }));
    expect(receiver.calls[0]).toEqual({ challenge: expect.any(String) });
    await expect.poll(() => receiver.calls.length, { interval: 5, timeout: 5_000 }).toBe(4);
    expect(statusesOf(receiver.calls)).toEqual(["queued", "running", end]);
    const { task } = await json(get(`${QUERY}/${task_id}`, { on: quick }));
    const told = receiver.calls[3]?.task as typeof task;
    // Each link has a new signature.
    if (task.content?.url) expect((await fetch(told.content.url)).status).toBe(200);
    expect({ ...told, content: task.content }).toEqual({ ...task, content: task.content });
    await Promise.all([quick.close(), receiver.close()]);
  });

  test.each([
    ["double_callbacks", ["queued", "queued", "running", "running", "succeeded", "succeeded"]],
    ["disordered_callbacks", ["queued", "succeeded", "running"]],
    ["no_callbacks", []],
    ["late_callbacks=300", ["queued", "running", "succeeded"]],
  ])("%s: after the challenge the receiver gets %j", async (scenario, statuses) => {
    const quick = await startMock({ speed: 2_000 });
    const receiver = await receive((call) => call);
    const words = `{mock:${scenario}}`;
    const body = { ...videoOf([{ ...text, text: words }]), callback_url: receiver.url };
    await json(post(PATHS.video, body, { on: quick }));
    // At this speed a task ends after 65 ms.
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (scenario.startsWith("late")) expect(receiver.calls.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(statusesOf(receiver.calls)).toEqual(statuses);
    await Promise.all([quick.close(), receiver.close()]);
  });

  test("stay in order, however slow the receiver is", async () => {
    const quick = await startMock({ speed: 2_000 });
    let [open, most] = [0, 0];
    const receiver = await receive(async (call) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 100));
      open--;
      return call;
    });
    await json(post(PATHS.prompt, { ...promptOf([text]), callback_url: receiver.url }, { on: quick }));
    await expect.poll(() => receiver.calls.length, { interval: 5, timeout: 5_000 }).toBe(4);
    expect([statusesOf(receiver.calls), most]).toEqual([["queued", "running", "succeeded"], 1]);
    await Promise.all([quick.close(), receiver.close()]);
  });

  test("of a cancelled task report the cancellation, and nothing after it", async () => {
    const quick = await startMock({ speed: 100 });
    const receiver = await receive((call) => call);
    const { task_id } = await json(post(PATHS.video, { ...GOOD, callback_url: receiver.url }, { on: quick }));
    await json(remove(task_id, { on: quick }));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(statusesOf(receiver.calls)).toEqual(["queued", "cancelled"]);
    await Promise.all([quick.close(), receiver.close()]);
  });

  test.each([
    ["echoes another challenge", () => ({ challenge: "other" })],
    ["answers with something else", () => "ok"],
  ])("a receiver that %s makes each create fail without a task", async (_, answer) => {
    const before = mock.creates;
    const receiver = await receive(answer);
    for (const [path, body] of bodies("A fox.")) {
      const { message } = await refusal(post(path, { ...body, callback_url: receiver.url }));
      expect(message).toBe("invalid params, fail to check callback url (2013)");
    }
    expect(mock.creates).toBe(before);
    await receiver.close();
  });
});

test("the log says what happened, without keys, prompts and signatures", async () => {
  lines.length = 0;
  const { task_id, link } = await made({ content: [{ ...text, text: "{mock:cut_download} very private" }] });
  await fetch(link)
    .then((response) => response.arrayBuffer())
    .catch(() => undefined);
  await get(QUERY);
  await remove(task_id);
  await post(PATHS.video, { ...GOOD, model: undefined });
  expect(lines.map(({ path, status, note }) => [path.replace(/\d{15}/, "id"), status, note])).toEqual([
    [PATHS.video, 200, "cut_download"],
    [`${QUERY}/id`, 200, "succeeded"],
    ["/files/id/output.mp4", 200, "cut_download"],
    [QUERY, 200, expect.stringMatching(/^20 of \d+ tasks$/)],
    [`${PATHS.video}/id`, 200, "deleted"],
    [PATHS.video, 400, "invalid"],
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/private|Signature|Bearer|key/);
});

function remove(taskId: string, { on = mock, headers }: On = {}): Promise<Response> {
  return send(on, "DELETE", `${PATHS.video}/${taskId}`, { headers });
}

/** A finished task for a video, and the first link to it; no link if it has failed. */
async function made(more: Record<string, unknown> = {}): Promise<{ task_id: string; link: string }> {
  const { task_id } = await json(post(PATHS.video, { ...GOOD, ...more }));
  time += DONE;
  return { task_id, link: await linkOf(task_id) };
}

async function linkOf(taskId: string): Promise<string> {
  return (await json(get(`${QUERY}/${taskId}`))).task.content?.url ?? "";
}

/** Uploads an input, and returns its `mm_file://` URL. */
async function uploaded(bytes: Buffer, filename: string): Promise<string> {
  const form = uploadForm("video_generation_input", bytes, filename);
  const { file } = await json(send(mock, "POST", "/v1/files/upload", { body: form }));
  return `mm_file://${file.file_id}`;
}

function legalBodyOf(path: string): unknown {
  if (path === "/v1/files/delete") return { file_id: 1, purpose: "prompt_audio" };
  return Object.fromEntries(bodies("A fox."))[path];
}

function binding(path: string): string {
  return `binding: expr_path=${path}, cause=missing required parameter`;
}
