import type { TaskKind } from "../task.js";
import type { Delivery, Outcome } from "./deliver.js";
import { andThen, isLater, type MaybeLater, within } from "./later.js";
import { payloadIn } from "./payload.js";
import { claimsIn, type Signer } from "./token.js";

/** What a server knows of a request before its body. */
export interface Head {
  readonly method: string | undefined;
  /** With its query; the host does not matter. */
  readonly url: string | undefined;
  readonly type: string | null | undefined;
  /** Content-Length. */
  readonly length: string | null | undefined;
}

/** An answer as any server can send it: JSON, and nothing in its headers that came in. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A request that may go on to its body. */
export interface Admitted {
  readonly kind: TaskKind;
}

/** The receiver without HTTP: what hosts with requests of their own need. The same for all of them. */
export interface Receiver {
  /** Bytes of body that are read at most, and milliseconds for them. */
  readonly maxBytes: number;
  readonly bodyTimeout: number;
  /** Judges a request by its head. */
  admit(head: Head): MaybeLater<Admitted | Answer>;
  /** Takes the body of an admitted one, as text or as JSON that is parsed already. Never rejects. */
  receive(body: unknown, admitted: Admitted): MaybeLater<Answer>;
}

export interface ReceiverOptions {
  signers: readonly Signer[];
  deliver: Delivery;
  maxBytes: number;
  bodyTimeout: number;
  answerWithin: number;
  now: () => number;
}

export function createReceiver(options: ReceiverOptions): Receiver {
  const { signers, deliver, maxBytes, bodyTimeout, answerWithin, now } = options;
  return {
    maxBytes,
    bodyTimeout,
    admit({ method, url = "", type, length }) {
      if (method !== "POST") return ANSWERS.otherMethod;
      return andThen(claimsIn(url, signers), (claims) => {
        if (!claims || claims.expires <= now()) return ANSWERS.notOurs;
        // Nobody documents that the header is there.
        if (type && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) return ANSWERS.otherType;
        return Number(length ?? 0) > maxBytes ? ANSWERS.tooLarge : claims;
      });
    },
    receive(body, { kind }) {
      const payload = payloadIn(body);
      if (!payload) return ANSWERS.notUnderstood;
      // Before and apart from whatever is done with statuses: a create waits for it, and for no more than three seconds.
      if ("challenge" in payload) return answer(200, { challenge: payload.challenge });
      const outcome = deliver(payload.status, payload.kind ?? kind);
      if (!isLater(outcome)) return OUTCOMES[outcome];
      return within(answerWithin, outcome, "delivered").then((outcome) => OUTCOMES[outcome]);
    },
  };
}

const encoder = new TextEncoder();

function answer(status: number, json: object, headers: Record<string, string> = {}): Answer {
  const body = JSON.stringify(json);
  // With its length Node sends head and body in one piece, which is most of what an answer costs.
  const length = String(encoder.encode(body).length);
  return { status, headers: { ...headers, "content-type": "application/json", "content-length": length }, body };
}

function refusal(status: number, error: string, headers?: Record<string, string>): Answer {
  return answer(status, { error }, headers);
}

const taken = answer(200, { status: "success" });

const OUTCOMES: Record<Outcome, Answer> = {
  delivered: taken,
  known: taken,
  unconfirmed: refusal(503, "not confirmed by the service yet"),
  failed: refusal(500, "not delivered"),
};

export const ANSWERS = {
  otherMethod: refusal(405, "POST only", { allow: "POST" }),
  notOurs: refusal(403, "not an address of ours"),
  otherType: refusal(415, "JSON only"),
  tooLarge: refusal(413, "too large"),
  tooSlow: refusal(408, "too slow"),
  notUnderstood: refusal(400, "not understood"),
};
