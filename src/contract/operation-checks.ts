import type { OperationRow } from "../generated/operations.js";
import type { Witness } from "../generated/witnesses.js";
import type { CheckKind, CheckResult, Finding } from "./contract-report.js";
import { describeExchange, type Exchange, type ReplyKind, replyKindOf } from "./recorded-exchange.js";
import { asParameter, type KnownIds, type OperationSamples, samplesFor, witnessesFor } from "./request-samples.js";
import { type Asking, NEEDS, needOf, type Target } from "./target-server.js";

interface Case {
  place: string;
  asking: Asking;
  /** What of the operation is tested, for the source of a finding. */
  of?: string;
}

/** What is sent for each kind of check that sends requests of its own. */
function casesOf(samples: OperationSamples): Partial<Record<CheckKind, Case[]>> {
  const { target, operationId, row, examples, bodies, sendable } = samples;
  const required = row.parameters.filter((parameter) => parameter.required);
  const sent = (target.anyKey ? row.parameters : required).map(({ name }) => [name, examples[name] ?? ""]);
  const body = bodies.find(({ obeys }) => obeys)?.value;
  const bodyCase = ({ value, of }: Witness): Case => ({ place: "request", asking: { body: value }, of });
  const keyCase = (key: "none" | "basic" | "wrong"): Case => {
    return { place: `header authorization (${key})`, asking: { parameters: examples, body, key }, of: "bearerAuth" };
  };
  const untyped = { body, headers: { "content-type": "text/plain" } };
  return {
    "legal data": row.body
      ? sendable.map(bodyCase)
      : [{ place: "request", asking: { parameters: Object.fromEntries(sent) } }],
    "illegal data": bodies.filter(({ obeys }) => !obeys).map(bodyCase),
    "missing parameter": required.flatMap(({ name, in: where }) => {
      const { [name]: _, ...parameters } = examples;
      return where === "query" ? { place: `query ${name}`, asking: { parameters }, of: `${name} is required` } : [];
    }),
    "illegal parameter": row.parameters.flatMap(({ name, in: where }) => {
      const place = `${where} ${name}`;
      const bad = witnessesFor(target.server.spec, operationId, place).filter(({ obeys }) => !obeys);
      return bad.map(({ value, of }) => {
        return { place, asking: { parameters: { ...examples, [name]: asParameter(value) } }, of };
      });
    }),
    "missing key": [keyCase("none"), keyCase("basic")],
    "wrong key": [keyCase("wrong")],
    // A server that charges might take PATCH for the real thing, so it gets no key.
    "wrong method": [
      { place: "method PATCH", asking: { method: "PATCH", parameters: examples, key: target.free ? "own" : "none" } },
    ],
    "wrong content type":
      row.body && body !== undefined ? [{ place: "header content-type", asking: untyped, of: row.body.type }] : [],
  };
}

const INVALID: readonly ReplyKind[] = ["invalid_request", "content_rejected"];

/** What the spec says about the replies to a kind of check: in words, and as kinds of replies. */
function expectedBy(kind: CheckKind): [spec: string, replies: readonly ReplyKind[]] {
  if (kind === "legal data") return ["is accepted", ["accepted"]];
  if (kind === "missing key" || kind === "wrong key") return ["is refused because of its key", ["authentication"]];
  return kind === "wrong method" ? ["is refused", [...INVALID, "authentication"]] : ["is refused as invalid", INVALID];
}

/** Makes all checks of one operation that send requests of their own. */
export async function checkOperation(
  target: Target,
  operationId: string,
  row: OperationRow,
  ids: KnownIds,
): Promise<CheckResult[]> {
  const samples = samplesFor(target, operationId, row, ids);
  const results: CheckResult[] = [];
  // The keys of the table are kinds.
  for (const [kind, cases] of Object.entries(casesOf(samples)) as [CheckKind, Case[]][]) {
    const obstacle = obstacleTo(kind, samples) ?? (cases.length === 0 ? "the spec has no such case" : undefined);
    results.push(obstacle ? skipped(operationId, kind, obstacle) : await makeCheck(kind, cases, samples));
  }
  return results;
}

const NEEDS_FLOW = "needs an id that exists, from a flow";

/** Why a check cannot be made. */
function obstacleTo(kind: CheckKind, samples: OperationSamples): string | undefined {
  const { target, operationId, row, known, bodies, sendable } = samples;
  const { free, anyKey, hasKey } = target;
  if (kind === "wrong key" && anyKey) return "this server takes any key";
  // Nobody can be charged for these.
  if (kind === "missing key" || kind === "wrong key" || kind === "wrong method") return undefined;
  if (!free && !hasKey) return "needs a key";
  if (!free && row.method !== "GET") return NEEDS.free;
  // A server that takes any key remembers nothing, and answers to any id.
  if (kind !== "legal data" || anyKey) return undefined;
  const needed = row.parameters.filter(({ required, name }) => required && name.endsWith("_id"));
  if (needed.some(({ name }) => known[name] === undefined)) return free ? NEEDS_FLOW : needOf(operationId, row.method);
  return bodies.some(({ obeys }) => obeys) && sendable.length === 0 ? NEEDS_FLOW : undefined;
}

function skipped(operationId: string, kind: CheckKind, reason: string): CheckResult {
  return { operationId, kind, outcome: "skipped", cases: 0, reason, findings: [] };
}

async function makeCheck(kind: CheckKind, cases: Case[], samples: OperationSamples): Promise<CheckResult> {
  const { target, operationId, row } = samples;
  const [spec, replies] = expectedBy(kind);
  const findings: Finding[] = [];
  let hindrance: string | undefined;
  for (const { place, asking, of } of cases) {
    const exchange = await askPatiently(target, operationId, asking);
    const reply = replyKindOf(exchange, target.server);
    if (replies.includes(reply)) continue;
    const saw = describeExchange(exchange);
    const source = `openapi/, ${row.method} ${row.path}${of ? `: ${of}` : ""}`;
    if (HINDRANCES.has(reply) && !target.free) hindrance = saw;
    else findings.push({ place, spec, saw, source });
  }
  if (findings.length === 0 && hindrance !== undefined)
    return skipped(operationId, kind, `the server said: ${hindrance}`);
  return { operationId, kind, outcome: findings.length > 0 ? "failed" : "passed", cases: cases.length, findings };
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
