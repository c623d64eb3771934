import { ApiError, type ApiFacts } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { type ErrorKind, errorTypes, type StatusCodeRow, statusCodes } from "../generated/codes.js";
import { unwrap } from "./gateway-envelope.js";
import { redact } from "./redact.js";
import type { Call, Reply } from "./transport.js";
import { inVersion1 } from "./v2-replies.js";

/** JSON text with every id as a string, digit by digit: 18 digits do not fit a double, and a rounded id is another task's. */
export function exactIds(text: string): string {
  // Faster than replacing nothing.
  if (!/id"\s*:\s*\d/.test(text)) return text;
  // A quotation mark inside a JSON string is escaped, so `"file_id":` cannot occur in one. A number with a fraction or an
  // exponent is not an id and stays.
  return text.replace(/"((?:file|task|template)_id|id)"(\s*:\s*)(\d+)(?=\s*[,}\]])/g, '"$1"$2"$3"');
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(exactIds(text));
  } catch {
    return undefined;
  }
}

/**
 * The content of a reply in the official shape, even if it is a refusal.
 * @throws {ApiError} if the reply is not one of this API.
 */
export function contentOf(reply: Reply, call: Call, server: Server): Record<string, unknown> {
  const json = jsonFrom(reply.text);
  const content = inVersion1(server.envelope ? unwrap(json) : json);
  const ok = reply.status >= 200 && reply.status < 300;
  if (isRecord(content) && (ok || codeOf(content) !== undefined)) return content;
  throw unreadable(reply, call, server);
}

/**
 * The content of a successful reply.
 * @throws {ApiError} for a `base_resp` code other than 0, an HTTP error, and any reply that is not one of this API.
 */
export function successOf(reply: Reply, call: Call, server: Server): Record<string, unknown> {
  const content = contentOf(reply, call, server);
  assertSuccess(content, reply, call, server);
  return content;
}

/** @throws {ApiError} if the content of a reply, or its HTTP status, is a refusal. */
export function assertSuccess(content: Record<string, unknown>, reply: Reply, call: Call, server: Server): void {
  const code = codeOf(content);
  if (code) throw refusalFrom(code, content, reply, call, server);
  if (reply.status >= 300) throw unreadable(reply, call, server, "a body that names no error");
}

function codeOf({ base_resp }: Record<string, unknown>): number | undefined {
  return isRecord(base_resp) && typeof base_resp.status_code === "number" ? base_resp.status_code : undefined;
}

/** Deeper than this, no known reply names its task. */
const DEEPEST = 4;

/**
 * The id of a task that the reply to a create names anywhere: in a refusal, under an HTTP error, in half a JSON document. It
 * is evidence that a task was created.
 */
export function taskIdIn({ text }: Pick<Reply, "text">): string | undefined {
  const json = jsonFrom(text);
  if (json !== undefined) return idWithin(json, 0);
  const [, words, digits] = /"task_id"\s*:\s*(?:"([^"\\]+)"|(\d+)(?=\s*[,}\]]))/.exec(text) ?? [];
  return usableId(words ?? digits);
}

function idWithin(value: unknown, depth: number): string | undefined {
  if (depth > DEEPEST || typeof value !== "object" || value === null) return undefined;
  const { task_id, task }: { task_id?: unknown; task?: unknown } = value;
  const own = usableId(task_id) ?? (isRecord(task) ? usableId(task.id) : undefined);
  if (own !== undefined) return own;
  for (const inner of Object.values(value)) {
    const found = idWithin(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Some services write one of these words where there is no task. */
function usableId(id: unknown): string | undefined {
  return typeof id === "string" && /^(?!(?:0+|null|none|undefined)$)[\x21-\x7e]{1,200}$/i.test(id) ? id : undefined;
}

/** An error for a reply that lacks a field which the spec requires. */
export function missingField(field: string, call: Call, server: Server): ApiError {
  return unexpected(`the reply of ${server.baseUrl} has no ${field}, so it is not one of this API`, call, server);
}

/** An error for a reply about another task or file, which a cache or a confused gateway may return. */
export function wrongSubject(what: string, asked: string, said: string, call: Call, server: Server): ApiError {
  const other = /^[\w-]{1,64}$/.test(said) ? `${what} ${said}` : `another ${what}`;
  return unexpected(`${server.baseUrl} was asked for ${what} ${asked}, but its reply is about ${other}`, call, server);
}

function unexpected(what: string, { operation }: Call, { baseUrl }: Server): ApiError {
  const facts = { operation, server: baseUrl };
  return new ApiError(`${operation}: ${what}`, { kind: "unknown", retryable: true, status: 200, ...facts });
}

type ReplyFacts = Pick<ApiFacts, "status" | "requestId" | "retryAfter" | "operation" | "server">;

function replyFacts({ status, headers, secrets }: Reply, { operation }: Call, { baseUrl }: Server): ReplyFacts {
  const seconds = Number(headers.get("retry-after") || Number.NaN);
  return {
    status,
    operation,
    server: baseUrl,
    requestId: requestIdFrom(headers.get("trace-id") ?? headers.get("x-request-id"), secrets),
    retryAfter: seconds >= 0 ? seconds * 1000 : undefined,
  };
}

/** Anything of another form is not an id and may repeat the request. */
function requestIdFrom(id: unknown, secrets: readonly string[]): string | undefined {
  return typeof id === "string" && /^[\w.:=+/-]{1,128}$/.test(id) && redact(id, secrets) === id ? id : undefined;
}

function refusalFrom(
  code: number,
  { base_resp, request_id, error_type }: Record<string, unknown>,
  reply: Reply,
  call: Call,
  server: Server,
): ApiError {
  const facts = replyFacts(reply, call, server);
  const { secrets } = reply;
  const { kind, retryable, meaning, advice } = statusCodes[code] ?? rowOfType(error_type) ?? rowOfStatus(facts.status);
  const words = isRecord(base_resp) && typeof base_resp.status_msg === "string" ? base_resp.status_msg : "";
  const said = words && words !== meaning ? ` ("${redact(words, secrets)}")` : "";
  const what = code < 0 ? meaning : `${code}, ${meaning}`;
  const message = `${facts.operation} was refused by ${facts.server}: ${what}${said}.${advice ? ` ${advice}` : ""}`;
  const requestId = requestIdFrom(request_id, secrets) ?? facts.requestId;
  return new ApiError(message, { ...facts, requestId, code: code < 0 ? undefined : code, kind, retryable });
}

function rowOfType(type: unknown): StatusCodeRow | undefined {
  return typeof type === "string" && Object.hasOwn(errorTypes, type) ? errorTypes[type] : undefined;
}

/** If neither the code nor the type is known, the HTTP status still tells the kind. */
function rowOfStatus(status: number): StatusCodeRow {
  const kind = kindOfStatus(status);
  return { kind, retryable: kind === "service" || kind === "rate_limited", meaning: "unknown code" };
}

function unreadable(reply: Reply, call: Call, server: Server, said = "no JSON of this API"): ApiError {
  const { status, text, headers, secrets } = reply;
  const facts = replyFacts(reply, call, server);
  const kind = kindOfStatus(status);
  const isHtml = /html/i.test(headers.get("content-type") ?? "") || /^\s*</.test(text);
  // Only a plain title ("502 Bad Gateway"): a page may repeat the request.
  const title = /<title>\s{0,20}([\w :-]{1,40}?)\s{0,20}<\/title>/i.exec(text)?.[1];
  const page = `an HTML page${title ? ` ("${redact(title, secrets)}")` : ""}`;
  const what = !text.trim() ? "an empty body" : isHtml ? page : said;
  const retryable = kind === "service" || kind === "rate_limited" || kind === "unknown";
  return new ApiError(`${facts.operation}: ${facts.server} answered HTTP ${status} with ${what}`, {
    ...facts,
    kind,
    retryable,
  });
}

function kindOfStatus(status: number): ErrorKind {
  if (status === 401 || status === 403) return "authentication";
  if (status === 402) return "insufficient_balance";
  if (status === 429) return "rate_limited";
  if (status >= 500 || status === 408) return "service";
  return status >= 400 ? "invalid_request" : "unknown";
}
