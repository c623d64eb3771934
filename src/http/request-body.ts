import { runtime } from "../base/environment.js";
import type { Body, Content } from "../media/json-body.js";

type Init = RequestInit & { headers?: Record<string, string>; duplex?: "half" };

/**
 * The options that make `fetch` send a body once. If a reused connection breaks, some runtimes repeat a POST by themselves. With
 * `once`, the body takes a form that the runtime sends only once; contract-tests/runtimes.long.test.ts verifies this.
 */
export function requestInit(body: Body | undefined, { once }: { once: boolean }): Init {
  if (body === undefined) return {};
  const sent: Content = typeof body === "string" ? { content: body } : body();
  const engine = once ? runtime() : "other";
  if (engine === "other") return bodyInit(sent);
  if (engine === "deno") return { headers: JSON_TYPE, body: sizedBlob(sent) };
  // Up to 1.3.13, Bun repeats a body of any form, even after half a reply, but never on a connection that is not reused.
  if (engine === "bun") return { ...bodyInit(sent), keepalive: false };
  const stream = oneShot(sent);
  const redirect = (stream.length ?? Infinity) > SMALL ? "error" : "manual";
  // Without "omit", Node 24.14, 25 and 26.0 turn a 401 in reply to a stream into a network error. No cookies are lost.
  return { ...bodyInit(stream), credentials: "omit", redirect };
}

/** Whether `fetch` may repeat any request by itself, as in browsers and React Native. Browsers send no stream over HTTP/1.1. */
export function mayResend(): boolean {
  const { navigator } = globalThis as { navigator?: { product?: string } };
  // "Gecko" in every browser and its workers, "ReactNative" in React Native, undefined on servers.
  return runtime() === "other" && navigator?.product !== undefined;
}

const JSON_TYPE = { "content-type": "application/json" };

/** Sends the body as it is. A stream is sent with its length: a service may refuse chunked requests. */
function bodyInit({ content, length }: Content): Init {
  if (length === undefined) return { headers: JSON_TYPE, body: content };
  return { headers: { ...JSON_TYPE, "content-length": String(length) }, body: content, duplex: "half" };
}

/** Bytes. For larger bodies, redirects are errors, which do not say where to: Node would copy the body for a redirect. */
const SMALL = 1024 * 1024;

/** Turns a body into a stream, because after a 421 Node sends any other body again, empty, and hides the reply. */
function oneShot(sent: Content): Content {
  const { content } = sent;
  if (content instanceof ReadableStream || content instanceof Blob) return sent;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  // HACK: node-fetch and other replacements without web streams send `String(body)`. Remove it when they are gone.
  const asText = () => new TextDecoder().decode(bytes);
  return { content: Object.assign(stream, { toString: asText }), length: bytes.length };
}

/** Turns a body into a Blob. Since 2.7, Deno repeats strings and bytes, and sends streams in chunks without their length. */
function sizedBlob({ content, length }: Content): Blob {
  if (!(content instanceof ReadableStream)) return new Blob([content]);
  // HACK: the only way to tell Deno the length of a stream. Remove it when Deno obeys `content-length`.
  return Object.defineProperties(new Blob(), { size: { value: length }, stream: { value: () => content } });
}
