import { invalid } from "../base/errors.js";
import { exactIds, jsonFrom } from "./reply-shapes.js";
import type { HttpContext } from "./transport.js";

/** How many bytes of a body of unknown form are searched for prompts. */
const SEARCHED = 1024 * 1024;

/** Sends a request of the raw client, without checks or retries, unless it is for another server, which must not get the key. */
export async function sendRaw({ server, transport }: HttpContext, request: Request): Promise<Response> {
  if (!request.url.startsWith(`${server.baseUrl}/`))
    throw invalid("Nothing was sent", "baseUrl", `must be ${server.baseUrl}; another server needs a client of its own`);
  // Bytes, not text: an upload is a form with a file in it.
  const content = new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reply = await transport({
    operation: `${request.method} ${new URL(request.url).pathname}`,
    method: request.method,
    path: request.url.slice(server.baseUrl.length),
    headers: Object.fromEntries(request.headers),
    once: request.method === "POST",
    secrets: promptsInJson(new TextDecoder().decode(content.subarray(0, SEARCHED))),
    body: content.length === 0 ? undefined : () => ({ content }),
    signal: request.signal,
    heard: { chunks },
  });
  const isFile = chunks.length > 0 && jsonFrom(reply.text) === undefined; // its bytes may not be text
  return new Response(isFile ? new Blob(chunks) : exactIds(reply.text) || null, reply);
}

function promptsInJson(json: string): string[] {
  const found = json.matchAll(/"(?:prompt|text|value)"\s*:\s*("(?:[^"\\]|\\.)*")/g);
  return [...found].flatMap(([, text = ""]) => (jsonFrom(text) as string | undefined) ?? []);
}
