import type { KeyKind } from "../base/key-kind.js";
import { defined } from "../base/record.js";
import type { OperationRow } from "../generated/operations.js";
import { type CheckKind, type CheckResult, checkResult, type Finding } from "./contract-report.js";
import { brokenRule } from "./negative-bodies.js";
import { describeExchange, type Reading, type ReplyKind } from "./read-exchange.js";
import { asParameter, type OperationSamples, samplesFor, witnessesFor } from "./request-samples.js";
import { type Asking, NEEDS_FREE, needOf, type Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

interface Case {
  place: string;
  asking: Asking;
  /** The part of the operation that is tested, for the source of a finding. */
  of?: string;
  /** The rule that the request breaks, in words. */
  rule?: string | undefined;
}

/** The cases of each kind of check that sends requests of its own. Legal data comes last, because it may delete what others need. */
function casesOf(samples: OperationSamples): Partial<Record<CheckKind, Case[]>> {
  const { target, row, examples, required, bodies, legal } = samples;
  const isJson = row.body?.type === "application/json";
  const body = legal[0] ?? bodies.find(({ obeys }) => obeys)?.value;
  const otherTypes = ["text/plain", ...(isJson ? ["application/x-www-form-urlencoded", "application/xml"] : [])];
  const plain: Case = { place: "request", asking: { parameters: target.anyKey ? examples : required } };
  return {
    ...keyCases(samples, isJson ? {} : body, body),
    "illegal data": illegalBodies(samples),
    "missing parameter": row.parameters.flatMap(({ name, in: where }) => {
      const { [name]: _, ...parameters } = examples;
      const isNeeded = where === "query" && name in required;
      return isNeeded ? { place: `query ${name}`, asking: { parameters }, of: `${name} is required` } : [];
    }),
    "illegal parameter": parameterCases(samples, false),
    "unknown id": unknownIds(samples),
    "wrong method": methodCases(samples, body),
    "wrong content type": (body === undefined ? [] : otherTypes).map((type) => {
      return { place: `header content-type (${type})`, asking: { body, headers: { "content-type": type } } };
    }),
    "malformed body": isJson && body !== undefined ? malformed(body) : [],
    "legal data": row.body ? legalBodies(samples, isJson) : [plain, ...parameterCases(samples, true)],
  };
}

/** A proxy might replace our key with a good one, so a server that charges is sent only an `unpaid` body. */
function keyCases({ target, examples }: OperationSamples, unpaid: unknown, body: unknown) {
  const keyCase = (key: NonNullable<Asking["key"]>): Case => ({
    place: `header authorization (${key})`,
    asking: { parameters: examples, body: target.free ? body : unpaid, key },
    of: "bearerAuth",
  });
  // "bare" contains our own key, which a server that charges might accept.
  const bare = target.free && target.hasKey ? [keyCase("bare")] : [];
  return { "missing key": [keyCase("none"), keyCase("basic"), ...bare], "wrong key": [keyCase("wrong")] };
}

/** How many illegal bodies of an operation are sent to a server that charges. */
const SAMPLE = 5;

/** A server that charges is sent only some of them, the same for the same seed, with a key that no account has. */
function illegalBodies({ target: { free, seed }, illegal }: OperationSamples): Case[] {
  const key = free ? "own" : "wrong";
  const cases = illegal.map(({ value, rule }): Case => ({ place: "request", asking: { body: value, key }, rule }));
  // Multiplied by this, consecutive numbers are scattered evenly.
  const placeOf = (at: number) => Math.imul(at + seed * cases.length, 0x9e3779b1) >>> 0;
  const order = [...cases.keys()].toSorted((one, other) => placeOf(one) - placeOf(other));
  return cases.filter((_, at) => free || order.indexOf(at) < SAMPLE);
}

/** Legal bodies, and one of them as other clients would write it, and once more: a create that is sent twice makes two tasks. */
function legalBodies({ sendable, legal: [body] }: OperationSamples, isJson: boolean): Case[] {
  const cases = sendable.map(({ value, of }): Case => ({ place: "request", asking: { body: value }, of }));
  // A file can be deleted only once.
  if (!isJson || body === undefined || "file_id" in Object(body)) return cases;
  const fields = Object.entries(Object(body)).toReversed();
  const headers = { "content-type": "application/json; charset=utf-8" };
  const spaced = { raw: JSON.stringify(Object.fromEntries(fields), null, 2) };
  return [
    ...cases,
    { place: "header content-type, with a charset", asking: { body, headers } },
    { place: "request, with spaces and its fields in another order", asking: spaced },
    { place: "request, sent again", asking: { body } },
  ];
}

/** Every legal or every illegal value of every parameter, one at a time. Legal ids are left out, because they need not exist. */
function parameterCases({ target, operationId, row, examples, required }: OperationSamples, isLegal: boolean): Case[] {
  const tested = row.parameters.filter(({ name }) => !(isLegal && name.endsWith("_id")));
  return tested.flatMap(({ name, in: where }) => {
    const place = `${where} ${name}`;
    const values = witnessesFor(target.server.spec, operationId, place).filter(({ obeys }) => obeys === isLegal);
    return values.map(({ value, of }) => {
      const parameters = { ...(isLegal ? required : examples), [name]: asParameter(value) };
      const rule = isLegal ? undefined : `${place} is invalid (${JSON.stringify(value)})`;
      return { place, asking: { parameters }, of, rule };
    });
  });
}

/** A well-formed id that no task and no file has. */
const UNUSED_ID = "100000000000000";
const UPLOAD_OR_ID = /("(?:source_task_id|file_id)":"?|mm_file:\/\/)\w+("?)/g;

/** Ids that do not exist: in the path, the query or the body. */
function unknownIds({ row, examples, required, bodies, legal }: OperationSamples): Case[] {
  const rule = "nothing has this id";
  const named = row.parameters.filter(({ name }) => name in required && name.endsWith("_id"));
  const inParameters = named.map(({ name, in: where }): Case => {
    return { place: `${where} ${name}`, asking: { parameters: { ...examples, [name]: UNUSED_ID } }, rule };
  });
  // Bodies whose other ids exist come first.
  const values = [...legal, ...bodies.flatMap(({ obeys, value }) => (obeys ? [value] : []))];
  const texts = values.map((value) => JSON.stringify(value));
  const inBodies = ["source_task_id", "file_id", "mm_file:"].flatMap((field): Case[] => {
    const text = texts.find((one) => one.includes(field))?.replace(UPLOAD_OR_ID, `$1${UNUSED_ID}$2`);
    const place = `request ${field.replace(":", "://")}`;
    return text ? [{ place, asking: { body: JSON.parse(text) }, rule }] : [];
  });
  return [...inParameters, ...inBodies];
}

/** Texts that are not a JSON object, made from a request that would be accepted. */
function malformed(body: unknown): Case[] {
  const text = JSON.stringify(body);
  const texts = {
    "JSON that is cut off": text.slice(0, -1),
    "JSON with a trailing comma": `${text.slice(0, -1)},}`,
    "JSON followed by text": `${text} x`,
    "single quotation marks": text.replaceAll('"', "'"),
    "an empty body": "",
    "JSON: null": "null",
    "a list with the request in it": `[${text}]`,
    "JSON within JSON": JSON.stringify(text),
  };
  const rule = "the body must be a JSON object";
  return Object.entries(texts).map(([what, raw]) => ({ place: `request (${what})`, asking: { raw }, rule }));
}

/** Methods that the path does not support. A server that charges might carry one out, so it is sent no key. */
function methodCases({ target: { free, operations }, row, examples }: OperationSamples, body: unknown): Case[] {
  const known = Object.values(operations).flatMap(({ path, method }) => (path === row.path ? method : []));
  const others = free ? ["GET", "POST", "PUT", "PATCH", "DELETE"] : ["PATCH"];
  return others
    .filter((method) => !known.includes(method))
    .map((method) => {
      const asking: Asking = { method, parameters: examples, key: free ? "own" : "none" };
      return { place: `method ${method}`, asking: method === "GET" || !free ? asking : { ...asking, body } };
    });
}

const INVALID: readonly ReplyKind[] = ["invalid_request", "content_rejected"];

/** The replies that the spec requires in a kind of check: in words, and as kinds of replies. */
function expectedBy(kind: CheckKind, { free }: Target): [spec: string, replies: readonly ReplyKind[]] {
  if (kind === "illegal data" && !free)
    return ["is refused as invalid, or because of its key", [...INVALID, "authentication"]];
  if (kind === "legal data") return ["is accepted", ["accepted"]];
  if (KEY_CHECKS.includes(kind)) return ["is refused because of its key", ["authentication"]];
  return kind === "wrong method" ? ["is refused", [...INVALID, "authentication"]] : ["is refused as invalid", INVALID];
}

const KEY_CHECKS: readonly CheckKind[] = ["missing key", "wrong key"];

/** Makes all checks of one operation that send requests of their own. */
export async function checkOperation(target: Target, operationId: string, row: OperationRow): Promise<void> {
  const samples = await samplesFor(target, operationId, row);
  // The keys of the table are kinds.
  for (const [kind, cases] of Object.entries(casesOf(samples)) as [CheckKind, Case[]][]) {
    if (!target.isWanted(operationId, kind)) continue;
    const obstacle = obstacleTo(kind, samples) ?? (cases.length === 0 ? "the spec has no such case" : undefined);
    const untried = { operationId, kind, cases: 0, findings: [] };
    target.found.checks.push(obstacle ? checkResult(untried, obstacle) : await makeCheck(kind, cases, samples));
  }
}

const NEEDS_FLOW = "needs an existing id, from a flow";

const KEYS: Record<string, KeyKind> = { getAccountBalance: "pay-as-you-go", getTokenPlan: "token-plan" };

/** Why a check cannot be made. */
function obstacleTo(kind: CheckKind, samples: OperationSamples): string | undefined {
  const { target, operationId, row, required, known, bodies, sendable } = samples;
  const { free, anyKey, hasKey, keyKind, found } = target;
  if ((kind === "wrong key" || kind === "unknown id") && anyKey) return "this server accepts any key";
  // Nobody can be charged for these.
  if (KEY_CHECKS.includes(kind) || kind === "wrong method") return undefined;
  if (!free && kind === "illegal data") {
    const passed = found.checks.filter((one) => one.operationId === operationId && one.outcome === "passed");
    return KEY_CHECKS.every((key) => passed.some((one) => one.kind === key))
      ? undefined
      : "sent only to a server that has refused a missing and a wrong key";
  }
  if (!free && !hasKey) return "needs a key";
  if (!free && row.method !== "GET") return NEEDS_FREE;
  const wanted = KEYS[operationId] ?? keyKind;
  if (wanted !== keyKind && keyKind) return `needs a key of another kind: ${wanted}`;
  // A server that accepts any key remembers nothing, and accepts any id.
  if (kind !== "legal data" || anyKey) return undefined;
  const needed = Object.keys(required).filter((name) => name.endsWith("_id"));
  if (needed.some((name) => known[name] === undefined)) return free ? NEEDS_FLOW : needOf(operationId);
  return bodies.some(({ obeys }) => obeys) && sendable.length === 0 ? NEEDS_FLOW : undefined;
}

async function makeCheck(kind: CheckKind, cases: Case[], samples: OperationSamples): Promise<CheckResult> {
  const { target, operationId, row } = samples;
  const [spec, replies] = expectedBy(kind, target);
  const findings: Finding[] = [];
  let hindrance: string | undefined;
  let tried = 0;
  for (const { place, asking, of, rule } of cases) {
    tried++;
    const reply = await askPatiently(target, operationId, asking);
    if (replies.includes(reply.kind)) continue;
    const judgesBodyFirst = INVALID.includes(reply.kind) && KEY_CHECKS.includes(kind);
    if (!target.free && (HINDRANCES.has(reply.kind) || judgesBodyFirst)) {
      hindrance = `the server said: ${describeExchange(reply)}`;
      continue;
    }
    const isTaken = kind === "illegal data" && reply.kind === "accepted";
    const least =
      isTaken && target.free && findings.length === 0 ? await smallest(samples, asking, reply, rule) : reply;
    findings.push({
      place,
      spec: rule ? `${spec}: ${rule}` : spec,
      saw: `${reply.kind === "accepted" ? "accepted: " : ""}${describeExchange(least)}`,
      source: `openapi/, ${row.method} ${row.path}${of ? `: ${of}` : ""}`,
      ...requestShown(least, asking.key),
    });
    // Stops, because somebody may have been charged.
    if (isTaken && !target.free) break;
  }
  return checkResult({ operationId, kind, cases: tried, findings }, hindrance);
}

/** Removes fields from an accepted body while it breaks the same rule. Returns the exchange with the fewest fields. */
async function smallest({ target, operationId }: OperationSamples, { body }: Asking, accepted: Reading, rule?: string) {
  let [sent, least] = [Object(body), accepted];
  for (const name of Object.keys(rule === undefined ? {} : sent)) {
    const rest = defined({ ...sent, [name]: undefined });
    if ((await brokenRule(target.server, operationId, rest)) !== rule) continue;
    const reading = await target.ask(operationId, { body: rest });
    if (reading.kind === "accepted") [sent, least] = [rest, reading];
  }
  return least;
}

/** Replies that say something about the account or the service, and nothing about the request. */
const HINDRANCES = new Set<ReplyKind>(["rate_limited", "insufficient_balance", "plan_limit", "service", "none"]);
const TRIES = 3;
const SLOWER = 5_000;

/** Asks again, more slowly, if the server only refuses because of the rate. */
async function askPatiently(target: Target, operationId: string, asking: Asking): Promise<Reading> {
  for (let attempt = 1; ; attempt++) {
    const reading = await target.ask(operationId, asking);
    if (attempt === TRIES || reading.kind !== "rate_limited") return reading;
    await target.pause(attempt * SLOWER);
  }
}
