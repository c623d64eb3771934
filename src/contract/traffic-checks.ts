import { arrayOf, type Fields, isRecord } from "../base/record.js";
import { kinds } from "../kinds/kinds.js";
import { type CheckKind, type CheckResult, checkResult } from "./contract-report.js";
import { type Reading, recordOf } from "./read-exchange.js";
import { type Judged, judgeReply } from "./reply-judge.js";
import type { Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

/** Checks of every reply, whatever was sent. */
const REPLY_CHECKS: CheckKind[] = ["declared status", "reply schema", "server error", "leaked key", "slow reply"];
const LISTS = /List|^list/;
/** Checks of what successes say, and the operations that each concerns. */
const SUCCESS_CHECKS: [CheckKind, RegExp][] = [
  ["right subject", /^(?!list|get|videoGenerationV2List)/],
  ["task facts", /query|Query|V2List/],
  ["list facts", LISTS],
];

/** Makes the checks from the judgements on all traffic. */
export function trafficChecks(all: readonly Reading[], judged: readonly Judged[], target: Target): CheckResult[] {
  const replyKinds = REPLY_CHECKS.filter((kind) => kind !== "slow reply" || target.maxResponseTime !== undefined);
  return Object.keys(target.operations).flatMap((operationId) => {
    const answered = all.filter((one) => one.operationId === operationId && one.status > 0);
    const accepted = answered.filter(({ kind }) => kind === "accepted");
    const result = (kind: CheckKind, cases: number, reason?: string) => {
      const own = judged.filter((one) => one.operationId === operationId && one.kind === kind);
      const findings = [...new Map(own.map(({ finding }) => [`${finding.place} ${finding.saw}`, finding])).values()];
      return checkResult({ operationId, kind, cases, findings }, reason);
    };
    const none = answered.length === 0 ? "the server did not reply" : undefined;
    const noSuccess = accepted.length === 0 ? (none ?? "the server accepted nothing") : undefined;
    const reason = target.anyKey ? "this server accepts any key" : noSuccess;
    const concerned = SUCCESS_CHECKS.filter(([, operations]) => operations.test(operationId));
    return [
      ...replyKinds.map((kind) => result(kind, answered.length, none)),
      ...concerned.map(([kind]) => result(kind, accepted.length, reason)),
    ];
  });
}

type Find = (one: Reading, kind: CheckKind, place: string, spec: string, saw: string) => void;

/**
 * Finds contradictions between replies and the spec, between replies, and between requests and replies. Compares replies that were
 * requested with `Prefer` only with the spec; those of a server that remembers nothing are also searched for leaks and delays.
 */
export function judgeTraffic(all: readonly Reading[], target: Target): Judged[] {
  const { anyKey, maxResponseTime = Infinity } = target;
  const judged = all.flatMap((one) => judgeReply(one, target));
  const find: Find = (one, kind, place, spec, saw) => {
    const source = `openapi/, ${one.method} ${new URL(one.url).pathname.replace(/\d{9,}/, "{id}")}`;
    judged.push({ operationId: one.operationId, kind, finding: { place, spec, saw, source, ...requestShown(one) } });
  };
  const own = all.filter(({ headers }) => headers.prefer === undefined);
  for (const one of own) {
    const { leak, status, milliseconds } = one;
    if (leak) find(one, "leaked key", `response ${status}`, "never repeats a key", `the key, ${leak}`);
    if (milliseconds > maxResponseTime)
      find(one, "slow reply", "response", `within ${maxResponseTime} ms`, `after ${milliseconds} ms`);
  }
  if (anyKey) return judged;
  const accepted = own.filter(({ kind, json }) => kind === "accepted" && isRecord(json));
  judgeSubjects(accepted, find);
  judgeTasks(accepted, find);
  for (const one of accepted) judgeList(one, find);
  return judged;
}

const CREATES = Object.values(kinds).map(({ create }) => create.operation);
const isCreate = ({ isCall, operationId }: Reading) => isCall && CREATES.includes(operationId);

/** Every new id must be unique, and every reply must be about what was asked for. */
function judgeSubjects(all: readonly Reading[], find: Find): void {
  const made = new Set<string>();
  for (const one of all) {
    const { operationId, isCall, inVersion1: reply, sent, query, url } = one;
    const file = recordOf(reply.file);
    const isUpload = isCall && operationId === "uploadFile";
    const id = isUpload ? file?.file_id : isCreate(one) ? reply.task_id : undefined;
    if (id !== undefined) {
      const name = isUpload ? "file_id" : "task_id";
      const key = `${name} ${String(id)}`;
      if (made.has(key))
        find(one, "right subject", `response 200 ${name}`, "a new, unique id", "an id that was used before");
      made.add(key);
      continue;
    }
    const asked = query.get("task_id") ?? query.get("file_id") ?? /\/(\d{9,})$/.exec(url)?.[1] ?? sent.file_id;
    const said = file?.file_id ?? reply.task_id ?? reply.file_id;
    if (!said || !/^\d+$/.test(String(asked)) || String(asked) === String(said)) continue;
    const place = file ? "file.file_id" : reply.task_id ? "task_id" : "file_id";
    find(one, "right subject", `response 200 ${place}`, "the id that was asked for", "another id");
  }
}

const RANKS = [/^preparing$/i, /^queue(ing|d)$/i, /^(processing|running)$/i, /^(succe|fail|cancelled$|expired$)/i];
const FINAL = 3;
const rankOf = (status: unknown) => RANKS.findIndex((words) => words.test(String(status)));
const DAY = 86_400;

type Wrong = (name: string, spec: string, saw: unknown) => void;

/** What a task reports must agree with its create, with itself, and with what it reported before. */
function judgeTasks(all: readonly Reading[], find: Find): void {
  const creates = new Map<string, Reading>();
  const told = new Map<string, string>();
  for (const one of all) {
    const { operationId, method, reply, inVersion1 } = one;
    if (isCreate(one) && inVersion1.task_id) creates.set(String(inVersion1.task_id), one);
    if (method !== "GET") continue;
    const isQuery = /query/i.test(operationId) && !/List/.test(operationId);
    const task = recordOf(reply.task) ?? { ...inVersion1, id: inVersion1.task_id };
    const at = reply.task ? "task." : isQuery ? "" : "items[].";
    const wrong: Wrong = (name, spec, saw) =>
      find(one, "task facts", `response 200 ${at}${name}`, spec, JSON.stringify(saw));
    for (const each of isQuery ? [task] : arrayOf(reply.items).filter(isRecord)) {
      const [id, status] = [String(each.id), String(each.status)];
      const before = told.get(id) ?? "";
      const [was, is] = [rankOf(before), rankOf(status)];
      if (is >= 0 && (is < was || (was === FINAL && status !== before)))
        wrong("status", `a status that does not go back after ${before}`, each.status);
      if (is >= 0) told.set(id, status);
      judgeTask(each, wrong);
      const create = creates.get(id);
      if (create) compareWithCreate(each, create, wrong);
    }
  }
}

function judgeTask({ created_at, updated_at, duration, usage }: Fields, wrong: Wrong): void {
  if (Number(updated_at) < Number(created_at)) wrong("updated_at", "not before created_at", updated_at);
  const charged: Fields = Object(usage);
  const sum = (total: string, ...parts: string[]) => {
    const whole = parts.reduce((all, name) => all + Number(charged[name]), 0);
    if (charged[total] !== undefined && !Number.isNaN(whole) && charged[total] !== whole)
      wrong(`usage.${total}`, `the sum of ${parts.join(" and ")}: ${whole}`, charged[total]);
  };
  sum("total_seconds", "input_seconds", "output_seconds");
  sum("total_tokens", "prompt_tokens", "completion_tokens");
  if (charged.output_seconds && charged.output_seconds !== duration)
    wrong("usage.output_seconds", `the duration, ${String(duration)}`, charged.output_seconds);
}

function compareWithCreate(task: Fields, { operationId, sent, replyHeaders }: Reading, wrong: Wrong): void {
  const compare = (name: string, saw: unknown, wanted: unknown, words: string) => {
    if (saw !== undefined && wanted !== undefined && saw !== wanted) wrong(name, `${words}: ${String(wanted)}`, saw);
  };
  const isFinal = rankOf(task.status) === FINAL;
  const [kind] = Object.entries(kinds).find(([, row]) => row.create.operation === operationId) ?? [];
  compare("task_type", task.task_type, kind, "as created");
  const items = arrayOf(sent.content).filter(isRecord);
  const isText = items.every(({ type }) => type === "text");
  for (const name of ["model", "resolution", "duration", ...(isText ? ["ratio"] : [])])
    if (sent[name] !== "adaptive") compare(name, task[name], sent[name], "as in the create");
  const images = items.filter(({ type }) => type === "image_url").length;
  if (task.status === "succeeded" && kind === "generation")
    compare("usage.input_image_count", Object(task.usage).input_image_count, images, "the images in the create");
  const sentAt = Date.parse(replyHeaders.date ?? "") / 1000;
  if (Math.abs(Number(task.created_at) - sentAt) > DAY) wrong("created_at", "the time of the create", task.created_at);
  const sides = [task.video_width, task.video_height].map(Number);
  const [shortest, wanted] = [Math.min(...sides), Number(/^(\d+)P$/.exec(String(sent.resolution))?.[1])];
  const hasImage = Object.keys(sent).some((name) => /image|subject/.test(name));
  if (isFinal && !hasImage && shortest > 0 && Math.abs(shortest - wanted) > 8)
    wrong("video_height", `a short side of ${wanted} pixels, as in the create`, sides);
}

/** A list must contain only what was asked for, each item once, and its total must be right. */
function judgeList(one: Reading, find: Find): void {
  const { operationId, method, reply, query } = one;
  if (method !== "GET" || !LISTS.test(operationId)) return;
  const wrong = (place: string, spec: string, saw: string) => find(one, "list facts", place, spec, saw);
  const name = operationId === "listFiles" ? "files" : "items";
  // The schema of the vendor does not require `files`.
  if (reply[name] === undefined) wrong(`response 200 ${name}`, "a list", `no property ${name}`);
  const items = arrayOf(reply[name]).filter(isRecord);
  for (const filter of new Set(query.keys())) {
    const field = filter.replace("filter.", "").replace("task_ids", "id");
    const wanted = query.getAll(filter);
    const others = items.filter((each) => each[field] !== undefined && !wanted.includes(String(each[field])));
    if (others.length > 0)
      wrong(`query ${filter}`, `only items that match ${filter}`, `${others.length} with another ${field}`);
  }
  const ids = new Set(items.map(({ id, file_id }) => String(id ?? file_id)));
  if (ids.size < items.length) wrong("response 200 items", "each item once, with a unique id", "an item twice");
  const size = Number(query.get("page_size") ?? Number.NaN);
  if (items.length > size) wrong("query page_size", `at most ${size} on a page`, `${items.length}`);
  if (typeof reply.total !== "number") return;
  const before = (Number(query.get("page_num") ?? 1) - 1) * size || 0;
  const isBeyond = items.length === 0 && before > 0;
  const isLast = !isBeyond && (items.length === 0 || items.length < size);
  const least = isBeyond ? 0 : before + items.length;
  if (reply.total < least || (isLast && reply.total !== least))
    wrong("response 200 total", `the matches on all pages: ${isLast ? "" : "at least "}${least}`, `${reply.total}`);
}
