import type { KeyKind } from "../base/key-kind.js";
import type { OperationRow } from "../generated/operations.js";
import type { CheckKind, CheckResult, Finding } from "./contract-report.js";
import { brokenRule, type NegativeBody } from "./negative-bodies.js";
import { describeExchange, type Exchange, type ReplyKind, replyKindOf } from "./recorded-exchange.js";
import { asParameter, type OperationSamples, samplesFor, witnessesFor } from "./request-samples.js";
import { type Asking, NEEDS, needOf, type Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

interface Case {
  place: string;
  asking: Asking;
  /** The part of the operation that is tested, for the source of a finding. */
  of?: string;
  /** The rule that the request breaks, in words. */
  rule?: string | undefined;
}

/** A well-formed id that no task and no file has. */
const UNUSED_ID = "100000000000000";

/** The cases of each kind of check that sends requests of its own. Legal data comes last, because it may delete what others need. */
function casesOf(samples: OperationSamples): Partial<Record<CheckKind, Case[]>> {
  const { target, row, examples, required, bodies, sendable, illegal, legal } = samples;
  const isJson = row.body?.type === "application/json";
  const body = legal[0] ?? bodies.find(({ obeys }) => obeys)?.value;
  // A proxy might replace our key with a good one, so a server that charges is sent nothing that could be bought.
  const unpaid = target.free || !isJson ? body : {};
  const keyCase = (key: "none" | "basic" | "bare" | "wrong"): Case => {
    const asking: Asking = { parameters: examples, body: unpaid, key };
    return { place: `header authorization (${key})`, asking, of: "bearerAuth" };
  };
  // "bare" contains our own key, which a server that charges might accept.
  const keys = target.free && target.hasKey ? (["none", "basic", "bare"] as const) : (["none", "basic"] as const);
  const typeCase = (type: string): Case => {
    return { place: `header content-type (${type})`, asking: { body, headers: { "content-type": type } } };
  };
  const bad = [...illegal.values()];
  return {
    "missing key": keys.map(keyCase),
    "wrong key": [keyCase("wrong")],
    // A server that charges is sent these with a key that no account has.
    "illegal data": (target.free ? bad : sampleOf(bad, target.seed)).map(({ value, rule }) => ({
      place: "request",
      asking: { body: value, key: target.free ? "own" : "wrong" },
      rule,
    })),
    "missing parameter": row.parameters.flatMap(({ name, in: where }) => {
      const { [name]: _, ...parameters } = examples;
      const isNeeded = where === "query" && name in required;
      return isNeeded ? { place: `query ${name}`, asking: { parameters }, of: `${name} is required` } : [];
    }),
    "illegal parameter": parameterCases(samples, false),
    "unknown id": unknownIds(samples),
    "wrong method": methodCases(samples, body),
    "wrong content type": body === undefined ? [] : (isJson ? OTHER_TYPES : ["text/plain"]).map(typeCase),
    "malformed body": isJson && body !== undefined ? malformed(body) : [],
    "legal data": row.body
      ? [
          ...sendable.map(({ value, of }) => ({ place: "request", asking: { body: value }, of })),
          ...(isJson ? sameInOtherWords(legal) : []),
        ]
      : [
          { place: "request", asking: { parameters: target.anyKey ? examples : required } },
          ...parameterCases(samples, true),
        ],
  };
}

/** How many illegal bodies of an operation are sent to a server that charges. */
const SAMPLE = 5;

/** Chooses some of the bodies, the same ones for the same seed. */
function sampleOf(bodies: readonly NegativeBody[], seed: number): NegativeBody[] {
  const placed = bodies.map((one) => ({ one, place: hashOf(`${seed} ${JSON.stringify(one.value)}`) }));
  const sorted = placed.toSorted((one, other) => one.place - other.place);
  return sorted.slice(0, SAMPLE).map(({ one }) => one);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

const OTHER_TYPES = ["text/plain", "application/x-www-form-urlencoded", "application/xml"];

/** The same request as other clients would write it, and once more: a create that is sent twice makes two tasks. */
function sameInOtherWords([body]: readonly unknown[]): Case[] {
  // A file can be deleted only once.
  if (body === undefined || "file_id" in Object(body)) return [];
  const fields = Object.entries(Object(body)).toReversed();
  const headers = { "content-type": "application/json; charset=utf-8" };
  const spaced = { raw: JSON.stringify(Object.fromEntries(fields), null, 2) };
  return [
    { place: "header content-type, with a charset", asking: { body, headers } },
    { place: "request, with spaces and its fields in another order", asking: spaced },
    { place: "request, sent again", asking: { body } },
  ];
}

/** Every legal or every illegal value of every parameter, one at a time. Legal ids are left out, because they need not exist. */
function parameterCases({ target, operationId, row, examples, required }: OperationSamples, isLegal: boolean): Case[] {
  return row.parameters.flatMap(({ name, in: where }) => {
    const place = `${where} ${name}`;
    const found = witnessesFor(target.server.spec, operationId, place).filter(({ obeys }) => obeys === isLegal);
    const meant = isLegal && name.endsWith("_id") ? [] : found;
    return meant.map(({ value, of }) => {
      const parameters = { ...(isLegal ? required : examples), [name]: asParameter(value) };
      const rule = isLegal ? undefined : `${place} is invalid (${JSON.stringify(value)})`;
      return { place, asking: { parameters }, of, rule };
    });
  });
}

/** Ids that do not exist: in the path, the query or the body. */
function unknownIds({ row, examples, required, bodies, legal }: OperationSamples): Case[] {
  const rule = "nothing has this id";
  const named = row.parameters.filter(({ name }) => name in required && name.endsWith("_id"));
  const inParameters = named.map(({ name, in: where }): Case => {
    return { place: `${where} ${name}`, asking: { parameters: { ...examples, [name]: UNUSED_ID } }, rule };
  });
  const inBodies = ["source_task_id", "file_id", "mm_file:"].flatMap((field): Case[] => {
    // Bodies whose other ids exist come first.
    const values = [...legal, ...bodies.flatMap(({ obeys, value }) => (obeys ? [value] : []))];
    const found = values.map((value) => JSON.stringify(value)).find((text) => text.includes(field));
    if (!found) return [];
    const text = found.replace(UPLOAD_OR_ID, `$1${UNUSED_ID}$2`);
    return [{ place: `request ${field.replace(":", "://")}`, asking: { body: JSON.parse(text) }, rule }];
  });
  return [...inParameters, ...inBodies];
}

const UPLOAD_OR_ID = /("(?:source_task_id|file_id)":"?|mm_file:\/\/)\w+("?)/g;

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
  return Object.entries(texts).map(([what, raw]) => {
    return { place: `request (${what})`, asking: { raw }, rule: "the body must be a JSON object" };
  });
}

/** Methods that the path does not support. A server that charges might carry one out, so it is sent no key. */
function methodCases({ target, row, examples }: OperationSamples, body: unknown): Case[] {
  const known = Object.values(target.operations).filter(({ path }) => path === row.path);
  const others = target.free ? ["GET", "POST", "PUT", "PATCH", "DELETE"] : ["PATCH"];
  return others
    .filter((method) => !known.some((one) => one.method === method))
    .map((method) => {
      const request = method === "GET" || !target.free ? {} : { body };
      const asking: Asking = { method, parameters: examples, key: target.free ? "own" : "none", ...request };
      return { place: `method ${method}`, asking };
    });
}

const INVALID: readonly ReplyKind[] = ["invalid_request", "content_rejected"];

/** The replies that the spec requires in a kind of check: in words, and as kinds of replies. */
function expectedBy(kind: CheckKind, { free }: Target): [spec: string, replies: readonly ReplyKind[]] {
  if (kind === "illegal data" && !free)
    return ["is refused as invalid, or because of its key", [...INVALID, "authentication"]];
  if (kind === "legal data") return ["is accepted", ["accepted"]];
  if (kind === "missing key" || kind === "wrong key") return ["is refused because of its key", ["authentication"]];
  return kind === "wrong method" ? ["is refused", [...INVALID, "authentication"]] : ["is refused as invalid", INVALID];
}

/** Makes all checks of one operation that send requests of their own. */
export async function checkOperation(target: Target, operationId: string, row: OperationRow): Promise<void> {
  const samples = await samplesFor(target, operationId, row);
  // The keys of the table are kinds.
  for (const [kind, cases] of Object.entries(casesOf(samples)) as [CheckKind, Case[]][]) {
    if (!target.isWanted(operationId, kind)) continue;
    const obstacle = obstacleTo(kind, samples) ?? (cases.length === 0 ? "the spec has no such case" : undefined);
    target.found.checks.push(obstacle ? skipped(operationId, kind, obstacle) : await makeCheck(kind, cases, samples));
  }
}

const NEEDS_FLOW = "needs an existing id, from a flow";

const KEYS: Record<string, KeyKind> = { getAccountBalance: "pay-as-you-go", getTokenPlan: "token-plan" };

/** Why a check cannot be made. */
function obstacleTo(kind: CheckKind, samples: OperationSamples): string | undefined {
  const { target, operationId, row, required, known, bodies, sendable } = samples;
  const { free, anyKey, hasKey, found } = target;
  if ((kind === "wrong key" || kind === "unknown id") && anyKey) return "this server accepts any key";
  // Nobody can be charged for these.
  if (kind === "missing key" || kind === "wrong key" || kind === "wrong method") return undefined;
  const isRefused = (key: CheckKind) =>
    found.checks.some((one) => one.operationId === operationId && one.kind === key && one.outcome === "passed");
  if (!free && kind === "illegal data")
    return isRefused("missing key") && isRefused("wrong key") ? undefined : NEEDS.refusal;
  if (!free && !hasKey) return "needs a key";
  if (!free && row.method !== "GET") return NEEDS.free;
  const wanted = KEYS[operationId] ?? target.keyKind;
  if (wanted !== target.keyKind && target.keyKind) return `needs a key of another kind: ${wanted}`;
  // A server that accepts any key remembers nothing, and accepts any id.
  if (kind !== "legal data" || anyKey) return undefined;
  const needed = Object.keys(required).filter((name) => name.endsWith("_id"));
  if (needed.some((name) => known[name] === undefined)) return free ? NEEDS_FLOW : needOf(operationId, row.method);
  return bodies.some(({ obeys }) => obeys) && sendable.length === 0 ? NEEDS_FLOW : undefined;
}

function skipped(operationId: string, kind: CheckKind, reason: string): CheckResult {
  return { operationId, kind, outcome: "skipped", cases: 0, reason, findings: [] };
}

async function makeCheck(kind: CheckKind, cases: Case[], samples: OperationSamples): Promise<CheckResult> {
  const { target, operationId, row } = samples;
  const [spec, replies] = expectedBy(kind, target);
  const findings: Finding[] = [];
  let hindrance: string | undefined;
  let tried = 0;
  for (const { place, asking, of, rule } of cases) {
    tried++;
    let exchange = await askPatiently(target, operationId, asking);
    const reply = replyKindOf(exchange, target.server);
    if (replies.includes(reply)) continue;
    const judgesBodyFirst = INVALID.includes(reply) && (kind === "missing key" || kind === "wrong key");
    if (!target.free && (HINDRANCES.has(reply) || judgesBodyFirst)) {
      hindrance = describeExchange(exchange);
      continue;
    }
    const source = `openapi/, ${row.method} ${row.path}${of ? `: ${of}` : ""}`;
    const isAccepted = kind === "illegal data" && reply === "accepted";
    if (isAccepted && target.free && findings.length === 0 && rule !== undefined)
      exchange = (await smallest(samples, asking.body, rule)) ?? exchange;
    const shown = requestShown(exchange, asking.key);
    const saw = reply === "accepted" ? `accepted: ${describeExchange(exchange)}` : describeExchange(exchange);
    findings.push({ place, spec: rule ? `${spec}: ${rule}` : spec, saw, source, ...shown });
    // Stops, because somebody may have been charged.
    if (isAccepted && !target.free) break;
  }
  if (findings.length === 0 && hindrance !== undefined)
    return skipped(operationId, kind, `the server said: ${hindrance}`);
  return { operationId, kind, outcome: findings.length > 0 ? "failed" : "passed", cases: tried, findings };
}

/** Removes fields from a body while it breaks the same rule and is accepted. Returns the exchange with the fewest fields. */
async function smallest(
  { target, operationId }: OperationSamples,
  body: unknown,
  rule: string,
): Promise<Exchange | undefined> {
  let least = body;
  let found: Exchange | undefined;
  for (const name of Object.keys(Object(body))) {
    const { [name]: _, ...rest } = Object(least);
    if ((await brokenRule(target.server, operationId, rest)) !== rule) continue;
    const exchange = await target.ask(operationId, { body: rest });
    if (replyKindOf(exchange, target.server) !== "accepted") continue;
    [least, found] = [rest, exchange];
  }
  return found;
}

/** Replies that say something about the account or the service, and nothing about the request. */
const HINDRANCES = new Set<ReplyKind>(["rate_limited", "insufficient_balance", "plan_limit", "service", "none"]);
const TRIES = 3;
const SLOWER = 5_000;

/** Asks again, more slowly, if the server only refuses because of the rate. */
async function askPatiently(target: Target, operationId: string, asking: Asking): Promise<Exchange> {
  for (let attempt = 1; ; attempt++) {
    const exchange = await target.ask(operationId, asking);
    if (attempt === TRIES || replyKindOf(exchange, target.server) !== "rate_limited") return exchange;
    await target.pause(attempt * SLOWER);
  }
}
