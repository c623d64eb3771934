/** Files over real connections, with the mock and with faulty servers. */
import { openAsBlob } from "node:fs";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createClient, type FramesToVideoV2, image, type UploadSource } from "../src/index.js";
import { imageFile, localFile, saveFile, saveVideo } from "../src/node/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { type Answer, fakeServer, json, silence, success } from "./helpers/fake-server.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { png } from "./helpers/pictures.js";
import { listen } from "./helpers/receiver.js";
import { hurriedClock } from "./helpers/simulated-clock.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const KEY = "sk-nobody-may-see-this-key";
const V2 = { purpose: "video_generation_input" } as const;
const OTHER = { purpose: "video_understanding" } as const;
/** 18 digits, which a double cannot represent. */
const ID = "176844028768320123";

const server = fakeServer();
const folder = folderForAll();
const mock = mockForAll({ speed: 900 });

/** A client with pauses that take no time. */
function client(url: string, more: object = {}) {
  const clock = hurriedClock(1);
  return { ...createClient({ apiKey: KEY, server: url, clock, ...more }), pauses: clock.pauses };
}
const files = (more?: object) => client(server.url, more).files;
const atMock = () => client(mock.url).files;
const bytesOf = async (stream: ReadableStream) => Buffer.from(await new Response(stream).arrayBuffer());
const uploaded = json(`{"file":{"file_id":${ID},"bytes":3},"base_resp":{"status_code":0}}`);
const picture = () => new Uint8Array(png(640, 480, 5_000));
const onDisk = async (name: string, bytes: Uint8Array = picture()) => {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
};
const brokenOff: Answer = (response) => {
  response.writeHead(200, { "content-type": "video/mp4", "content-length": "100" }).write("....ftyp");
  setTimeout(() => response.destroy(), 20);
};
/** A reply that only begins, and the state of its connection. */
function begun(content: string, headers: Record<string, string> = {}) {
  let closed = false;
  const answer: Answer = (response) => {
    response.on("close", () => {
      closed = true;
    });
    response.writeHead(200, { "content-type": "video/mp4", ...headers }).write(content);
  };
  return { answer, isClosed: () => closed };
}

describe("an upload", () => {
  test("can replace its bytes in a create of version 2, from disk to disk", async () => {
    const minimax = client(mock.url);
    const { uri, file_id, filename } = await minimax.files.upload(await localFile(await onDisk("fox.png")), V2);
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

  test.each<[string, () => Promise<UploadSource>, string]>([
    ["bytes", async () => picture(), "image.png"],
    ["a File, under its name", async () => new File([picture()], 'a "fox" 狐.png'), 'a "fox" 狐.png'],
    ["an image", () => image(picture()), "image.png"],
    ["an image on disk", async () => imageFile(await onDisk("one.png")), "image.png"],
    ["a file on disk, under its name", async () => localFile(await onDisk("two.png")), "two.png"],
    ["a Blob on disk", async () => openAsBlob(await onDisk("three.png")), "image.png"],
  ])("of %s arrives byte for byte", async (_, source, filename) => {
    const file = await atMock().upload(await source(), V2);
    expect(file).toMatchObject({ bytes: 5_000, filename, ...V2, file_id: expect.stringMatching(/^\d+$/) });
    const { stream, size, type } = await atMock().content(file.file_id);
    expect([size, type]).toEqual([5_000, "application/octet-stream"]);
    expect((await bytesOf(stream)).equals(picture())).toBe(true);
  });

  test("announces its length, and keeps an id of 18 digits", async () => {
    server.next(uploaded);
    expect(await files().upload(picture(), V2)).toMatchObject({ file_id: ID, uri: `mm_file://${ID}` });
    expect(server.seen[0]?.headers).toMatchObject({
      "content-type": expect.stringMatching(/^multipart\/form-data; boundary=form-/),
      "content-length": expect.stringMatching(/^5\d\d\d$/),
      authorization: `Bearer ${KEY}`,
    });
  });

  test("of a file on disk arrives unchanged, even if it is read completely before it is parsed", async () => {
    const bytes = Uint8Array.from({ length: 700_000 }, (_, at) => at % 251);
    const sent: Uint8Array[] = [];
    const slow: typeof fetch = async (_, init) => {
      for await (const chunk of init?.body as unknown as AsyncIterable<Uint8Array>) sent.push(chunk);
      return Response.json({ file: { file_id: ID }, ...success });
    };
    await files({ fetch: slow }).upload(await localFile(await onDisk("long.bin", bytes)), OTHER);
    expect(Buffer.concat(sent).includes(Buffer.from(bytes))).toBe(true);
  });

  test("reports its progress up to the end", async () => {
    const told: number[] = [];
    const total = 2_000_000;
    const onProgress = (progress: { bytes: number; total: number }) => {
      expect(progress.total).toBe(total);
      told.push(progress.bytes);
    };
    for (const source of [new Uint8Array(total), new Blob([new Uint8Array(total)])]) {
      told.length = 0;
      await atMock().upload(source, { ...OTHER, onProgress });
      expect(told.length).toBeGreaterThan(4);
      expect(told).toEqual(told.toSorted((one, other) => one - other));
      expect(told.at(-1)).toBe(total);
    }
  });

  test("is a Blob if bodies cannot be streams", async () => {
    const bodies: unknown[] = [];
    const send: typeof fetch = (url, init) => {
      bodies.push(init?.body);
      return fetch(url, init);
    };
    // As in a browser, which has no `process`.
    vi.stubGlobal("process", { ...process, versions: {}, env: process.env });
    try {
      server.next(uploaded);
      for (const source of [picture(), new Blob([picture()])]) await files({ fetch: send }).upload(source, V2);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(bodies.every((body) => body instanceof Blob && body.size > 5_000)).toBe(true);
    for (const { body } of server.seen) expect(body).toContain("\r\n\r\nvideo_generation_input\r\n");
  });

  test("has a longer time-out for a larger file", async () => {
    const begun = performance.now();
    const deaf: typeof fetch = () => new Promise(() => {});
    // Sixty megabytes get three times as long as twenty.
    const large = new Uint8Array(60 * 1024 * 1024);
    const error = await failureOf(files({ timeout: 100, fetch: deaf }).upload(large, OTHER));
    expect(error.message).toMatch(/did not answer in time\b.*\. The file may or may not have arrived/);
    expect(performance.now() - begun).toBeGreaterThan(290);
  });

  test("of 500 MB on disk is never completely in memory", async () => {
    const size = 500 * 1024 * 1024;
    const path = await onDisk("large.bin", new Uint8Array());
    await truncate(path, size);
    let arrived = 0;
    const url = await listen((request, response) => {
      request.on("data", (chunk) => {
        arrived += chunk.length;
      });
      request.on("end", () => uploaded(response, { method: "", url: "", headers: {}, body: "" }));
    });
    const before = process.memoryUsage.rss();
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage.rss() - before);
    };
    await client(url).files.upload(await openAsBlob(path), { ...OTHER, onProgress });
    await rm(path);
    expect(arrived).toBeGreaterThan(size);
    expect(most / 1024 / 1024).toBeLessThan(150);
  }, 60_000);
});

describe("the content of a file", () => {
  test("is requested uncompressed, and the connection of an endless page is closed", async () => {
    const { answer, isClosed } = begun("<html>".repeat(20_000), { "content-type": "text/html" });
    server.next(answer);
    expect(await failureOf(files({ maxRetries: 0 }).content(ID))).toMatchObject({ name: "ApiError" });
    expect(server.seen[0]?.headers["accept-encoding"]).toBe("identity");
    await vi.waitUntil(isClosed);
  });

  test("times out if a refusal trickles in", async () => {
    let trickle: ReturnType<typeof setInterval> | undefined;
    server.next((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      trickle = setInterval(() => response.write(" "), 10);
    });
    const error = await failureOf(files({ maxRetries: 0 }).content(ID, { idleTimeout: 50 }));
    clearInterval(trickle);
    expect(error).toMatchObject({ name: "ConnectionError", message: expect.stringContaining("within 0.05 s") });
  });

  test("may take longer than the time-out for the head of the reply", async () => {
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).write("one ");
      setTimeout(() => response.end("two"), 600);
    });
    const { stream } = await files({ timeout: 400 }).content(ID);
    expect((await bytesOf(stream)).toString()).toBe("one two");
  });

  test("ends with the caller's signal or when it is cancelled, and its connection is closed", async () => {
    const reason = new Error("enough");
    const [first, second] = [begun("one "), begun("one ")];
    const controller = new AbortController();
    server.next(first.answer);
    const { stream } = await files().content(ID, { signal: controller.signal });
    const reading = failureOf(bytesOf(stream));
    controller.abort(reason);
    expect(await reading).toBe(reason);
    await vi.waitUntil(first.isClosed);
    server.next(second.answer);
    await (await files().content(ID)).stream.cancel();
    await vi.waitUntil(second.isClosed);
  });

  test("is closed by the caller's signal, even while it is not read", async () => {
    const { answer, isClosed } = begun("one ");
    const controller = new AbortController();
    server.next(answer);
    await files().content(ID, { signal: controller.signal });
    controller.abort();
    await vi.waitUntil(isClosed);
  });

  test("does not end when another call of the same client ends", async () => {
    const { files } = client(server.url);
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).write("one ");
      setTimeout(() => response.end("two"), 200);
    });
    const { stream } = await files.content(ID);
    server.next(silence);
    await failureOf(files.list({ ...V2, signal: AbortSignal.timeout(30) }));
    expect((await bytesOf(stream)).toString()).toBe("one two");
  });
});

describe("saveFile", () => {
  test("saves a whole file, with progress", async () => {
    const { file_id } = await atMock().upload(picture(), V2);
    const path = join(folder, "new", "fox.png");
    const told: object[] = [];
    const saved = await saveFile(await atMock().content(file_id), path, { onProgress: (one) => told.push(one) });
    expect(saved).toEqual({ path, bytes: 5_000 });
    expect(told.at(-1)).toEqual({ bytes: 5_000, total: 5_000 });
    expect((await readFile(path)).equals(picture())).toBe(true);
  });

  test("leaves no part of a file that breaks off", async () => {
    server.next(brokenOff);
    const place = join(folder, "broken");
    const error = await failureOf(saveFile(await files().content(ID), join(place, "a.mp4")));
    expect(error).toMatchObject({ name: "ConnectionError" });
    expect(await readdir(place).catch(() => "no such folder")).toBe("no such folder");
  });

  test("closes the connection if the disk refuses", async () => {
    const { answer, isClosed } = begun("....ftyp");
    server.next(answer);
    const message = expect.stringMatching(/The file was not saved to .*: the path is a folder/);
    expect(await failureOf(saveFile(await files().content(ID), `${folder}/`))).toMatchObject({
      name: "DownloadError",
      message,
    });
    await vi.waitUntil(isClosed);
  });
});

test("a reply of a gateway without the envelope of a file is accepted (B3)", async () => {
  const link = "https://cdn.test/v.mp4";
  const reply = { file_id: ID, download_url: link, purpose: "video_generation", base_resp: { status_code: 0 } };
  server.next(json(reply), json({ code: 0, message: "ok", data: reply }));
  for (const _ of ["bare", "in its own envelope"])
    expect(await files().retrieve(ID)).toEqual({ file_id: ID, download_url: link, purpose: "video_generation" });
});
