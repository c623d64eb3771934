import { squeezed } from "../base/nearest.js";
import { defined, type Fields, isRecord, nonEmptyString } from "../base/record.js";
import { errorTypes, errorWords, type StatusCodeRow, statusCodes } from "../generated/codes.js";

/** Turns every id in a JSON text into a string: 18 digits do not fit into a double, and a rounded id may be another task's. */
export function exactIds(text: string): string {
  // Cheap, and true of most replies.
  if (!/(?:id|no|task|data|result)s?"\s*:[\s[]*\d/i.test(text)) return text;
  // A quotation mark inside a JSON string is escaped, so `"file_id":` cannot occur in one. A number with a fraction or an exponent
  // is not an id and is kept.
  return text.replace(
    /"((?:\w*[_-])?(?:file|task|template|job|generation|video)[_-]?(?:ids?|no|uuid)|id|task|data|result)"(\s*:\s*|(?<=s")\s*:\s*\[\s*)(\d+)(?=\s*[,}\]])/gi,
    '"$1"$2"$3"',
  );
}

export function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(exactIds(text));
  } catch {
    return undefined;
  }
}

/** The code of a refusal without a number. No code of the service is negative. */
export const NO_CODE = -1;

/** The meaning of a type, or of a code that is a word. */
export const rowsByType = new Map<unknown, StatusCodeRow | undefined>([
  ...Object.entries(errorWords).map(([word, code]) => [word, statusCodes[code]] as const),
  ...Object.entries(errorTypes),
]);

/** Fields of a result. A reply that has one of them is not just a message. */
const RESULTS = ["task_id", "status", "file", "file_id", "files", "items", "data", "action"];

/**
 * Translates a reply to the shape of API v1: of this API, of gateways (new-api, one-api) and of proxies in front of them. Returns replies
 * of unknown shape, and those too deep in envelopes, unchanged.
 */
export function inVersion1(given: unknown, depth = 0): unknown {
  if (!isRecord(given) || depth > 4) return given;
  const reply = hasCapitals(given) ? (officialNames(given) as Fields) : given;
  const { task, status, content, base_resp, success, error } = reply;
  // API v2, a query: { task }. A gateway may add base_resp.
  if (isRecord(task)) return { ...withOfficial(reply), task: undefined, ...taskInVersion1(task) };
  // The same without its envelope, as in the list: { id, status, content }
  if (typeof status === "string" && typeof content === "object" && content)
    return { ...withOfficial(reply), ...taskInVersion1(reply) };
  // API v1: { base_resp }
  if (isRecord(base_resp)) return withOfficial(reply, depth);
  // An envelope: { code, message, request_id, data }, around a result or as a refusal
  if (success === true || ("code" in reply && ["data", "message", "msg"].some((name) => name in reply)))
    return unwrap(reply, depth);
  // API v2, OpenAI-like APIs: { type: "error", error: { type, message } }, { error: { message, code } }, { error: "…" }.
  // Frameworks and proxies: { success: false, message }, { detail }, { errors: […] }, …
  if (saysNo(error) || (!RESULTS.some((name) => reply[name]) && wordsIn(reply) !== ""))
    return { ...reply, ...refusalIn(reply) };
  return reply;
}

/** Whether any name in a value has a capital letter. Hardly any has, and copying would cost more than everything else. */
function hasCapitals(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || !value || depth > 4) return false;
  const fields = value as Fields;
  return Object.keys(fields).some((name) => /[A-Z]/.test(name) || hasCapitals(fields[name], depth + 1));
}

/** Renames fields as this API writes them: "taskId" and "TaskID" to "task_id". */
function officialNames(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || !value || depth > 4) return value;
  if (Array.isArray(value)) return value.map((one) => officialNames(one, depth + 1));
  const fields = Object.entries(value).map(([name, inner]) => [
    name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase(),
    officialNames(inner, depth + 1),
  ]);
  return Object.fromEntries(fields);
}

/** Translates a task of API v2, from a query, a list or a callback. */
export function taskInVersion1(task: unknown): Fields {
  const { task_id, id = task_id, status, content, error, usage, task_type } = Object(task);
  const { url, video_url = url, prompt } = Object(Array.isArray(content) ? content[0] : content);
  const facts = { task_id: id, status, video_url, prompt, usage, task_type };
  if (!error) return facts;
  const { base_resp, error_type } = refusalIn({ error });
  const refusal = { error_type, fail_reason: base_resp.status_msg || undefined };
  return base_resp.status_code === NO_CODE ? { ...facts, ...refusal } : { ...facts, ...refusal, base_resp };
}

/** Normalises `base_resp`: gateways write the code as a string, put an error beside the code 0, or send words without a code. */
function withOfficial(reply: Fields, depth = 0): Fields {
  const { base_resp, error, data } = reply;
  if (!isRecord(base_resp)) return { ...reply, base_resp: undefined };
  const status_code = numberIn(base_resp.status_code);
  if (!status_code && error && saysNo(error)) return { ...reply, ...refusalIn({ error }) };
  const said = status_code === undefined ? refusalIn({ base_resp }) : undefined;
  if (said?.error_type || said?.base_resp.status_msg) return { ...reply, ...said };
  if (status_code === 0 && isRecord(data) && !reply.task_id && !reply.file)
    return unwrap({ ...reply, base_resp: undefined }, depth);
  return status_code === base_resp.status_code ? reply : { ...reply, base_resp: { ...base_resp, status_code } };
}

/** Removes an envelope. The inner reply is the official one; until it exists, the envelope's own fields count. */
function unwrap({ code, request_id, data, ...reply }: Fields, depth: number): Fields {
  // Words without a code, as in { code: null, message: "no" }, are not a success.
  const isRefusal = !isSuccess(code) || (code === null && !data && wordsIn(reply) !== "");
  if (isRefusal) return { request_id, ...refusalIn({ code, ...reply }) };
  const outcome = { base_resp: { status_code: 0 }, request_id };
  if (Array.isArray(data)) return { ...outcome, data };
  const { data: inner, task_status, ...outer } = isRecord(data) ? data : reply;
  const status = outer.status ?? task_status;
  // While a task runs, gateways fill the inner reply with empty strings. Their own status is then more useful.
  const official = Object.entries(Object(inner)).filter(([, value]) => value !== "" && value !== null);
  const merged = inVersion1({ ...outcome, ...outer, status, ...Object.fromEntries(official) }, depth + 1) as Fields;
  // A gateway may use its own ids. The outer id is the one that it was asked for.
  return outer.task_id ? { ...merged, task_id: outer.task_id } : merged;
}

/** "success" (queries), 0 (creates) and 200 mean success. So does a missing code: then the other fields decide. */
function isSuccess(code: unknown): boolean {
  return !/^(string|number)$/.test(typeof code) || /^(success|succeeded|ok|0|2\d\d)$/i.test(String(code));
}

/** Characters. The patterns below would take hours on a megabyte of spaces. */
export const LONGEST_MESSAGE = 2000;
/** How new-api and one-api end a message. */
const REQUEST_ID = /\s*[(（[]\s*(?:request|trace)[ _-]?id:?\s*([^\s)）\]]{1,128})\s*[)）\]][\s.。]*$/i;
const CODE = /\s*[(（[]\s*(?:(?:error )?code:?\s*)?(\d{3,6})\s*[)）\]][\s.。!！]*$/i;
/** Not "decode 1002 bytes". */
const CODE_IN_WORDS =
  /(?<![a-z])(?:error|(?:(?:error|status)[ _-]?)?code)["']?\s?[:=]?\s?([12]\d{3})(?=["']?\s*($|[^\s\w]))/i;

type Refusal = Fields & { base_resp: { status_code: number; status_msg: string } };

/** Reads a refusal of any shape: its code, its type if known, and its message. `spoken`: where in the message the code was found. */
export function refusalIn(reply: Fields): Refusal {
  const text = wordsIn(reply).slice(0, LONGEST_MESSAGE).trim();
  try {
    // A gateway may put the reply of its upstream into the message.
    if (text.startsWith("{")) return refusalIn(JSON.parse(text));
  } catch {
    // Not JSON, or cut.
  }
  const [, request_id] = REQUEST_ID.exec(text) ?? [];
  const message = text.replace(REQUEST_ID, "");
  const inBrackets = CODE.exec(message);
  const [, digits] = inBrackets ?? CODE_IN_WORDS.exec(message) ?? [];
  // Messages of other services may end in a number that is not a code: "unsupported height (1080)".
  const isCode = digits !== undefined && (Number(digits) in statusCodes || reply.type === "error");
  const marks = marksIn(reply);
  // A small number in a field is most likely an HTTP status.
  const field = marks.map(numberIn).find(Boolean) ?? NO_CODE;
  const isSpoken = isCode && field < 1000;
  const status_code = isSpoken ? Number(digits) : field;
  const spoken = isSpoken ? (inBrackets ? "in brackets" : "in prose") : undefined;
  const status_msg = isCode ? message.replace(CODE, "") : message;
  const error_type = marks.map(spelt).find((word) => rowsByType.has(word));
  return defined({ base_resp: { status_code, status_msg }, error_type, request_id, spoken });
}

const saysNo = (error: unknown) => wordsIn(error) !== "" || marksIn({ error }).some((mark) => mark && !isSuccess(mark));

/** The values of all fields that may hold a code or a type, the most specific first. */
function marksIn(reply: Fields): unknown[] {
  const { error, errors, baseresp, data } = squeezedNames(reply);
  const parts = [error, Object(data).error, baseresp, reply, Object(errors)[0]].filter(isRecord).map(squeezedNames);
  return [...parts.flatMap((part) => MARKS.map((name) => part[name])), error];
}
const MARKS = ["code", "statuscode", "errorcode", "errno", "type"];

/** Drops case and separators from the names of fields, which each service writes in its own way. */
function squeezedNames(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [squeezed(name), value]));
}

/** Spells a type as the tables do: "InsufficientQuota" as "insufficient_quota". new-api prefixes its own types with "local:". */
function spelt(mark: unknown): string {
  const words = (nonEmptyString(mark) ?? "").replace(/^local:/, "").replace(/([a-z])(?=[A-Z])/g, "$1_");
  return words.toLowerCase().replace(/[\s-]+/g, "_");
}

/** Reads a number. Some services write it as a string: "1008", "E1008", "1008.0". */
function numberIn(value: unknown): number | undefined {
  const [, digits] = /^\s*E?(-?\d{1,9})(?:\.0+)?\s*$/i.exec(typeof value === "string" ? value : "") ?? [];
  if (digits) return Number(digits);
  return typeof value === "number" ? value : undefined;
}

/** The fields that may hold the message of a refusal, the likeliest first, without case and separators. */
const PLACES =
  "message msg statusmsg error detail errors baseresp errormsg errmsg errormessage errordescription description title reason details fault faultstring data".split(
    " ",
  );

/** Finds the message of a reply, wherever it is. Returns "" if there is none, or only "success". */
export function wordsIn(value: unknown, depth = 0): string {
  if (typeof value === "string") return isSuccess(value) ? "" : value;
  if (typeof value !== "object" || !value || depth > 3) return "";
  const inner = (one: unknown) => wordsIn(one, depth + 1) || [];
  const joined = (list: unknown[]) => list.slice(0, 3).flatMap(inner).join("; ");
  if (!isRecord(value)) return joined(value as unknown[]);
  const named = squeezedNames(value);
  const { error, errors, loc } = named;
  // An object is more specific than a message beside it: { message: "Bad Request", error: { message: "no such model" } }.
  const places = isRecord(error) ? ["error", ...PLACES] : PLACES;
  const words = places.map((name) => wordsIn(named[name], depth + 1)).find(Boolean) ?? "";
  // FastAPI: { loc: ["body", "prompt"], msg: "Field required" }. Others: { errors: { prompt: ["…"] } }
  if (!words && isRecord(errors)) return joined(Object.values(errors));
  return words && Array.isArray(loc) ? `${loc.join(".")}: ${words}` : words;
}
