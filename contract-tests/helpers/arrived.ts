/** What arrives of an answer, and what must arrive where a scenario of the mock spoils it. */
import { expect } from "vitest";

/** What arrives of an answer. `status` is 0 when there is none; `late` and `trickled` after 75 milliseconds. */
export interface Arrived {
  status: number;
  text: string;
  size: number;
  announced: number | undefined;
  cut: boolean;
  after: string | null;
  late: boolean;
  trickled: boolean;
}

export async function arrived(answer: Promise<Response>): Promise<Arrived> {
  const started = performance.now();
  const response = await answer.catch(() => undefined);
  const nothing = {
    status: 0,
    text: "",
    size: 0,
    announced: undefined,
    cut: true,
    after: null,
    late: false,
    trickled: false,
  };
  if (!response) return nothing;
  const headers = performance.now();
  const chunks: Uint8Array[] = [];
  let cut = false;
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  } catch {
    cut = true;
  }
  const bytes = Buffer.concat(chunks);
  const length = response.headers.get("content-length");
  return {
    status: response.status,
    text: bytes.toString(),
    size: bytes.length,
    announced: length === null ? undefined : Number(length),
    cut,
    after: response.headers.get("retry-after"),
    late: headers - started >= 75,
    trickled: performance.now() - headers >= 75,
  };
}

/** What arrives of a body whose connection breaks. */
export async function untilCut(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) chunks.push(part.value);
  } catch {
    return Buffer.concat(chunks);
  }
  throw new Error("The download was not cut.");
}

/** What a request meets on its way: each scenario at each operation it can act on, asked for by the header. */
export const spoilt: Record<string, (whole: Arrived) => Partial<Arrived>> = {
  rate_limited: () => ({ status: 200, text: expect.stringContaining('"status_code":1002') }),
  timed_out: () => ({ status: 200, text: expect.stringContaining('"status_code":1001') }),
  "too_many_requests=7": () => ({ status: 429, after: "7" }),
  lost_request: () => ({ status: 0 }),
  lost_reply: () => ({ status: 0 }),
  unclear: () => ({ status: 502, text: expect.stringMatching(/^<html>/), cut: false }),
  cut_reply: ({ size }) => ({ status: 200, size: size >> 1, announced: size, cut: true }),
  "cut_reply=10": ({ size }) => ({ status: 200, size: 10, announced: size, cut: true }),
  "cut_reply=0": ({ size }) => ({ status: 200, size: 0, announced: size, cut: true }),
  empty_reply: () => ({ status: 200, text: "", announced: 0, cut: false }),
  half_json: ({ size }) => ({ status: 200, size: size >> 1, announced: size >> 1, cut: false }),
  garbage: () => ({ status: 200, text: expect.stringMatching(/^[A-Z][a-z ]+\.\n$/), cut: false }),
  "slow_headers=90": ({ size }) => ({ status: 200, size, late: true, cut: false }),
  "slow_body=90": ({ size }) => ({ status: 200, size, trickled: true, cut: false }),
  wrong_length: ({ size }) => ({ status: 200, size, announced: size + 100, cut: true }),
  no_length: ({ size }) => ({ status: 200, size: size >> 1, announced: undefined, cut: false }),
};

export const nameIn = (fault: string) => fault.replace(/=.*/, "");
