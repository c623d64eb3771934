/** What goes wrong between here and the service: each fault becomes the right error, and no create is ever paid twice. */
import { getEventListeners, once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import {
  ApiError,
  ConnectionError,
  createClient,
  type ErrorKind,
  MiniMaxError,
  SubmissionUnknownError,
  ValidationError,
} from "../src/index.js";
import { type Answer, cut, cutBody, fakeServer, html, json, refused, silence, success } from "./helpers/fake-server.js";
import { dataUrl, png } from "./helpers/pictures.js";

const server = fakeServer();
const KEY = "eyJ-THE-SECRET-KEY";
const PROMPT = "a fox nobody may read about";
const request = { model: "MiniMax-Hailuo-02", prompt: PROMPT } as const;

function client(options: Parameters<typeof createClient>[0] = {}, now = Date.now) {
  const pauses: number[] = [];
  const clock = {
    now,
    random: () => 0.5,
    async pause(milliseconds: number) {
      pauses.push(milliseconds);
      await turn();
    },
  };
  return { ...createClient({ apiKey: KEY, server: server.url, clock, ...options }), pauses };
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it worked"),
    (error: unknown) => error as never,
  );

describe("a create whose outcome is open is not sent again, and says so", () => {
  test.each<[string, Answer, object]>([
    ["the connection is cut before an answer", cut, { cause: { name: "ConnectionError", sent: "maybe" } }],
    ["no answer comes in time", silence, { cause: { name: "ConnectionError", sent: "maybe" } }],
    [
      "HTTP 500 that calls itself a success",
      json({ ...success, task_id: "1" }, 500),
      // Its message is in money.test.ts: it names a task.
      { taskId: "1", task: { id: "1" }, cause: { status: 500, kind: "service" } },
    ],
    ["HTTP 500 and an empty body", json("", 500), { cause: { status: 500 } }],
    [
      "a JSON of another shape",
      json({ id: "video-1", status: "queued" }),
      { cause: { name: "ApiError", kind: "unknown" } },
    ],
    ["a code that nobody knows", json(refused(4711, "odd")), { cause: { code: 4711, kind: "unknown" } }],
    [
      "a redirect",
      (response) => response.writeHead(307, { location: "/elsewhere" }).end(),
      {
        cause: {
          name: "ConnectionError",
          sent: "maybe",
          message: expect.stringContaining("redirect, which is not followed"),
        },
      },
    ],
  ])("%s", async (_, answer, expected) => {
    server.next(answer);
    const before = Date.now();
    const error = await caught(client({ timeout: answer === silence ? 80 : 5000 }).videos.create(request));
    expect(error).toBeInstanceOf(SubmissionUnknownError);
    expect(error).toMatchObject({ operation: "videoGeneration", server: server.url, ...expected });
    expect((error as SubmissionUnknownError).submittedAt).toBeGreaterThanOrEqual(before);
    expect((error as Error).message).toMatch(/not known whether .* accepted|may be charged/);
    expect(server.seen.length).toBe(1);
  });
});

describe("a create that was clearly refused is an ApiError, sent once", () => {
  test.each<[string, Answer, ErrorKind]>([
    ["HTTP 401 without JSON", html(401), "authentication"],
    ["HTTP 404", json({ detail: "no such path" }, 404), "invalid_request"],
    ["HTTP 400 with a code", json(refused(2013), 400), "invalid_request"],
  ])("%s", async (_, answer, kind) => {
    server.next(answer);
    const error = await caught(client().videos.create(request));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ kind, retryable: false, operation: "videoGeneration", server: server.url });
    expect(server.seen.length).toBe(1);
  });

  test("an invalid key is explained by its region", async () => {
    server.next(json(refused(2049, "invalid api key")));
    expect(((await caught(client().videos.create(request))) as Error).message).toMatch(/2049, invalid API key.*region/);
  });
});

describe("a create that certainly was not accepted is sent again", () => {
  test.each<[string, Answer]>([
    ["1002", json(refused(1002))],
    ["HTTP 429", html(429)],
  ])("after %s, with growing pauses, until it is accepted", async (_, answer) => {
    server.next(answer, answer, json({ ...success, task_id: "106916112212032" }));
    const { videos, pauses } = client();
    expect((await videos.create(request)).id).toBe("106916112212032");
    expect(server.seen.length).toBe(3);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
    expect(pauses.length).toBe(2);
    expect(pauses[1]).toBeGreaterThan(pauses[0] as number);
  });

  test("no more often than maxRetries, and not before Retry-After", async () => {
    server.next(json(refused(1002), 200, { "retry-after": "7" }));
    // Time stands still, so that the pause is as long as was meant.
    const { videos, pauses } = client({ maxRetries: 1 }, () => Date.UTC(2026, 10, 27));
    expect(await caught(videos.create(request))).toMatchObject({
      name: "ApiError",
      code: 1002,
      retryable: true,
      retryAfter: 7000,
    });
    expect(server.seen.length).toBe(2);
    expect(pauses).toEqual([7000]);
  });

  test("after a refused connection; then it is a ConnectionError that says nothing was sent", async () => {
    const { videos, pauses } = client({ server: `http://127.0.0.1:${await closedPort()}` });
    const error = await caught(videos.create(request));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sent: "no", operation: "videoGeneration" });
    expect((error as Error).message).toContain("ECONNREFUSED");
    expect(pauses.length).toBe(2);
  });

  test("after a name that nobody knows", async () => {
    const { videos, pauses } = client({ server: "http://no-such-host.invalid" });
    expect(await caught(videos.create(request))).toMatchObject({ name: "ConnectionError", sent: "no" });
    expect(pauses.length).toBe(2);
  });

  test("but not after a failure that does not say whether it was sent, as in browsers", async () => {
    let calls = 0;
    const opaque = () => {
      calls++;
      return Promise.reject(new TypeError("Failed to fetch"));
    };
    expect(await caught(client({ fetch: opaque }).videos.create(request))).toBeInstanceOf(SubmissionUnknownError);
    expect(calls).toBe(1);
  });
});

test("where a runtime throws at redirect: error, as Cloudflare's workers do, a redirect is not followed either", async () => {
  const usual = globalThis.Request;
  const refuse = class extends usual {
    constructor(url: string, init?: RequestInit) {
      if (init?.redirect === "error") throw new TypeError("Invalid redirect value");
      super(url, init);
    }
  };
  vi.stubGlobal("Request", refuse);
  try {
    const asked: unknown[] = [];
    const fetch: typeof globalThis.fetch = (url, init) => {
      asked.push(init?.redirect);
      return globalThis.fetch(url, init);
    };
    server.next(json({ ...success, task_id: "1" }));
    expect((await client({ fetch }).videos.create(request)).id).toBe("1");
    server.next((response) => response.writeHead(307, { location: "/elsewhere" }).end());
    expect(await caught(client({ fetch }).videos.create(request))).toBeInstanceOf(SubmissionUnknownError);
    expect([server.seen.length, asked]).toEqual([1, ["manual", "manual"]]);
  } finally {
    vi.unstubAllGlobals();
  }
});

describe("reads", () => {
  const status = { task_id: "1", status: "Processing", file_id: "", ...success };

  test.each<[string, Answer]>([
    ["a cut connection", cut],
    ["a cut body", cutBody],
    ["HTTP 502", html(502)],
    ["an empty body", json("")],
    ["1002", json(refused(1002))],
    ["1024", json(refused(1024))],
  ])("are sent again after %s", async (_, answer) => {
    server.next(answer, answer, json(status));
    expect(await client().videos.task("1").status()).toEqual({ state: "running", word: "Processing", taskId: "1" });
    expect(server.seen.length).toBe(3);
  });

  test("give up after maxRetries with the last error, the task on it", async () => {
    server.next(html(503));
    const error = await caught(client({ maxRetries: 1 }).videos.task("42").status());
    expect(error).toMatchObject({ name: "ApiError", status: 503, kind: "service", taskId: "42", task: { id: "42" } });
    expect(server.seen.length).toBe(2);
  });

  test("are not sent again after a refusal", async () => {
    server.next(json(refused(1004)));
    expect(await caught(client().files.retrieve("1"))).toMatchObject({
      kind: "authentication",
      operation: "retrieveFile",
    });
    expect(server.seen.length).toBe(1);
  });

  test("read a numeric id of 18 digits exactly, wherever it stands", async () => {
    server.next(
      json(
        '{"file":{"file_id": 401047179385389059 ,"download_url":"https://x.test/a","filename":"\\"file_id\\": 12"},"base_resp":{"status_code":0}}',
      ),
    );
    const file = await client().files.retrieve("401047179385389059");
    expect(file.file_id).toBe("401047179385389059");
    expect(file.filename).toBe('"file_id": 12');
    expect(server.seen[0]?.url).toBe("/v1/files/retrieve?file_id=401047179385389059");
  });

  test("carry the service's trace id in their errors", async () => {
    server.next(json(refused(1004), 200, { "trace-id": "021785229015510a" }));
    expect(await caught(client().files.retrieve("1"))).toMatchObject({ requestId: "021785229015510a" });
  });
});

describe("waiting", () => {
  const running = json({ task_id: "7", status: "Processing", ...success });
  const done = json({
    task_id: "7",
    status: "Success",
    file_id: "9",
    video_width: 1366,
    video_height: 768,
    ...success,
  });

  test("survives polls that are cut, garbled, refused for their pace, and words nobody knows", async () => {
    const unknown = json({ task_id: "7", status: "Rendering", ...success });
    server.next(running, cut, html(502), json(refused(1002)), unknown, json("{"), done);
    const words: string[] = [];
    const video = await client()
      .videos.task("7")
      .wait({ onStatus: ({ word }) => words.push(word) });
    expect(video).toMatchObject({ taskId: "7", fileId: "9", width: 1366, height: 768 });
    expect(words).toEqual(["Processing", "Rendering", "Success"]);
  });

  test("ends at once when the key is wrong", async () => {
    server.next(running, json(refused(2049)), done);
    const error = await caught(client().videos.task("7").wait());
    expect(error).toMatchObject({ name: "ApiError", kind: "authentication", task: { id: "7" } });
    expect(server.seen.length).toBe(2);
  });

  test("is bounded by one deadline, the request in flight included, and can be taken up again", async () => {
    server.next(silence);
    const task = client().videos.task("7");
    const started = performance.now();
    const error = await caught(task.wait({ timeout: 60 }));
    expect(performance.now() - started).toBeLessThan(1000);
    expect(error).toMatchObject({ name: "WaitTimeoutError", taskId: "7", task: { id: "7" } });
    server.next(done);
    expect(await (error as MiniMaxError).task?.wait()).toMatchObject({ fileId: "9" });
  });

  test("that ends while the service cannot be queried says so", async () => {
    server.next(running, html(503));
    const { videos } = createClient({ apiKey: KEY, server: server.url });
    const error = (await caught(videos.task("7").wait({ timeout: 100, pollInterval: 20 }))) as MiniMaxError;
    expect(error).toMatchObject({ name: "WaitTimeoutError", cause: { status: 503 } });
    expect(error.message).toContain("The last query that failed: queryVideoGenerationTask");
  });

  test("ends with the caller's own reason while a request is in flight", async () => {
    server.next(silence);
    const controller = new AbortController();
    const reason = { mine: true };
    setTimeout(() => controller.abort(reason), 30);
    const started = performance.now();
    expect(await caught(client().videos.task("7").wait({ signal: controller.signal }))).toBe(reason);
    expect(performance.now() - started).toBeLessThan(500);
  });

  test("ends with the caller's own reason while it sleeps", async () => {
    server.next(running);
    const { videos } = createClient({ apiKey: KEY, server: server.url });
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    expect(await caught(videos.task("7").wait({ signal: controller.signal, pollInterval: 60_000 }))).toBe(reason);
  });

  test("leaves nothing on the caller's signal", async () => {
    server.next(running, done);
    const { signal } = new AbortController();
    const task = client().videos.task("7");
    await task.wait({ signal });
    await task.status({ signal });
    expect(getEventListeners(signal, "abort").length).toBe(0);
  });

  test("asks nobody when the signal has already aborted", async () => {
    server.next(done);
    const reason = new Error("too late");
    expect(
      await caught(
        client()
          .videos.task("7")
          .wait({ signal: AbortSignal.abort(reason) }),
      ),
    ).toBe(reason);
    expect(await caught(client().videos.create(request, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.seen.length).toBe(0);
  });

  test("watch yields each change and ends with the final one, a failure too", async () => {
    server.next(
      running,
      running,
      json({ task_id: "7", status: "Fail", base_resp: { status_code: 1027, status_msg: "" } }),
    );
    const statuses = [];
    for await (const status of client().videos.task("7").watch()) statuses.push(status);
    expect(statuses).toMatchObject([{ state: "running" }, { state: "failed", code: 1027, kind: "content_rejected" }]);
    expect(server.seen.length).toBe(3);
  });
});

describe("a key", () => {
  test("is asked for anew for each request, and goes as a bearer token", async () => {
    let asked = 0;
    server.next(json({ task_id: "1", status: "Processing", ...success }));
    const { videos } = client({ apiKey: async () => `key-${++asked}` });
    await videos.task("1").status();
    await videos.task("1").status();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer key-1", "Bearer key-2"]);
  });

  test.each([
    ["missing", undefined],
    ["empty", "  "],
    ["with a line break inside", "sk-1\nsk-2"],
    ["with letters no header takes", "sk-ключ"],
  ])("that is %s is refused before anything is sent, and not shown", async (_, apiKey) => {
    server.next(json(success));
    const error = await caught(client({ apiKey }).videos.create(request));
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues[0]?.path).toBe("apiKey");
    expect(inspect(error)).not.toMatch(/sk-/);
    expect(server.seen.length).toBe(0);
  });

  test("comes from MINIMAX_API_KEY, and the server from MINIMAX_SERVER, when neither is given", async () => {
    process.env.MINIMAX_API_KEY = KEY;
    process.env.MINIMAX_SERVER = server.url;
    try {
      server.next(json({ ...success, task_id: "1" }));
      await createClient().videos.create(request);
      expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    } finally {
      delete process.env.MINIMAX_API_KEY;
      delete process.env.MINIMAX_SERVER;
    }
  });

  test("is not sent after a redirect to another host", async () => {
    server.next((response) => response.writeHead(302, { location: `${server.url}/stolen` }).end(), json(success));
    await caught(client({ maxRetries: 0 }).videos.task("1").status());
    expect(server.seen.map(({ url }) => url)).not.toContain("/stolen");
    expect(server.seen.length).toBe(1);
  });
});

test("no error, however printed, shows a key, a prompt, a data URL or a signed query", async () => {
  const image = dataUrl(png(640, 480, 900));
  const letters = image.slice(-60, -10);
  const leak = `bad ${image} at https://cdn.test/a.mp4?Signature=SIGNED&Expires=1 with Bearer ${KEY} and ${KEY} for "${PROMPT}"`;
  const body = { model: "MiniMax-Hailuo-02", prompt: PROMPT, first_frame_image: image } as const;
  const answers = [
    json(refused(2013, leak)),
    json(refused(1000, leak)),
    html(502, `<title>${leak}</title>`),
    cut,
    json(`{"x":"${leak}"}`),
  ];
  for (const answer of answers) {
    server.next(answer);
    const error = (await caught(client().videos.create(body))) as Error;
    expect(error.name).toMatch(/^(ApiError|SubmissionUnknownError)$/);
    for (const text of [
      inspect(error, { depth: 9, showHidden: true }),
      error.message,
      JSON.stringify(error),
      String(error.stack),
    ]) {
      expect(text).not.toMatch(/SECRET-KEY|nobody may read|SIGNED/);
      expect(text).not.toContain(letters);
    }
  }
});

test("a logger that throws does not lose an accepted create, and is told no secret", async () => {
  server.next(json({ ...success, task_id: "106916112212032" }));
  const told: string[] = [];
  const logger = {
    debug: (...line: unknown[]) => {
      told.push(JSON.stringify(line));
      throw new Error("disk full");
    },
  };
  expect((await client({ logger }).videos.create(request)).id).toBe("106916112212032");
  expect(told.length).toBe(1);
  expect(told.join()).not.toMatch(/SECRET-KEY|nobody may read/);
});

test("a short key that the answer happens to contain does not spoil the answer", async () => {
  server.next(json({ ...success, task_id: "106916112212032" }));
  expect((await client({ apiKey: "k" }).videos.create(request)).id).toBe("106916112212032");
});

describe("a task handle", () => {
  test("is small JSON without secrets, and goes on in another client", async () => {
    server.next(json({ ...success, task_id: "401047179385389059" }));
    const task = await client().videos.create(request);
    const saved = JSON.stringify(task);
    expect(JSON.parse(saved)).toEqual({
      version: 1,
      id: "401047179385389059",
      kind: "video",
      server: server.url,
      createdAt: expect.any(Number),
      model: "MiniMax-Hailuo-02",
    });
    server.next(json({ status: "Success", file_id: "9", ...success }));
    expect(await client().videos.task(JSON.parse(saved)).wait()).toMatchObject({ fileId: "9" });
    expect(server.seen[0]?.url).toBe("/v1/query/video_generation?task_id=401047179385389059");
  });

  test.each<[string, unknown, RegExp]>([
    ["a number", 401047179385389, /rounded/],
    ["a later version", { version: 2, id: "1", kind: "video", server: "global" }, /version 2/],
    ["a task of another server", { version: 1, id: "1", kind: "video", server: "china" }, /created at "china"/],
    ["an unknown kind", { version: 1, id: "1", kind: "music", server: "global" }, /kind/],
    ["nothing", undefined, /pass an id/],
    ["an id with a path in it", "1/../2", /pass an id/],
  ])("is not made from %s", (_, saved, message) => {
    expect(() => client({ server: "global" }).videos.task(saved as string)).toThrow(message);
  });

  test("of a template is queried where templates are, by its own record", async () => {
    server.next(json({ status: "Success", video_url: "https://cdn.test/v.mp4?Signature=1", ...success }));
    const record = { version: 1, id: "5", kind: "template", server: server.url } as const;
    const video = await client().videos.task(record).wait();
    expect(server.seen[0]?.url).toBe("/v1/query/video_template_generation?task_id=5");
    expect(await video.url()).toBe("https://cdn.test/v.mp4?Signature=1");
  });
});

describe("the link of a video", () => {
  const done = json({ status: "Success", file_id: "9", ...success });
  const file = (download_url: unknown) => json({ file: { file_id: 9, download_url }, ...success });

  test("is asked for once, and anew when wished", async () => {
    server.next(done, file("https://cdn.test/1"), file("https://cdn.test/2"));
    const video = await client().videos.task("7").wait();
    expect([await video.url(), await video.url(), await video.url({ fresh: true })]).toEqual([
      "https://cdn.test/1",
      "https://cdn.test/1",
      "https://cdn.test/2",
    ]);
  });

  test("that cannot be asked for says which task it is of, as every error after the acceptance does", async () => {
    server.next(done, json(refused(1004)));
    const video = await client().videos.task("7").wait();
    const facts = { name: "ApiError", kind: "authentication", fileId: "9", taskId: "7", task: { id: "7" } };
    expect(await caught(video.url())).toMatchObject(facts);
  });

  test("without a scheme, as in the vendor's example, is taken as https", async () => {
    server.next(done, file("www.downloadurl.com"));
    expect(await (await client().videos.task("7").wait()).url()).toBe("https://www.downloadurl.com");
  });

  test.each([
    [undefined],
    [""],
    ["ftp://cdn.test/1"],
    ["file:///etc/passwd"],
    ["javascript:alert(1)"],
  ])("that is %j is a DownloadError", async (url) => {
    server.next(done, file(url));
    const video = await client().videos.task("7").wait();
    expect(await caught(video.url())).toMatchObject({ name: "DownloadError", taskId: "7", fileId: "9" });
  });
});

describe("servers", () => {
  test.each<[unknown, RegExp]>([
    ["chin", /"chin" is not a known server.*global, china/s],
    ["aimanyi", /host of "aimanyi" is not published/],
    ["https://user:pass@x.test", /without credentials/],
    ["https://x.test/?a=1", /without credentials, query/],
    [{ baseUrl: "x.test" }, /absolute http/],
    [{ baseUrl: "https://x.test", like: "nobody" }, /like takes one of/],
  ])("%j is refused with what would do", (option, message) => {
    expect(() => createClient({ server: option as string })).toThrow(message);
    expect(() => createClient({ server: option as string })).toThrow(ValidationError);
  });

  test("a path prefix belongs to the base URL, for every operation and the raw client", async () => {
    server.next(json({ status: "Processing", ...success }));
    const { videos, api } = client({ server: { baseUrl: `${server.url}/minimax/`, like: "quickrouter" } });
    await videos.task("1").status();
    await api.GET("/v1/query/video_generation", { params: { query: { task_id: "1" } } });
    expect(server.seen.map(({ url }) => url)).toEqual(Array(2).fill("/minimax/v1/query/video_generation?task_id=1"));
  });
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

test("every error is a MiniMaxError", () => {
  for (const kind of [ApiError, ConnectionError, SubmissionUnknownError, ValidationError]) {
    expect(kind.prototype).toBeInstanceOf(MiniMaxError);
  }
});
