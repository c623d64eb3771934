/** Replies are believed only as far as they go: an id is evidence of a task, another task's reply is not ours, and each has an end. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, type Journal, type SubmissionUnknownError, type VideoTask } from "../src/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, OK, refusal } from "./helpers/fake-fetch.js";
import { type Answer, fakeServer, html, json } from "./helpers/fake-server.js";

const FOX = { model: "MiniMax-Hailuo-02", prompt: "a fox nobody may read about" } as const;
const KEY = "sk-nobody-may-see-this-key";
const server = fakeServer();

describe("a create that is refused, and names a task all the same, is not sent again, and its error has the task", () => {
  const named: [string, Answer][] = [
    ...[1000, 1002, 1004, 1008, 1026, 1033, 1039, 1041, 2013, 2045, 2056, 4711].map((code): [string, Answer] => [
      `code ${code}`,
      json({ task_id: "176843862716480", ...refusal(code, "no") }),
    ]),
    ...[400, 401, 402, 403, 404, 409, 429, 500, 502, 503].map((status): [string, Answer] => [
      `HTTP ${status}`,
      json({ task_id: "176843862716480", ...OK }, status),
    ]),
    ["HTTP 429 without base_resp", json({ task_id: "176843862716480" }, 429, { "retry-after": "1" })],
    ["an id in digits", json('{"base_resp":{"status_code":1002},"task_id":176843862716480}')],
    [
      "an error of version 2",
      json(
        { type: "error", error: { type: "rate_limit_error", message: "slow (1002)" }, task_id: "176843862716480" },
        429,
      ),
    ],
    ["an id in data", json({ code: "rate_limited", data: { task_id: "176843862716480" } }, 429)],
    ["an id in the error", json({ error: { message: "no (1008)", task_id: "176843862716480" } }, 402)],
    ["a whole task", json({ task: { id: "176843862716480", status: "queued" }, ...refusal(1002, "slow") })],
    ["half a JSON", json('{"task_id":"176843862716480","base_resp":{"status')],
    ["half a JSON with digits", json('{"task_id":176843862716480,"base_resp":{"status')],
    ["a page around it", html(502, '<html>{"task_id": "176843862716480"}</html>')],
  ];

  test.each(named)("%s", async (_, answer) => {
    server.next(answer);
    const error = (await failureOf(
      createClient({ apiKey: KEY, server: server.url, maxRetries: 2 }).videos.create(FOX),
    )) as SubmissionUnknownError;
    expect(error).toMatchObject({
      name: "SubmissionUnknownError",
      taskId: "176843862716480",
      cause: { name: "ApiError" },
    });
    expect(error.task?.toJSON()).toMatchObject({ id: "176843862716480", kind: "video", model: FOX.model });
    expect(error.message).toContain("names task 176843862716480, which may be charged");
    expect(server.seen).toHaveLength(1);
  });

  test.each(["", "0", 0, null, "null", "none", [], {}, true])("%j is no id", async (task_id) => {
    server.next(json({ task_id, ...refusal(1008, "insufficient balance") }));
    const error = await failureOf(createClient({ apiKey: KEY, server: server.url }).videos.create(FOX));
    expect(error).toMatchObject({ name: "ApiError", kind: "insufficient_balance" });
    expect(error.task).toBeUndefined();
  });

  test("nor does generateAll send it again, however patient it is", async () => {
    server.next(json({ task_id: "176843862716480", ...refusal(1002, "slow down") }));
    const client = createClient({ apiKey: KEY, server: server.url });
    for await (const result of client.videos.generateAll([FOX]))
      expect(result).toMatchObject({ status: "rejected", task: { id: "176843862716480" } });
    expect(server.seen).toHaveLength(1);
  });

  test("its journal has the task", async () => {
    const told: unknown[] = [];
    const journal: Journal = {
      begin: async () => ({
        entry: {
          accepted: async ({ id }) => void told.push(["accepted", id]),
          refused: async () => void told.push("refused"),
          unknown: async () => void told.push("unknown"),
        },
      }),
      ended: async () => {},
      saved: async () => {},
    };
    const { options } = answers({ task_id: "7", ...refusal(2013, "no") });
    await failureOf(createClient({ ...options, server: "global", journal }).videos.create(FOX));
    expect(told).toEqual([["accepted", "7"]]);
  });
});

describe("a reply about another task or file is not taken for ours", () => {
  const ask = (task: VideoTask) => task.status();
  const client = () => createClient({ apiKey: KEY, server: server.url, maxRetries: 1 });
  const done = { status: "Success", file_id: "9", ...OK };

  test.each<[string, object]>([
    ["version 1", { task_id: "8", ...done }],
    ["version 1, in digits", { task_id: 8, ...done }],
    ["version 2", { task: { id: "8", status: "succeeded", content: { url: "https://a.example/fox.mp4" } } }],
    ["a failure", { task_id: "8", status: "Fail", ...refusal(1027, "no") }],
  ])("%s", async (_, reply) => {
    server.next(json(reply));
    const error = await failureOf(ask(client().videos.task("7")));
    expect(error).toMatchObject({ name: "ApiError", taskId: "7", retryable: true });
    expect(error.message).toContain("was asked for task 7, but its reply is about task 8");
    expect(server.seen).toHaveLength(2);
  });

  test("a wait goes on until its own comes", async () => {
    server.next(json({ task_id: "8", ...done }), json({ task_id: "7", ...done, file_id: "10" }));
    expect(await client().videos.task("7").wait({ pollInterval: 1 })).toMatchObject({ taskId: "7", fileId: "10" });
  });

  test("nor is another file", async () => {
    server.next(json({ file: { file_id: 8, download_url: "https://a.example/other.mp4" }, ...OK }));
    expect(await failureOf(client().files.retrieve("9"))).toMatchObject({ name: "ApiError", fileId: "9" });
  });

  test("a gateway's own id counts, not that of the task behind it", async () => {
    const gateway = createClient({ apiKey: KEY, server: { baseUrl: server.url, like: "aimanyi" } });
    const wrapped = (task_id: string) =>
      json({ code: "success", data: { task_id, status: "SUCCESS", data: { task_id: "upstream", ...done } } });
    server.next(wrapped("own"));
    expect(await ask(gateway.videos.task("own"))).toMatchObject({ state: "succeeded", fileId: "9" });
    server.next(wrapped("another"));
    expect(await failureOf(ask(gateway.videos.task("own")))).toMatchObject({ name: "ApiError" });
  });
});

describe("a reply of any size", () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));
  let sent = 0;
  const endless = createServer((request, response) => {
    request.resume();
    if (request.url?.includes("gzip")) {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    const piece = Buffer.alloc(256 * 1024, 0x20);
    const more = () => {
      while (!response.destroyed && response.write(piece)) sent += piece.length;
    };
    response.on("drain", more);
    more();
  });
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    endless.closeAllConnections();
    endless.close();
  });

  test.each(["endless", "gzip"])("%s ends after sixteen megabytes", async (manner) => {
    const { videos, files } = createClient({ apiKey: KEY, server: `${url}/${manner}`, maxRetries: 0 });
    const tooLarge = expect.stringContaining("the reply has more than 16 MB");
    expect(await failureOf(videos.task("7").status())).toMatchObject({ name: "ConnectionError", message: tooLarge });
    expect(await failureOf(files.retrieve("7"))).toMatchObject({ message: tooLarge });
    expect(await failureOf(videos.create(FOX))).toMatchObject({ name: "SubmissionUnknownError", message: tooLarge });
    expect(sent, "it is not read on").toBeLessThan(200 * 1024 * 1024);
  });

  test("of files and videos it ends after maxBytes", async () => {
    const { videos, files } = createClient({ apiKey: KEY, server: url, maxRetries: 0 });
    const { stream } = await files.content("7", { maxBytes: 1_000_000 });
    expect(await failureOf(new Response(stream).arrayBuffer())).toMatchObject({
      message: expect.stringContaining("maxBytes"),
    });
    const fetch: typeof globalThis.fetch = async (address, init) =>
      String(address).startsWith(url) && String(address).includes("/query/")
        ? Response.json({ task_id: "7", status: "Success", video_url: `${url}/video`, ...OK })
        : globalThis.fetch(address, init);
    const client = createClient({ apiKey: KEY, server: url, fetch });
    const video = await client.templates.task("7").wait();
    const error = await failureOf(video.blob({ maxBytes: 1_000_000 }));
    expect(error).toMatchObject({ name: "DownloadError", taskId: "7", message: expect.stringContaining("maxBytes") });
    void videos;
  });
});

describe("an uncaught error prints no secret, whatever a peer echoes", () => {
  /** Hands back all that it got. */
  const echo =
    (status: number, headers: (text: string) => Record<string, string> = () => ({})): Answer =>
    (response, seen) => {
      const text = JSON.stringify([seen.headers, seen.body]);
      response.writeHead(status, { "content-type": "application/json", ...headers(text) }).end(text);
    };
  const raw: Answer = (response, seen) => {
    // No HTTP at all, which is what a wrong port answers with: undici keeps it in an error.
    response.socket?.end(`${JSON.stringify(seen.headers)}\n${seen.body}\r\n\r\n`);
  };
  const shown = (error: unknown) => inspect(error, { depth: 30, showHidden: true, maxStringLength: null });

  test.each<[string, Answer]>([
    ["as its answer", echo(200)],
    ["under HTTP 500", echo(500)],
    ["without HTTP", raw],
    ["as the id of the request", echo(500, (text) => ({ "trace-id": encodeURIComponent(text).slice(0, 4000) }))],
    ["as the id of the request, key alone", echo(500, () => ({ "x-request-id": KEY }))],
    ["as a title", html(502, `<html><title>502 a fox nobody may</title>${FOX.prompt}</html>`)],
    [
      "as the message of a refusal",
      (response, seen) => json({ ...refusal(2013, `${seen.headers.authorization} ${seen.body}`) })(response, seen),
    ],
    ["in capitals", (response, seen) => json({ ...refusal(2013, FOX.prompt.toUpperCase()) })(response, seen)],
    ["in an id within the body", json({ ...refusal(2013, "no"), request_id: FOX.prompt })],
    [
      "as the message of version 2",
      json({ type: "error", error: { type: FOX.prompt, message: `${FOX.prompt} (1026)` } }, 422),
    ],
  ])("%s", async (_, answer) => {
    server.next(answer);
    const client = createClient({ apiKey: KEY, server: server.url, maxRetries: 0 });
    const error = await failureOf(client.videos.create(FOX));
    expect(error.name).toMatch(/^(ApiError|SubmissionUnknownError)$/);
    expect(shown(error)).not.toMatch(/nobody.{0,3}may/i);
    expect(shown(await failureOf(client.videos.task("7").status()))).not.toMatch(/nobody.{0,3}may.{0,3}see/i);
  });

  test("nor does the reason of a task that failed", async () => {
    server.next(
      json({ task_id: "7", ...OK }),
      json({ task_id: "7", status: "Fail", base_resp: { status_code: 4711, status_msg: `bad: ${FOX.prompt}` } }),
    );
    const client = createClient({ apiKey: KEY, server: server.url, maxRetries: 0 });
    const error = await failureOf(client.videos.generate(FOX, { pollInterval: 1 }));
    expect(error).toMatchObject({ name: "TaskFailedError", code: 4711 });
    expect(shown(error)).not.toMatch(/nobody/i);
  });

  test("a key that a function could not fetch is told as that, and nothing is sent", async () => {
    server.next(json({}));
    const fault = new Error("the vault is closed");
    const apiKey = () => Promise.reject(fault);
    const client = createClient({ apiKey, server: server.url, maxRetries: 0 });
    const error = await failureOf(client.videos.create(FOX));
    expect(error).toMatchObject({ name: "ConnectionError", sent: "no", cause: { cause: { message: fault.message } } });
    expect(error.message).toContain("was not asked: apiKey() failed");
    expect(server.seen).toEqual([]);
  });
});
