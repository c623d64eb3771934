/** Faults between the client and the service, over real connections: each leads to the right error, and no create is charged twice. */
import { describe, expect, test } from "vitest";
import { type ConnectOptions, createClient, type SubmissionUnknownError } from "../src/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { fakeServer, json, refused, silence, success } from "./helpers/fake-server.js";
import { freePort } from "./helpers/listening.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { hurriedClock } from "./helpers/simulated-clock.js";

const server = fakeServer();
const KEY = "eyJ-THE-SECRET-KEY";
const FOX = { model: "MiniMax-Hailuo-02", prompt: "a fox nobody may read about" } as const;
const done = json({ task_id: "7", status: "Success", file_id: "9", video_width: 1366, video_height: 768, ...success });

/** A client with pauses that take no time. */
function client(options: ConnectOptions = {}) {
  const clock = hurriedClock();
  return { ...createClient({ apiKey: KEY, server: server.url, clock, ...options }), pauses: clock.pauses };
}

describe("a create that was certainly not accepted is sent again", () => {
  test("no more often than maxRetries, and not before Retry-After", async () => {
    server.next(json(refused(1002), 200, { "retry-after": "7" }));
    const { videos, pauses } = client({ maxRetries: 1 });
    const error = await failureOf(videos.create(FOX));
    expect(error).toMatchObject({ name: "ApiError", code: 1002, retryable: true, retryAfter: 7000 });
    expect(server.seen).toHaveLength(2);
    expect(pauses).toEqual([7000]);
  });

  test.each([
    ["a refused connection", async () => `http://127.0.0.1:${await freePort()}`, "ECONNREFUSED"],
    ["an unknown host", async () => "http://no-such-host.invalid", "nothing was sent"],
  ])("after %s, and then fails with an error that says so", async (_, address, words) => {
    const { videos, pauses } = client({ server: await address() });
    const error = await failureOf(videos.create(FOX));
    expect(error).toMatchObject({ name: "ConnectionError", sent: "no", message: expect.stringContaining(words) });
    expect(pauses).toHaveLength(2);
  });
});

describe("a redirect is not followed, and the error names it without its query (B11)", () => {
  const elsewhere = "https://other.example/minimax/v1/video_generation?token=secret";
  const USE = ". If you trust that host, use the base URL https://other.example/minimax";

  test.each([
    [301, elsewhere, ` to https://other.example, which is not followed${USE}`],
    [308, elsewhere, ` to https://other.example, which is not followed${USE}`],
    [307, elsewhere, " to https://other.example, which is not followed"],
    [302, "https://user:pass@other.example/login?token=secret", " to https://other.example, which is not followed"],
    [308, "https://other.example/login", " to https://other.example, which is not followed"],
    [301, "/v1/video_generation/", ", which is not followed"],
    [303, "http://", ", which is not followed"],
    [307, "", ", which is not followed"],
  ])("HTTP %i to %s", async (status, location, words) => {
    server.next((response) => response.writeHead(status, location ? { location } : {}).end());
    const { cause, name } = await failureOf<SubmissionUnknownError & { cause: Error }>(client().videos.create(FOX));
    expect([name, cause.name]).toEqual(["SubmissionUnknownError", "ConnectionError"]);
    expect(cause.message.replace(` to ${server.url},`, ",")).toMatch(
      new RegExp(`sent a redirect${words.replace(/\./g, "\\.")}$`),
    );
    expect(JSON.stringify([cause, cause.message])).not.toMatch(/secret|pass/);
    expect(server.seen).toHaveLength(1);
  });

  test("of a query, with the base URL that avoids it", async () => {
    server.next((response, { url }) => response.writeHead(301, { location: `https://other.example${url}` }).end());
    const error = await failureOf(client({ maxRetries: 0 }).videos.task("7").status());
    expect(error.message).toMatch(/use the base URL https:\/\/other\.example$/);
  });

  test.each([
    [301, 1],
    [308, 1],
    [302, 3],
    [307, 3],
  ])("of a read is final if it is permanent: HTTP %i, %i requests", async (status, requests) => {
    for (let at = 0; at < 3; at++)
      server.next((response) => response.writeHead(status, { location: "https://other.example/" }).end());
    const error = await failureOf(client({ maxRetries: 2 }).videos.task("7").status());
    const final = { name: "ApiError", kind: "unknown", retryable: false, status, taskId: "7" };
    expect(error).toMatchObject(requests === 1 ? final : { name: "ConnectionError", taskId: "7" });
    expect([server.seen.length, error.message]).toEqual([requests, expect.stringContaining("redirect")]);
  });

  test("even for a large create, for which Node does not report the host", async () => {
    server.next((response) => response.writeHead(307, { location: elsewhere }).end());
    const image = dataUrl(png(640, 480, 2_000_000));
    const error = await failureOf(client().videos.create({ ...FOX, first_frame_image: image }));
    expect(error).toMatchObject({ name: "SubmissionUnknownError", cause: { sent: "maybe" } });
    expect(error.message).toContain("sent a redirect, which is not followed");
    expect(server.seen.length).toBe(1);
  });
});

test("a wait ends with its timeout while a request is in flight, and can be resumed", async () => {
  server.next(silence);
  const { videos } = createClient({ apiKey: KEY, server: server.url });
  const error = await failureOf(videos.task("7").wait({ timeout: 60 }));
  expect(error).toMatchObject({ name: "WaitTimeoutError", task: { id: "7" } });
  server.next(done);
  expect(await error.task?.wait()).toMatchObject({ fileId: "9" });
});
