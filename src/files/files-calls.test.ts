/** The calls for files: what they refuse, send, parse and report. Without a network. */
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import { movie } from "../../contract-tests/helpers/movies.js";
import { png } from "../../contract-tests/helpers/pictures.js";
import { mp3, wav } from "../../contract-tests/helpers/sounds.js";
import type { ConnectOptions } from "../base/connect-options.js";
import type { ValidationError } from "../base/errors.js";
import { createClient } from "../client.js";
import type { MediaFacts } from "../media/media.js";
import type { LocalFile, UploadSource } from "./upload-file.js";

const INPUT = { purpose: "video_generation_input" } as const;
const OTHER = { purpose: "video_understanding" } as const;
const FILE = { file_id: "8", bytes: 3, created_at: 5, filename: "a.png", purpose: "video_generation_input" };
/** An id that a double cannot represent. */
const LONG_ID = "176844028768320123";
const STORED = { file: FILE, ...OK };
const ABC = new TextEncoder().encode("abc");

/** The files of a client that gets these answers, and its requests. */
function filesAt(given: Given[], options: ConnectOptions = {}) {
  const { options: usual, ...service } = answers(...given);
  return { ...service, files: createClient({ ...usual, ...options }).files };
}
const bad = (value: unknown) => value as never;
const local = (fields: Partial<LocalFile>): LocalFile => ({
  name: "",
  size: 3,
  facts: undefined,
  open: () => ABC,
  ...fields,
});

describe("an upload", () => {
  async function upload(source: UploadSource, filename?: string, { purpose }: typeof INPUT | typeof OTHER = OTHER) {
    const { files, sent } = filesAt([STORED]);
    expect(await files.upload(source, { purpose, filename })).toEqual({ ...FILE, uri: "mm_file://8" });
    expect(sent[0]?.request).toBe("POST /v1/files/upload");
    const body = sent[0]?.body ?? "";
    expect(/name="purpose"\r\n\r\n(.*)\r\n/.exec(body)?.[1]).toBe(purpose);
    const [, name, type, content] =
      /filename="(.*)"\r\nContent-Type: (.*)\r\n\r\n([\s\S]*)\r\n--form-[a-z0-9-]+--\r\n$/.exec(body) ?? [];
    return { name, type, content };
  }

  test.each<[MediaFacts["type"], string]>([
    ["image/jpeg", "image.jpeg"],
    ["image/png", "image.png"],
    ["image/webp", "image.webp"],
    ["image/heic", "image.heic"],
    ["video/mp4", "video.mp4"],
    ["video/quicktime", "video.mov"],
    ["audio/wav", "audio.wav"],
    ["audio/mpeg", "audio.mp3"],
  ])("of %s without a name is called %s", async (type, name) => {
    const media = { kind: type.split("/")[0], type, size: 3, toJSON: () => "data:", open: () => ABC };
    expect(await upload(bad(media))).toEqual({ name, type, content: "abc" });
  });

  test.each<[string, UploadSource, object]>([
    ["bytes", ABC, { name: "file", type: "application/octet-stream", content: "abc" }],
    ["an ArrayBuffer", ABC.buffer, { name: "file", content: "abc" }],
    ["a Blob", new Blob([ABC]), { name: "file", content: "abc" }],
    ["a Blob with an odd name", Object.assign(new Blob([ABC]), { name: 7 }), { name: "file" }],
    ["a File", new File([ABC], "mine.bin"), { name: "mine.bin", content: "abc" }],
    ["a local file", local({ name: "mine.txt" }), { name: "mine.txt", content: "abc" }],
  ])("gets its name, if there is one, from %s", async (_, source, expected) => {
    expect(await upload(source)).toMatchObject(expected);
    expect(await upload(source, 'a "b"\r\n')).toMatchObject({ name: "a %22b%22%0D%0A" });
  });

  test.each([
    ["audio.wav", wav()],
    ["audio.mp3", mp3()],
    ["video.mp4", movie()],
  ])("recognises %s by its header", async (name, bytes) => {
    expect(await upload(new Uint8Array(bytes), undefined, INPUT)).toMatchObject({ name });
  });

  test("reads no more than the header of a Blob before it is sent", async () => {
    const blob = new Blob([new Uint8Array(png(640, 480)), new Uint8Array(1_000_000)]);
    const whole = vi.spyOn(blob, "arrayBuffer");
    expect(await upload(blob)).toMatchObject({ name: "image.png", type: "image/png" });
    expect(whole).not.toHaveBeenCalled();
  });

  test("has a new boundary each time", async () => {
    const { files, sent } = filesAt([STORED]);
    for (let time = 0; time < 2; time++) await files.upload(ABC, OTHER);
    const [one, other] = sent.map(({ body }) => /^--(form-[a-z0-9]{5,}-[a-z0-9]{5,})\r\n/.exec(body)?.[1]);
    expect(one).toBeDefined();
    expect(other).not.toBe(one);
  });

  test("fails if a Blob cannot be read, and sends nothing", async () => {
    const blob = new Blob([ABC]);
    const cause = new Error("gone");
    vi.spyOn(blob, "slice").mockImplementation(() => {
      throw cause;
    });
    const { files, sent } = filesAt([STORED]);
    const message = "The file could not be read, and nothing was sent";
    expect(await failureOf(files.upload(blob, OTHER))).toMatchObject({ name: "MiniMaxError", message, cause });
    expect(sent).toEqual([]);
  });

  test("fails if its file breaks off while it is sent, and is not sent again", async () => {
    const cause = new Error("gone");
    const breaking = (error: Error) =>
      async function* () {
        yield ABC.subarray(0, 1);
        throw error;
      };
    const { files, sent } = filesAt([STORED]);
    const message =
      "uploadFile was not sent completely, so nothing was accepted:\n  a file could not be read to its end: gone";
    const error = await failureOf(files.upload(local({ open: breaking(cause) }), OTHER));
    expect(error).toMatchObject({ name: "ValidationError", message, cause, operation: "uploadFile" });
    expect(sent).toHaveLength(1);
  });

  test("fails if onProgress throws", async () => {
    const onProgress = () => {
      throw new RangeError("mine");
    };
    const { files } = filesAt([STORED]);
    const error = await failureOf(files.upload(ABC, { ...OTHER, onProgress }));
    expect(error.message).toContain("onProgress threw an error, see its cause");
    expect(error).toMatchObject({ name: "ValidationError", cause: { cause: { message: "mine" } } });
  });

  const ADVICE =
    'The file may or may not have arrived: files.list({ purpose: "video_understanding" }) shows it. It was not sent again';
  const NO_ID = "the reply of https://api.minimax.io has no file_id, so it is not a reply of this API";

  test.each<[string, Given, string, { name: string }]>([
    ["names no file", OK, NO_ID, { name: "ApiError" }],
    ["names a file without an id", { file: { file_id: "" }, ...OK }, NO_ID, { name: "ApiError" }],
    [
      "is lost",
      new TypeError("fetch failed"),
      "https://api.minimax.io broke the connection",
      { name: "ConnectionError" },
    ],
    ["is a fault of the service", refusal(1000, ""), "1000, ", { name: "ApiError" }],
  ])("is not sent again if its reply %s, and the error says how to find out", async (_, given, message, facts) => {
    const { files, sent } = filesAt([given]);
    const error = await failureOf(files.upload(ABC, OTHER));
    expect(error).toMatchObject({ ...facts, operation: "uploadFile", cause: { name: facts.name } });
    expect(error.message).toContain(message);
    expect(error.message.endsWith(ADVICE)).toBe(true);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ["a code", refusal(1008, "no")],
    ["HTTP 400", () => Response.json(refusal(2013, "no"), { status: 400 })],
  ])("that is clearly refused, by %s, is not sent again, and its outcome is not unknown", async (_, given) => {
    const { files, sent } = filesAt([given]);
    const error = await failureOf(files.upload(ABC, OTHER));
    expect(error).toMatchObject({ name: "ApiError", message: expect.not.stringContaining("may or may not") });
    expect(sent).toHaveLength(1);
  });

  test("that was certainly not received is sent again", async () => {
    const unsent = Object.assign(new TypeError("fetch failed"), {
      cause: Object.assign(new Error(), { code: "ENOTFOUND" }),
    });
    for (const given of [refusal(1002, "slow"), unsent, () => new Response("{}", { status: 429 })]) {
      const { files, sent, clock } = filesAt([given, STORED]);
      await clock.until(files.upload(ABC, OTHER));
      expect(sent[1]?.body.length).toBe(sent[0]?.body.length);
    }
    const { files, clock } = filesAt([unsent]);
    const error = await failureOf(clock.until(files.upload(ABC, OTHER)));
    expect(error).toMatchObject({ sent: "no", message: expect.not.stringContaining("shows it") });
  });

  test("logs the warnings about its file, and is sent", async () => {
    const sound = local({ facts: { kind: "audio", type: "audio/wav", seconds: 15.05 } as MediaFacts });
    const debug = vi.fn();
    const { files, sent } = filesAt([STORED], { logger: { debug } });
    await files.upload(sound, INPUT);
    const message = "must last 2 to 15 s (it lasts 15.05)";
    expect(debug).toHaveBeenCalledWith("advice", { operation: "uploadFile", path: "file", message });
    expect(sent).toHaveLength(1);
  });
});

describe("a call for files is refused before anything is sent", () => {
  const NOT_A_FILE = "file: must be bytes, a Blob, or a file from image, video, audio or localFile";
  const NO_HEADER =
    "file: must be a complete JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3 file; its header is broken or of another format";

  test.each<[string, unknown, unknown, string[]]>([
    ["a path", "fox.png", INPUT, [NOT_A_FILE]],
    ["undefined", undefined, INPUT, [NOT_A_FILE]],
    ["no bytes", new Uint8Array(), INPUT, ["file: must not be empty"]],
    ["an empty Blob for another purpose", new Blob([]), OTHER, ["file: must not be empty"]],
    ["bytes without a header", new Uint8Array(100), INPUT, [NO_HEADER]],
    [
      "no purpose",
      ABC,
      {},
      [expect.stringMatching(/^purpose: is required for an upload: one of video_generation_input, /)],
    ],
    [
      "an unknown purpose and no bytes",
      new Uint8Array(),
      { purpose: "fun" },
      [
        'purpose: must be one of video_generation_input, video_understanding, voice_clone, prompt_audio, t2a_async_input (got "fun")',
        "file: must not be empty",
      ],
    ],
    [
      "an image that is too small and too large",
      new Uint8Array(png(200, 300, 30 * 1024 * 1024 + 1)),
      INPUT,
      [
        "file: must have at most 30 MB (it has 30.1 MB)",
        "file: must have sides of 256 to 5760 pixels (it has 200 x 300)",
      ],
    ],
    ["a sound of a second", new Uint8Array(wav(1)), INPUT, ["file: must last 2 to 15 s (it lasts 1)"]],
  ])("an upload of %s", async (_, source, options, said) => {
    const { files, sent } = filesAt([STORED]);
    const error = await failureOf<ValidationError>(files.upload(bad(source), bad(options)));
    expect(error).toMatchObject({ name: "ValidationError", operation: "uploadFile", server: "https://api.minimax.io" });
    expect(error.message).toMatch(/^This file was not sent:/);
    expect(error.issues.map(({ path, message }) => `${path}: ${message}`)).toEqual(said);
    expect(sent).toEqual([]);
  });

  test.each([undefined, null, "", "..", " 8", 8, "8\n", "\ud800"])("for the id %j", async (id) => {
    const { files, sent } = filesAt([{}]);
    const message = "must be the id of a file: a string, as the service returned it";
    for (const call of [files.retrieve(bad(id)), files.content(bad(id)), files.delete(bad(id), INPUT)])
      expect(await failureOf(call)).toMatchObject({ issues: [{ path: "fileId", rule: "pattern", message }] });
    expect(sent).toEqual([]);
  });

  test("for an unknown purpose, with all reasons", async () => {
    const { files, sent } = filesAt([{}]);
    const purpose = bad("fun");
    expect(await failureOf(files.list({ purpose }))).toMatchObject({ issues: [{ path: "purpose", rule: "enum" }] });
    expect(await failureOf(files.list(bad({})))).toMatchObject({ issues: [{ path: "purpose" }] });
    expect(await failureOf(files.delete("..", { purpose }))).toMatchObject({
      issues: [{ path: "fileId" }, { path: "purpose" }],
    });
    expect(sent).toEqual([]);
  });

  test("at a server that documents no files", async () => {
    const { files, sent } = filesAt([{}], { server: { baseUrl: "https://a.test", like: "quickrouter" } });
    const calls = {
      "This file was not sent:": files.upload(ABC, OTHER),
      "No files were listed:": files.list(INPUT),
      "Nothing was deleted:": files.delete("8", INPUT),
      "The file was not requested:": files.content("8"),
    };
    for (const [words, call] of Object.entries(calls)) {
      const error = await failureOf<ValidationError>(call);
      expect(error.message.startsWith(words)).toBe(true);
      const message = "https://a.test documents no calls for files except files.retrieve";
      expect(error.issues).toEqual([{ path: "", rule: "operation", severity: "error", message }]);
    }
    expect(sent).toEqual([]);
  });
});

describe("a list", () => {
  test.each<[object, unknown[]]>([
    [{ files: [FILE] }, [FILE]],
    [{ data: [FILE] }, [FILE]],
    [{}, []],
    [{ files: [FILE, { file_id: "" }, { file_id: 8 }, {}, null, "8"] }, [FILE, { file_id: "8" }]],
  ])("in the reply %j is parsed", async (reply, listed) => {
    const { files, sent } = filesAt([{ ...reply, ...OK }]);
    expect(await files.list(INPUT)).toEqual(listed);
    expect(sent).toEqual([{ request: "GET /v1/files/list?purpose=video_generation_input", body: "" }]);
  });

  test.each([
    { files: 7, ...OK },
    { data: "8", ...OK },
    {},
  ])("is not in the reply %j, and is requested again", async (reply) => {
    const { files, sent, clock } = filesAt([reply]);
    const message = "listFiles: the reply of https://api.minimax.io has no files, so it is not a reply of this API";
    expect(await failureOf(clock.until(files.list(INPUT)))).toMatchObject({ name: "ApiError", message });
    expect(sent).toHaveLength(2);
  });
});

describe("a deletion", () => {
  test.each([{ file_id: LONG_ID }, {}])("sends every digit of the id, and is confirmed by %j", async (reply) => {
    const { files, sent } = filesAt([{ ...reply, ...OK }]);
    await files.delete(LONG_ID, INPUT);
    const body = `{"file_id":${LONG_ID},"purpose":"video_generation_input"}`;
    expect(sent).toEqual([{ request: "POST /v1/files/delete", body }]);
  });

  test.each([{ file_id: "9", ...OK }, {}])("is not confirmed by %j", async (reply) => {
    const { files, clock } = filesAt([reply]);
    const message =
      "deleteFile: the reply of https://api.minimax.io has no file_id 8, so it is not a reply of this API";
    expect(await failureOf(clock.until(files.delete("8", INPUT)))).toMatchObject({
      name: "ApiError",
      fileId: "8",
      message,
    });
  });

  const refused = refusal(2013, "no such file");
  const lost = new TypeError("fetch failed");

  test.each<[string, Given[], object, boolean]>([
    ["that is refused at once did nothing", [refused], { kind: "invalid_request" }, false],
    [
      "that is refused after a lost reply may have been carried out",
      [lost, refused],
      { kind: "invalid_request", code: 2013 },
      true,
    ],
    ["whose replies are all lost is not refused", [lost], { name: "ConnectionError" }, false],
  ])("%s", async (_, given, facts, mayBeDone) => {
    const { files, clock } = filesAt(given);
    const error = await failureOf(clock.until(files.delete("8", INPUT)));
    expect(error).toMatchObject({ ...facts, fileId: "8" });
    const advice =
      'An earlier attempt may have deleted it: files.list({ purpose: "video_generation_input" }) shows what is left';
    expect(error.message.endsWith(advice)).toBe(mayBeDone);
  });
});

describe("a file whose link is not available yet (B5)", () => {
  const stored = { file_id: "8", purpose: "video_generation", bytes: 0 };
  const LATE: [string, object | null][] = [
    ["null", null],
    ["without a link", stored],
    ["with an empty link", { ...stored, download_url: "" }],
    ["with no link but null", { file_id: "8", download_url: null }],
  ];

  test.each(LATE)("is requested again: %s", async (_, file) => {
    const { options, sent, clock } = answers(
      { file, ...OK },
      { file: { ...stored, download_url: "https://a.test/1" }, ...OK },
    );
    const found = await clock.until(createClient({ ...options, server: "global" }).files.retrieve("8"));
    expect([found.download_url, sent.length]).toEqual(["https://a.test/1", 2]);
  });

  test.each(LATE)("finally fails: %s", async (_, file) => {
    const { options, clock } = answers({ file, ...OK });
    const error = await failureOf(clock.until(createClient({ ...options, server: "global" }).files.retrieve("8")));
    expect(error).toMatchObject({ name: "ApiError", retryable: true, fileId: "8" });
  });

  test.each([
    [8],
    [["8"]],
    [{ id: "8" }],
  ])("is not described by a reply about another file: %j (I10)", async (file_id) => {
    const { files } = filesAt([{ file: { file_id, download_url: "https://a.test/1" }, ...OK }], { maxRetries: 0 });
    expect(await failureOf(files.retrieve("9"))).toMatchObject({ name: "ApiError", fileId: "9" });
  });

  test("needs no link if it is an upload", async () => {
    const file = { file_id: "8", purpose: "video_generation_input", bytes: 7 };
    const { options } = answers({ file, ...OK });
    expect(await createClient({ ...options, server: "global" }).files.retrieve("8")).toEqual(file);
  });
});

describe("a list of files", () => {
  test.each([
    { files: null },
    { files: null, ...OK },
    { data: null, ...OK },
    OK,
    { code: 0, message: "ok", data: [] },
  ])("is empty if the reply is %j (B8)", async (reply) => {
    const { options } = answers(reply);
    const files = createClient({ ...options, server: "global" }).files;
    expect(await files.list({ purpose: "video_generation_input" })).toEqual([]);
  });
});

describe("the content of a file", () => {
  const JSON_TYPE = { "content-type": "application/json" };
  const reply =
    (body: BodyInit | null, headers: Record<string, string> = {}, status = 200) =>
    () =>
      new Response(body, { status, headers });
  const contentOf = (given: Given, options: object = {}) =>
    filesAt([given], { maxRetries: 0 }).files.content("8", options);
  const textOf = async (given: Given) => new Response((await contentOf(given)).stream).text();
  const brokenBy = async (given: Given, options: object = {}) =>
    failureOf(new Response((await contentOf(given, options)).stream).text());

  test("has the type and size from the service", async () => {
    const named = { "content-type": "video/mp4", "content-length": "3" };
    expect(await contentOf(reply("abc", named))).toMatchObject({ type: "video/mp4", size: 3 });
    const unnamed = await contentOf(reply(ABC));
    expect(Object.keys(unnamed)).toEqual(["type", "stream"]);
    expect(unnamed.type).toBe("application/octet-stream");
    expect(await contentOf(reply(ABC, { ...named, "content-encoding": "gzip" }))).not.toHaveProperty("size");
  });

  const pieces = (...texts: string[]) =>
    new ReadableStream({
      start(controller) {
        for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });
  const LONG = `{"base_resp":{"status_code":2013,"status_msg":"${"a".repeat(70_000)}"}}`;

  test.each<[string, BodyInit, Record<string, string>]>([
    ["JSON of another kind", '{"a":1}', JSON_TYPE],
    ["a list in JSON", "[1]", JSON_TYPE],
    ["a text that begins like JSON", new TextEncoder().encode(" {a"), {}],
    ["a type with text/ in its middle", "abc", { "content-type": "x-text/plain" }],
    ["a video that is called JSON, as on the vendor's page", new Uint8Array(movie({ brand: "mp42" })), JSON_TYPE],
    ["JSON longer than any refusal", LONG, JSON_TYPE],
    ["a whole movie of unknown length", new Uint8Array(movie()), {}],
  ])("may be %s", async (_, body, headers) => {
    expect(await textOf(reply(body, headers))).toBe(await new Response(body).text());
  });

  const OF_V2 = { type: "error", error: { type: "x", message: "no (1004)" } };

  test.each<[string, Given, string]>([
    ["a refusal under HTTP 200", refusal(2013, "no"), "2013"],
    [
      "a refusal of an unusual type",
      reply(JSON.stringify(refusal(2013, "no")), { "content-type": "text/plain" }),
      "2013",
    ],
    ["a success without a file", OK, "has no bytes"],
    ["a refusal of version 2", OF_V2, "1004"],
    ["a page", reply("<html><title>502 Bad Gateway</title>", { "content-type": "text/html" }), "an HTML page"],
    [
      "a text",
      reply("Welcome to this hotel", { "content-type": "text/plain" }),
      'plain text ("Welcome to this hotel")',
    ],
    ["nothing", reply(""), "an empty body"],
    ["a refusal after an empty chunk", () => new Response(pieces("", JSON.stringify(refusal(2013, "no")))), "2013"],
    ["a refusal in pieces", () => new Response(pieces('{"base_', 'resp":{"status_code":1004}}')), "1004"],
    ["half a refusal", reply('{"base_resp":{"status_', JSON_TYPE), "a body that is not a reply of this API"],
    ["bytes under HTTP 500", reply("ftyp", { "content-type": "video/mp4" }, 500), "answered HTTP 500"],
  ])("is not %s", async (_, given, message) => {
    const error = await failureOf(contentOf(given));
    expect(error).toMatchObject({ name: "ApiError", fileId: "8", operation: "retrieveFileContent" });
    expect(error.message).toContain(message);
  });

  const breaking = () => {
    const chunks = [new Uint8Array([1, 2])];
    return new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.error(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
      },
    });
  };
  const silent = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([1, 2])) });

  test.each<[string, Given, string, object?]>([
    ["fewer bytes than announced", reply(ABC, { "content-length": "5" }), "ended early, after 3 of 5 bytes"],
    ["a cut movie of unknown length", reply(new Uint8Array(movie()).subarray(0, 90)), "ended early, after 90 bytes"],
    ["a connection that breaks", () => new Response(breaking()), "broke the connection (ECONNRESET)"],
    ["a connection that falls silent", () => new Response(silent()), "sent nothing for 0.02 s", { idleTimeout: 20 }],
    ["more than maxBytes", reply(ABC), "sent more than 2 bytes (maxBytes)", { maxBytes: 2 }],
  ])("errors after %s", async (_, given, message, options) => {
    expect(await brokenBy(given, options)).toMatchObject({
      ...{ name: "ConnectionError", fileId: "8", sent: "maybe" },
      message: `retrieveFileContent: https://api.minimax.io ${message}; request the file again`,
    });
  });

  test("is not returned if the caller's signal aborts between the head of the reply and its bytes", async () => {
    const controller = new AbortController();
    const reason = { enough: true };
    const logger = { debug: (message: string) => message === "reply" && controller.abort(reason) };
    const { files } = filesAt([reply(ABC)], { logger });
    expect(await failureOf(files.content("9", { signal: controller.signal }))).toBe(reason);
  });
});
