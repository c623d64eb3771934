import { bounded } from "../base/deadline.js";
import type { Outcome } from "./callback-delivery.js";
import type { Admitted } from "./callback-token.js";

/** The head of a request. */
export interface Head {
  /** The HTTP method. Only POST is admitted. */
  readonly method: string | undefined;
  /** The URL, with its query. The host does not matter. */
  readonly url: string | undefined;
  /** Content-Length. */
  readonly length: string | null | undefined;
}

/** An answer that any server can send: JSON, with no header taken from the request. */
export interface Answer {
  /** The HTTP status to answer with. */
  readonly status: number;
  /** The headers to answer with. */
  readonly headers: Record<string, string>;
  /** The body to answer with, as JSON. */
  readonly body: string;
}

/** A receiver that is independent of HTTP libraries, for hosts with their own requests. */
export interface Receiver {
  /** The maximum size of a body in bytes. */
  readonly maxBytes: number;
  /** Milliseconds in which a body must arrive. */
  readonly bodyTimeout: number;
  /** Accepts or refuses a request by its head. Never rejects. */
  admit(head: Head): Promise<Admitted | Answer>;
  /** Receives the body of an admitted request, as text or as parsed JSON; undefined if others have read it. Never rejects. */
  receive(body: unknown, admitted: Admitted): Promise<Answer>;
}

const encoder = new TextEncoder();

export function answer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  // With a length, Node sends head and body in one piece, which saves most of the cost.
  const length = String(encoder.encode(body).length);
  return { status, headers: { ...headers, "content-type": "application/json", "content-length": length }, body };
}

function refusal(status: number, error: string, headers?: Record<string, string>): Answer {
  return answer(status, JSON.stringify({ error }), headers);
}

/** Seconds. */
const LATER = { "retry-after": "5" };
const taken = answer(200, '{"status":"success"}');
const pending = refusal(503, "not delivered yet", LATER);

/** The answers to deliveries, and to requests of which none was made. */
export const ANSWERS = {
  delivered: taken,
  known: taken,
  pending,
  busy: pending,
  unconfirmed: refusal(503, "not confirmed by the service yet", LATER),
  failed: refusal(500, "not delivered"),
  otherMethod: refusal(405, "POST only", { allow: "POST" }),
  notOurs: refusal(403, "invalid or expired token"),
  tooLarge: refusal(413, "body too large"),
  tooSlow: refusal(408, "body too slow"),
  notUnderstood: refusal(400, "not a callback of MiniMax"),
} satisfies Record<Outcome, Answer> & Record<string, Answer>;

/** A string if `setEncoding` was called on a Node request. */
type Chunk = string | Uint8Array;
type Next = () => Promise<{ done?: boolean | undefined; value?: Chunk | undefined }>;

/** Reads a body with `next`, chunk by chunk. Resolves with a refusal if the body is too large, too slow, or breaks off. */
export async function readBody(next: Next, { maxBytes, bodyTimeout }: Receiver): Promise<string | Answer> {
  return (await bounded(readAll(next, maxBytes), bodyTimeout)) ?? ANSWERS.tooSlow;
}

async function readAll(next: Next, maxBytes: number): Promise<string | Answer> {
  const chunks: Chunk[] = [];
  try {
    for (let size = 0; size <= maxBytes; ) {
      const { done, value } = await next();
      if (done) return await new Blob(chunks as BlobPart[]).text();
      if (value === undefined) return ANSWERS.notUnderstood;
      // Empty chunks count too, because an endless series of them would starve the timer.
      size += value.length || 1;
      chunks.push(value);
    }
    return ANSWERS.tooLarge;
  } catch {
    return ANSWERS.notUnderstood;
  }
}
