/** Ids of tasks and files are opaque (C1): any id from a service can be stored, queried, listed and received. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../contract-tests/helpers/failure-of.js";
import { answers, OK } from "../contract-tests/helpers/fake-fetch.js";
import { createClient } from "./index.js";
import { payloadIn } from "./webhooks/callback-payload.js";

const FOX = { model: "MiniMax-Hailuo-2.3", prompt: "a fox" } as const;

/** A client that gets these answers, and the URLs and bodies that it sent. */
function clientWith(...given: object[]) {
  const { options, sent } = answers(...given);
  const urls = () => sent.map(({ request }) => new URL(request.replace(/^\w+ /, ""), "https://a.test"));
  return { ...createClient({ ...options, maxRetries: 0 }), sent, urls };
}

describe("an id (C1)", () => {
  const ids = [
    ...["6f1c2d9e-3b7a-4c55-9a0e-8d2f7b1c4e6a", "task_01JX", "video:2026.11/7", "cGVyc2lzdA+/==", "50%25"],
    ...["-abc", "a'b\"c", "видео-7", "..a", "two words"],
  ];

  test.each(ids)("%s of a task is queried unchanged, from the create and from its JSON", async (id) => {
    const { videos, urls } = clientWith({ task_id: id, ...OK }, { task_id: id, status: "Processing", ...OK });
    const task = await videos.create(FOX);
    for (const again of [task, videos.task(JSON.parse(JSON.stringify(task))), videos.task(id)]) {
      expect(await again.status()).toMatchObject({ state: "running", taskId: id });
      expect(urls().at(-1)?.searchParams.get("task_id")).toBe(id);
    }
  });

  test.each(ids)("%s of a task of API v2 is one segment of its path", async (id) => {
    const { videos, urls } = clientWith({ task: { id, status: "queued" } });
    expect(await videos.task(id, "generation").status()).toMatchObject({ taskId: id });
    const path = urls()[0]?.pathname.split("/") ?? [];
    expect([path.length, decodeURIComponent(path.at(-1) ?? "")]).toEqual([5, id]);
  });

  test.each(ids)("%s arrives with a callback and in a list", async (id) => {
    const status = { state: "running", taskId: id };
    expect(payloadIn({ task_id: id, status: "processing" })).toMatchObject({ status });
    expect(payloadIn(JSON.stringify({ task: { id, status: "running" } }))).toMatchObject({ status });
    const { videos } = clientWith({ items: [{ id, status: "running" }], total: 1 });
    for await (const listed of videos.list()) expect(listed).toMatchObject({ task: { id }, status });
    expect.assertions(3);
  });

  test.each(ids)("%s of a file is retrieved, downloaded and deleted", async (id) => {
    const file = { file_id: id, download_url: "https://x.example/v.mp4" };
    const { files, sent, urls } = clientWith({ file, ...OK }, { file, ...OK }, { file_id: id, ...OK });
    expect(await files.retrieve(id)).toMatchObject({ file_id: id });
    await files.content(id).catch(() => {}); // not bytes
    await files.delete(id, { purpose: "video_generation_input" });
    expect(urls().map(({ searchParams }) => searchParams.get("file_id"))).toEqual([id, id, null]);
    const body = Buffer.from(sent[2]?.body ?? "", "latin1").toString();
    expect(JSON.parse(body)).toMatchObject({ file_id: id });
  });

  test.each<unknown>([
    ...["", ".", "..", "a\u0000", "\u202e7", "\ud800", undefined, 7],
  ])("is not %j: the outcome of a create with only that is unknown, and nothing accepts it", async (id) => {
    const { videos } = clientWith({ task_id: id === 7 ? null : id, ...OK });
    const failure = await failureOf(videos.create(FOX));
    expect([failure.name, failure.task]).toEqual(["SubmissionUnknownError", undefined]);
    expect(() => videos.task(id as string)).toThrow("Not a resumable task");
    expect(payloadIn({ task_id: id === 7 ? undefined : id, status: "processing" })).toBeUndefined();
  });

  test.each([" 7", "7\n"])("is %j without its white space, but only in the reply to a create", async (id) => {
    const { videos } = clientWith({ task_id: id, ...OK });
    expect((await videos.create(FOX)).id).toBe("7");
    expect(() => videos.task(id)).toThrow("Not a resumable task");
    expect(payloadIn({ task_id: id, status: "processing" })).toBeUndefined();
  });

  test("has at most 512 characters", () => {
    const { videos } = clientWith();
    expect(videos.task("x".repeat(512))).toHaveProperty("id", "x".repeat(512));
    expect(() => videos.task("x".repeat(513))).toThrow("Not a resumable task");
  });

  test.each(['{"version":1,"id":"7"}', '"7"', "[7]"])("is not %s, which is JSON that was not parsed", (text) => {
    expect(() => clientWith().videos.task(text)).toThrow("JSON.parse");
  });
});
