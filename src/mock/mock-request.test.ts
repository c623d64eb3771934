import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readMockRequest } from "./mock-request.js";

const URL_OF_MOCK = new URL("http://mock/v2/query/video_generation?page_num=1&filter.task_ids=1&filter.task_ids=2&a=");

/** A request, as far as `readMockRequest` reads it. */
function request(chunks: Buffer[], type = "application/json"): IncomingMessage {
  // Only the bytes, headers and method of an IncomingMessage are read.
  return Object.assign(Readable.from(chunks), { headers: { "content-type": type }, method: "POST" }) as never;
}

const bodyOf = async (text: string) => (await readMockRequest(request([Buffer.from(text)]), URL_OF_MOCK))?.body;

describe("reading a request", () => {
  test("gives an array for a repeated query parameter, and a text for any other", async () => {
    const asked = await readMockRequest(request([]), URL_OF_MOCK);
    expect(asked?.query).toEqual({ page_num: "1", "filter.task_ids": ["1", "2"], a: "" });
  });

  test("gives undefined for a body larger than 64 MB, and reads it to its end", async () => {
    const chunks = Array(65).fill(Buffer.alloc(1024 * 1024, "x"));
    const message = request(chunks);
    expect(await readMockRequest(message, URL_OF_MOCK)).toBeUndefined();
    expect(message.readableEnded).toBe(true);
    expect(await readMockRequest(request(chunks.slice(1)), URL_OF_MOCK)).toBeDefined();
  });

  test("says what a body should have been", async () => {
    expect(await readMockRequest(request([Buffer.from("{")]), URL_OF_MOCK)).toMatchObject({ malformed: "JSON" });
    const form = request([Buffer.from("{")], "multipart/form-data; boundary=b");
    expect(await readMockRequest(form, URL_OF_MOCK)).toMatchObject({ malformed: "a form" });
  });
});

describe("a long data URL", () => {
  const long = "A".repeat(500_000);
  const cut = `data:image/png;base64,${"A".repeat(400_000)}`;

  test("is cut after its header, however many there are, and everything else is unchanged", async () => {
    const urls = [`data:image/png;base64,${long}`, `data:image/png;base64,${long}`, "data:image/png;base64,iVBO"];
    const text = JSON.stringify({ urls, prompt: `a ${long} b`, last: "狐" });
    expect(await bodyOf(text)).toEqual({ urls: [cut, cut, urls[2]], prompt: `a ${long} b`, last: "狐" });
  });

  test("is left alone within a text whose end is uncertain", async () => {
    const prompt = `;base64,${long}" and ;base64,${long}\\`;
    expect(await bodyOf(JSON.stringify({ prompt, model: "T2V-01" }))).toEqual({ prompt, model: "T2V-01" });
  });

  test("without an end is not JSON", async () => {
    expect(await readMockRequest(request([Buffer.from(`{"a":";base64,${long}`)]), URL_OF_MOCK)).toMatchObject({
      malformed: "JSON",
    });
  });

  test("is found in linear time when its mark is repeated a million times", async () => {
    const words = ";base64,".repeat(1_000_000);
    expect(Object.keys((await bodyOf(JSON.stringify({ words }))) as object)).toEqual(["words"]);
  });
});
