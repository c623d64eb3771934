/** Files through the client: uploads, lists, bytes and deletions, on the mock and on servers that misbehave. */

import { openAsBlob } from "node:fs";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  ApiError,
  ConnectionError,
  createClient,
  type FramesToVideoV2,
  image,
  MiniMaxError,
  type UploadOptions,
  ValidationError,
} from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { imageFile, localFile, saveFile, saveVideo } from "../src/node/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { cut, fakeServer, html, json, refused, silence, success } from "./helpers/fake-server.js";
import { png } from "./helpers/pictures.js";
import { wave } from "./helpers/uploads.js";

const KEY = "sk-nobody-may-see-this-key";
const V2 = { purpose: "video_generation_input" } as const;
const OTHER = { purpose: "video_understanding" } as const;
/** 18 digits: as a double it would be another one. */
const ID = "176844028768320123";

const server = fakeServer();
let mock: Mock;
let folder: string;
beforeAll(async () => {
  mock = await startMock({ speed: 900 });
  folder = await mkdtemp(join(tmpdir(), "minimax-video-files-"));
}, 30_000);
afterAll(async () => {
  await mock.close();
  await rm(folder, { recursive: true });
});

/** Pauses take no time; how long they would have been is told. */
function client(url: string, more: object = {}) {
  const pauses: number[] = [];
  const pause = async (milliseconds: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    pauses.push(milliseconds);
  };
  const clock = { now: Date.now, random: () => 1, pause };
  return { ...createClient({ apiKey: KEY, server: url, clock, ...more }), pauses };
}
const files = (more?: object) => client(server.url, more).files;
const here = () => client(mock.url).files;
const bytesOf = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) =>
  Buffer.from(await new Response(stream).arrayBuffer());
const uploaded = (more: object = {}) =>
  json(`{"file":{"file_id":${ID},"bytes":3},"base_resp":{"status_code":0}}`, 200, { ...more });
const picture = () => new Uint8Array(png(640, 480, 5_000));

describe("an upload", () => {
  test("stands for its bytes in a create of version 2, from disk to disk", async () => {
    const path = join(folder, "fox.png");
    await writeFile(path, png(640, 480));
    const minimax = client(mock.url);
    const { uri, file_id, filename } = await minimax.files.upload(await localFile(path), V2);
    expect([uri, filename]).toEqual([`mm_file://${file_id}`, "fox.png"]);
    const request: FramesToVideoV2 = {
      model: "MiniMax-H3",
      content: [
        { type: "text", text: "a fox" },
        { type: "image_url", role: "first_frame", image_url: { url: uri } },
      ],
      resolution: "768P",
      duration: 5,
    };
    const video = await minimax.videos.generate(request, { pollInterval: 20 });
    const saved = await saveVideo(video, join(folder, "fox.mp4"));
    expect((await readFile(saved.path)).toString("latin1", 4, 8)).toBe("ftyp");
  });

  const sources: [string, () => Promise<Parameters<ReturnType<typeof here>["upload"]>[0]>, string][] = [
    ["bytes", async () => picture(), "image.png"],
    ["an ArrayBuffer", async () => picture().buffer, "image.png"],
    ["a Blob", async () => new Blob([picture()]), "image.png"],
    ["a File, under its name", async () => new File([picture()], 'a "fox" 狐.png'), 'a "fox" 狐.png'],
    ["an image", () => image(picture()), "image.png"],
    ["an image on disk", async () => imageFile(await onDisk("one.png", picture())), "image.png"],
    ["a file on disk, under its name", async () => localFile(await onDisk("two.png", picture())), "two.png"],
    ["a Blob on disk", async () => openAsBlob(await onDisk("three.png", picture())), "image.png"],
  ];
  const onDisk = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    return join(folder, name);
  };

  test.each(sources)("of %s arrives byte for byte", async (_, source, filename) => {
    const file = await here().upload(await source(), V2);
    expect(file).toMatchObject({
      bytes: 5_000,
      filename,
      purpose: V2.purpose,
      file_id: expect.stringMatching(/^\d+$/),
    });
    const { stream, size, type } = await here().content(file.file_id);
    expect([size, type]).toEqual([5_000, "application/octet-stream"]);
    expect((await bytesOf(stream)).equals(picture())).toBe(true);
  });

  test("goes under the name that it is given, and keeps an id of 18 digits", async () => {
    server.next(uploaded());
    const file = await files().upload(picture(), { ...V2, filename: 'x"\r\n.png' });
    expect(file).toMatchObject({ file_id: ID, uri: `mm_file://${ID}` });
    const [seen] = server.seen;
    expect(seen?.body).toContain('name="file"; filename="x%22%0D%0A.png"\r\nContent-Type: image/png\r\n\r\n');
    expect(seen?.headers).toMatchObject({
      "content-type": expect.stringMatching(/^multipart\/form-data; boundary=form-/),
      "content-length": expect.stringMatching(/^5\d\d\d$/),
      authorization: `Bearer ${KEY}`,
    });
  });

  test("of a file on disk arrives piece by piece as it lies there, however slowly it is taken", async () => {
    const bytes = Uint8Array.from({ length: 700_000 }, (_, at) => at % 251);
    const sent: Buffer[] = [];
    const slow: typeof fetch = async (_, init) => {
      const pieces: Uint8Array[] = [];
      // All are read before any is looked at.
      for await (const piece of init?.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
      sent.push(Buffer.concat(pieces));
      return Response.json({ file: { file_id: ID }, ...success });
    };
    await files({ fetch: slow }).upload(await localFile(await onDisk("long.bin", bytes)), OTHER);
    expect(sent[0]?.includes(Buffer.from(bytes))).toBe(true);
  });

  test("tells its progress, up to all of it", async () => {
    const told: number[] = [];
    const bytes = new Uint8Array(2_000_000);
    const onProgress: UploadOptions["onProgress"] = ({ bytes, total }) => {
      expect(total).toBe(2_000_000);
      told.push(bytes);
    };
    await here().upload(bytes, { ...OTHER, onProgress });
    expect(told.length).toBeGreaterThan(4);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
    expect(told.at(-1)).toBe(2_000_000);
  });

  test("is a Blob where bodies cannot be streams, without a copy of what is one", async () => {
    const bodies: unknown[] = [];
    const send: typeof fetch = (url, init) => {
      bodies.push(init?.body);
      return fetch(url, init);
    };
    const { versions } = process;
    // What a page sees: no process of Node.
    vi.stubGlobal("process", { ...process, versions: { ...versions, node: undefined }, env: process.env });
    try {
      server.next(uploaded());
      for (const source of [picture(), new Blob([picture()])]) await files({ fetch: send }).upload(source, V2);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(bodies.every((body) => body instanceof Blob && body.size > 5_000)).toBe(true);
    for (const { body } of server.seen) expect(body).toContain("\r\n\r\nvideo_generation_input\r\n");
  });
});

describe("what the service would refuse is refused before, with every reason", () => {
  const refusals: [string, unknown, unknown, string[]][] = [
    ["nothing", new Uint8Array(), V2, ["file: must not be empty"]],
    ["an empty Blob for another purpose", new Blob([]), OTHER, ["file: must not be empty"]],
    [
      "an unknown purpose, and nothing",
      new Uint8Array(),
      { purpose: "video_generation" },
      [
        'purpose: must be one of video_generation_input, video_understanding, voice_clone, prompt_audio, t2a_async_input (got "video_generation")',
        "file: must not be empty",
      ],
    ],
    ["no purpose", picture(), {}, ["purpose: is required for an upload"]],
    [
      "a link",
      "https://example.com/a.png",
      V2,
      [expect.stringMatching(/^file: must be bytes, a Blob, or a file from image/) as never],
    ],
    ["nothing at all", undefined, V2, [expect.stringMatching(/^file: must be bytes/) as never]],
    [
      "words as an input of version 2",
      new TextEncoder().encode("words"),
      V2,
      [
        "file: must be a whole file in JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3; its header is of another kind, or broken",
      ],
    ],
    [
      "an image that is small and too large",
      new Uint8Array(png(200, 300, 30 * 1024 * 1024 + 1)),
      V2,
      [
        "file: must have at most 30 MB (it has 30.1 MB)",
        "file: must have sides of 256 to 5760 pixels (it has 200 x 300)",
      ],
    ],
    [
      "a sound of a second",
      new Uint8Array(Buffer.concat([wave(1), Buffer.alloc(8_000)])),
      V2,
      ["file: must last 2 to 15 s (it has 1)"],
    ],
  ];

  test.each(refusals)("%s", async (_, source, options, said) => {
    server.next(uploaded());
    const error = await failureOf(files().upload(source as never, options as never));
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues.map(({ path, message }) => `${path}: ${message}`)).toEqual(said);
    expect(server.seen).toEqual([]);
  });

  test("words are no input of version 2, and are kept for other purposes", async () => {
    server.next(uploaded());
    expect((await files().upload(new TextEncoder().encode("words"), OTHER)).file_id).toBe(ID);
  });

  test.each([undefined, "", "12a", "1,2", " 1", "0", 12, "-1", "1e3"])("the id %j", async (fileId) => {
    server.next(json(success));
    for (const step of [files().content(fileId as never), files().delete(fileId as never, V2)])
      expect(String(await failureOf(step))).toMatch(/fileId: must be the id of a file/);
    expect(server.seen).toEqual([]);
  });

  test("a purpose that is none", async () => {
    const purpose = "fun" as never;
    server.next(json(success));
    expect(String(await failureOf(files().list({ purpose })))).toMatch(
      /purpose: must be one of video_generation_input/,
    );
    const error = await failureOf(files().delete("1&2", { purpose }));
    expect((error as ValidationError).issues.map(({ path }) => path)).toEqual(["fileId", "purpose"]);
    expect(server.seen).toEqual([]);
  });

  test("a gateway, which documents no files", async () => {
    const gateway = createClient({ apiKey: KEY, server: { baseUrl: server.url, like: "quickrouter" } });
    server.next(json(success));
    for (const step of [
      gateway.files.upload(picture(), V2),
      gateway.files.list(V2),
      gateway.files.content("1"),
      gateway.files.delete("1", V2),
    ])
      expect(String(await failureOf(step))).toMatch(/documents no calls for files except files.retrieve/);
    expect(server.seen).toEqual([]);
  });
});

describe("an upload whose outcome is open is not sent twice, and says how to know", () => {
  test.each([
    ["a cut connection", cut, ConnectionError, { sent: "maybe" }],
    ["a code that may come after it", json(refused(1000)), ApiError, { kind: "service", code: 1000 }],
  ])("%s", async (_, answer, kind, facts) => {
    server.next(answer);
    const error = await failureOf(files().upload(picture(), V2));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({
      ...facts,
      operation: "uploadFile",
      server: server.url,
      cause: expect.any(MiniMaxError),
    });
    expect(String(error)).toContain(
      'files.list({ purpose: "video_generation_input" }) shows it. It was not sent again',
    );
    expect(server.seen.length).toBe(1);
    expect(inspect(error, { depth: 9 })).not.toContain(KEY);
  });

  test.each([
    ["a clear refusal", json(refused(1008)), /^(?!.*shows it)/s],
    [
      "HTTP 400 with a reason",
      json({ base_resp: { status_code: 2013, status_msg: "invalid params, no" } }, 400),
      /invalid params, no/,
    ],
  ])("%s is told as it is, once", async (_, answer, words) => {
    server.next(answer);
    const error = await failureOf(files().upload(picture(), V2));
    expect(String(error)).toMatch(words);
    expect(String(error)).not.toContain("may or may not");
    expect(server.seen.length).toBe(1);
  });

  test("a refusal for the pace is waited out, and the whole file sent again", async () => {
    const { files, pauses } = client(server.url);
    server.next(json(refused(1002)), json({}, 429, { "retry-after": "7" }), uploaded());
    expect((await files.upload(await localFile(new URL(import.meta.url)), OTHER)).file_id).toBe(ID);
    expect(pauses).toEqual([500, 7000]);
    const [first, ...others] = server.seen.map(({ body }) => body.replaceAll(/form-[\w-]+/g, ""));
    expect(others).toEqual([first, first]);
  });

  test("what never left is sent again, as often as reads are, and no open outcome is claimed", async () => {
    const { files, pauses } = client("http://127.0.0.1:9");
    const error = await failureOf(files.upload(picture(), V2));
    expect(error).toMatchObject({ name: "ConnectionError", sent: "no" });
    expect(String(error)).not.toContain("shows it");
    expect(pauses.length).toBe(2);
  });

  test("a file that changes while it is sent says so", async () => {
    const path = join(folder, "growing.txt");
    await writeFile(path, "words");
    const file = await localFile(path);
    await writeFile(path, "many more words");
    server.next(uploaded());
    const error = await failureOf(files().upload(file, OTHER));
    expect(error).toBeInstanceOf(MiniMaxError);
    expect(String(error)).toMatch(/growing\.txt changed while it was sent$/);
  });

  test("the caller's reason passes untouched, at once, before and while it is sent", async () => {
    const reason = new Error("enough");
    server.next(silence);
    expect(await failureOf(files().upload(picture(), { ...V2, signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.seen).toEqual([]);
    const stop = new AbortController();
    const going = failureOf(files().upload(picture(), { ...V2, signal: stop.signal }));
    await expect.poll(() => server.seen.length).toBe(1);
    stop.abort(reason);
    expect(await going).toBe(reason);
  });

  test("the time that it may take grows with the file", async () => {
    server.next(silence);
    const small = failureOf(files({ timeout: 100 }).upload(picture(), V2));
    expect(String(await small)).toMatch(/gave no answer in time\. The file may or may not have arrived/);
    const begun = performance.now();
    // Sixty megabytes may take three times as long as twenty.
    const large = new Uint8Array(60 * 1024 * 1024);
    const slow: typeof fetch = (_, { signal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    await failureOf(files({ timeout: 100, fetch: slow }).upload(large, OTHER));
    expect(performance.now() - begun).toBeGreaterThan(290);
  });
});

describe("500 MB", () => {
  test("of a Blob on disk pass through, and are never in memory as a whole", async () => {
    const size = 500 * 1024 * 1024;
    const path = join(folder, "large.bin");
    // A hole on disk, and as many bytes as any others to whoever reads them.
    await writeFile(path, "");
    await truncate(path, size);
    let arrived = 0;
    const sink = createServer((request, response) => {
      request.on("data", (chunk) => {
        arrived += chunk.length;
      });
      request.on("end", () => response.end(`{"file":{"file_id":${ID}},"base_resp":{"status_code":0}}`));
    });
    await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
    const before = process.memoryUsage.rss();
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage.rss() - before);
    };
    const { port } = sink.address() as AddressInfo;
    const file = await client(`http://127.0.0.1:${port}`).files.upload(await openAsBlob(path), {
      ...OTHER,
      onProgress,
    });
    sink.close();
    await rm(path);
    expect(file.file_id).toBe(ID);
    expect(arrived).toBeGreaterThan(size);
    expect(most / 1024 / 1024).toBeLessThan(150);
  }, 60_000);
});

describe("a list", () => {
  test("tells all files of a purpose, with exact ids", async () => {
    const answer = `{"files":[{"file_id":${ID},"filename":"a.png"},{"file_id":"7"},{"filename":"of nobody"},null],"base_resp":{"status_code":0}}`;
    server.next(json(answer));
    expect(await files().list(V2)).toEqual([{ file_id: ID, filename: "a.png" }, { file_id: "7" }]);
    expect(server.seen[0]?.url).toBe("/v1/files/list?purpose=video_generation_input");
  });

  test("is read under the other name that official code reads, and may be empty", async () => {
    server.next(json({ data: [{ file_id: "7" }], ...success }), json(success));
    expect(await files().list(V2)).toEqual([{ file_id: "7" }]);
    expect(await files().list(V2)).toEqual([]);
  });

  test("is asked for again after a passing fault", async () => {
    server.next(cut, html(502), json({ files: [], ...success }));
    expect(await files().list(V2)).toEqual([]);
    expect(server.seen.length).toBe(3);
  });
});

describe("a deletion", () => {
  test("names every digit of the id, in JSON", async () => {
    server.next(json(`{"file_id":${ID},"base_resp":{"status_code":0}}`));
    await files().delete(ID, { purpose: "video_generation" });
    expect(server.seen.map(({ method, url, body, headers }) => [method, url, body, headers["content-type"]])).toEqual([
      ["POST", "/v1/files/delete", `{"file_id":${ID},"purpose":"video_generation"}`, "application/json"],
    ]);
  });

  test("takes a file off the list, once; then there is none", async () => {
    const { file_id } = await here().upload(picture(), V2);
    const ids = async () => (await here().list(V2)).map(({ file_id }) => file_id);
    expect(await ids()).toContain(file_id);
    await here().delete(file_id, V2);
    expect(await ids()).not.toContain(file_id);
    const error = await failureOf(here().delete(file_id, V2));
    expect(error).toMatchObject({ name: "ApiError", kind: "invalid_request", fileId: file_id });
    expect(String(error)).not.toContain("An earlier try");
  });

  test("that was refused after a try whose outcome was open says what that may mean", async () => {
    server.next(cut, json({ base_resp: { status_code: 2013, status_msg: "file_id not found" } }));
    const error = await failureOf(files().delete(ID, V2));
    expect(error).toMatchObject({ name: "ApiError", code: 2013, fileId: ID });
    expect(String(error)).toMatch(/An earlier attempt may have deleted it: files\.list/);
  });

  test("of another file is no success", async () => {
    server.next(json({ file_id: "1", ...success }));
    expect(await failureOf(files({ maxRetries: 0 }).delete(ID, V2))).toMatchObject({ name: "ApiError", fileId: ID });
  });
});

describe("the bytes of a file", () => {
  const bytes = (body: Buffer | string, type = "application/octet-stream", status = 200) =>
    json(String(body), status, { "content-type": type });

  test("are told from a refusal, under whatever type it comes", async () => {
    for (const type of ["application/json", "application/octet-stream", "text/plain"]) {
      server.next(bytes(JSON.stringify(refused(2013, "file_id not found")), type));
      const error = await failureOf(files().content(ID));
      expect(error).toMatchObject({ name: "ApiError", code: 2013, fileId: ID, operation: "retrieveFileContent" });
    }
  });

  test.each([
    ["a page", bytes("<html><title>502 Bad Gateway</title></html>", "text/html"), /an HTML page/],
    ["words", bytes("Welcome to this hotel", "text/plain"), /no JSON of this API/],
    ["nothing", bytes(""), /an empty body/],
    ["half a refusal", bytes('{"base_resp":{"status_', "application/json"), /no JSON of this API/],
    ["a success without bytes", json(success), /has no bytes/],
    ["bytes under HTTP 500", bytes("ftyp", "video/mp4", 500), /answered HTTP 500/],
    [
      "an error in the manner of version 2",
      json({ type: "error", error: { type: "bad_request_error", message: "no (2013)" } }, 400),
      /2013/,
    ],
    [
      "such an error under HTTP 200",
      json({ type: "error", error: { type: "bad_request_error", message: "no (2013)" } }),
      /2013/,
    ],
  ])("%s is no file, and asked for again where that may help", async (_, answer, words) => {
    server.next(answer);
    const error = await failureOf(files().content(ID));
    expect(error).toBeInstanceOf(ApiError);
    expect(String(error)).toMatch(words);
    expect(server.seen.length).toBe((error as ApiError).retryable ? 3 : 1);
  });

  test.each([
    ["JSON of somebody's", '{"a":1}', "application/json"],
    ["a text that begins like JSON", "{not JSON", "application/octet-stream"],
    ["a video that is called JSON, as the vendor's page has it", "\0\0\0\x0cftypmp42", "application/json"],
    [
      "JSON longer than any refusal",
      `{"base_resp":{"status_code":1004},"x":"${"x".repeat(70_000)}"}`,
      "application/json",
    ],
  ])("%s is a file", async (_, body, type) => {
    server.next(bytes(body, type));
    const content = await files().content(ID);
    expect([content.type, content.size]).toEqual([type, undefined]);
    expect((await bytesOf(content.stream)).toString()).toBe(body);
  });

  test("that end too early error as they are read, in words and without a key", async () => {
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4", "content-length": "100" });
      response.write("....ftyp");
      setTimeout(() => response.destroy(), 20);
    });
    const { stream, size } = await files().content(ID);
    expect(size).toBe(100);
    const error = await failureOf(bytesOf(stream));
    expect(error).toMatchObject({ name: "ConnectionError", operation: "retrieveFileContent", sent: "maybe" });
    expect(inspect(error, { depth: 9 })).not.toContain(KEY);
  });

  test("that are fewer than was announced are no file, where fetch does not mind", async () => {
    const short: typeof fetch = async () => new Response(new Uint8Array(4), { headers: { "content-length": "9" } });
    const { stream } = await files({ fetch: short }).content(ID);
    expect(String(await failureOf(bytesOf(stream)))).toMatch(/ended early, after 4 of 9 bytes/);
  });

  test("are asked for as they are, and a page without an end is let go of", async () => {
    let closed = false;
    server.next((response) => {
      response.on("close", () => {
        closed = true;
      });
      response.writeHead(200, { "content-type": "text/html" }).write("<html>".repeat(20_000));
    });
    expect(await failureOf(files({ maxRetries: 0 }).content(ID))).toBeInstanceOf(ApiError);
    expect(server.seen[0]?.headers["accept-encoding"]).toBe("identity");
    await expect.poll(() => closed).toBe(true);
  });

  test("of a movie without a length are known to be cut", async () => {
    const movie = Buffer.concat([
      Buffer.from("0000000866747970", "hex"),
      Buffer.from("0000ffff6d646174", "hex"),
      Buffer.alloc(50),
    ]);
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).end(movie);
    });
    const { stream } = await files().content(ID);
    expect(String(await failureOf(bytesOf(stream)))).toMatch(/ended early, after 66 bytes/);
  });

  test("that stop are given up, before the first and after", async () => {
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).flushHeaders();
    });
    const never = await failureOf(files({ maxRetries: 0 }).content(ID, { idleTimeout: 50 }));
    expect(String(never)).toMatch(/sent no complete reply within 0\.05 s/);
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).write("....ftyp");
    });
    const { stream } = await files().content(ID, { idleTimeout: 50 });
    expect(String(await failureOf(bytesOf(stream)))).toMatch(/ConnectionError.*sent nothing for 0\.05 s/);
  });

  test("may take longer than the answer had to begin in", async () => {
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).write("one ");
      setTimeout(() => response.end("two"), 300);
    });
    const { stream } = await files({ timeout: 200 }).content(ID);
    expect((await bytesOf(stream)).toString()).toBe("one two");
    server.next(silence);
    expect(String(await failureOf(files({ timeout: 50, maxRetries: 0 }).content(ID)))).toMatch(/in time/);
  });

  test("end with the caller's reason, before and while they come, and let go of the connection", async () => {
    let closed = 0;
    server.next((response) => {
      response.on("close", () => closed++);
      response.writeHead(200, { "content-type": "video/mp4" }).write("one ");
    });
    const reason = new Error("enough");
    const stop = new AbortController();
    const { stream } = await files().content(ID, { signal: stop.signal });
    const reading = failureOf(bytesOf(stream));
    stop.abort(reason);
    expect(await reading).toBe(reason);
    await expect.poll(() => closed).toBe(1);
    expect(await failureOf(files().content(ID, { signal: stop.signal }))).toBe(reason);
    await (await files().content(ID)).stream.cancel();
    await expect.poll(() => closed).toBe(2);
  });

  test("are not ended by the end of another call of the same client", async () => {
    const { files: same } = client(server.url);
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).write("one ");
      setTimeout(() => response.end("two"), 200);
    });
    const { stream } = await same.content(ID);
    server.next(silence);
    // Calls lend each other their signals.
    await failureOf(same.list({ ...V2, signal: AbortSignal.timeout(30) }));
    expect((await bytesOf(stream)).toString()).toBe("one two");
  });
});

describe("saveFile", () => {
  test("saves what came as a whole, with progress, or nothing", async () => {
    const { file_id } = await here().upload(picture(), V2);
    const path = join(folder, "new", "fox.png");
    const told: object[] = [];
    const saved = await saveFile(await here().content(file_id), path, { onProgress: (one) => told.push(one) });
    expect(saved).toEqual({ path, bytes: 5_000 });
    expect(told.at(-1)).toEqual({ bytes: 5_000, total: 5_000 });
    expect((await readFile(path)).equals(picture())).toBe(true);
  });

  test("leaves nothing of a file that breaks off, and lets go where the disk refuses", async () => {
    const place = join(folder, "broken");
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4", "content-length": "100" }).write("....ftyp");
      setTimeout(() => response.destroy(), 20);
    });
    const error = await failureOf(
      files()
        .content(ID)
        .then((content) => saveFile(content, join(place, "a.mp4"))),
    );
    expect(error).toBeInstanceOf(ConnectionError);
    expect(await readdir(place).catch(() => "no such folder")).toBe("no such folder");
    let closed = false;
    server.next((response) => {
      response.on("close", () => {
        closed = true;
      });
      response.writeHead(200, { "content-type": "video/mp4" }).write("....ftyp");
    });
    const refusal = await failureOf(
      files()
        .content(ID)
        .then((content) => saveFile(content, `${folder}/`)),
    );
    expect(refusal).toMatchObject({ name: "DownloadError" });
    expect(String(refusal)).toMatch(/The file was not saved to .*: the path is that of a folder/);
    await expect.poll(() => closed).toBe(true);
  });
});
