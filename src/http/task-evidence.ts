/** Searches the reply to a create for a task. A refusal is certain only if nothing in the reply mentions a task or success. */
import { squeezed } from "../base/nearest.js";
import { idFrom, isRecord, nonEmptyString } from "../base/record.js";
import { errorPhrases } from "../generated/codes.js";
import { inVersion1, jsonFrom, LONGEST_MESSAGE, wordsIn } from "./reply-shapes.js";
import type { Reply } from "./transport.js";

/** How many characters of a reply are searched, not counting the files that it repeats. All of 15 MB may take a minute. */
const SEARCHED = 256 * 1024;
const FILE = /(?<=base64,)[\w+/=-]+(?:\\\/[\w+/=-]+)*/g;

/** Whether a reply to a create has more than a megabyte, not counting files: then not even a success is read. */
export const isTooLong = (text: string) => text.length > 1024 ** 2 && text.replace(FILE, "").length > 1024 ** 2;

/** The id of the task that a reply, even a truncated one, names. "" if it mentions a task or success without one, or is too long. */
export function taskIdIn({ text: given, status = 0, headers = new Headers() }: Partial<Reply> & { text: string }) {
  const marked = [...headers].filter(([name]) => /task|job|location/.test(name));
  const whole = given.replace(FILE, "");
  const isCut = whole.length > SEARCHED;
  const text = whole.slice(0, SEARCHED);
  const json = isCut ? undefined : jsonFrom(text);
  const named: Found[] = marked.map(([name, value]) => idInText(`${name}: ${value} `));
  const others: Found[] = isCut ? [""] : [];
  // A complete text reply cannot end within an id. Truncated JSON, or a reply that broke off, may.
  const isWhole = status > 0 && !isCut && !/^\s*[[{"]/.test(text);
  if (json === undefined) named.push(idInText(isWhole ? `${text} ` : text));
  else collect(json, named, others);
  if (saysSuccess(json)) others.push("");
  return best([...named, ...others]);
}

type Found = string | undefined;

/** Names of fields with a task id. Excludes the source of a regeneration, which comes from the request. */
const NAMES_A_TASK = /^(?!source)\w*((task|job|generation|prediction|video)(ids?|uuids?)|taskno)$/;
/** Objects in which a plain `id` is that of a task, not of a request or a user. */
const HOLDS_A_TASK =
  /^(data|results?|response|output|items?|(video|generation)?(task|job|generation|prediction|video)s?)$/;
const STARTED =
  /^(task_?status_?)?(submitted|not_?start(ed)?|queue(d|ing)|in_?queue|pending|preparing|processing|running|in_?progress|accepted|created|success|succeed(ed)?|ok)$/i;

/** Collects ids of tasks in `named`, and values that are probably ids of tasks in `others`, the outermost first. */
function collect(value: unknown, named: Found[], others: Found[], place = "data", depth = 0): void {
  if (typeof value === "string") named.push(idInText(`${value} `));
  if (typeof value !== "object" || !value || depth > 20) return;
  const fields = Object.entries(value).map(([name, inner]) => [squeezed(name), inner] as const);
  const isPlace = isRecord(value) && HOLDS_A_TASK.test(place);
  const isStarted = fields.some(([name, word]) => /^(task)?(status|state)$/.test(name) && STARTED.test(textOf(word)));
  if (isPlace && isStarted) others.push("");
  for (const [name, inner] of fields) {
    const isTask = name === "task" && (isRecord(inner) || /^(?=\D*\d)\S+$/.test(textOf(inner)));
    if (isTask || NAMES_A_TASK.test(name)) named.push(namedId(inner));
    // The `id` beside an error message is that of the error, not of a task.
    if (isPlace && name === "id" && (isStarted || !wordsIn(value))) others.push(namedId(inner));
    if (isPlace && /^(data|result)$/.test(name) && LONG_ID.test(textOf(inner))) others.push(namedId(inner));
  }
  for (const [name, inner] of fields) collect(inner, named, others, Array.isArray(value) ? place : name, depth + 1);
}

/** The text of a string. Converting other values may even throw. */
const textOf = (value: unknown) => nonEmptyString(value) ?? "";

const LONG_ID = /^(?=\w*\d{5}|[0-9a-f]{8}-)[\w-]{6,128}$/i;

/** Whether a body reports success, and has no message that says the opposite. */
function saysSuccess(json: unknown): boolean {
  const code = Object(Object(inVersion1(json)).base_resp).status_code;
  const words = wordsIn(json).slice(0, LONGEST_MESSAGE);
  return code === 0 && ![[PACE] as const, ...errorPhrases].some(([phrase]) => phrase.test(words));
}
const PACE = /too (many|fast)|rate.?limit|频繁|限流|过快/i;

const TASK = String.raw`(?<!source[\s_-]?)(?:task|job|任务|任務)`;
const ID = String.raw`[\s_(-]{0,9}(?:ids?|uuid|no|#|号|编号|編號)`;
// Each gap and lookahead is limited: otherwise, a long row of spaces or words would take minutes.
/** `task_id: x`. */
const FIELD = new RegExp(
  String.raw`${TASK}${ID}[\\"'\]]{0,9}\s{0,9}[:=>]\s{0,9}[\\"'[(]{0,9}(?!\{\s*\})([^\s\\"',;&<>()\]}\`，。]*[^\s\\"',;&<>()\]}\`，。.!?])([\s\S])?`,
  "gi",
);
/** `task id 12345 is running`, `tasks/12345`, `Task #123456`. */
const PROSE = new RegExp(
  String.raw`${TASK}(?:${ID}\W{0,9}(?:is|was|为|是)?\W{0,9}?((?=[\w-]{0,127}\d)[\w-]{5,128})|s?\W{0,3}((?=\w{0,122}\d{6}|[0-9a-f]{8}-)[\w-]{6,128}))(?![\w-])([\s\S])?`,
  "gi",
);
const DONE =
  /(?<!\bno )\b(task|job) ((has|was|is|been|already|successfully) )*(submitted|created|accepted)\b|任[务務]已经?(成功)?(创建|提交|受理)|任[务務](创建|提交)成功/i;

/** Finds a task id in a text. An id at its very end may have been cut, so it counts as unusable. */
function idInText(escaped: string): Found {
  const text = withoutMarkup(withoutMarkup(escaped));
  const fields = [...text.matchAll(FIELD)].map(([, id = "", next]) =>
    next && /\d/.test(id) ? namedId(id) : namedId(id) && "",
  );
  const prose = [...text.matchAll(PROSE)].map(([, id, long = id, next]) => (next ? long : ""));
  return best([...fields, ...prose, DONE.test(text) ? "" : undefined]);
}

const charOf = (number: string) => String.fromCharCode(Number(number));

/** Removes the escapes of HTML, URLs and JSON, full-width characters and formatting tags. */
function withoutMarkup(text: string): string {
  return text
    .replace(/(?:%|&#x|\\u00)([2-7][0-9a-f]);?|\\u([0-9a-f]{4})/gi, (_, hex, wide = hex) => charOf(`0x${wide}`))
    .replace(/&#(\d{2,3});/g, (_, decimal) => charOf(decimal))
    .replace(/&quot;/gi, '"')
    .replace(/&colon;/gi, ":")
    .replace(/&nbsp;|<\/?(b|i|em|strong|code|span|td|th|p|div|tr|li|br)\b[^>]{0,99}>/gi, " ")
    .normalize("NFKC");
}

const best = (ids: Found[]): Found => ids.find(Boolean) ?? ids.find((id) => id !== undefined);

/** Reads an id. Returns undefined for the values that some services write for a missing id, and "" for an unusable one. */
export function namedId(value: unknown, depth = 0): string | undefined {
  if (depth > 3) return "";
  if (typeof value === "object" && value) {
    const id = best(Object.values(value).map((inner) => namedId(inner, depth + 1)));
    return Array.isArray(value) ? id : (namedId(Object(value).id, depth + 1) ?? (id && ""));
  }
  const text = String(value ?? "").trim();
  if (/^(0|-1|null|none|undefined|false|true|)$/i.test(text)) return undefined;
  return (typeof value === "string" && idFrom(text)) || "";
}
