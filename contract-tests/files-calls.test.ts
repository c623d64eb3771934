import { describe, expect, test, vi } from "vitest";
import { ApiError, ConnectionError, MiniMaxError, ValidationError } from "../src/base/errors.js";
import { createClient } from "../src/client.js";
import type { ConnectOptions } from "../src/connection.js";
import type { LocalFile, UploadSource } from "../src/files/upload-source.js";
import type { MediaFacts } from "../src/media/media.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, type Given, OK } from "./helpers/fake-fetch.js";
import { movie } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";
import { mp3, wav } from "./helpers/sounds.js";

const INPUT = { purpose: "video_generation_input" } as const;
const OTHER = { purpose: "video_understanding" } as const;
const FILE = { file_id: "8", bytes: 3, created_at: 5, filename: "a.png", purpose: "video_generation_input" };
/** The files of a client, and what its service was sent. */
function filesAt(given: Given[], options: ConnectOptions = {}) {
  const { options: usual, ...service } = answers(...given);
  return { ...service, files: createClient({ ...usual, ...options }).files };
}

const issuesOf = async (work: Promise<unknown>) => {
  const error = (await failureOf(work)) as ValidationError;
  expect(error).toBeInstanceOf(ValidationError);
  return error;
};
const bad = (value: unknown) => value as never;

describe("an upload", () => {
  const upload = async (source: UploadSource, filename?: string) => {
    const { files, sent } = filesAt([{ file: FILE, ...OK }]);
    const file = await files.upload(source, { ...OTHER, filename });
    expect(file).toEqual({ ...FILE, uri: "mm_file://8" });
    expect(sent[0]?.request).toBe("POST /v1/files/upload");
    const [, purpose] = /name="purpose"\r\n\r\n(.*)\r\n/.exec(sent[0]?.body ?? "") ?? [];
    expect(purpose).toBe("video_understanding");
    const [, name, type, content] =
      /filename="(.*)"\r\nContent-Type: (.*)\r\n\r\n([\s\S]*)\r\n--form-[a-z0-9-]+--\r\n$/.exec(sent[0]?.body ?? "") ??
      [];
    return { name, type, content };
  };
  const local = (facts: MediaFacts | undefined, name = ""): LocalFile => ({
    name,
    size: 3,
    facts,
    open: () => new Uint8Array([97, 98, 99]),
  });

  test.each<[kind: MediaFacts["kind"], type: MediaFacts["type"], name: string]>([
    ["image", "image/jpeg", "image.jpg"],
    ["image", "image/png", "image.png"],
    ["image", "image/webp", "image.webp"],
    ["image", "image/heic", "image.heic"],
    ["image", "image/heif", "image.heif"],
    ["video", "video/mp4", "video.mp4"],
    ["video", "video/quicktime", "video.mov"],
    ["audio", "audio/wav", "audio.wav"],
    ["audio", "audio/mpeg", "audio.mp3"],
  ])("of a %s of the type %s without a name is called %s", async (kind, type, name) => {
    const media = { kind, type, size: 3, toJSON: () => "data:", open: () => new Uint8Array([97, 98, 99]) };
    expect(await upload(bad(media))).toEqual({ name, type, content: "abc" });
  });

  test("of bytes that nobody knows is called file, and has no type", async () => {
    expect(await upload(new Uint8Array([97, 98, 99]))).toEqual({
      name: "file",
      type: "application/octet-stream",
      content: "abc",
    });
    expect(await upload(new Uint8Array([97]).buffer)).toMatchObject({ name: "file", content: "a" });
  });

  test("keeps the name of a File and of a local file, unless it is given another", async () => {
    expect(await upload(new File(["abc"], "mine.bin"))).toMatchObject({ name: "mine.bin", content: "abc" });
    expect(await upload(new Blob(["abc"]))).toMatchObject({ name: "file", content: "abc" });
    expect(await upload(Object.assign(new Blob(["abc"]), { name: 7 }))).toMatchObject({ name: "file" });
    expect(await upload(local(undefined, "mine.txt"))).toMatchObject({ name: "mine.txt", content: "abc" });
    expect(await upload(local(undefined, "mine.txt"), 'a "b"\r\n')).toMatchObject({ name: "a %22b%22%0D%0A" });
  });

  test("of a Blob reads no more than its header before it is sent", async () => {
    const blob = new Blob([new Uint8Array(png(640, 480)), new Uint8Array(1_000_000)]);
    const slice = vi.spyOn(blob, "slice");
    const whole = vi.spyOn(blob, "arrayBuffer");
    expect(await upload(blob)).toMatchObject({ name: "image.png", type: "image/png" });
    expect(slice).toHaveBeenCalled();
    expect(whole).not.toHaveBeenCalled();
  });

  test("has a boundary that is new each time", async () => {
    const { files, sent } = filesAt([{ file: FILE, ...OK }]);
    for (let time = 0; time < 2; time++) await files.upload(new Uint8Array(9), OTHER);
    const [one, other] = sent.map(({ body }) => /^--(form-[a-z0-9]+-[a-z0-9]+)\r\n/.exec(body)?.[1]);
    expect(one).toMatch(/^form-[a-z0-9]{5,}-[a-z0-9]{5,}$/);
    expect(other).not.toBe(one);
  });

  test("says when a Blob cannot be read, and sends nothing", async () => {
    const blob = new Blob(["abc"]);
    const cause = new Error("gone");
    vi.spyOn(blob, "slice").mockImplementation(() => {
      throw cause;
    });
    const { files, sent } = filesAt([{ file: FILE, ...OK }]);
    const error = await failureOf(files.upload(blob, OTHER));
    expect([error.name, error.message, error.cause]).toEqual([
      "MiniMaxError",
      "The file could not be read, and nothing was sent",
      cause,
    ]);
    expect(sent).toEqual([]);
  });

  test("says when a file ends before its time: it was not kept, and is not sent again", async () => {
    const cause = new Error("gone");
    const open = async function* () {
      yield new Uint8Array([97]);
      throw cause;
    };
    const { files, sent } = filesAt([{ file: FILE, ...OK }]);
    const error = await failureOf(files.upload({ ...local(undefined), open }, OTHER));
    expect([error.name, error.message, error.cause]).toEqual([
      "MiniMaxError",
      "The file could not be read completely, and the service did not store it",
      cause,
    ]);
    const own = new MiniMaxError("The file has changed");
    const changed = async function* () {
      yield* [];
      throw own;
    };
    expect(await failureOf(files.upload({ ...local(undefined), open: changed }, OTHER))).toBe(own);
    expect(sent).toHaveLength(2);
  });

  test.each([
    {},
    { file: 7 },
    { file: {} },
    { file: { file_id: "" } },
    { file: { file_id: null } },
    { file: [] },
  ])("that is answered with %j may have arrived, and is not sent again", async (answer) => {
    const { files, sent } = filesAt([{ ...answer, ...OK }]);
    const error = await failureOf(files.upload(new Uint8Array([1]), OTHER));
    expect(error.message).toBe(
      "uploadFile: the reply of https://api.minimax.io has no file_id, so it is not one of this API. The file may or may not have arrived: " +
        'files.list({ purpose: "video_understanding" }) shows it. It was not sent again',
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ kind: "unknown", retryable: true, status: 200, operation: "uploadFile" });
    expect(error.cause).toMatchObject({ name: "ApiError", kind: "unknown" });
    expect(sent).toHaveLength(1);
  });

  test("whose connection breaks may have arrived, and says so", async () => {
    const { files, sent } = filesAt([new TypeError("fetch failed")]);
    const error = await failureOf(files.upload(new Uint8Array([1]), OTHER));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sent: "maybe", operation: "uploadFile" });
    expect(error.message).toMatch(/broke the connection\. The file may or may not have arrived/);
    expect(sent).toHaveLength(1);
  });

  test("passes on what is no error of this library as it is", async () => {
    const reason = new Error("enough");
    const { files } = filesAt([{ file: FILE, ...OK }]);
    expect(await failureOf(files.upload(new Uint8Array([1]), { ...OTHER, signal: AbortSignal.abort(reason) }))).toBe(
      reason,
    );
  });

  test("whose file has a warning is sent, and it is logged", async () => {
    const sound = local({ kind: "audio", type: "audio/wav", seconds: 15.05 } as MediaFacts, "a.wav");
    const debug = vi.fn();
    const { files, sent } = filesAt([{ file: FILE, ...OK }], { logger: { debug } });
    await files.upload(sound, INPUT);
    const advice = debug.mock.calls.filter(([event]) => event === "advice").map(([, said]) => said);
    const message = "must last 2 to 15 s (it has 15.05)";
    expect(advice).toEqual([{ operation: "uploadFile", path: "file", message }]);
    const silent = filesAt([{ file: FILE, ...OK }]);
    await silent.files.upload(sound, INPUT);
    expect([sent, silent.sent].map(({ length }) => length)).toEqual([1, 1]);
  });
});

describe("what cannot be uploaded is refused, and nothing is sent", () => {
  test.each<[what: string, source: unknown, options: unknown, issue: object]>([
    [
      "a path",
      "fox.png",
      INPUT,
      {
        rule: "fileType",
        message: "must be bytes, a Blob, or a file from image, video, audio or localFile",
      },
    ],
    ["nothing", new Uint8Array(), INPUT, { rule: "fileEmpty", message: "must not be empty" }],
    [
      "bytes without a header",
      new Uint8Array(100),
      INPUT,
      {
        rule: "fileFormat",
        message:
          "must be a whole file in JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3; its header is of another kind, or broken",
      },
    ],
  ])("%s", async (_, source, options, issue) => {
    const { files, sent } = filesAt([{ file: FILE, ...OK }]);
    const error = await issuesOf(files.upload(bad(source), bad(options)));
    expect(error.message).toMatch(/^This file was not sent:/);
    expect(error.issues).toEqual([{ path: "file", severity: "error", ...issue }]);
    expect(error).toMatchObject({ operation: "uploadFile", server: "https://api.minimax.io" });
    expect(sent).toEqual([]);
  });

  test("a file without a purpose, or with an unknown one, and nothing is said of its file part", async () => {
    const { files } = filesAt([{ file: FILE, ...OK }]);
    const { issues: missing } = await issuesOf(files.upload(new Uint8Array([1]), bad({})));
    expect(missing.map(({ path, rule }) => [path, rule])).toEqual([["purpose", "required"]]);
    const { issues: unknown } = await issuesOf(files.upload(new Uint8Array([1]), bad({ purpose: "fun" })));
    expect(unknown.map(({ path, rule }) => [path, rule])).toEqual([["purpose", "enum"]]);
  });

  test("anything, at a server that documents no files", async () => {
    const { files, sent } = filesAt([{}], { server: { baseUrl: "https://a.test", like: "quickrouter" } });
    const uses = {
      "This file was not sent:": () => files.upload(png(), OTHER),
      "No files were listed:": () => files.list(INPUT),
      "Nothing was deleted:": () => files.delete("8", INPUT),
      "The file was not requested:": () => files.content("8"),
    };
    for (const [words, use] of Object.entries(uses)) {
      const error = await issuesOf(use());
      expect(error.message.startsWith(words)).toBe(true);
      expect(error.issues).toEqual([
        {
          path: "",
          rule: "operation",
          severity: "error",
          message: expect.stringMatching(/documents no calls for files except files\.retrieve$/),
        },
      ]);
    }
    expect(sent).toEqual([]);
  });

  test.each([undefined, null, "", "0", "08", "-1", "8.", "8 ", " 8", 8, "8\n"])("an id that is %j", async (id) => {
    const { files, sent } = filesAt([{}]);
    for (const [operation, use] of [
      ["retrieveFileContent", () => files.content(bad(id))],
      ["deleteFile", () => files.delete(bad(id), INPUT)],
    ] as const) {
      const error = await issuesOf(use());
      expect(error.issues).toEqual([
        {
          path: "fileId",
          rule: "pattern",
          severity: "error",
          message: "must be the id of a file: a string of decimal digits, as the service returned it",
        },
      ]);
      expect(error).toMatchObject({ operation });
    }
    expect(sent).toEqual([]);
  });
});

describe("a list", () => {
  test.each<[answer: object, listed: unknown[]]>([
    [{ files: [FILE] }, [FILE]],
    [{ data: [FILE] }, [FILE]],
    [{}, []],
    [{ files: [FILE, { file_id: "" }, { file_id: 8 }, {}, null, "8"] }, [FILE, { file_id: "8" }]],
  ])("of %j", async (answer, listed) => {
    const { files, sent } = filesAt([{ ...answer, ...OK }]);
    expect(await files.list(INPUT)).toEqual(listed);
    expect(sent).toEqual([{ request: "GET /v1/files/list?purpose=video_generation_input", body: "" }]);
  });

  test.each([
    { files: 7, ...OK },
    { files: {}, ...OK },
    { data: "8", ...OK },
    {},
  ])("is not made of %j, and asked for again", async (answer) => {
    const { files, sent, clock } = filesAt([answer]);
    const error = await failureOf(clock.until(files.list(INPUT)));
    expect(error).toMatchObject({ name: "ApiError", operation: "listFiles", status: 200 });
    expect(error.message).toBe(
      "listFiles: the reply of https://api.minimax.io has no files, so it is not one of this API",
    );
    expect(sent).toHaveLength(2);
  });

  test("of no purpose is refused", async () => {
    const error = await issuesOf(filesAt([{}]).files.list(bad({})));
    expect(error.message).toMatch(/^No files were listed:\n {2}purpose/);
    expect(error.issues).toHaveLength(1);
  });
});

describe("a deletion", () => {
  test.each([{ file_id: "8" }, {}])("is done when %j says so", async (answer) => {
    const { files, sent } = filesAt([{ ...answer, ...OK }]);
    expect(await files.delete("8", INPUT)).toBe(undefined);
    const body = '{"file_id":8,"purpose":"video_generation_input"}';
    expect(sent).toEqual([{ request: "POST /v1/files/delete", body }]);
  });

  test.each([{ file_id: "9", ...OK }, {}])("is not done when %j is the answer", async (answer) => {
    const { files, clock } = filesAt([answer]);
    const error = await failureOf(clock.until(files.delete("8", INPUT)));
    expect(error).toMatchObject({ name: "ApiError", fileId: "8", operation: "deleteFile" });
    expect(error.message).toBe(
      "deleteFile: the reply of https://api.minimax.io has no file_id 8, so it is not one of this API",
    );
  });

  const refused = { base_resp: { status_code: 2013, status_msg: "no such file" } };

  test("that is refused at once was none", async () => {
    const { files, sent } = filesAt([refused]);
    const error = await failureOf(files.delete("8", INPUT));
    expect(error).toMatchObject({ kind: "invalid_request", fileId: "8" });
    expect(error.message).not.toMatch(/earlier try/);
    expect(sent).toHaveLength(1);
  });

  test("that is refused after a lost reply may have been done", async () => {
    const { files, clock } = filesAt([new TypeError("fetch failed"), refused]);
    const error = await failureOf(clock.until(files.delete("8", INPUT)));
    expect(error).toMatchObject({ name: "ApiError", kind: "invalid_request", code: 2013, status: 200, fileId: "8" });
    expect(error.message).toMatch(
      /\. An earlier attempt may have deleted it: files\.list\(\{ purpose: "video_generation_input" \}\) shows what is left$/,
    );
    expect(error.cause).toMatchObject({ kind: "invalid_request" });
  });

  test("whose reply is lost each time is no refusal", async () => {
    const { files, clock } = filesAt([new TypeError("fetch failed")]);
    const error = await failureOf(clock.until(files.delete("8", INPUT)));
    expect(error).toMatchObject({ name: "ConnectionError", fileId: "8" });
    expect(error.message).not.toMatch(/earlier try/);
  });
});

describe("the bytes of a file", () => {
  const reply = (body: BodyInit | null, headers: Record<string, string> = {}, status = 200) =>
    new Response(body, { status, headers });
  const bytesOf = async (answer: () => Response) => {
    const content = await filesAt([answer], { maxRetries: 0 }).files.content("8");
    return { ...content, stream: undefined, text: await new Response(content.stream).text() };
  };
  const BASE = JSON.stringify({ base_resp: { status_code: 0, status_msg: "success" } });

  test("come as they are, with what the service says of them", async () => {
    expect(await bytesOf(() => reply("abc", { "content-type": "video/mp4", "content-length": "3" }))).toEqual({
      type: "video/mp4",
      size: 3,
      text: "abc",
    });
    const unnamed = () => reply(new Uint8Array([1, 2]));
    expect(Object.keys(await filesAt([unnamed], { maxRetries: 0 }).files.content("8"))).toEqual(["type", "stream"]);
    expect(await bytesOf(unnamed)).toEqual({ type: "application/octet-stream", text: "\u0001\u0002" });
  });

  test("of which some are missing are an error, with what came", async () => {
    const short = () => reply("abc", { "content-type": "video/mp4", "content-length": "5" });
    const { stream } = await filesAt([short], { maxRetries: 0 }).files.content("8");
    const error = await failureOf(new Response(stream).text());
    expect(error).toMatchObject({
      name: "ConnectionError",
      fileId: "8",
      sent: "maybe",
      operation: "retrieveFileContent",
    });
    expect(error.message).toBe(
      "retrieveFileContent: https://api.minimax.io ended early, after 3 of 5 bytes; request the file again",
    );
  });

  test("of a film that is not whole are an error where nobody said how many", async () => {
    const film = new Uint8Array(movie());
    const cut = () => reply(film.subarray(0, film.length - 9));
    const { stream } = await filesAt([cut], { maxRetries: 0 }).files.content("8");
    expect((await failureOf(new Response(stream).text())).message).toMatch(/ended early, after \d+ bytes/);
    expect((await bytesOf(() => reply(film))).text.length).toBeGreaterThan(8);
  });

  test.each<[what: string, answer: () => Response, text: string]>([
    [
      "JSON of a user, of the type of an answer",
      () => reply('{"a":1}', { "content-type": "application/json" }),
      '{"a":1}',
    ],
    ["a list in JSON", () => reply("[1]", { "content-type": "application/json" }), "[1]"],
    ["what begins like JSON and is none", () => reply(new TextEncoder().encode(" {a")), " {a"],
    ["what has a brace later on", () => reply(new TextEncoder().encode("ab{")), "ab{"],
    ["text/ in the middle of a type", () => reply("abc", { "content-type": "x-text/plain" }), "abc"],
    ["two pieces of one character", () => reply('{"a":"ü"}', { "content-type": "application/json" }), '{"a":"ü"}'],
  ])("may be %s", async (_, answer, text) => {
    expect((await bytesOf(answer)).text).toBe(text);
  });

  test.each<[what: string, answer: () => Response, says: RegExp]>([
    ["a refusal under HTTP 200", () => reply(BASE.replace("0,", "2013,")), /2013/],
    ["a success without a file", () => reply(BASE, { "content-type": "application/json" }), /has no bytes/],
    [
      "an error of version 2",
      () => reply('{"type":"error","error":{"type":"x","message":"no (1004)"}}'),
      /no \(1004\)|1004/,
    ],
    ["a page", () => reply("<html>", { "content-type": "text/html" }), /retrieveFileContent/],
    ["nothing at all", () => reply("", { "content-type": "application/json" }), /retrieveFileContent/],
    ["JSON that is cut", () => reply('{"base_resp":', { "content-type": "application/json" }), /retrieveFileContent/],
    ["a refusal by HTTP status", () => reply("no", {}, 404), /404/],
  ])("are not %s", async (_, answer, says) => {
    const { files } = filesAt([answer], { maxRetries: 0 });
    const error = await failureOf(files.content("8"));
    expect(error).toBeInstanceOf(ApiError);
    expect(error.message).toMatch(says);
    expect(error).toMatchObject({ fileId: "8" });
  });

  test("that begin like a refusal and are longer than any are a file", async () => {
    const long = `{"base_resp":{"status_code":2013,"status_msg":"${"a".repeat(70_000)}"}}`;
    expect((await bytesOf(() => reply(long, { "content-type": "application/json" }))).text).toBe(long);
  });

  test("that break off are an error with the reason's code", async () => {
    const body = () => {
      let pieces = 0;
      return new ReadableStream({
        pull(controller) {
          if (pieces++ === 0) controller.enqueue(new Uint8Array([1, 2]));
          else controller.error(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
        },
      });
    };
    const { stream } = await filesAt([() => reply(body(), { "content-type": "video/mp4" })], {
      maxRetries: 0,
    }).files.content("8");
    const error = await failureOf(new Response(stream).text());
    expect(error.message).toBe(
      "retrieveFileContent: https://api.minimax.io broke the connection (ECONNRESET); request the file again",
    );
  });
});

test("a film and sounds are sent for version 2 as what they are", async () => {
  for (const [bytes, name] of [
    [wav(), "audio.wav"],
    [mp3(), "audio.mp3"],
  ] as const) {
    const { files, sent } = filesAt([{ file: FILE, ...OK }]);
    await files.upload(new Uint8Array(bytes), INPUT);
    expect(sent[0]?.body).toContain(`filename="${name}"`);
  }
});
