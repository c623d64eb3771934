import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { otherShape, successOf } from "../http/parse-response.js";
import type { Call, Reply } from "../http/transport.js";
import type { Bytes, Flow } from "./flow.js";

/** No refusal is longer. What is, and comes under HTTP 200, is a file, whatever it looks like. */
const LONGEST = 64 * 1024;

/**
 * The beginning of a file, once it is clear that it is none of the ways in which there is none. Types are no proof: refusals
 * come under HTTP 200, and the vendor's page calls the bytes of a file JSON.
 * @throws {ApiError} for a refusal, and for what is no file of this API: a page, a text, nothing at all.
 */
export async function beginningOf(reply: Reply, flow: Flow, call: Call, server: Server): Promise<Bytes[]> {
  const type = reply.headers.get("content-type") ?? "";
  const isNoFile = reply.status !== 200 || /^text\//i.test(type);
  const first = await flow.read();
  const start = first ? [first] : [];
  const mayBeJson = /json/i.test(type) || /^\s*\{/.test(textOf(start));
  if (first && !isNoFile && !mayBeJson) return start;
  const isShort = await readShort(flow, start);
  const text = textOf(start);
  if (isNoFile || (isShort && isAnswer(text, type))) {
    successOf({ ...reply, text }, call, server);
    throw otherShape("bytes", call, server);
  }
  return start;
}

/** Whether it ends soon; what was read up to there is added to what there is. */
async function readShort(flow: Flow, start: Bytes[]): Promise<boolean> {
  for (let read = start[0]?.length ?? 0; read <= LONGEST; read += start.at(-1)?.length ?? 0) {
    const next = await flow.read();
    if (!next) return true;
    start.push(next);
  }
  return false;
}

/** A file may be of JSON, too; what every answer of this API has is not in it. */
function isAnswer(text: string, type: string): boolean {
  if (text === "") return true;
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) && ("base_resp" in json || json.type === "error");
  } catch {
    return /json/i.test(type) && /^\s*\{/.test(text);
  }
}

function textOf(chunks: Bytes[]): string {
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
}
