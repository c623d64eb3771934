/** A `fetch` with scripted answers, and a simulated clock for it. */
import { simulatedClock } from "./simulated-clock.js";

/** The JSON of a reply with HTTP 200, a function that returns a response, or an error to reject with. */
export type Given = object | (() => Response) | Error;

export interface Sent {
  /** `GET /v1/files/list?purpose=…`. */
  request: string;
  /** One character per byte. */
  body: string;
}

/** Options for a client that gets these answers in turn, and then repeats the last one; and the requests that it sent. */
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

/** Part of every successful reply of API v1. */
export const OK = { base_resp: { status_code: 0, status_msg: "success" } };

export const refusal = (status_code: number, status_msg: string) => ({ base_resp: { status_code, status_msg } });
