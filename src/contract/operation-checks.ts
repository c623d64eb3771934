import type { OperationRow } from "../generated/operations.js";
import type { Witness } from "../generated/witnesses.js";
import type { CheckKind, CheckResult, Finding } from "./contract-report.js";
import { describeExchange, type Exchange, type ReplyKind, replyKindOf } from "./recorded-exchange.js";
import {
  asParameter,
  type KnownIds,
  type OperationSamples,
  samplesFor,
  sendableBodies,
  witnessesFor,
} from "./request-samples.js";
import { type Asking, NEEDS, needOf, type Target } from "./target-server.js";

/** A kind of check that sends requests of its own. */
interface Check {
  /** What the spec says about each reply, in words and as kinds of replies. */
  spec: string;
  replies: readonly ReplyKind[];
  casesOf: (samples: OperationSamples) => Case[];
}

interface Case {
  place: string;
  asking: Asking;
  /** What of the operation is tested, for the source of a finding. */
  of?: string;
}

const INVALID: readonly ReplyKind[] = ["invalid_request", "content_rejected"];
const KEY_REFUSED = { spec: "is refused because of its key", replies: ["authentication"] } as const;
const REFUSED = { spec: "is refused as invalid", replies: INVALID };

const CHECKS: Partial<Record<CheckKind, Check>> = {
  "legal data": {
    spec: "is accepted",
    replies: ["accepted"],
    casesOf: (samples) => {
      const { target, row, examples } = samples;
      const sent = row.parameters.filter(({ required }) => target.anyKey || required).map(({ name }) => name);
      const parameters = Object.fromEntries(Object.entries(examples).filter(([name]) => sent.includes(name)));
      if (!row.body) return [{ place: "request", asking: { parameters } }];
      return sendableBodies(samples).map(bodyCase);
    },
  },
  "illegal data": {
    ...REFUSED,
    casesOf: ({ bodies }) => bodies.filter(({ obeys }) => !obeys).map(bodyCase),
  },
  "missing parameter": {
    ...REFUSED,
    casesOf: ({ row, examples }) =>
      row.parameters
        .filter(({ required, in: where }) => required && where === "query")
        .map(({ name }) => {
          const { [name]: _, ...parameters } = examples;
          return { place: `query ${name}`, asking: { parameters }, of: `${name} is required` };
        }),
  },
  "illegal parameter": {
    ...REFUSED,
    casesOf: ({ target, operationId, row, examples }) =>
      row.parameters.flatMap(({ name, in: where }) => {
        const place = `${where} ${name}`;
        const bad = witnessesFor(target.server.spec, operationId, place).filter(({ obeys }) => !obeys);
        return bad.map(({ value, of }) => {
          return { place, asking: { parameters: { ...examples, [name]: asParameter(value) } }, of };
        });
      }),
  },
  "missing key": { ...KEY_REFUSED, casesOf: (samples) => [keyCase(samples, "none"), keyCase(samples, "basic")] },
  "wrong key": { ...KEY_REFUSED, casesOf: (samples) => [keyCase(samples, "wrong")] },
  "wrong method": {
    spec: "is refused",
    replies: [...INVALID, ...KEY_REFUSED.replies],
    // A server that charges might take PATCH for the real thing, so it gets no key.
    casesOf: ({ target, examples: parameters }) => [
      { place: "method PATCH", asking: { method: "PATCH", parameters, key: target.free ? "own" : "none" } },
    ],
  },
  "wrong content type": {
    ...REFUSED,
    casesOf: ({ row, bodies }) => {
      const body = bodies.find(({ obeys }) => obeys)?.value;
      if (!row.body || body === undefined) return [];
      const asking = { body, headers: { "content-type": "text/plain" } };
      return [{ place: "header content-type", asking, of: row.body.type }];
    },
  },
};

function bodyCase({ value, of }: Witness): Case {
  return { place: "request", asking: { body: value }, of };
}

function keyCase({ examples, bodies }: OperationSamples, key: "none" | "basic" | "wrong"): Case {
  const body = bodies.find(({ obeys }) => obeys)?.value;
  return { place: `header authorization (${key})`, asking: { parameters: examples, body, key }, of: "bearerAuth" };
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
  for (const [kind, check] of Object.entries(CHECKS) as [CheckKind, Check][]) {
    results.push(await makeCheck(kind, check, samples));
  }
  return results;
}

const NEEDS_FLOW = "needs an id that exists, from a flow";

/** Why a check cannot be made. */
function obstacleTo(kind: CheckKind, samples: OperationSamples): string | undefined {
  const { target, operationId, row, known, bodies } = samples;
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
  const isUnsendable = bodies.some(({ obeys }) => obeys) && sendableBodies(samples).length === 0;
  return isUnsendable ? NEEDS_FLOW : undefined;
}

async function makeCheck(kind: CheckKind, check: Check, samples: OperationSamples): Promise<CheckResult> {
  const { target, operationId, row } = samples;
  const cases = check.casesOf(samples);
  const skipped = (reason: string): CheckResult => {
    return { operationId, kind, outcome: "skipped", cases: 0, reason, findings: [] };
  };
  const obstacle = obstacleTo(kind, samples);
  if (obstacle) return skipped(obstacle);
  if (cases.length === 0) return skipped("the spec has no such case");
  const findings: Finding[] = [];
  let hindrance: string | undefined;
  for (const { place, asking, of } of cases) {
    const exchange = await askPatiently(target, operationId, asking);
    const reply = replyKindOf(exchange, target.server);
    if (check.replies.includes(reply)) continue;
    const saw = describeExchange(exchange);
    const source = `openapi/, ${row.method} ${row.path}${of ? `: ${of}` : ""}`;
    if (HINDRANCES.has(reply) && !target.free) hindrance = saw;
    else findings.push({ place, spec: check.spec, saw, source });
  }
  if (findings.length === 0 && hindrance !== undefined) return skipped(`the server said: ${hindrance}`);
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
