/** A service that gives fixed answers in simulated time, for tests of one module: what is asked and in which order is theirs. */
import { simulatedClock } from "./simulated-clock.js";

/** JSON under HTTP 200, what is made anew each time, or a connection that breaks. */
export type Given = object | (() => Response) | Error;

export interface Sent {
  /** `GET /v1/files/list?purpose=…`. */
  request: string;
  /** A character a byte. */
  body: string;
}

/** Options of a client whose service answers so, one after the other and the last for ever, and what it was sent. */
export function answers(...given: Given[]) {
  const sent: Sent[] = [];
  const clock = simulatedClock();
  const asked: typeof fetch = async (url, init) => {
    init?.signal?.throwIfAborted();
    const answer = given[Math.min(sent.length, given.length - 1)];
    const { pathname, search } = new URL(String(url));
    const entry = { request: `${init?.method} ${pathname}${search}`, body: "" };
    sent.push(entry);
    entry.body = Buffer.from(await new Response(init?.body).arrayBuffer()).toString("latin1");
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer() : Response.json(answer);
  };
  return { options: { apiKey: "any", clock, maxRetries: 1, fetch: asked }, sent, clock };
}

/** What every answer of version 1 has that is no refusal. */
export const OK = { base_resp: { status_code: 0, status_msg: "success" } };

export const refusal = (status_code: number, status_msg: string) => ({ base_resp: { status_code, status_msg } });
