import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readMockRequest } from "./mock-request.js";

const MB = 1024 * 1024;

/** Reads a POST of this body. */
function read(chunks: (Buffer | string)[], type = "application/json", url = "http://mock/") {
  const bytes = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  // Only the bytes, headers and method of an IncomingMessage are read.
  const request = Object.assign(bytes, { headers: { "content-type": type }, method: "POST" }) as never;
  return readMockRequest(request, new URL(url));
}

test("a repeated query parameter is an array, any other a string", async () => {
  const request = await read([], "", "http://mock/?page_num=1&filter.task_ids=1&filter.task_ids=2&a=");
  expect(request?.query).toEqual({ page_num: "1", "filter.task_ids": ["1", "2"], a: "" });
});

test("a body may have at most 64 MB", async () => {
  const chunks = Array(64).fill(Buffer.alloc(MB, "x"));
  expect(await read(chunks, "text/plain")).toBeDefined();
  expect(await read([...chunks, "x"], "text/plain")).toBeUndefined();
});

test.each([
  ["half a document", "{", "application/json", "JSON"],
  ["marked by a BOM", '\ufeff{"prompt":"a fox"}', "application/json", "JSON"],
  ["nested too deeply", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, "application/json", "JSON"],
  ["no form", "{", "multipart/form-data; boundary=b", "a form"],
])("a body that is %s is malformed", async (_, text, type, malformed) => {
  expect(await read([text], type)).toMatchObject({ malformed });
});

test("a stand-in form keeps names and values, and replaces each file by a few characters", async () => {
  const form = new FormData();
  form.append("purpose", "fun");
  form.append("file", new Blob([new Uint8Array(MB)]), 'a "fox" 狐.png');
  const sent = new Response(form);
  const { headers } = sent;
  const request = await read([Buffer.from(await sent.arrayBuffer())], headers.get("content-type") ?? "");
  const body = String(request?.body);
  expect(body.length).toBeLessThan(500);
  const standIn = await new Response(body, { headers: request?.headers ?? {} }).formData();
  expect([...standIn.keys()]).toEqual(["purpose", "file"]);
  expect([standIn.get("purpose"), (standIn.get("file") as File).size]).toEqual(["fun", 7]);
  expect(request?.form?.get("file")).toMatchObject({ name: 'a "fox" 狐.png', size: MB });
});
