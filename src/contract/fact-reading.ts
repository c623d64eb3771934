import { isRecord } from "../base/record.js";
import type { Exchange } from "./recorded-exchange.js";

/** A statement of our documents about the service, and how an exchange confirms or contradicts it. */
interface FactRow<Seen> {
  says: string;
  /** A heading of openapi/SOURCES.md, or a file of openapi/. */
  source: string;
  /** What a server that charges must have before the fact can be judged. */
  needs?: string;
  /** What an exchange shows of it, for the report; undefined if the exchange says nothing about the fact. */
  sees: (exchange: Exchange) => Seen | undefined;
  holds: (seen: Seen) => boolean;
}

export type Fact = ReturnType<typeof fact>;

export function fact<Seen>({ sees, holds, ...about }: FactRow<Seen>) {
  return {
    ...about,
    judge(exchange: Exchange): { seen: unknown; holds: boolean } | undefined {
      const seen = sees(exchange);
      return seen === undefined ? undefined : { seen, holds: holds(seen) };
    },
  };
}

export type Json = Readonly<Record<string, unknown>>;

export const CREATES = ["videoGeneration", "videoTemplateGeneration"];

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

/** Seconds for which a link in this reply is still valid, if both link and reply say so. */
export function secondsLeft(link: unknown, { replyHeaders }: Exchange): number | undefined {
  const expires = /[?&](?:Expires|X-Amz-Expires)=(\d+)/i.exec(String(link ?? ""))?.[1];
  const date = Date.parse(replyHeaders.date ?? "");
  return expires === undefined || Number.isNaN(date) ? undefined : Number(expires) - date / 1000;
}

/** Whether a number is a Unix time in seconds, within the years of this API. */
export function isUnixTime(at: unknown): boolean {
  return typeof at === "number" && at > 1.6e9 && at < 4e9;
}
