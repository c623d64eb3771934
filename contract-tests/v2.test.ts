/** API v2 through the client: the same calls, handles, statuses and errors as of API v1, and requests with the fields of v1. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  createClient,
  type FramesToVideoV2,
  image,
  type MiniMax,
  type MiniMaxH3Req,
  type TextToVideoV2,
  type VideoRequest,
  video,
} from "../src/index.js";
import { videoFile } from "../src/node/index.js";
import { fakeServer, json } from "./helpers/fake-server.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { movie } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const mock = mockForAll({ speed: 900 });
let minimax: MiniMax;
beforeAll(async () => {
  minimax = createClient({ apiKey: "any", server: mock.url });
});

const LINK = "https://pictures.example/fox.png";
const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 5 } as const;
const text = { type: "text", text: "a red fox" } as const;
const fox: TextToVideoV2 = { ...H3, content: [text], ratio: "16:9" };
const _saying = (text: string): TextToVideoV2 => ({ ...fox, content: [{ type: "text", text }] });
const quick = { pollInterval: 20 };

describe("a request", () => {
  test("becomes a video, with its usage and a link to its bytes", async () => {
    const heard: string[] = [];
    const task = await minimax.videos.create(fox);
    expect(task).toMatchObject({ kind: "generation", model: "MiniMax-H3", duration: 5, resolution: "768P" });
    const video = await task.wait({ ...quick, onStatus: ({ state }) => heard.push(state) });
    expect(heard.at(-1)).toBe("succeeded");
    expect(video).toMatchObject({ taskId: task.id, usage: expect.any(Object) });
    expect(video.fileId).toBeUndefined();
    const bytes = Buffer.from(await (await video.blob()).arrayBuffer());
    expect(bytes.toString("latin1", 4, 8)).toBe("ftyp");
  });

  test("can be resumed in another process from its record, or from its id and kind", async () => {
    const task = await minimax.videos.create(fox);
    const again = createClient({ apiKey: "any", server: mock.url });
    expect((await again.videos.task(JSON.parse(JSON.stringify(task))).wait(quick)).taskId).toBe(task.id);
    expect((await again.videos.task(task.id, "generation").status()).state).toBe("succeeded");
  });

  test("can be for a regeneration, or for an expanded prompt", async () => {
    const { taskId } = await minimax.videos.generate(fox, quick);
    const task = await minimax.videos.create({ model: "MiniMax-H3", source_task_id: taskId, resolution: "2K" });
    expect(task.kind).toBe("regeneration");
    expect((await task.wait(quick)).taskId).toBe(task.id);
    const wish = { model: "MiniMax-H3", prompt: "a red fox", duration: 6, first_frame_image: LINK } as const;
    const expanded = await minimax.contextIR.generate(wish, quick);
    expect(expanded.prompt).toMatch(/\w/);
    expect(expanded.task.kind).toBe("h3_context_ir");
  });
});

describe("a request for MiniMax-H3 with the fields of v1", () => {
  const service = fakeServer();
  async function sent(request: VideoRequest) {
    service.next(json({ task_id: "1" }));
    await createClient({ apiKey: "k", server: service.url }).videos.create(request);
    const [{ url = "", body = "" } = {}] = service.seen;
    return { url, body: JSON.parse(body) };
  }
  const item = (kind: string, role: string, url = LINK) => ({ type: `${kind}_url`, [`${kind}_url`]: { url }, role });

  test.each<[fields: Partial<MiniMaxH3Req>, body: object]>([
    [{ ratio: "16:9" }, { ratio: "16:9", content: [text] }],
    [{ first_frame_image: LINK }, { content: [text, item("image", "first_frame")] }],
    [
      { last_frame_image: LINK, first_frame_image: "mm_file://1", aigc_watermark: true },
      {
        aigc_watermark: true,
        content: [text, item("image", "first_frame", "mm_file://1"), item("image", "last_frame")],
      },
    ],
    [
      { reference_audios: [LINK], reference_videos: [LINK, "mm_file://2"], reference_images: [LINK] },
      {
        content: [
          text,
          item("image", "reference_image"),
          item("video", "reference_video"),
          item("video", "reference_video", "mm_file://2"),
          item("audio", "reference_audio"),
        ],
      },
    ],
  ])("sends %j as content, and adds nothing", async (fields, body) => {
    const request = { ...H3, prompt: "a red fox", ...fields } as MiniMaxH3Req;
    expect(await sent(request)).toEqual({ url: "/v2/video_generation", body: { ...H3, ...body } });
  });

  test("differs from one of v1 only in its model", async () => {
    const wish = { prompt: "a red fox", first_frame_image: LINK, resolution: "768P", duration: 6 } as const;
    const older = { ...wish, model: "MiniMax-Hailuo-2.3" } as const;
    expect(await sent(older)).toEqual({ url: "/v1/video_generation", body: older });
    expect((await sent({ ...wish, model: "MiniMax-H3" })).url).toBe("/v2/video_generation");
  });

  test("sends Media as data URLs", async () => {
    const picture = await image(png(512, 512));
    const { body } = await sent({ ...H3, prompt: "a red fox", reference_images: [picture] });
    const data = Buffer.from(png(512, 512)).toString("base64");
    expect(body.content[1].image_url.url).toBe(`data:image/png;base64,${data}`);
  });

  test("is checked with the bytes of its files, and priced from its content", async () => {
    const { videos } = createClient({ apiKey: "any", server: "global" });
    const request = { ...H3, prompt: "a" };
    const small = `data:image/png;base64,${Buffer.from(png(16, 16)).toString("base64")}`;
    expect((await videos.check({ ...request, first_frame_image: small })).issues[0]?.path).toBe("first_frame_image");
    const files = await Promise.all([20e6, 35e6].map((size) => video(movie({ size }))));
    expect((await videos.check({ ...request, reference_videos: files })).issues).toMatchObject([
      { path: "", rule: "bodySize", message: expect.stringContaining("upload reference_videos[1], the largest") },
    ]);
    expect((await videos.check({ ...request, reference_images: Array(7).fill(LINK) })).cost?.amount).toBe(0.48);
  });
});

describe("files", () => {
  const folder = folderForAll();

  async function requestOf(...sizes: number[]) {
    const files = sizes.map((size, index) => {
      const path = join(folder, `${index}-${size}.mp4`);
      writeFileSync(path, movie({ size }));
      return videoFile(path);
    });
    return { ...H3, prompt: "a fox", reference_videos: await Promise.all(files) };
  }

  test("on disk make a body of 64 MB, and a slightly larger one is not sent", async () => {
    const [limit, one] = [64 * 1024 * 1024, 24_000_000];
    const room = limit - JSON.stringify({ ...H3, content: [] }).length - 600 - (8 * one) / 3;
    const last = Math.floor(room / 4) * 3;
    const before = mock.creates;
    const task = await minimax.videos.create(await requestOf(one, one, last));
    expect((await task.wait(quick)).taskId).toBe(task.id);
    const larger = minimax.videos.create(await requestOf(one, one, last + 900));
    await expect(larger).rejects.toThrow(/the body may have at most 64 MB.*files\.upload/);
    expect(mock.creates - before).toBe(1);
  });

  test("uploaded by the raw client arrive byte for byte, and can be used in a create", async () => {
    const bytes = Buffer.from(png(512, 512));
    const { data } = await minimax.api.POST("/v1/files/upload", {
      body: { purpose: "video_generation_input", file: new Blob([bytes]) },
      bodySerializer({ purpose }) {
        const form = new FormData();
        form.set("purpose", purpose);
        form.set("file", new Blob([bytes]), "fox.png");
        return form;
      },
    });
    expect(data?.file).toMatchObject({ bytes: bytes.length, filename: "fox.png" });
    const frame = { type: "image_url", role: "first_frame", image_url: { url: `mm_file://${data?.file?.file_id}` } };
    const task = await minimax.videos.create({ ...H3, content: [text, frame] } as FramesToVideoV2);
    expect((await task.wait(quick)).taskId).toBe(task.id);
  });
});
