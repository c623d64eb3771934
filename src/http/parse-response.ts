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
  // Seen sooner than nothing is replaced.
  if (!/id"\s*:\s*\d/.test(text)) return text;
  // A quotation mark inside a JSON string is escaped, so `"file_id":` cannot be met there. A number with a fraction or an
  // exponent is no id and stays.
  return text.replace(/"((?:file|task|template)_id|id)"(\s*:\s*)(\d+)(?=\s*[,}\]])/g, '"$1"$2"$3"');
}

/**
 * The content of an answer in the official shape, whatever its `base_resp` says.
 * @throws {ApiError} for everything that is no answer of this API.
 */
export function contentOf(reply: Reply, call: Call, server: Server): Record<string, unknown> {
  const json = jsonOf(reply.text);
  const content = inVersion1(server.envelope ? unwrap(json) : json);
  const ok = reply.status >= 200 && reply.status < 300;
  if (isRecord(content) && (ok || codeOf(content) !== undefined)) return content;
  throw unreadable(reply, factsOf(reply, call, server));
}

/**
 * The id of a task that the reply to a create names anywhere, whatever else it says: in a refusal, under an HTTP error, in
 * half a JSON. It is evidence that a task was made.
 */
export function taskIdIn({ text }: Pick<Reply, "text">): string | undefined {
  const json = jsonOf(text);
  if (json !== undefined) return idWithin(json, 0);
  const [, words, digits] = /"task_id"\s*:\s*(?:"([^"\\]+)"|(\d+)(?=\s*[,}\]]))/.exec(text) ?? [];
  return usableId(words ?? digits);
}

/** Deeper than this no known reply names its task. */
const DEEPEST = 4;

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

/** What some services write where there is no task is no id. */
function usableId(id: unknown): string | undefined {
  return typeof id === "string" && /^(?!(?:0+|null|none|undefined)$)[\x21-\x7e]{1,200}$/i.test(id) ? id : undefined;
}

/**
 * The content of a successful answer.
 * @throws {ApiError} for a `base_resp` code other than 0, an HTTP error, and everything that is no answer of this API.
 */
export function successOf(reply: Reply, call: Call, server: Server): Record<string, unknown> {
  const content = contentOf(reply, call, server);
  assertSuccess(content, reply, call, server);
  return content;
}

/** @throws {ApiError} when the content of an answer, or its HTTP status, says that it is a refusal. */
export function assertSuccess(content: Record<string, unknown>, reply: Reply, call: Call, server: Server): void {
  const code = codeOf(content);
  if (code) throw refusal(code, content, factsOf(reply, call, server), reply.secrets);
  if (reply.status >= 300) throw unreadable(reply, factsOf(reply, call, server), "a body that names no error");
}

function codeOf({ base_resp }: Record<string, unknown>): number | undefined {
  return isRecord(base_resp) && typeof base_resp.status_code === "number" ? base_resp.status_code : undefined;
}

/** An answer whose JSON is not what the spec says. */
export function otherShape(missing: string, call: Call, server: Server): ApiError {
  return strange(`the answer of ${server.baseUrl} has no ${missing}; it is not of this API`, call, server);
}

/** An answer about another task or file than was asked for, such as a cache or a confused gateway may give. */
export function otherAnswer(what: string, asked: string, said: string, call: Call, server: Server): ApiError {
  const other = /^[\w-]{1,64}$/.test(said) ? `${what} ${said}` : `another ${what}`;
  return strange(`${server.baseUrl} was asked for ${what} ${asked}, and answered about ${other}`, call, server);
}

function strange(what: string, call: Call, server: Server): ApiError {
  return new ApiError(`${call.operation}: ${what}`, {
    kind: "unknown",
    retryable: true,
    status: 200,
    operation: call.operation,
    server: server.baseUrl,
  });
}

type Facts = Pick<ApiFacts, "status" | "requestId" | "retryAfter" | "operation" | "server">;

function factsOf({ status, headers, secrets }: Reply, { operation }: Call, { baseUrl }: Server): Facts {
  const seconds = Number(headers.get("retry-after") || Number.NaN);
  return {
    status,
    operation,
    server: baseUrl,
    requestId: requestIdFrom(headers.get("trace-id") ?? headers.get("x-request-id"), secrets),
    retryAfter: seconds >= 0 ? seconds * 1000 : undefined,
  };
}

/** Of another form it is no id, and may repeat anything. */
function requestIdFrom(id: unknown, secrets: readonly string[]): string | undefined {
  return typeof id === "string" && /^[\w.:=+/-]{1,128}$/.test(id) && redact(id, secrets) === id ? id : undefined;
}

function rowOf(error_type: unknown): StatusCodeRow | undefined {
  return typeof error_type === "string" && Object.hasOwn(errorTypes, error_type) ? errorTypes[error_type] : undefined;
}

/** Of a refusal by nothing that is known, its HTTP status still says whose turn it is. */
function unknownUnder(status: number): StatusCodeRow {
  const kind = kindOfStatus(status);
  return { kind, retryable: kind === "service" || kind === "rate_limited", meaning: "unknown code" };
}

function refusal(
  code: number,
  { base_resp, request_id, error_type }: Record<string, unknown>,
  facts: Facts,
  secrets: readonly string[],
): ApiError {
  const { kind, retryable, meaning, advice } = statusCodes[code] ?? rowOf(error_type) ?? unknownUnder(facts.status);
  const words = isRecord(base_resp) && typeof base_resp.status_msg === "string" ? base_resp.status_msg : "";
  const said = words && words !== meaning ? ` ("${redact(words, secrets)}")` : "";
  const what = code < 0 ? meaning : `${code}, ${meaning}`;
  const message = `${facts.operation} was refused by ${facts.server}: ${what}${said}.${advice ? ` ${advice}` : ""}`;
  const requestId = requestIdFrom(request_id, secrets) ?? facts.requestId;
  return new ApiError(message, { ...facts, requestId, code: code < 0 ? undefined : code, kind, retryable });
}

function unreadable({ status, text, headers, secrets }: Reply, facts: Facts, said = "no JSON of this API"): ApiError {
  const kind = kindOfStatus(status);
  const html = /html/i.test(headers.get("content-type") ?? "") || /^\s*</.test(text);
  // Only a plain title ("502 Bad Gateway"): a page may repeat what was sent.
  const title = /<title>\s{0,20}([\w :-]{1,40}?)\s{0,20}<\/title>/i.exec(text)?.[1];
  const what = !text.trim()
    ? "an empty body"
    : html
      ? `an HTML page${title ? ` ("${redact(title, secrets)}")` : ""}`
      : said;
  const message = `${facts.operation}: ${facts.server} answered HTTP ${status} with ${what}`;
  return new ApiError(message, {
    ...facts,
    kind,
    retryable: kind === "service" || kind === "rate_limited" || kind === "unknown",
  });
}

function kindOfStatus(status: number): ErrorKind {
  if (status === 401 || status === 403) return "authentication";
  if (status === 402) return "insufficient_balance";
  if (status === 429) return "rate_limited";
  if (status >= 500 || status === 408) return "service";
  return status >= 400 ? "invalid_request" : "unknown";
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(exactIds(text));
  } catch {
    return undefined;
  }
}

export { redact } from "./redact.js";
