/** How far replies are trusted: an id is evidence of a task, other tasks' replies are rejected, lengths are limited, no secret is printed. */
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { OK, refusal } from "./helpers/fake-fetch.js";
import { type Answer, cut, fakeServer, html, json } from "./helpers/fake-server.js";
import { dataUrl, png } from "./helpers/pictures.js";

const FOX = { model: "MiniMax-Hailuo-02", prompt: "a fox nobody may read about" } as const;
const KEY = "sk-nobody-may-see-this-key";
const ID = "176843862716480";
const server = fakeServer();
const client = (options: object = {}) => createClient({ apiKey: KEY, server: server.url, maxRetries: 0, ...options });

describe("a create that is refused but names a task is not sent again, and its error has the task (I9)", () => {
  test.each<[string, Answer]>([
    ...[1000, 1002, 1004, 1008, 1026, 1033, 1039, 1041, 2013, 2045, 2056, 4711].map((code): [string, Answer] => [
      `code ${code}`,
      json({ task_id: ID, ...refusal(code, "no") }),
    ]),
    ...[400, 401, 402, 403, 404, 409, 429, 500, 502, 503].map((status): [string, Answer] => [
      `HTTP ${status}`,
      json({ task_id: ID, ...OK }, status),
    ]),
    ["HTTP 429 without base_resp", json({ task_id: ID }, 429, { "retry-after": "1" })],
    ["an id in digits", json(`{"base_resp":{"status_code":1002},"task_id":${ID}}`)],
    [
      "version 2",
      json({ type: "error", error: { type: "rate_limit_error", message: "slow (1002)" }, task_id: ID }, 429),
    ],
    ["an id in data", json({ code: "rate_limited", data: { task_id: ID } }, 429)],
    ["an id in the error", json({ error: { message: "no (1008)", task_id: ID } }, 402)],
    ["an id around another one", json({ code: 1002, data: { task_id: ID, data: { task_id: "upstream" } } }, 429)],
    ["a whole task", json({ task: { id: ID, status: "queued" }, ...refusal(1002, "slow") })],
    ["half a JSON document", json(`{"task_id":"${ID}","base_resp":{"status`)],
    ["half a JSON document with digits", json(`{"task_id":${ID},"base_resp":{"status`)],
    ["a page around it", html(502, `<html>{"task_id": "${ID}"}</html>`)],
  ])("%s", async (_, answer) => {
    server.next(answer);
    const error = await failureOf(client({ maxRetries: 2 }).videos.create(FOX));
    expect(error).toMatchObject({ name: "SubmissionUnknownError", taskId: ID, cause: { name: "ApiError" } });
    expect(error.task?.toJSON()).toMatchObject({ id: ID, kind: "video", model: FOX.model });
    expect(error.message).toContain(`names task ${ID}, which may be charged`);
    expect(server.seen).toHaveLength(1);
  });
});

describe("a reply about another task or file is not accepted (I10)", () => {
  const done = { status: "Success", file_id: "9", ...OK };

  test.each<[string, object]>([
    ["version 1", { task_id: "8", ...done }],
    ["an id in digits", { task_id: 8, ...done }],
    ["version 2", { task: { id: "8", status: "succeeded", content: { url: "https://a.example/fox.mp4" } } }],
    ["a failure", { task_id: "8", status: "Fail", ...refusal(1027, "no") }],
  ])("%s", async (_, reply) => {
    server.next(json(reply));
    const error = await failureOf(client({ maxRetries: 1 }).videos.task("7").status());
    expect(error).toMatchObject({ name: "ApiError", taskId: "7", retryable: true });
    expect(error.message).toContain("was asked for task 7, but its reply is about task 8");
    expect(server.seen).toHaveLength(2);
  });

  test("by a wait, which continues until the right one arrives", async () => {
    server.next(json({ task_id: "8", ...done }), json({ task_id: "7", ...done, file_id: "10" }));
    expect(await client().videos.task("7").wait({ pollInterval: 1 })).toMatchObject({ taskId: "7", fileId: "10" });
  });

  test("if it is about another file", async () => {
    server.next(json({ file: { file_id: 8, download_url: "https://a.example/other.mp4" }, ...OK }));
    expect(await failureOf(client().files.retrieve("9"))).toMatchObject({ name: "ApiError", fileId: "9" });
  });

  test("by the gateway's id, not by that of the underlying task", async () => {
    const { videos } = client({ server: { baseUrl: server.url, like: "aimanyi" } });
    const wrapped = (task_id: string) =>
      json({ code: "success", data: { task_id, status: "SUCCESS", data: { task_id: "upstream", ...done } } });
    server.next(wrapped("own"));
    expect(await videos.task("own").status()).toMatchObject({ state: "succeeded", fileId: "9" });
    server.next(wrapped("another"));
    expect(await failureOf(videos.task("own").status())).toMatchObject({ name: "ApiError" });
  });
});

describe("a reply is read only up to a maximum length (I12)", () => {
  const MB = 1024 * 1024;
  const endless: Answer = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(MB / 4, "FLV")));
    };
    response.on("drain", more);
    more();
  };
  const packed: Answer = (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(200 * MB, 0x20)));

  test.each([
    ["an endless one", endless],
    ["a gzip bomb", packed],
  ])("%s ends after 16 MB", async (_, answer) => {
    server.next(answer);
    const message = expect.stringContaining("broke off: the reply has more than 16 MB");
    expect(await failureOf(client().videos.task("7").status())).toMatchObject({ name: "ConnectionError", message });
    expect(await failureOf(client().videos.create(FOX))).toMatchObject({ name: "SubmissionUnknownError", message });
  });
});

describe("no error prints a key, a prompt, a data URL or a signed query, even if the service repeats it (I4)", () => {
  const image = dataUrl(png(640, 480, 900));
  const request = { ...FOX, first_frame_image: image };
  const leak = `bad ${image} at https://cdn.test/a.mp4?Signature=SIGNED with Bearer ${KEY} for "${FOX.prompt}"`;
  /** Answers with everything that it received. */
  const echo =
    (status: number, headers: (text: string) => Record<string, string> = () => ({})): Answer =>
    (response, seen) => {
      const text = JSON.stringify([seen.headers, seen.body]);
      json(text, status, headers(text))(response, seen);
    };

  test.each<[string, Answer]>([
    ["as its reply", echo(200)],
    ["under HTTP 500", echo(500)],
    // The answer of a wrong port, which undici keeps in its error.
    ["without HTTP", (response, seen) => response.socket?.end(`${JSON.stringify(seen.headers)}\n${seen.body}\r\n\r\n`)],
    ["as a request id", echo(500, (text) => ({ "trace-id": encodeURIComponent(text).slice(0, 4000) }))],
    ["as a request id, the key alone", echo(500, () => ({ "x-request-id": KEY }))],
    ["as a title", html(502, `<html><title>502 a fox nobody may</title>${FOX.prompt}</html>`)],
    [
      "as the message of a refusal",
      (response, seen) => json(refusal(2013, `${seen.headers.authorization} ${seen.body}`))(response, seen),
    ],
    ["in a message full of secrets", json(refusal(1000, leak))],
    ["in capitals", json(refusal(2013, FOX.prompt.toUpperCase()))],
    ["as a request id in the body", json({ ...refusal(2013, "no"), request_id: FOX.prompt })],
    [
      "as the message of version 2",
      json({ type: "error", error: { type: FOX.prompt, message: `${FOX.prompt} (1026)` } }, 422),
    ],
    ["in no reply at all", cut],
  ])("%s", async (_, answer) => {
    server.next(answer);
    const creating = await failureOf(client().videos.create(request));
    expect(creating.name).toMatch(/^(ApiError|SubmissionUnknownError)$/);
    for (const error of [creating, await failureOf(client().videos.task("7").status())])
      for (const text of [
        inspect(error, { depth: 30, showHidden: true, maxStringLength: null }),
        JSON.stringify(error),
      ]) {
        expect(text).not.toMatch(/nobody.{0,3}may.{0,3}see/i);
        if (error === creating) expect(text).not.toMatch(/nobody.{0,3}may|SIGNED/i);
        if (error === creating) expect(text).not.toContain(image.slice(-60, -10));
      }
  });

  test("as the reason of a failed task", async () => {
    server.next(
      json({ task_id: "7", ...OK }),
      json({ task_id: "7", status: "Fail", ...refusal(4711, `bad: ${FOX.prompt}`) }),
    );
    const error = await failureOf(client().videos.generate(FOX, { pollInterval: 1 }));
    expect(error).toMatchObject({ name: "TaskFailedError", code: 4711 });
    expect(inspect(error, { depth: 30 })).not.toMatch(/nobody/i);
  });
});
