import { isRecord } from "../base/record.js";
import { redact } from "../http/parse-response.js";
import { type Exchange, wordsOf } from "./recorded-exchange.js";

/** Something that our documents state of the service, and how one exchange can confirm or contradict it. */
export interface Fact {
  id: string;
  says: string;
  /** A heading of openapi/SOURCES.md, or a file of openapi/. */
  source: string;
  /** What has to be there before a server that charges can be asked, where that is not there anyway. */
  needs?: string;
  /** Undefined where the exchange says nothing of it. */
  judge: (exchange: Exchange) => boolean | undefined;
  /** What was seen of it; default the answer in a few words. */
  evidence?: (exchange: Exchange) => string;
}

export function evidenceOf({ evidence = wordsOf }: Fact, exchange: Exchange): string {
  return redact(evidence(exchange));
}

/** What is made of a value that is there. */
export function when<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value);
}

export function isPlain({ method, headers }: Exchange): boolean {
  return method === "GET" || (method === "POST" && headers["content-type"] === "application/json");
}

export function field({ json }: Exchange, name: string): unknown {
  return isRecord(json) ? json[name] : undefined;
}

export function baseRespOf(exchange: Exchange): Record<string, unknown> | undefined {
  const base = field(exchange, "base_resp");
  return isRecord(base) ? base : undefined;
}

/** The code of a refusal; undefined for a success, and where there is none. */
export function codeIn(exchange: Exchange): number | undefined {
  const code = baseRespOf(exchange)?.status_code;
  return typeof code === "number" && code !== 0 ? code : undefined;
}

/** Seconds that a link in this answer has left when it is handed out, where it says so. */
export function lifetimeOf(link: unknown, { replyHeaders }: Exchange): number | undefined {
  const expires = /[?&](?:Expires|X-Amz-Expires)=(\d+)/i.exec(String(link ?? ""))?.[1];
  const date = Date.parse(replyHeaders.date ?? "");
  return expires === undefined || Number.isNaN(date) ? undefined : Number(expires) - date / 1000;
}

/** Whether a number is a time since 1970 in seconds, as of the years of this API. */
export function isSeconds(at: unknown): boolean {
  return typeof at === "number" && at > 1.6e9 && at < 4e9;
}
