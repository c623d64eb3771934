/** How far replies are trusted: their length is limited, and no secret in them is printed. */
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
const server = fakeServer();
const client = (options: object = {}) => createClient({ apiKey: KEY, server: server.url, maxRetries: 0, ...options });

test("a reply is read only up to 16 MB, even if it is compressed (I12)", async () => {
  const MB = 1024 * 1024;
  server.next((response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(200 * MB, 0x20)));
  });
  const message = expect.stringContaining("broke off: the reply has more than 16 MB");
  expect(await failureOf(client().videos.task("7").status())).toMatchObject({ name: "ConnectionError", message });
  expect(await failureOf(client().videos.create(FOX))).toMatchObject({ name: "SubmissionUnknownError", message });
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
