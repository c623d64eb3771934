/** Options are checked by type, range and name before anything is sent. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { failureOf } from "../contract-tests/helpers/failure-of.js";
import { OK } from "../contract-tests/helpers/fake-fetch.js";
import { runContract } from "./contract/index.js";
import { type ConnectOptions, createClient, type MiniMax, ValidationError, type Video } from "./index.js";
import { openJournal, saveFile, saveVideo } from "./node/index.js";

const FOX = { model: "MiniMax-Hailuo-02", prompt: "a red fox" } as const;
const V2 = { purpose: "video_generation_input" } as const;

/** A client that counts what it sends; creates are accepted, and their tasks succeed at once. */
function counting(options: object = {}) {
  const sent: string[] = [];
  const fetch = async (url: unknown, init?: RequestInit) => {
    sent.push(`${init?.method} ${new URL(String(url)).pathname}`);
    return Response.json({ task_id: "7", status: "Success", file_id: "9", ...OK });
  };
  const client = createClient({ apiKey: "any", server: "global", fetch, ...options } as ConnectOptions);
  return { client, sent };
}

const video = async (client: MiniMax): Promise<Video> => client.videos.task("7").wait();

const NOT_MILLISECONDS = [Number.NaN, "5m", "5000", -1, null, {}, [], true];
const DURATIONS = [...NOT_MILLISECONDS, 0];
const NOT_FUNCTIONS = [null, "console.log", 1, {}, true];
const SIGNALS = [null, "abort", 5, {}, new AbortController(), true];

/** Adds a purpose to options that are a plain object. */
const withPurpose = (options: object): never =>
  (options?.constructor === Object ? { ...V2, ...options } : options) as never;

/** Illegal values of each option. */
const WAIT = { timeout: NOT_MILLISECONDS, pollInterval: DURATIONS, onStatus: NOT_FUNCTIONS, signal: SIGNALS };
const CREATE = { signal: SIGNALS, key: [null, 5, "", {}] };
const CALL = { signal: SIGNALS };
const DOWNLOAD = {
  ...CALL,
  idleTimeout: DURATIONS,
  maxBytes: DURATIONS,
  onProgress: NOT_FUNCTIONS,
  fetch: NOT_FUNCTIONS,
};

type Call = (client: MiniMax, options: never) => Promise<unknown>;
const first = async (list: AsyncIterable<unknown>) => {
  for await (const one of list) return one;
};
const GENERATE = { ...CREATE, ...WAIT, onTask: NOT_FUNCTIONS };
const PURPOSE = { ...CALL, purpose: [null, 5, "film"] };
const NOT_COUNTS = [Number.NaN, 0, -1, 1.5, "2", null];
const TEMPLATE = { template_id: "394125185182695432" };
const H3 = { model: "MiniMax-H3", duration: 5, ratio: "16:9", prompt: "a fox" } as const;
const LOST = { submittedAt: Date.now(), kind: "generation", server: "global" } as const;
const RUNNING = { state: "running", taskId: "7", word: "x" } as const;

/** Each call, the illegal values of its options, and the number of free requests that must precede it. */
const CALLS: Record<string, [call: Call, options: Record<string, readonly unknown[]>, before?: number]> = {
  "videos.create": [({ videos }, options) => videos.create(FOX, options), CREATE],
  "videos.generate": [({ videos }, options) => videos.generate(FOX, options), GENERATE],
  "videos.generateAll": [
    ({ videos }, options) => first(videos.generateAll([FOX], options)),
    { ...WAIT, concurrency: NOT_COUNTS, onTask: NOT_FUNCTIONS, key: NOT_FUNCTIONS },
  ],
  "templates.generate": [({ templates }, options) => templates.generate(TEMPLATE, options), GENERATE],
  "contextIR.generate": [({ contextIR }, options) => contextIR.generate(H3, options), GENERATE],
  "task.status": [({ videos }, options) => videos.task("7").status(options), CALL],
  "task.wait": [({ videos }, options) => videos.task("7").wait(options), WAIT],
  "task.watch": [({ videos }, options) => first(videos.task("7").watch(options)), WAIT],
  "task.cancel": [({ videos }, options) => videos.task("7", "generation").cancel(options), CALL],
  "task.delete": [({ videos }, options) => videos.task("7", "generation").delete(options), CALL],
  "videos.list": [
    ({ videos }, options) => first(videos.list(options)),
    { ...CALL, status: ["done", 5, null], kind: ["video", 5], ids: ["7", 7, [7]], pageSize: NOT_COUNTS },
  ],
  "videos.reconcile": [({ videos }, options) => videos.reconcile(LOST, options), { ...CALL, exclude: ["7", 7, {}] }],
  "files.retrieve": [({ files }, options) => files.retrieve("9", options), CALL],
  "files.list": [({ files }, options) => files.list(withPurpose(options)), PURPOSE],
  "files.delete": [({ files }, options) => files.delete("9", withPurpose(options)), PURPOSE],
  "files.upload": [
    ({ files }, options) => files.upload(new Uint8Array(8), withPurpose(options)),
    { ...PURPOSE, filename: [null, 5, ""], onProgress: NOT_FUNCTIONS },
  ],
  "files.content": [
    ({ files }, options) => files.content("9", options),
    { ...CALL, idleTimeout: DURATIONS, maxBytes: DURATIONS },
  ],
  "callbacks.heard": [
    ({ callbacks }, options) => callbacks.heard(RUNNING, options),
    { ...CALL, kind: ["film", 5, null], confirm: ["yes", 1, null] },
  ],
  "video.url": [async (client, options) => (await video(client)).url(options), { ...CALL, fresh: ["yes", 1, null] }, 1],
  "video.blob": [async (client, options) => (await video(client)).blob(options), DOWNLOAD, 1],
  "video.stream": [async (client, options) => new Response((await video(client)).stream(options)).text(), DOWNLOAD, 1],
};

describe.each(Object.entries(CALLS))("%s", (_, [call, options, before = 0]) => {
  const rows = Object.entries(options).flatMap(([name, values]) => values.map((value) => [name, value] as const));

  test.each(rows)("refuses %s: %o before anything is sent (H1)", async (name, value) => {
    const { client, sent } = counting();
    const error = await failureOf(call(client, { [name]: value } as never));
    expect(error).toMatchObject({ name: "ValidationError" });
    expect((error as ValidationError).issues.map(({ path }) => path)).toContain(name);
    expect(sent).toHaveLength(before);
  });

  test("refuses an unknown option, and names a similar one", async () => {
    const [known = ""] = Object.keys(options);
    const { client, sent } = counting();
    const error = await failureOf(call(client, { [`${known}s`]: 5, wholly: 6 } as never));
    expect(error.message).toContain(`${known}s: is not a known option; did you mean ${known}?`);
    expect(error.message).toContain("wholly: is not a known option");
    expect(sent).toHaveLength(before);
  });

  test.each([
    ...[null, 5, "options", []],
    ...[Promise.resolve({}), new Map([["key", "a"]])],
  ])("refuses %o instead of options", async (given) => {
    const { client, sent } = counting();
    const error = await failureOf(call(client, given as never));
    expect(error).toMatchObject({ name: "ValidationError" });
    expect(sent).toHaveLength(before);
  });
});

test("an option that is undefined counts as absent", async () => {
  const { client, sent } = counting();
  const options = { signal: undefined, key: undefined, timeout: undefined, pollInterval: 1, onStatus: undefined };
  expect(await client.videos.generate(FOX, options)).toMatchObject({ taskId: "7" });
  expect(sent).toHaveLength(2);
});

test("the error of a wait with a wrong option has the task", async () => {
  const task = counting().client.videos.task("7");
  expect(await failureOf(task.wait({ timeout: Number.NaN }))).toMatchObject({ name: "ValidationError", task });
});

test("an error names every wrong option", async () => {
  const { client } = counting();
  const wrong = { timeout: Number.NaN, pollInterval: -5, onstatus: () => {} };
  const error = (await failureOf(client.videos.generate(FOX, wrong as never))) as ValidationError;
  expect(error.message).toBe(
    [
      "generate cannot use these options; nothing was sent:",
      "  timeout: must be a number of milliseconds, 0 or more, or Infinity (got NaN)",
      "  pollInterval: must be a number of milliseconds above 0, or Infinity (got -5)",
      "  onstatus: is not a known option; did you mean onStatus?",
    ].join("\n"),
  );
});

describe("createClient", () => {
  test.each<[string, readonly unknown[]]>([
    ["apiKey", [42, null, {}, ["key"]]],
    ["server", [5, null, "nowhere", "", { url: "https://a.example" }, { baseUrl: "https://a.example", lik: "china" }]],
    ["fetch", NOT_FUNCTIONS],
    ["timeout", DURATIONS],
    ["maxRetries", [Number.NaN, -1, 1.5, "2", null, Number.POSITIVE_INFINITY]],
    ["logger", [null, "console", () => {}, {}]],
    ["journal", [null, "folder", Promise.resolve({}), { folder: "jobs" }]],
    ["queriesPerMinute", DURATIONS],
    ["clock", [null, Date.now, {}]],
  ])("refuses %s of a wrong type or value", (name, values) => {
    for (const value of values) {
      const make = () => createClient({ apiKey: "any", server: "global", [name]: value });
      expect(make, `${name}: ${String(value)}`).toThrow(ValidationError);
      expect(make).toThrow(name);
    }
  });

  test("refuses baseUrl and similar options, so that no request reaches the paid default server by mistake (H9)", () => {
    const make = () => createClient({ apiKey: "any", baseUrl: "http://127.0.0.1:4010" } as ConnectOptions);
    expect(make).toThrow("baseUrl: is not a known option");
    for (const name of ["baseURL", "base_url", "url", "host", "region", "key", "api_key", "retries"])
      expect(() => createClient({ [name]: "x" }), name).toThrow(`${name}: is not a known option`);
  });

  test.each([
    [42, "a number"],
    [["sk-1"], "an object"],
    [null, "null"],
  ])("says what apiKey: %j is, if it is not a key (E4)", (apiKey, got) => {
    expect(() => createClient({ apiKey } as never)).toThrow(`apiKey: must be a string or a function (got ${got})`);
  });

  test("never shows a key in an error", () => {
    const secret = "sk-nobody-may-see-this-key";
    for (const options of [{ apiKey: [secret] }, { api_key: secret }, { apiKey: secret, timeout: secret }, secret])
      expect(() => createClient(options as ConnectOptions)).not.toThrow(secret);
  });

  test.each([
    ...[null, 5, "sk-key", []],
    ...[Promise.resolve({ server: "http://127.0.0.1:4010" }), new Map([["server", "http://127.0.0.1:4010"]])],
  ])("refuses %o instead of options", (given) => {
    expect(() => createClient(given as never)).toThrow(ValidationError);
  });
});

describe("calls of minimax-video/node and /contract", () => {
  const DISK = {
    saveVideo: async (options: never) => saveVideo(await video(counting().client), "nowhere/fox.mp4", options),
    saveFile: (options: never) => saveFile({ stream: new ReadableStream() }, "nowhere/fox.mp4", options),
    openJournal: (options: never) => openJournal(options),
    runContract: (options: never) => runContract(options),
  };

  test.each<[keyof typeof DISK, string, readonly unknown[]]>([
    ["saveVideo", "signal", SIGNALS],
    ["saveVideo", "idleTimeout", DURATIONS],
    ["saveVideo", "onprogress", [() => {}]],
    ["saveFile", "onProgress", NOT_FUNCTIONS],
    ["openJournal", "folder", [null, 5, ""]],
    ["openJournal", "target", [null, "out", { force: true }]],
    ["openJournal", "folders", ["x"]],
    ["runContract", "free", ["false", "true", 0, 1, null]],
    ["runContract", "requestsPerMinute", DURATIONS],
    ["runContract", "paid", [true]],
  ])("%s refuses %s of a wrong type or value", async (call, name, values) => {
    for (const value of values) {
      const error = await failureOf(DISK[call]({ [name]: value } as never));
      expect(error, `${name}: ${String(value)}`).toMatchObject({ name: "ValidationError" });
      expect(error.message).toContain(name);
    }
    expect(existsSync("nowhere")).toBe(false);
  });
});
