import { ApiError } from "../base/errors.js";
import { isRecord, nonEmptyString } from "../base/record.js";
import type { Server } from "../base/server.js";
import { type ErrorKind, errorPhrases, errorTypes, type StatusCodeRow, statusCodes } from "../generated/codes.js";
import { redact } from "./redact.js";
import { inVersion1, jsonFrom, LONGEST_MESSAGE, NO_CODE, refusalIn, rowsByType } from "./reply-shapes.js";
import { taskIdIn } from "./task-evidence.js";
import type { Call, Reply } from "./transport.js";

/** The content of a reply of this API in the official shape, even if it is a refusal. @throws {ApiError} for any other reply. */
export function contentOf(reply: Reply, call: Call, server: Server): Record<string, unknown> {
  const json = jsonFrom(reply.text);
  const content = inVersion1(json);
  const ok = reply.status >= 200 && reply.status < 300;
  if (isRecord(content) && (ok || codeOf(content) !== undefined)) return content;
  const isSaid = typeof json === "object" || (typeof json === "string" && reply.status >= 400);
  const said = refusalIn(isRecord(json) ? json : { message: isSaid ? json : proseIn(reply).words });
  throw refusalError(said, reply, call, server);
}

export function successOf(reply: Reply, call: Call, server: Server): Record<string, unknown> {
  const content = contentOf(reply, call, server);
  assertSuccess(content, reply, call, server);
  return content;
}

export function assertSuccess(content: Record<string, unknown>, reply: Reply, call: Call, server: Server): void {
  if (codeOf(content) || reply.status >= 300) throw refusalError(content, reply, call, server);
}

function codeOf({ base_resp }: Record<string, unknown>): number | undefined {
  return isRecord(base_resp) && typeof base_resp.status_code === "number" ? base_resp.status_code : undefined;
}

export function missingField(field: string, call: Call, server: Server): ApiError {
  return unexpected(`the reply of ${server.baseUrl} has no ${field}, so it is not a reply of this API`, call, server);
}

/** The error for a reply about another task or file, which a cache or a confused gateway may return. */
export function wrongSubject(what: string, asked: string, said: string, call: Call, server: Server): ApiError {
  const other = /^[\w-]{1,64}$/.test(said) ? `${what} ${said}` : `another ${what}`;
  return unexpected(`${server.baseUrl} was asked for ${what} ${asked}, but its reply is about ${other}`, call, server);
}

function unexpected(what: string, { operation }: Call, { baseUrl }: Server): ApiError {
  const facts = { operation, server: baseUrl, status: 200 };
  return new ApiError(`${operation}: ${what}`, { kind: "unknown", retryable: true, ...facts });
}

/** The error for a reply that is not a success. The body takes precedence over the HTTP status. */
function refusalError(content: Record<string, unknown>, reply: Reply, call: Call, server: Server): ApiError {
  const { base_resp, request_id, error_type } = content;
  const { operation } = call;
  const code = isDoubtful(content, reply) ? NO_CODE : (codeOf(content) ?? NO_CODE);
  const words = (nonEmptyString(Object(base_resp).status_msg) ?? "").slice(0, LONGEST_MESSAGE);
  // Some services use the HTTP status, or what it should have been, as their code.
  const isStatus = code >= 400 && code < 600;
  const isOfService = code > 0 && !isStatus;
  const status = isStatus && kindOfStatus(reply.status) !== "service" ? code : reply.status;
  // A proxy may use the same words about its own records.
  const isAnswer = !call.once && (isOfService || kindOfStatus(status) === "invalid_request");
  const unknown = isAnswer && UNKNOWN_RECORD.test(words) ? UNKNOWN : undefined;
  // Many services call everything an invalid request, so the words take precedence over the type.
  const spelt = CUT_SHORT.includes(status) ? undefined : (rowOfWords(words, status) ?? rowsByType.get(error_type));
  const isRepeated = call.keyed && (TAKEN.includes(status) || ABOUT_A_KEY.test(words + reply.text));
  const named = isRepeated ? REPEATED : (unknown ?? statusCodes[code] ?? spelt);
  const { kind, retryable, meaning, advice } = named ?? rowOfStatus(status, isOfService, reply);
  const isOpen = kind === "service" || kind === "unknown";
  const quoted = words && words !== meaning ? ` ("${redact(words, reply.secrets)}")` : "";
  const why = isOfService ? `${code}, ${meaning}` : meaning;
  const what =
    named || isOfService
      ? ` ${isOpen ? "failed at" : "was refused by"} ${server.baseUrl}: ${why}`
      : `: ${server.baseUrl} answered HTTP ${reply.status} with ${isRecord(jsonFrom(reply.text)) && words ? "an error" : proseIn(reply).form}`;
  // If the outcome of a create is unknown, the caller must look for its task before trying again.
  const isEmpty = !quoted && advice?.startsWith("The message");
  const isUseful = advice && !isEmpty && !(call.once && (isOpen || taskIdIn(reply) !== undefined));
  const said = { code: isOfService ? code : undefined, requestId: requestIdIn(request_id, reply) };
  const facts = { operation, server: server.baseUrl, status: reply.status, retryAfter: reply.retryAfter, ...said };
  const message = `${operation}${what}${quoted}.${isUseful ? ` ${advice}` : ""}`;
  return new ApiError(message, { ...facts, kind, retryable });
}

/** Whether a number in the message may not be a code: it is Cloudflare's, or the HTTP status leaves the outcome open. */
function isDoubtful({ spoken, ...content }: Record<string, unknown>, { status, text }: Reply): boolean {
  if (!spoken || (status >= 400 && kindOfStatus(status) !== "service")) return CLOUDFLARE.test(text);
  return spoken === "in prose" || statusCodes[codeOf(content) ?? NO_CODE]?.kind === "rate_limited";
}

const CLOUDFLARE = /^error code: \d+\s*$|"cloudflare_error"\s*:\s*true/;

/** Version 2 reports an unknown id with HTTP 500 and the code of its own faults: `record not found (1000)`. */
const UNKNOWN_RECORD =
  /\b(no such|unknown) (record|task|file|job)|\b(record|task|file)(\b|s?_)[^.]{0,80}\b(not found|(does not|doesn['’]t|not) exist)|could not be found|(任务|任務|记录|文件).{0,20}(不存在|未找到)/i;
const UNKNOWN: StatusCodeRow = {
  ...{ kind: "invalid_request", retryable: false, meaning: "it does not know this id" },
  advice: "It may be too old, or belong to another key or server.",
};

/** HTTP statuses that may mean that a request with this idempotency key, sent twice by a proxy, is under way or has bought a task. */
const TAKEN = [409, 423, 425];
const ABOUT_A_KEY = /idempoten|[幂冪]等|duplicate|重[复複]|in progress|already (be\w+ )?(us|process|submit|exist)/i;
const REPEATED: StatusCodeRow = { kind: "service", retryable: true, meaning: "it may know this idempotency key" };

/** The row for the words of a message. They cannot settle an outcome that the HTTP status leaves open. */
function rowOfWords(words: string, status: number): StatusCodeRow | undefined {
  const isRefusal = status >= 400 && status < 500;
  return statusCodes[errorPhrases.find(([phrase]) => isRefusal && phrase.test(words))?.[1] ?? NO_CODE];
}

/** The row for a reply that says nothing but its HTTP status. Without a code it may come from a proxy; an HTML page does. */
function rowOfStatus(status: number, hasCode: boolean, reply: Reply): StatusCodeRow {
  const kind = kindOfStatus(status);
  const own = Object.values(errorTypes).find((row) => row.kind === kind && kind !== "invalid_request")?.advice;
  const isProxy = CLOUDFLARE.test(reply.text) || proseIn(reply).form === PAGE;
  const advice = kind === "authentication" && isProxy ? BEFORE_THE_SERVICE : own;
  const retryable = ["service", "rate_limited", ...(hasCode ? [] : ["unknown"])].includes(kind);
  return { kind, retryable, meaning: "unknown code", ...(advice && { advice }) };
}

const PAGE = "an HTML page";
const BEFORE_THE_SERVICE = "The refusal seems to come from a proxy or a firewall in front of the service.";
const LONGEST_PAGE = 20_000;

/** The form of a body that is not a refusal in JSON, and its readable words. */
function proseIn({ status, text, headers }: Reply): { form: string; words: string } {
  const start = text.slice(0, LONGEST_PAGE).trim();
  if (!start) return { form: "an empty body", words: "" };
  if (/html/i.test(headers.get("content-type") ?? "") || start.startsWith("<")) {
    const [, title] = /<title[^>]{0,99}>([^<]{1,300})/i.exec(start) ?? [];
    const seen = start.replace(/<(script|style|head)\b[\s\S]*?(<\/\1>|$)|<!--[\s\S]*?(-->|$)|<[^>]*(>|$)/gi, " ");
    // A page with HTTP 200 is meant for a person, and may repeat the form that was sent.
    const words = title?.trim() || (status < 400 ? "" : seen);
    return { form: PAGE, words: words.replace(/\s+/g, " ").trim() };
  }
  // JSON, a truncated JSON document, or bytes may contain anything, including the request.
  const isText = !/^[[{"]|\ufffd|(?!\s)\p{Cc}/u.test(start) && jsonFrom(text) === undefined;
  return isText ? { form: "plain text", words: start } : { form: "a body that is not a reply of this API", words: "" };
}

/** Includes 499 and 444 (nginx) and 460 (AWS): a proxy gave up, but the service behind it may have carried on. */
const CUT_SHORT = [408, 424, 444, 460, 499];

function kindOfStatus(status: number): ErrorKind {
  if (status === 401 || status === 403) return "authentication";
  if (status === 402) return "insufficient_balance";
  if (status === 429) return "rate_limited";
  if (status >= 500 || CUT_SHORT.includes(status)) return "service";
  return status >= 400 ? "invalid_request" : "unknown";
}

/** The request id in the content, else in the headers. A value of another form may repeat the request. */
function requestIdIn(named: unknown, { headers, secrets }: Reply): string | undefined {
  const ids = [named, headers.get("trace-id") ?? headers.get("x-request-id")].map(nonEmptyString);
  return ids.find((id) => id && /^[\w.:=+/-]{1,128}$/.test(id) && redact(id, secrets) === id);
}
