import type { Body, Content } from "../media/json-body.js";

type Init = RequestInit & { headers?: Record<string, string>; duplex?: "half" };

/**
 * What `fetch` needs to send a body. Call it anew for each request.
 *
 * If a connection breaks that has served before, some runtimes send a POST again by themselves, although the server may have
 * read the first one. With `once` the body takes a form that the runtime sends one time only. contract-tests/runtimes.long.test.ts
 * holds each runtime to it.
 */
export function requestInit(body: Body | undefined, { once }: { once: boolean }): Init {
  if (body === undefined) return {};
  const sent: Sent = typeof body === "string" ? { content: body } : body();
  switch (once ? runtime() : "other") {
    case "node":
      // Without "omit", Node 24.14, 25 and 26.0 turn a 401 to a stream into a network error. There are no cookies to lose.
      return { ...plain(oneShot(sent)), credentials: "omit" };
    case "deno":
      return { headers: JSON_TYPE, body: sizedBlob(sent) };
    case "bun":
      // Up to 1.3.13, Bun repeats a body of any form, even after half an answer, but never on a connection of its own.
      return { ...plain(sent), keepalive: false };
    default:
      return plain(sent);
  }
}

/**
 * Whether this runtime's `fetch` may send a request twice by itself, and nothing here prevents it. Browsers and React Native
 * repeat every body they take, and over HTTP/1.1 browsers take no stream.
 */
export function mayResend(): boolean {
  const { navigator } = globalThis as { navigator?: { product?: string } };
  // "Gecko" in every browser and in its workers, "ReactNative" there; no server has it.
  return runtime() === "other" && navigator?.product !== undefined;
}

const JSON_TYPE = { "content-type": "application/json" };

interface Sent {
  content: Content["content"] | string;
  /** Of a stream. */
  length?: number;
}

/** The body as it is; a stream with its length, so that it is not sent in chunks, which a service may refuse. */
function plain({ content, length }: Sent): Init {
  if (length === undefined) return { headers: JSON_TYPE, body: content };
  return { headers: { ...JSON_TYPE, "content-length": String(length) }, body: content, duplex: "half" };
}

/**
 * A stream. After a 421, Node sends any other body again, by then empty, and hides the answer behind an error. A stream costs
 * nothing: Node makes one of a string, too.
 */
function oneShot(sent: Sent): Sent {
  const { content } = sent;
  if (content instanceof ReadableStream) return sent;
  if (content instanceof Blob) return { content: content.stream(), length: content.size };
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  // HACK: node-fetch and other stand-ins for `fetch` that know no web streams send `String(body)`. It may go when they are gone.
  const asText = () => (typeof content === "string" ? content : new TextDecoder().decode(content));
  return { content: Object.assign(stream, { toString: asText }), length: bytes.length };
}

/**
 * A Blob, which Deno reads once and sends with its size. From 2.7 on, Deno repeats strings and bytes; a stream it sends in
 * chunks, whatever its `content-length` says.
 */
function sizedBlob({ content, length }: Sent): Blob {
  if (content instanceof Blob) return content;
  if (!(content instanceof ReadableStream)) return new Blob([content]);
  // HACK: the only way to tell Deno how long a stream is. It may go when Deno heeds `content-length`.
  return Object.defineProperties(new Blob(), { size: { value: length }, stream: { value: () => content } });
}

interface Globals {
  Deno?: { version?: unknown };
  process?: { versions?: { node?: string; bun?: string } };
  navigator?: { userAgent?: string };
}

function runtime(): "node" | "deno" | "bun" | "other" {
  const { Deno, process, navigator } = globalThis as Globals;
  if (Deno?.version) return "deno";
  if (process?.versions?.bun) return "bun";
  // The windows of Electron and the workers of Cloudflare may have a `process` like Node's, but their own `fetch`.
  const isNode = process?.versions?.node && !/Chrome\/|Cloudflare/.test(navigator?.userAgent ?? "");
  return isNode ? "node" : "other";
}
