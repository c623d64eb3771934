/** Requests to a mock with plain fetch, and what comes back. */
import { expect } from "vitest";
import type { Mock } from "../../src/mock/index.js";

export const KEY = { authorization: "Bearer key" };

interface Sent {
  body?: unknown;
  headers?: Record<string, string> | undefined;
}

/** Sends a request: forms, bytes and texts as they are, anything else as JSON. */
export function send(on: Mock, method: string, path: string, { body, headers = KEY }: Sent = {}): Promise<Response> {
  if (body instanceof FormData) return fetch(on.url + path, { method, headers, body });
  // No test shares its memory with another process.
  if (body instanceof Uint8Array)
    return fetch(on.url + path, { method, headers, body: body as Uint8Array<ArrayBuffer> });
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  return fetch(on.url + path, { method, headers: { ...type, ...headers }, ...(text !== undefined && { body: text }) });
}

export interface On {
  on?: Mock;
  headers?: Record<string, string>;
}

/** The same for the mock of a test file, which starts only before its tests. */
export const sender = (own: () => Mock) => ({
  post: (path: string, body: unknown, { on = own(), headers }: On = {}) => send(on, "POST", path, { body, headers }),
  get: (path: string, { on = own(), headers }: On = {}) => send(on, "GET", path, { headers }),
});

/** The JSON of an answer of HTTP 200. */
export async function json(answer: Promise<Response>) {
  const response = await answer;
  expect(response.status).toBe(200);
  return response.json();
}

/** The error of a refusal of V2. */
export async function refusal(
  answer: Promise<Response>,
  status = 400,
): Promise<{ type: string; message: string; http_code: string }> {
  const response = await answer;
  const { type, error, request_id, ...more } = await response.json();
  expect([response.status, type, more]).toEqual([status, "error", {}]);
  expect(request_id).toMatch(/^[0-9a-f]{32}$/);
  return error;
}
