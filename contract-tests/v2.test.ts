/** Version 2 through the client: the same handles, statuses, videos and errors as of version 1, on the mock. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ApiError,
  createClient,
  type FramesToVideoV2,
  type MiniMax,
  SubmissionUnknownError,
  type TextToVideoV2,
  ValidationError,
} from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { videoFile } from "../src/node/index.js";
import { cut, fakeServer, json } from "./helpers/fake-server.js";
import { movie } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";

let mock: Mock;
let minimax: MiniMax;
beforeAll(async () => {
  mock = await startMock({ speed: 900 });
  minimax = createClient({ apiKey: "any", server: mock.url });
}, 30_000);
afterAll(() => mock.close());

const words = { type: "text", text: "a red fox" } as const;
const frame = {
  type: "image_url",
  role: "first_frame",
  image_url: { url: "https://pictures.example/fox.png" },
} as const;
const fox: TextToVideoV2 = { model: "MiniMax-H3", content: [words], resolution: "768P", duration: 5, ratio: "16:9" };
const quick = { pollInterval: 20 };

describe("a request of version 2", () => {
  test("becomes a video by the same call as one of version 1, with what it took, and bytes behind its link", async () => {
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

  test("goes on in another process by its record, and by its id and kind", async () => {
    const task = await minimax.videos.create(fox);
    const again = createClient({ apiKey: "any", server: mock.url });
    const record = JSON.parse(JSON.stringify(task));
    expect((await again.videos.task(record).wait(quick)).taskId).toBe(task.id);
    expect((await again.videos.task(task.id, "generation").status()).state).toBe("succeeded");
  });

  test("of another make is a regeneration, or an expanded prompt", async () => {
    const { taskId } = await minimax.videos.generate(fox, quick);
    const anew = { model: "MiniMax-H3", source_task_id: taskId, resolution: "2K" } as const;
    const task = await minimax.videos.create(anew);
    expect(task.kind).toBe("regeneration");
    expect((await task.wait(quick)).taskId).toBe(task.id);
    const expanded = await minimax.contextIR.generate(
      { model: "MiniMax-H3", content: [words], duration: 5, ratio: "16:9" },
      quick,
    );
    expect(expanded.prompt.length).toBeGreaterThan(5);
    expect(expanded.task.kind).toBe("h3_context_ir");
  });

  test("is bought once by each call, and many in one go", async () => {
    const before = mock.taskIds.length;
    const states: string[] = [];
    for await (const { status } of minimax.videos.generateAll([fox, fox], quick)) states.push(status);
    expect(states).toEqual(["fulfilled", "fulfilled"]);
    expect(mock.taskIds.length - before).toBe(2);
  });
});

describe("the list", () => {
  test("tells each task once over all pages, by filters too", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => minimax.videos.create(fox)));
    const ids = made.map(({ id }) => id);
    const listed: string[] = [];
    for await (const { task, status } of minimax.videos.list({ ids, pageSize: 2 })) {
      listed.push(task.id);
      expect(status.taskId).toBe(task.id);
      expect(task).toMatchObject({ kind: "generation", model: "MiniMax-H3" });
    }
    expect(listed.sort()).toEqual(ids.sort());
  });

  test("asks for no page before it is read", async () => {
    const before = mock.requests;
    minimax.videos.list();
    expect(mock.requests).toBe(before);
  });
});

describe("a task", () => {
  const server = fakeServer();

  test("is taken back while it is queued, and says so", async () => {
    const slow = await startMock({ speed: 1 });
    try {
      const client = createClient({ apiKey: "any", server: slow.url });
      const task = await client.videos.create(fox);
      await task.cancel();
      await task.cancel();
      expect(await task.status()).toMatchObject({ state: "failed", word: "cancelled" });
      await expect(task.wait(quick)).rejects.toThrow(/cancelled/);
    } finally {
      await slow.close();
    }
  });

  test("that is over is not cancelled, which would throw its video away; it is deleted by that name", async () => {
    const { task } = await minimax.videos.generate(fox, quick);
    await expect(task.cancel()).rejects.toThrow(/it is finished \(succeeded\)/);
    expect((await task.status()).state).toBe("succeeded");
    await task.delete();
    await expect(task.status()).rejects.toThrow(ApiError);
  });

  test("whose cancellation got lost is asked for before that is sent again: it may be over, and its video would go", async () => {
    const at = (status: string) => json({ task: { id: "1", status } });
    server.next(at("queued"), cut, at("succeeded"), json({ task_id: "1", action: "deleted", status: "deleted" }));
    const pause = async () => {};
    const clock = { now: Date.now, random: Math.random, pause };
    const task = () => createClient({ apiKey: "any", server: server.url, clock }).videos.task("1", "generation");
    await expect(task().cancel()).rejects.toThrow(/it is finished \(succeeded\)/);
    expect(server.seen.map(({ method }) => method)).toEqual(["GET", "DELETE", "GET"]);
    server.next(at("queued"), cut, at("cancelled"));
    await task().cancel();
    expect(server.seen.map(({ method }) => method)).toEqual(["GET", "DELETE", "GET"]);
  });

  test("of version 1 cannot be taken back, and nobody is asked", async () => {
    const task = minimax.videos.task("106916112212032");
    await expect(task.cancel()).rejects.toThrow(/API v1 cannot cancel or delete tasks/);
    await expect(task.delete()).rejects.toThrow(ValidationError);
  });
});

const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 5 } as const;

describe("before anything is sent", () => {
  const issuesOf = async (request: unknown) =>
    (await minimax.videos.check(request)).issues.map(({ path, message }) => `${path}: ${message}`);

  test.each<[string, unknown, string[]]>([
    ["text without a ratio", { ...H3, content: [words] }, ["ratio: is required for text to video"]],
    [
      "a resolution of the other model",
      { ...fox, resolution: "480P" },
      ['resolution: must be one of 768P, 2K (got "480P")'],
    ],
    [
      "a role that is none",
      { ...H3, content: [words, { ...frame, role: "frist_frame" }] },
      ['content[1].role: must be one of first_frame, last_frame (got "frist_frame")'],
    ],
    [
      "an item of no type",
      { ...H3, content: [words, { ...frame, type: "imgae_url" }] },
      ["content: takes at least one frame", 'content[1].type: must be image_url (got "imgae_url")'],
    ],
    [
      "a model that is none",
      { ...fox, model: "MiniMax-H4", resolution: "8K" },
      [
        expect.stringMatching(/^model: must be one of MiniMax-H3, MiniMax-H3-Max/),
        expect.stringMatching(/^resolution: /),
      ] as never,
    ],
    ["two texts", { ...H3, content: [words, words, frame] }, ["content: takes exactly one text"]],
    ["two first frames", { ...H3, content: [words, frame, frame] }, ["content: takes at most one first frame"]],
    [
      "a field of nobody",
      { ...fox, seed: 1 },
      [expect.stringMatching(/^seed: is not a known field; the known fields are /) as never],
    ],
  ])("%s is refused in words, and once", async (_, request, said) => {
    expect(await issuesOf(request)).toEqual(said);
    const before = mock.taskIds.length;
    await expect(minimax.videos.create(request as never)).rejects.toThrow(ValidationError);
    expect(mock.taskIds.length).toBe(before);
  });

  test("the price is by the second, and none is guessed", async () => {
    const global = createClient({ apiKey: "any", server: "global" });
    const costOf = async (request: unknown) => (await global.videos.check(request)).cost?.amount;
    expect(await costOf(fox)).toBe(0.4);
    const seventh = Array.from({ length: 7 }, () => ({ ...frame, role: "reference_image" }));
    expect(await costOf({ ...H3, content: [words, ...seventh] })).toBe(0.48);
    const video = { type: "video_url", role: "reference_video", video_url: { url: "https://a.example/a.mp4" } };
    expect(await costOf({ ...H3, content: [words, video] })).toBeUndefined();
  });

  test("a gateway, which documents no version 2, is not asked", async () => {
    const gateway = createClient({ apiKey: "any", server: "quickrouter" });
    await expect(gateway.videos.create(fox)).rejects.toThrow(
      /does not document API v2, which has MiniMax-H3; it takes text to video/,
    );
  });
});

describe("the largest body", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "minimax-video-largest-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function requestOf(...sizes: number[]) {
    const files = sizes.map((size, index) => {
      const path = join(folder, `${index}-${size}.mp4`);
      writeFileSync(path, movie({ size }));
      return path;
    });
    return { ...H3, prompt: "a fox", reference_videos: await Promise.all(files.map((path) => videoFile(path))) };
  }

  test("of 64 MB goes through from files on disk, and one that is a little larger goes nowhere", async () => {
    const limit = 64 * 1024 * 1024;
    const [one, other] = [24_000_000, 24_000_000];
    const empty = JSON.stringify({ ...H3, content: [] }).length;
    const room = limit - empty - 600 - (4 * one) / 3 - (4 * other) / 3;
    expect(room).toBeGreaterThan(0);
    const last = Math.floor(room / 4) * 3;
    const before = mock.creates;
    const task = await minimax.videos.create(await requestOf(one, other, last));
    expect((await task.wait(quick)).taskId).toBe(task.id);
    const larger = minimax.videos.create(await requestOf(one, other, last + 900));
    await expect(larger).rejects.toThrow(/the body may have at most 64 MB.*files\.upload/);
    expect(mock.creates - before).toBe(1);
  });
});

describe("an upload by the raw client", () => {
  test("arrives byte for byte, and can be used in a create", async () => {
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
    const task = await minimax.videos.create({ ...H3, content: [words, frame] } as FramesToVideoV2);
    expect((await task.wait(quick)).taskId).toBe(task.id);
  });
});

describe("a prompt that was expanded, but is not told", () => {
  const server = fakeServer();

  test("is an error with the task, and no video", async () => {
    const task = { id: "1", task_type: "h3_context_ir", status: "succeeded", content: {} };
    server.next(json({ task_id: "1" }), json({ task }));
    const { contextIR } = createClient({ apiKey: "any", server: server.url });
    const request = { model: "MiniMax-H3", content: [words], duration: 5, ratio: "16:9" } as const;
    const failure = await contextIR.generate({ ...request, content: [words] }, quick).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ApiError", task: { id: "1", kind: "h3_context_ir" } });
    expect(String(failure)).toMatch(/succeeded, but the reply of .* has no prompt/);
  });
});

describe("what goes wrong at the service", () => {
  const withPrompt = (text: string) => ({ ...fox, content: [{ type: "text", text } as const] });

  test.each([
    ["rate_limited", "rate_limited"],
    ["insufficient_balance", "insufficient_balance"],
    ["sensitive_input", "content_rejected"],
    ["invalid_key", "authentication"],
  ])("%s is an ApiError of the same kind, with the id of the request", async (scenario, kind) => {
    const client = createClient({ apiKey: `mock-${scenario.replaceAll("_", "-")}`, server: mock.url, maxRetries: 0 });
    const failure = await client.videos.create(fox).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ kind, operation: "videoGenerationV2Create", requestId: expect.any(String) });
  });

  test("a lost reply leaves open whether a task was made, names what looks for it, and is not sent again", async () => {
    const before = mock.taskIds.length;
    const failure = await minimax.videos.create(withPrompt("a fox {mock:lost_reply}")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SubmissionUnknownError);
    expect(String(failure)).toContain("videos.reconcile(error)");
    expect(String(failure)).not.toContain("a fox");
    expect(mock.taskIds.length - before).toBe(1);
  });

  test("a task that fails says why, and can be looked at again", async () => {
    const failure = await minimax.videos
      .generate(withPrompt("a fox {mock:fail}"), quick)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "TaskFailedError", task: { kind: "generation" } });
  });
});
