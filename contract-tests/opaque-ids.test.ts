/** Ids of tasks and files are opaque (C1): any id from a service can be stored, queried, listed, received and typed. */
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { payloadIn } from "../src/webhooks/callback-payload.js";
import { commandLine, KEY } from "./helpers/command-line.js";
import { failureOf } from "./helpers/failure-of.js";
import { type Answer, json, success } from "./helpers/fake-server.js";

const { server, cli, folder } = commandLine();
const client = () => createClient({ apiKey: KEY, server: server.url, maxRetries: 0 });

const typed = [
  "6f1c2d9e-3b7a-4c55-9a0e-8d2f7b1c4e6a",
  "task_01JX",
  "video:2026.11/7",
  "cGVyc2lzdA+/==",
  "50%25",
  "-abc",
  "a'b\"c",
  "видео-7",
  "..a",
];
const ids = [...typed, "two words"];

describe("an id (C1)", () => {
  test.each(ids)("%s of a task is queried unchanged, from the create and from its JSON", async (id) => {
    server.next(json({ task_id: id, ...success }), json({ task_id: id, status: "Processing", ...success }));
    const { videos } = client();
    const task = await videos.create({ model: "MiniMax-Hailuo-2.3", prompt: "a fox" });
    for (const again of [task, videos.task(JSON.parse(JSON.stringify(task))), videos.task(id)]) {
      expect(await again.status()).toMatchObject({ state: "running", taskId: id });
      expect(new URLSearchParams(server.seen.at(-1)?.url.replace(/^.*\?/, "")).get("task_id")).toBe(id);
    }
  });

  test.each(ids)("%s of a task of API v2 is one segment of its path", async (id) => {
    server.next(json({ task: { id, status: "queued" } }));
    expect(await client().videos.task(id, "generation").status()).toMatchObject({ taskId: id });
    const path = new URL(server.seen[0]?.url ?? "", server.url).pathname.split("/");
    expect([path.length, decodeURIComponent(path.at(-1) ?? "")]).toEqual([5, id]);
  });

  test.each(ids)("%s arrives with a callback and in a list", async (id) => {
    const status = { state: "running", taskId: id };
    expect(payloadIn({ task_id: id, status: "processing" })).toMatchObject({ status });
    expect(payloadIn(JSON.stringify({ task: { id, status: "running" } }))).toMatchObject({ status });
    server.next(json({ items: [{ id, status: "running" }], total: 1 }));
    for await (const listed of client().videos.list()) expect(listed).toMatchObject({ task: { id }, status });
    expect.assertions(3);
  });

  test.each(ids)("%s of a file is retrieved, downloaded and deleted", async (id) => {
    const { files } = client();
    server.next(json({ file: { file_id: id, download_url: "https://x.example/v.mp4" }, ...success }));
    expect(await files.retrieve(id)).toMatchObject({ file_id: id });
    await files.content(id).catch(() => {}); // not bytes
    expect(server.seen).toHaveLength(2);
    for (const { url } of server.seen) expect(new URL(url, server.url).searchParams.get("file_id")).toBe(id);
    server.next(json({ file_id: id, ...success }));
    await files.delete(id, { purpose: "video_generation_input" });
    expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({ file_id: id });
  });

  test.each(typed)("%s can be typed on the command line, and is printed quoted for a shell", async (id) => {
    server.next(json({ task_id: id, ...success }));
    const created = await cli(["generate", "a fox", "--no-wait"], { at: server.url });
    expect(created.stdout).toBe(`${id}\n`);
    server.next(json({ task_id: id, status: "Processing", ...success }));
    const [, command = ""] = /^ *npx --no-install minimax-video (.*)$/m.exec(created.stderr) ?? [];
    const [name = "", ...args] = execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
      .trimEnd()
      .split("\n");
    const again = await cli([name, "--no-wait", ...args], { at: server.url });
    expect([again.code, again.stdout]).toEqual([0, "Processing\n"]);
    server.next(json({ task_id: id, status: "Fail", ...success }));
    const resumed = await cli(["resume", "--", id], { at: server.url });
    expect([resumed.code, server.seen.length], resumed.stderr).toEqual([4, 1]);
  });

  test.each(typed)("%s of a file can be typed on the command line, and does not change the folder", async (id) => {
    const at = { at: server.url };
    const bytes: Answer = (response) => response.writeHead(200, { "content-type": "video/mp4" }).end("bytes");
    server.next(json({ file: { file_id: id, filename: "fox.mp4" }, ...success }), bytes);
    const got = await cli(["files", "get", "--out", `${folder}/`, "--force", "--", id], at);
    expect([got.code, dirname(got.stdout), got.stdout.endsWith(".mp4\n")], got.stderr).toEqual([0, folder, true]);
    server.next(json({ file_id: id, ...success }));
    const deleted = await cli(["files", "delete", "--purpose", "video_generation_input", "--", id], at);
    expect([deleted.code, deleted.stdout], deleted.stderr).toEqual([0, `${id}\n`]);
  });

  test.each<unknown>([
    "",
    ".",
    "..",
    "a\u0000",
    "\u202e7",
    "\ud800",
    undefined,
    7,
  ])("is not %j: the outcome of a create with only that is unknown, and nothing accepts it", async (id) => {
    server.next(json({ task_id: id === 7 ? null : id, ...success }));
    const { videos } = client();
    const create = videos.create({ model: "MiniMax-Hailuo-2.3", prompt: "a fox" });
    const failure = await failureOf(create);
    expect([failure.name, failure.task]).toEqual(["SubmissionUnknownError", undefined]);
    expect(() => videos.task(id as string)).toThrow("Not a resumable task");
    expect(payloadIn({ task_id: id === 7 ? undefined : id, status: "processing" })).toBeUndefined();
  });

  test.each([" 7", "7\n"])("is %j without its white space, but only in the reply to a create", async (id) => {
    server.next(json({ task_id: id, ...success }));
    const { videos } = client();
    expect((await videos.create({ model: "MiniMax-Hailuo-2.3", prompt: "a fox" })).id).toBe("7");
    expect(() => videos.task(id)).toThrow("Not a resumable task");
    expect(payloadIn({ task_id: id, status: "processing" })).toBeUndefined();
  });

  test("has at most 512 characters", () => {
    const { videos } = client();
    expect(videos.task("x".repeat(512))).toHaveProperty("id", "x".repeat(512));
    expect(() => videos.task("x".repeat(513))).toThrow("Not a resumable task");
  });

  test.each(['{"version":1,"id":"7"}', '"7"', "[7]"])("is not %s, which is JSON that was not parsed", (text) => {
    expect(() => client().videos.task(text)).toThrow("JSON.parse");
  });
});
