/** API v2 through the client and the mock: the same calls and handles as of API v1, and large files. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createClient, type FramesToVideoV2, type MiniMax, type TextToVideoV2 } from "../src/index.js";
import { videoFile } from "../src/node/index.js";
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
