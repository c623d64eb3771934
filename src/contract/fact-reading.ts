import { isRecord } from "../base/record.js";
import { redact } from "../http/redact.js";
import { describeExchange, type Exchange } from "./recorded-exchange.js";

/** A statement of our documents about the service, and how one exchange confirms or contradicts it. */
interface FactRow<T> {
  says: string;
  /** A heading of openapi/SOURCES.md, or a file of openapi/. */
  source: string;
  /** What a server that charges must have before the fact can be judged. */
  needs?: string;
  /** The part of an exchange that the fact is about; undefined if it has none. */
  of: (exchange: Exchange) => T | undefined;
  /** Undefined if that part says nothing about the fact. */
  holds: (part: T, exchange: Exchange) => boolean | undefined;
  /** What was seen. Default: the reply in a few words. */
  seen?: (part: T, exchange: Exchange) => string;
}

export type Fact = ReturnType<typeof fact>;

export function fact<T>({ of, holds, seen, ...about }: FactRow<T>) {
  return {
    ...about,
    judge(exchange: Exchange): boolean | undefined {
      const part = of(exchange);
      return part === undefined ? undefined : holds(part, exchange);
    },
    evidence(exchange: Exchange): string {
      const part = of(exchange);
      return redact(seen && part !== undefined ? seen(part, exchange) : describeExchange(exchange));
    },
  };
}

export type Json = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Json | undefined {
  return isRecord(value) ? value : undefined;
}

/** Whether an exchange calls an operation of this API version. */
export function isOfApi(version: 1 | 2, { operationId, url }: Exchange): boolean {
  return operationId !== "download" && operationId !== "" && url.includes(`/v${version}/`);
}

export function isCallOf(operationId: string, method: string, exchange: Exchange): boolean {
  return exchange.operationId === operationId && exchange.method === method;
}

export function baseRespOf({ json }: Exchange): Json | undefined {
  return recordOf(recordOf(json)?.base_resp);
}

/** The code of a refusal; undefined for a success, and for a reply without a code. */
export function refusalCode(exchange: Exchange): number | undefined {
  const code = baseRespOf(exchange)?.status_code;
  return typeof code === "number" && code !== 0 ? code : undefined;
}

/** The reply to one of these operations of API v1, if it succeeded. */
export function successIn(operations: readonly string[], exchange: Exchange): Json | undefined {
  const isSuccess = operations.includes(exchange.operationId) && baseRespOf(exchange)?.status_code === 0;
  return isSuccess ? recordOf(exchange.json) : undefined;
}

/** Seconds for which a link in this reply is still valid, if both link and reply say so. */
export function lifetimeOf(link: unknown, { replyHeaders }: Exchange): number | undefined {
  const expires = /[?&](?:Expires|X-Amz-Expires)=(\d+)/i.exec(String(link ?? ""))?.[1];
  const date = Date.parse(replyHeaders.date ?? "");
  return expires === undefined || Number.isNaN(date) ? undefined : Number(expires) - date / 1000;
}

export function minutesText(seconds: number): string {
  return `${Math.round(seconds / 60)} minutes`;
}

/** Whether a number is a Unix time in seconds, within the years of this API. */
export function isUnixTime(at: unknown): boolean {
  return typeof at === "number" && at > 1.6e9 && at < 4e9;
}
