import { exactIds } from "./reply-shapes.js";
import type { HttpContext } from "./transport.js";

/** How many bytes of a body of unknown form are searched for prompts. */
const SEARCHED = 1024 * 1024;

/** Sends a request of the raw client, without checks or retries. */
export async function sendRaw({ server, transport }: HttpContext, request: Request): Promise<Response> {
  // Bytes, not text: an upload is a form with a file in it.
  const content = new Uint8Array(await request.arrayBuffer());
  const reply = await transport({
    operation: `${request.method} ${new URL(request.url).pathname}`,
    method: request.method,
    path: request.url.slice(server.baseUrl.length),
    headers: Object.fromEntries(request.headers),
    once: request.method === "POST",
    secrets: promptsInJson(new TextDecoder().decode(content.subarray(0, SEARCHED))),
    body: content.length === 0 ? undefined : () => ({ content }),
    signal: request.signal,
  });
  return new Response(exactIds(reply.text) || null, reply);
}

/** The strings in a JSON body that no error may show. */
function promptsInJson(json: string): string[] {
  return [...json.matchAll(/"(?:prompt|text|value)"\s*:\s*("(?:[^"\\]|\\.)*")/g)].flatMap(([, text = ""]) => {
    try {
      return JSON.parse(text) as string;
    } catch {
      return [];
    }
  });
}
