import { isRecord } from "../base/record.js";
import { errorTypes, statusCodes } from "../generated/codes.js";
import { operations } from "../generated/operations.js";
import { type Exchange, isReadable, parsedJson } from "./recorded-exchange.js";
import { NEEDS } from "./target-server.js";

/** A statement of our documents about the service, and how an exchange confirms or contradicts it. */
export interface Fact {
  says: string;
  /** A heading of openapi/SOURCES.md, or a file of openapi/. */
  source: string;
  /** What a server that charges must have before the fact can be judged. */
  needs?: string;
  /** Undefined if the exchange says nothing about the fact. */
  judge: (exchange: Exchange) => { seen: unknown; holds: boolean } | undefined;
}

/** What an exchange shows of a fact, for the report, and whether the fact holds; undefined if it shows nothing. */
export function seen<Seen>(value: Seen | undefined, holds: (value: Seen) => boolean) {
  return value === undefined ? undefined : { seen: value, holds: holds(value) };
}

/** The same, but undefined unless the exchange is `meant` by the fact. */
export function seenIf(meant: unknown, seen: unknown, holds: boolean) {
  return meant ? { seen, holds } : undefined;
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

const KEY_CODES = [1004, 2049];
const EMPTY_PROMPT = "invalid params, text to video: prompt can't be empty";

const V2_STATUSES = Object.values(errorTypes).map(({ status }) => status);
/** Rate limits and outages: these refusals say nothing about what was requested. */
const UNRELATED_STATUSES = [429, 500, 529];

/** Facts about all replies: codes, HTTP statuses, messages and ids of requests. */
export const replyFacts: Record<string, Fact> = {
  "refused-under-200": {
    says: "A refusal has HTTP status 200, and its reason in base_resp.",
    source: 'SOURCES.md, "HTTP status"',
    judge: (one) => seenIf(isRefusal(1, one), one.status, one.status === 200),
  },
  "known-codes": {
    says: "Every code of a refusal is in the table of status codes.",
    source: "openapi/schemas/StatusCode.yaml",
    judge: (one) => seen(refusalCode(one), (code) => code in statusCodes),
  },
  "success-in-words": {
    says: 'The status_msg of a success is "success".',
    source: "openapi/schemas/BaseResp.yaml",
    judge: (one) => {
      const { status_code, status_msg } = baseRespOf(one) ?? {};
      return seenIf(status_code === 0, { status_code, status_msg }, status_msg === "success");
    },
  },
  "missing-key": {
    says: "A request without a key is refused with 1004.",
    source: "openapi/examples/failures/create.yaml, unauthorised",
    judge: (one) => seen(one.keyed ? undefined : refusalCode(one), (code) => code === 1004),
  },
  "refused-without-id": {
    says: "A refused create has an empty task_id.",
    source: "openapi/schemas/VideoGenerationResp.yaml",
    needs: NEEDS.free,
    judge: (one) => {
      const { task_id } = recordOf(one.json) ?? {};
      return seenIf(CREATES.includes(one.operationId) && refusalCode(one), { task_id }, task_id === "");
    },
  },
  "words-of-empty-prompt": {
    says: `A text-to-video create with an empty prompt is refused with 2013 \`${EMPTY_PROMPT}\`.`,
    source: "openapi/examples/videoGeneration/responses.yaml, emptyPrompt",
    needs: NEEDS.free,
    judge: (one) => {
      const { status_msg } = baseRespOf(one) ?? {};
      const isAsStated = refusalCode(one) === 2013 && status_msg === EMPTY_PROMPT;
      return seenIf(isRefusedForEmptyPrompt(one), baseRespOf(one), isAsStated);
    },
  },
  "v2-real-statuses": {
    says: `The HTTP status of a refusal of version 2 is one of ${V2_STATUSES.join(", ")}.`,
    source: "openapi/schemas/OaiErrorType.yaml",
    judge: (one) => seenIf(isRefusal(2, one) || v2RefusalOf(one), one.status, V2_STATUSES.includes(one.status)),
  },
  "v2-type-of-status": {
    says: "The error.type of a refusal of version 2 matches its HTTP status.",
    source: "openapi/schemas/OaiErrorType.yaml",
    judge: (one) => seen(v2RefusalOf(one), ({ type, status }) => errorTypes[String(type)]?.status === status),
  },
  "v2-status-in-words": {
    says: "error.http_code is the HTTP status again, as a string.",
    source: "openapi/schemas/OaiErrorDetail.yaml",
    judge: (one) => seen(v2RefusalOf(one), ({ http_code, status }) => http_code === String(status)),
  },
  "v2-code-in-message": {
    says: "The message of a refusal of version 2 ends with a known code in brackets.",
    source: "openapi/schemas/OaiErrorDetail.yaml",
    judge: (one) => seen(v2RefusalOf(one), ({ code }) => code in statusCodes),
  },
  "v2-missing-key": {
    says: "A request of version 2 without a key is refused with HTTP 401 and 1004.",
    source: "openapi/responses/Err401.yaml",
    judge: (one) =>
      seen(one.keyed ? undefined : v2RefusalOf(one), ({ code, status }) => status === 401 && code === 1004),
  },
  "v2-unknown-task": {
    says: "The query of an unknown task is refused with HTTP 400 and 2013.",
    source: 'SOURCES.md, "Task that cannot be cancelled or found"',
    needs: NEEDS.v2Task,
    judge: (one) => {
      const refusal = isQueryOfWellFormedId(one) ? v2RefusalOf(one) : undefined;
      const isAboutTask = !UNRELATED_STATUSES.includes(one.status) && !KEY_CODES.includes(refusal?.code ?? 0);
      return seen(isAboutTask ? refusal : undefined, ({ code, status }) => status === 400 && code === 2013);
    },
  },
  "v2-without-base-resp": {
    says: "No reply of version 2 has a base_resp.",
    source: "openapi/schemas/VideoGenerationV2Resp.yaml",
    judge: (one) => {
      const base_resp = baseRespOf(one);
      return seenIf(isOfApi(2, one) && recordOf(one.json), { base_resp }, base_resp === undefined);
    },
  },
};

/** Whether a request with a fitting method, content type and body is refused. How others are refused is not documented. */
function isRefusal(version: 1 | 2, exchange: Exchange): boolean {
  const { method, headers, status, operationId } = exchange;
  const isOwn = operations.minimax[operationId]?.method === method;
  const isPlain = isOwn && isReadable(exchange) && (method === "GET" || headers["content-type"] === "application/json");
  return isOfApi(version, exchange) && isPlain && (status >= 400 || refusalCode(exchange) !== undefined);
}

function isRefusedForEmptyPrompt(exchange: Exchange): boolean {
  const { operationId, body, keyed } = exchange;
  const code = refusalCode(exchange) ?? 0;
  // A server that charges is sent illegal bodies with a wrong key, and may refuse them because of the key.
  if (operationId !== "videoGeneration" || body === undefined || !keyed || [0, ...KEY_CODES].includes(code))
    return false;
  const request = recordOf(parsedJson(body));
  return request?.prompt === "" && !Object.keys(request).some((name) => /_image$|subject/.test(name));
}

function isQueryOfWellFormedId(exchange: Exchange): boolean {
  return isCallOf("videoGenerationV2Query", "GET", exchange) && /\/\d{15,18}$/.test(exchange.url);
}

/** A refusal of API v2: its HTTP status, what its body says, and the code in brackets at the end of its message, or NaN. */
function v2RefusalOf(exchange: Exchange) {
  const error = recordOf(recordOf(exchange.json)?.error);
  if (!error || !isOfApi(2, exchange) || !isReadable(exchange)) return undefined;
  const { type, http_code, message } = error;
  return { status: exchange.status, type, http_code, code: Number(/\((\d+)\)$/.exec(String(message))?.[1]) };
}
