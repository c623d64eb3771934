import { arrayOf, isRecord } from "../base/record.js";
import { inVersion1, jsonFrom } from "../http/reply-shapes.js";
import { kinds } from "../kinds/kinds.js";
import type { CheckKind } from "./contract-report.js";
import { type Exchange, replyKindOf } from "./recorded-exchange.js";
import { type Json, recordOf } from "./reply-facts.js";
import type { Judged } from "./reply-judge.js";
import type { Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

/** Which operations each kind of judgement concerns; a leaked key concerns all. */
export const CONSISTENCY = {
  "leaked key": /./,
  "right subject": /^(?!list|get|videoGenerationV2List)/,
  "task facts": /query|Query|V2List/,
  "list facts": /List|^list/,
  "slow reply": /./,
} as const satisfies Partial<Record<CheckKind, RegExp>>;

/** An accepted exchange and its parsed parts. */
interface Read {
  readonly exchange: Exchange;
  /** The reply, with ids as strings. */
  readonly json: Json;
  /** The same in the shape of API v1. */
  readonly reply: Json;
  readonly sent: Json;
  /** The parameters in the query. */
  readonly query: URLSearchParams;
}

type Find = (exchange: Exchange, kind: keyof typeof CONSISTENCY, place: string, spec: string, saw: string) => void;

/**
 * Finds contradictions between replies, and between requests and replies, which no schema can describe. Leaves out replies that
 * were requested with `Prefer`. Of a server that remembers nothing, judges only leaks and slow replies.
 */
export function judgeTraffic(exchanges: readonly Exchange[], target: Target): Judged[] {
  const judged: Judged[] = [];
  const find: Find = (exchange, kind, place, spec, saw) => {
    const { operationId, method, url } = exchange;
    const source = `openapi/, ${method} ${new URL(url).pathname.replace(/\d{9,}/, "{id}")}`;
    judged.push({ operationId, kind, finding: { place, spec, saw, source, ...requestShown(exchange) } });
  };
  const own = exchanges.filter(({ headers }) => headers.prefer === undefined);
  for (const one of own) {
    const { leak, status, milliseconds } = one;
    if (leak) find(one, "leaked key", `response ${status}`, "never repeats a key", `the key, ${leak}`);
    if (milliseconds > (target.maxResponseTime ?? Number.POSITIVE_INFINITY))
      find(one, "slow reply", "response", `within ${target.maxResponseTime} ms`, `after ${milliseconds} ms`);
  }
  if (target.anyKey) return judged;
  const read = own.filter((one) => replyKindOf(one, target.server) === "accepted" && isRecord(one.json)).map(readIn);
  judgeSubjects(read, find);
  judgeTasks(read, find);
  for (const one of read) judgeList(one, find);
  return judged;
}

function readIn(exchange: Exchange): Read {
  const { text = "", body = "", url } = exchange;
  const json = recordOf(jsonFrom(text)) ?? {};
  const reply = recordOf(inVersion1(json)) ?? {};
  return { exchange, json, reply, sent: recordOf(jsonFrom(body)) ?? {}, query: new URL(url).searchParams };
}

const CREATES = Object.values(kinds).map(({ create }) => create.operation);
const isOwn = ({ exchange: { operationId, method } }: Read, names: readonly string[], wanted: string) =>
  names.includes(operationId) && method === wanted;

/** Every new id must be unique, and every reply must be about what was asked for. */
function judgeSubjects(all: readonly Read[], find: Find): void {
  const made = new Set<string>();
  for (const one of all) {
    const { exchange, reply, sent, query } = one;
    const file = recordOf(reply.file);
    const isUpload = isOwn(one, ["uploadFile"], "POST");
    const id = isUpload ? file?.file_id : isOwn(one, CREATES, "POST") ? reply.task_id : undefined;
    const name = isUpload ? "file_id" : "task_id";
    if (id !== undefined) {
      const key = `${name} ${String(id)}`;
      if (made.has(key))
        find(exchange, "right subject", `response 200 ${name}`, "a new, unique id", "an id that was used before");
      made.add(key);
      continue;
    }
    const asked = query.get("task_id") ?? query.get("file_id") ?? /\/(\d{9,})$/.exec(exchange.url)?.[1] ?? sent.file_id;
    const said = file?.file_id ?? reply.task_id ?? reply.file_id;
    if (!asked || !said || !/^\d+$/.test(String(asked)) || String(asked) === String(said)) continue;
    const place = file ? "file.file_id" : reply.task_id ? "task_id" : "file_id";
    find(exchange, "right subject", `response 200 ${place}`, "the id that was asked for", "another id");
  }
}

const RANKS = ["preparing", "queueing queued", "processing running", "success fail succeeded failed cancelled expired"];
const rankOf = (status: unknown) => RANKS.findIndex((words) => words.split(" ").includes(String(status).toLowerCase()));
const DAY = 86_400;

/** What a task reports must agree with its create, with itself, and with what it reported before. */
function judgeTasks(all: readonly Read[], find: Find): void {
  const creates = new Map<string, Read>();
  const seen = new Map<string, string>();
  for (const one of all) {
    const { exchange, json, reply } = one;
    if (isOwn(one, CREATES, "POST") && reply.task_id) creates.set(String(reply.task_id), one);
    if (exchange.method !== "GET") continue;
    const listed = arrayOf(json.items).filter(isRecord);
    const isQuery = /query/i.test(exchange.operationId) && !/List/.test(exchange.operationId);
    const task = isQuery ? (recordOf(json.task) ?? { ...reply, id: reply.task_id }) : undefined;
    for (const each of task ? [task] : listed) {
      const at = json.task ? "task." : task ? "" : "items[].";
      const wrong = (name: string, spec: string, saw: unknown) =>
        find(exchange, "task facts", `response 200 ${at}${name}`, spec, JSON.stringify(saw));
      const before = seen.get(String(each.id));
      const [was, is] = [rankOf(before), rankOf(each.status)];
      if (is >= 0 && (is < was || (was === 3 && String(each.status) !== before)))
        wrong("status", `a status that does not go back after ${before}`, each.status);
      if (is >= 0) seen.set(String(each.id), String(each.status));
      judgeTask(each, creates.get(String(each.id)), wrong);
    }
  }
}

type Wrong = (name: string, spec: string, saw: unknown) => void;

function judgeTask(task: Json, create: Read | undefined, wrong: Wrong): void {
  const { status, created_at, updated_at, duration, usage } = task;
  if (Number(updated_at) < Number(created_at)) wrong("updated_at", "not before created_at", updated_at);
  const charged = recordOf(usage) ?? {};
  const sum = (total: string, ...parts: string[]) => {
    const values = parts.map((name) => charged[name]);
    const whole = values.reduce<number>((all, value) => all + Number(value), 0);
    if (charged[total] !== undefined && !Number.isNaN(whole) && charged[total] !== whole)
      wrong(`usage.${total}`, `the sum of ${parts.join(" and ")}: ${whole}`, charged[total]);
  };
  sum("total_seconds", "input_seconds", "output_seconds");
  sum("total_tokens", "prompt_tokens", "completion_tokens");
  if (charged.output_seconds !== undefined && charged.output_seconds !== 0 && charged.output_seconds !== duration)
    wrong("usage.output_seconds", `the duration, ${String(duration)}`, charged.output_seconds);
  if (!create) return;
  const { exchange, sent } = create;
  const items = arrayOf(sent.content).filter(isRecord);
  const isText = items.length === 0 || items.every(({ type }) => type === "text");
  for (const name of ["model", "resolution", "duration", ...(isText ? ["ratio"] : [])])
    if (task[name] !== undefined && sent[name] !== undefined && sent[name] !== "adaptive" && task[name] !== sent[name])
      wrong(name, `as in the create: ${String(sent[name])}`, task[name]);
  const [kind] = Object.entries(kinds).find(([, row]) => row.create.operation === exchange.operationId) ?? [];
  if (task.task_type !== undefined && kind !== task.task_type)
    wrong("task_type", `as created: ${kind}`, task.task_type);
  const images = items.filter(({ type }) => type === "image_url").length;
  if (status === "succeeded" && kind === "generation" && Number(charged.input_image_count ?? images) !== images)
    wrong("usage.input_image_count", `the images in the create: ${images}`, charged.input_image_count);
  const sentAt = Date.parse(exchange.replyHeaders.date ?? "") / 1000;
  if (Math.abs(Number(created_at) - sentAt) > DAY) wrong("created_at", "the time of the create", created_at);
  const sides = [task.video_width, task.video_height].map(Number);
  const wanted = Number(/^(\d+)P$/.exec(String(sent.resolution))?.[1]);
  const isFree = Object.keys(sent).some((name) => /image|subject/.test(name));
  if (rankOf(status) === 3 && !isFree && Math.min(...sides) > 0 && Math.abs(Math.min(...sides) - wanted) > 8)
    wrong("video_height", `a short side of ${wanted} pixels, as in the create`, sides);
}

/** A list must contain only what was asked for, each item once, and its total must be right. */
function judgeList({ exchange, json, query }: Read, find: Find): void {
  if (exchange.method !== "GET" || !CONSISTENCY["list facts"].test(exchange.operationId)) return;
  const name = exchange.operationId === "listFiles" ? "files" : "items";
  const items = arrayOf(json[name]).filter(isRecord);
  const wrong = (place: string, spec: string, saw: string) => find(exchange, "list facts", place, spec, saw);
  // The schema of the vendor does not require `files`.
  if (json[name] === undefined) wrong(`response 200 ${name}`, "a list", `no property ${name}`);
  const filters = { status: "status", task_ids: "id", model: "model", task_type: "task_type" };
  const asked = Object.entries(filters).map(([one, field]) => [`filter.${one}`, field] as const);
  for (const [filter, field] of [...asked, ["purpose", "purpose"] as const]) {
    const wanted = query.getAll(filter);
    const others = items.filter((one) => one[field] !== undefined && !wanted.includes(String(one[field])));
    if (wanted.length > 0 && others.length > 0)
      wrong(`query ${filter}`, `only items that match ${filter}`, `${others.length} with another ${field}`);
  }
  const ids = items.map(({ id, file_id }) => String(id ?? file_id));
  if (new Set(ids).size < ids.length) wrong("response 200 items", "each item once, with a unique id", "an item twice");
  if (typeof json.total !== "number") return;
  const size = Number(query.get("page_size") ?? Number.NaN);
  const before = (Number(query.get("page_num") ?? 1) - 1) * size || 0;
  if (items.length > size) wrong("query page_size", `at most ${size} on a page`, `${items.length}`);
  const least = items.length > 0 || before === 0 ? before + items.length : 0;
  const isLast = items.length < size && (items.length > 0 || before === 0);
  const isWrong =
    json.total < least || (isLast && json.total !== least) || (ids.length === 0 && !before && json.total > 0);
  if (isWrong)
    wrong("response 200 total", `the matches on all pages: ${isLast ? "" : "at least "}${least}`, `${json.total}`);
}
