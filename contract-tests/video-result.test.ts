import { expect, test } from "vitest";
import type { ExpandedPrompt, Video } from "../src/base/task.js";
import { createClient } from "../src/client.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, OK } from "./helpers/fake-fetch.js";

const BYTES = "the bytes of a video";
const LINK = "https://files.test/a.mp4";
const bytes = () => new Response(BYTES, { headers: { "content-type": "video/mp4", "content-length": "20" } });

/** What a task that is asked for once has made, and what was asked for. */
async function madeBy(kind: "video" | "generation" | "h3_context_ir", ...given: Parameters<typeof answers>) {
  const saved: unknown[] = [];
  const journal = {
    begin: () => Promise.reject(new Error("nothing is created here")),
    ended: async () => {},
    saved: async (...facts: unknown[]) => void saved.push(facts),
  };
  const { options, sent, clock } = answers(...given);
  const task = createClient({ ...options, server: "global", journal }).videos.task("7", kind);
  const made = await clock.until(task.wait() as Promise<Video | ExpandedPrompt>);
  return { made, sent, task, saved };
}
const expanded = (content: object, more: object = {}) => ({
  task: { id: "7", task_type: "h3_context_ir", status: "succeeded", content, ...more },
});

test("a video of version 1 has what its task told, and nothing that is not so", async () => {
  const { made, task } = await madeBy("video", {
    task_id: "7",
    status: "Success",
    file_id: "8",
    video_width: 1366,
    video_height: 768,
    ...OK,
  });
  const { url, stream, blob, chunks, saved, ...facts } = made as Video;
  expect(facts).toEqual({ taskId: "7", fileId: "8", width: 1366, height: 768, task });
});

test("one of version 2 has its usage and its link, which nobody is asked for while it is good", async () => {
  const usage = { total_tokens: 5 };
  const { made, sent, task } = await madeBy("generation", {
    task: { id: "7", task_type: "generation", status: "succeeded", content: { url: LINK }, usage },
  });
  const video = made as Video;
  const { url, stream, blob, chunks, saved, ...facts } = video;
  expect(facts).toEqual({ taskId: "7", usage, task });
  expect(await video.url()).toBe(LINK);
  expect(sent.map(({ request }) => request)).toEqual(["GET /v2/query/video_generation/7"]);
});

test("its bytes come as a blob, as a stream and piece by piece", async () => {
  const task = { task: { id: "7", task_type: "generation", status: "succeeded", content: { url: LINK } } };
  const { made } = await madeBy("generation", task, bytes);
  const video = made as Video;
  const blob = await video.blob();
  expect([await blob.text(), blob.type]).toEqual([BYTES, "video/mp4"]);
  expect(await new Response(video.stream()).text()).toBe(BYTES);
  const pieces: Uint8Array[] = [];
  for await (const piece of video.chunks()) pieces.push(piece as Uint8Array);
  expect(Buffer.concat(pieces).toString()).toBe(BYTES);
});

test("its stream ends with the caller's signal, and with whoever reads no further", async () => {
  const task = { task: { id: "7", task_type: "generation", status: "succeeded", content: { url: LINK } } };
  const endless = () => new Response(new ReadableStream({ pull: (at) => at.enqueue(new Uint8Array(8)) }));
  const { made } = await madeBy("generation", task, endless);
  const given = new AbortController();
  const reader = (made as Video).stream({ signal: given.signal }).getReader();
  expect((await reader.read()).value?.length).toBe(8);
  given.abort("enough");
  await expect(reader.read().then(() => reader.read())).rejects.toBe("enough");
  const other = (made as Video).stream().getReader();
  await other.read();
  await other.cancel();
  expect(await other.read()).toEqual({ done: true, value: undefined });
});

test("where it lies is told to the journal", async () => {
  const { made, task, saved } = await madeBy("video", { task_id: "7", status: "Success", file_id: "8", ...OK });
  await (made as Video).saved("/videos/fox.mp4");
  expect(saved).toEqual([[task.toJSON(), "/videos/fox.mp4"]]);
});

test("an expanded prompt is its words and what they cost", async () => {
  const usage = { total_tokens: 5 };
  const { made, task } = await madeBy("h3_context_ir", expanded({ prompt: "a red fox" }, { usage }));
  expect(made).toEqual({ taskId: "7", prompt: "a red fox", usage, task });
  const free = await madeBy("h3_context_ir", expanded({ prompt: "a red fox" }));
  expect(free.made).toEqual({ taskId: "7", prompt: "a red fox", task: free.task });
});

test("one without words is a fault that may pass", async () => {
  const error = await failureOf(madeBy("h3_context_ir", expanded({})));
  expect(error).toMatchObject({
    name: "ApiError",
    kind: "unknown",
    retryable: true,
    status: 200,
    operation: "wait",
    taskId: "7",
    message: "Task 7 succeeded, but the reply of https://api.minimax.io has no prompt; wait for it again",
  });
});
