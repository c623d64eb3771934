/** What the mock replies, and how it is sent: at once, late, slowly or not to the end. */
import type { ServerResponse } from "node:http";
import type { JsonObject } from "./prism-engine.js";

/** A reply: JSON, a problem, or raw bytes. `note` is for the log and contains no secret. */
export type MockReply = { note?: string } & (
  | { json: JsonObject; status?: number; headers?: Record<string, string> }
  | { problem: JsonObject; status: number; headers?: Record<string, string> }
  | { raw: RawReply }
);

/** A reply as it goes out. */
export interface RawReply {
  /** HTTP status; 0 if the connection is cut instead. */
  status: number;
  headers: Record<string, string | number>;
  body: Buffer;
  /** Cuts the connection after so many bytes of the body. */
  cutAfter?: number;
  /** Milliseconds before the first byte. */
  wait?: number;
  /** Milliseconds that the body takes. */
  trickle?: number;
}

/** The bytes of a reply. */
export function rawOf(reply: MockReply): RawReply {
  if ("raw" in reply) return reply.raw;
  if ("json" in reply)
    return rawReply(reply.status ?? 200, "application/json", JSON.stringify(reply.json), reply.headers);
  const { problem, status, headers } = reply;
  const type = "title" in problem ? "application/problem+json" : "application/json";
  return rawReply(status, type, JSON.stringify(problem), headers);
}

/** A reply with this body, and with the headers that it needs. */
export function rawReply(
  status: number,
  type: string,
  content: string | Buffer,
  headers: RawReply["headers"] = {},
): RawReply {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  return { status, headers: { ...headers, "content-type": type, "content-length": body.length }, body };
}

/** In how many pieces a slow body arrives. */
const PIECES = 10;

/** Sends a reply. Resolves when it is handed over, or when the caller has hung up. */
export async function sendReply(response: ServerResponse, reply: RawReply): Promise<void> {
  const { status, headers, body, cutAfter, wait, trickle } = reply;
  if (wait) await pause(wait, response);
  if (status === 0) return void response.destroy();
  response.writeHead(status, headers);
  if (trickle) await sendSlowly(response, body, trickle / PIECES);
  else if (cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}

async function sendSlowly(response: ServerResponse, body: Buffer, interval: number): Promise<void> {
  response.flushHeaders();
  const size = Math.ceil(body.length / PIECES);
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    await pause(interval, response);
    response.write(body.subarray(at, at + size));
  }
  response.end();
}

/** Ends early if the caller hangs up or the mock is closed. */
function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    response.once("close", done);
    function done() {
      clearTimeout(timer);
      response.off("close", done);
      resolve();
    }
  });
}
