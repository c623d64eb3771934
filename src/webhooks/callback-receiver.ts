import { bounded } from "../base/deadline.js";
import { WebhookError } from "../base/errors.js";
import type { Delivery, Outcome } from "./callback-delivery.js";
import { payloadIn } from "./callback-payload.js";
import { type Admitted, claimsIn, type Signer } from "./callback-token.js";

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

export interface ReceiverOptions {
  signers: readonly Signer[];
  deliver: Delivery;
  maxBytes: number;
  bodyTimeout: number;
  now: () => number;
  /** Never throws. */
  tell: (error: unknown) => void;
}

export function createReceiver({ signers, deliver, maxBytes, bodyTimeout, now, tell }: ReceiverOptions): Receiver {
  return {
    maxBytes,
    bodyTimeout,
    async admit({ method, url = "", length }) {
      try {
        if (method !== "POST") return ANSWERS.otherMethod;
        const claims = await claimsIn(url, signers);
        // Not "expires <= now()": if the clock returns NaN, nothing may be admitted.
        if (!(claims && claims.expires > now())) return ANSWERS.notOurs;
        return Number(length ?? 0) > maxBytes ? ANSWERS.tooLarge : claims;
      } catch (error) {
        tell(error);
        return ANSWERS.failed;
      }
    },
    async receive(body, admitted) {
      if (body === undefined) {
        tell(new WebhookError(ALREADY_READ));
        return ANSWERS.failed;
      }
      const payload = payloadIn(body);
      if (!payload) return ANSWERS.notUnderstood;
      // This must come first, because a create waits at most three seconds for the answer to its challenge.
      if ("challenge" in payload) return answer(200, `{"challenge":${payload.challenge}}`);
      const { status, kind = admitted.kind } = payload;
      return OUTCOMES[await deliver(status, { ...admitted, kind })];
    },
  };
}

const ALREADY_READ =
  "The body of a callback was read before the handler got it. Give the handler a copy (request.clone()), or remove what reads it";

/** A string if `setEncoding` was called on a Node request. */
type Chunk = string | Uint8Array;

/** Reads a body with `next`, chunk by chunk. Resolves with a refusal if the body is too large, too slow, or breaks off. */
export async function readBody(
  next: () => Promise<{ done?: boolean | undefined; value?: Chunk | undefined }>,
  { maxBytes, bodyTimeout }: Receiver,
): Promise<string | Answer> {
  return (await bounded(readAll(next, maxBytes), bodyTimeout)) ?? ANSWERS.tooSlow;
}

async function readAll(next: Parameters<typeof readBody>[0], maxBytes: number): Promise<string | Answer> {
  const chunks: Chunk[] = [];
  try {
    for (let size = 0; ; ) {
      const { done, value } = await next();
      if (done || value === undefined)
        return done ? await new Blob(chunks as BlobPart[]).text() : ANSWERS.notUnderstood;
      // Empty chunks count too, because an endless series of them would starve the timer.
      size += value.length || 1;
      if (size > maxBytes) return ANSWERS.tooLarge;
      chunks.push(value);
    }
  } catch {
    return ANSWERS.notUnderstood;
  }
}

const encoder = new TextEncoder();

function answer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  // With a length, Node sends head and body in one piece, which saves most of the cost.
  const length = String(encoder.encode(body).length);
  return { status, headers: { ...headers, "content-type": "application/json", "content-length": length }, body };
}

function refusalAnswer(status: number, error: string, headers?: Record<string, string>): Answer {
  return answer(status, JSON.stringify({ error }), headers);
}

const taken = answer(200, '{"status":"success"}');
/** Seconds. */
const LATER = { "retry-after": "5" };
const pending = refusalAnswer(503, "not delivered yet", LATER);
const failed = refusalAnswer(500, "not delivered");

const OUTCOMES: Record<Outcome, Answer> = {
  delivered: taken,
  known: taken,
  pending,
  busy: pending,
  unconfirmed: refusalAnswer(503, "not confirmed by the service yet", LATER),
  failed,
};

export const ANSWERS = {
  otherMethod: refusalAnswer(405, "POST only", { allow: "POST" }),
  notOurs: refusalAnswer(403, "invalid or expired token"),
  tooLarge: refusalAnswer(413, "body too large"),
  tooSlow: refusalAnswer(408, "body too slow"),
  notUnderstood: refusalAnswer(400, "not a callback of MiniMax"),
  failed,
};
