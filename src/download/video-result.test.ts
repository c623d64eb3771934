import { expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, OK } from "../../contract-tests/helpers/fake-fetch.js";
import type { ExpandedPrompt, Video } from "../base/task.js";
import { createClient } from "../client.js";

const BYTES = "FLV bytes of a video";
const LINK = "https://files.example.com/a.mp4";
const usage = { total_tokens: 5 };
const ofV1 = { task_id: "7", status: "Success", file_id: "8", video_width: 1366, video_height: 768, ...OK };
const ofV2 = (content: object, more: object = {}) => ({ task: { id: "7", status: "succeeded", content, ...more } });

/** The result of a task at a service with these answers, and the requests. */
async function resultOf<Result = Video>(
  kind: "video" | "generation" | "h3_context_ir",
  ...given: Parameters<typeof answers>
) {
  const saved: unknown[] = [];
  const journal = {
    begin: () => Promise.reject(new Error("nothing is created here")),
    ended: async () => {},
    saved: async (...facts: unknown[]) => void saved.push(facts),
  };
  const { options, sent, clock } = answers(...given);
  const task = createClient({ ...options, server: "global", journal }).videos.task("7", kind);
  const result = (await clock.until(task.wait() as Promise<unknown>)) as Result;
  return { result, sent, task, saved };
}

test("a video of version 1 has the facts of its task, and no others", async () => {
  const { result, task } = await resultOf("video", ofV1);
  const { url, stream, blob, chunks, saved, ...facts } = result;
  expect(facts).toEqual({ taskId: "7", fileId: "8", width: 1366, height: 768, task });
});

test("a video of version 2 has its usage and its link, which is not requested again", async () => {
  const { result, sent, task } = await resultOf("generation", ofV2({ url: LINK }, { usage }));
  const { url, stream, blob, chunks, saved, ...facts } = result;
  expect(facts).toEqual({ taskId: "7", usage, task });
  expect(await result.url()).toBe(LINK);
  expect(sent.map(({ request }) => request)).toEqual(["GET /v2/query/video_generation/7"]);
});

test("the bytes of a video are available as a Blob, as a stream and in chunks", async () => {
  const bytes = () => new Response(BYTES, { headers: { "content-type": "video/mp4", "content-length": "20" } });
  const { result } = await resultOf("generation", ofV2({ url: LINK }), bytes);
  const blob = await result.blob();
  expect([await blob.text(), blob.type]).toEqual([BYTES, "video/mp4"]);
  expect(await new Response(result.stream()).text()).toBe(BYTES);
  const chunks: Uint8Array[] = [];
  for await (const chunk of result.chunks()) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe(BYTES);
});

test("the journal records where a video was saved", async () => {
  const { result, task, saved } = await resultOf("video", ofV1);
  await result.saved("/videos/fox.mp4");
  expect(saved).toEqual([[task.toJSON(), "/videos/fox.mp4"]]);
});

test("an expanded prompt has its text and its usage", async () => {
  const { result, task } = await resultOf<ExpandedPrompt>("h3_context_ir", ofV2({ prompt: "a red fox" }, { usage }));
  expect(result).toEqual({ taskId: "7", prompt: "a red fox", usage, task });
  const free = await resultOf("h3_context_ir", ofV2({ prompt: "a red fox" }));
  expect(free.result).toEqual({ taskId: "7", prompt: "a red fox", task: free.task });
});

test("an expanded prompt without text is a transient failure", async () => {
  const error = await failureOf(resultOf("h3_context_ir", ofV2({})));
  expect(error).toMatchObject({ name: "ApiError", kind: "unknown", retryable: true, operation: "wait", taskId: "7" });
  expect(error.message).toContain("has no prompt; wait for it again");
});
