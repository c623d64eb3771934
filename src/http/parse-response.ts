import { ApiError } from "../base/errors.js";
import { defined, idFrom, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { type ErrorKind, errorTypes, type StatusCodeRow, statusCodes } from "../generated/codes.js";
import { redact } from "./redact.js";
import { inVersion1, unwrap } from "./reply-shapes.js";
import type { Call, Reply } from "./transport.js";

/** JSON text with every id as a string, digit by digit: 18 digits do not fit a double, and a rounded id is another task's. */
export function exactIds(text: string): string {
  // A quotation mark inside a JSON string is escaped, so `"file_id":` cannot occur in one. A number with a fraction or an
  // exponent is not an id and stays.
  return text.replace(/"((?:file|task|template)_id|id)"(\s*:\s*)(\d+)(?=\s*[,}\]])/g, '"$1"$2"$3"');
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
  throw unreadable(formOf(reply), reply, call, server);
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(exactIds(text));
  } catch {
    return undefined;
  }
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
  if (code) throw refusal(code, content, reply, call, server);
  if (reply.status >= 300) throw unreadable("a body without an error", reply, call, server);
}

function codeOf({ base_resp }: Record<string, unknown>): number | undefined {
  return isRecord(base_resp) && typeof base_resp.status_code === "number" ? base_resp.status_code : undefined;
}

/**
 * The id of a task that the reply to a create names anywhere: in a refusal, under an HTTP error, in half a JSON document. It
 * is evidence that a task was created.
 */
export function taskIdIn({ text }: Pick<Reply, "text">): string | undefined {
  let found: string | undefined;
  try {
    // Objects come after those within them, so the outermost id counts.
    JSON.parse(exactIds(text), (_, value) => {
      if (isRecord(value)) found = namedId(value.task_id) ?? namedId(Object(value.task).id) ?? found;
      return value;
    });
  } catch {
    const [, words, digits] = /"task_id"\s*:\s*(?:"([^"\\]+)"|(\d+)(?=\s*[,}\]]))/.exec(text) ?? [];
    found = namedId(words ?? digits);
  }
  return found;
}

/** Some services write one of these words where there is no task. */
function namedId(id: unknown): string | undefined {
  return typeof id === "string" && /^(0+|null|none|undefined)$/i.test(id) ? undefined : idFrom(id);
}

/** An error for a reply that lacks a field which the spec requires. */
export function missingField(field: string, call: Call, server: Server): ApiError {
  return unexpected(`the reply of ${server.baseUrl} has no ${field}, so it is not a reply of this API`, call, server);
}

/** An error for a reply about another task or file, which a cache or a confused gateway may return. */
export function wrongSubject(what: string, asked: string, said: string, call: Call, server: Server): ApiError {
  const other = /^[\w-]{1,64}$/.test(said) ? `${what} ${said}` : `another ${what}`;
  return unexpected(`${server.baseUrl} was asked for ${what} ${asked}, but its reply is about ${other}`, call, server);
}

function unexpected(what: string, { operation }: Call, { baseUrl }: Server): ApiError {
  const facts = { operation, server: baseUrl, status: 200 };
  return new ApiError(`${operation}: ${what}`, { kind: "unknown", retryable: true, ...facts });
}

/** An error for a body that says no, by a code or a type. The code and the type outrank the HTTP status. */
function refusal(code: number, content: Record<string, unknown>, reply: Reply, call: Call, server: Server): ApiError {
  const { base_resp, request_id, error_type } = content;
  const { kind, retryable, meaning, advice } = statusCodes[code] ?? rowOfType(error_type) ?? rowOfStatus(reply.status);
  const words = isRecord(base_resp) && typeof base_resp.status_msg === "string" ? base_resp.status_msg : "";
  const said = words && words !== meaning ? ` ("${redact(words, reply.secrets)}")` : "";
  const what = code < 0 ? meaning : `${code}, ${meaning}`;
  const message = `${call.operation} was refused by ${server.baseUrl}: ${what}${said}.${advice ? ` ${advice}` : ""}`;
  return new ApiError(message, {
    ...factsOf(reply, call, server),
    ...defined({ requestId: requestIdFrom(request_id, reply.secrets) }),
    code: code < 0 ? undefined : code,
    kind,
    retryable,
  });
}

function rowOfType(type: unknown): StatusCodeRow | undefined {
  return typeof type === "string" && Object.hasOwn(errorTypes, type) ? errorTypes[type] : undefined;
}

/** If neither the code nor the type is known, the HTTP status still tells the kind. */
function rowOfStatus(status: number): StatusCodeRow {
  const kind = kindOfStatus(status);
  return { kind, retryable: kind === "service" || kind === "rate_limited", meaning: "unknown code" };
}

/** An error for a body that does not say what is wrong. Only the HTTP status tells. */
function unreadable(form: string, reply: Reply, call: Call, server: Server): ApiError {
  const kind = kindOfStatus(reply.status);
  const message = `${call.operation}: ${server.baseUrl} answered HTTP ${reply.status} with ${form}`;
  const retryable = kind === "service" || kind === "rate_limited" || kind === "unknown";
  return new ApiError(message, { ...factsOf(reply, call, server), kind, retryable });
}

/** What a body is that is not JSON of this API. */
function formOf({ text, headers, secrets }: Reply): string {
  if (!text.trim()) return "an empty body";
  if (!/html/i.test(headers.get("content-type") ?? "") && !/^\s*</.test(text))
    return "a body that is not a reply of this API";
  // Only a plain title ("502 Bad Gateway"): a page may repeat the request.
  const title = /<title>\s{0,20}([\w :-]{1,40}?)\s{0,20}<\/title>/i.exec(text)?.[1];
  return `an HTML page${title ? ` ("${redact(title, secrets)}")` : ""}`;
}

function kindOfStatus(status: number): ErrorKind {
  if (status === 401 || status === 403) return "authentication";
  if (status === 402) return "insufficient_balance";
  if (status === 429) return "rate_limited";
  if (status >= 500 || status === 408) return "service";
  return status >= 400 ? "invalid_request" : "unknown";
}

function factsOf({ status, headers, secrets }: Reply, { operation }: Call, { baseUrl }: Server) {
  const seconds = Number(headers.get("retry-after") || Number.NaN);
  const requestId = requestIdFrom(headers.get("trace-id") ?? headers.get("x-request-id"), secrets);
  return { status, operation, server: baseUrl, requestId, retryAfter: seconds >= 0 ? seconds * 1000 : undefined };
}

/** Anything of another form is not an id and may repeat the request. */
function requestIdFrom(id: unknown, secrets: readonly string[]): string | undefined {
  return typeof id === "string" && /^[\w.:=+/-]{1,128}$/.test(id) && redact(id, secrets) === id ? id : undefined;
}
