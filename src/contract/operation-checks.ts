import type { OperationRow } from "../generated/operations.js";
import type { CheckKind, CheckResult, Finding } from "./contract-report.js";
import { describeExchange, type Exchange, type ReplyKind, replyKindOf } from "./recorded-exchange.js";
import {
  asParameter,
  badValuesFor,
  type KnownIds,
  type OperationSamples,
  requiredOnly,
  samplesFor,
  sendableBodies,
} from "./request-samples.js";
import { mightCost, noKey, noKnownId, noSendableBody, type Obstacle, takesAnyKey } from "./requirements.js";
import type { Asking, Target } from "./target-server.js";

/** A request to try, and what the spec says about its reply. */
interface Case {
  place: string;
  asking: Asking;
  expected: Expectation;
  source: string;
}

interface Expectation {
  spec: string;
  replies: readonly ReplyKind[];
}

const ACCEPTED: Expectation = { spec: "is accepted", replies: ["accepted"] };
const REFUSED: Expectation = { spec: "is refused as invalid", replies: ["invalid_request", "content_rejected"] };
const KEY_REFUSED: Expectation = { spec: "is refused because of its key", replies: ["authentication"] };
const ANY_REFUSAL: Expectation = { spec: "is refused", replies: [...REFUSED.replies, ...KEY_REFUSED.replies] };

interface Check {
  casesOf: (samples: OperationSamples) => Case[];
  obstacles: Obstacle[];
}

/** Every kind of check that sends requests of its own. */
const CHECKS: Partial<Record<CheckKind, Check>> = {
  "legal data": {
    obstacles: [noKey, mightCost, noKnownId, noSendableBody],
    casesOf: (samples) => {
      const { target, row, examples } = samples;
      const parameters = target.anyKey ? examples : requiredOnly(row, examples);
      if (!row.body) return [{ place: "request", asking: { parameters }, expected: ACCEPTED, source: sourceOf(row) }];
      return sendableBodies(samples).map(({ value, of }) => bodyCase(row, value, of, ACCEPTED));
    },
  },
  "illegal data": {
    obstacles: [noKey, mightCost],
    casesOf: ({ row, bodies }) =>
      bodies.filter(({ obeys }) => !obeys).map(({ value, of }) => bodyCase(row, value, of, REFUSED)),
  },
  "missing parameter": {
    obstacles: [noKey, mightCost],
    casesOf: ({ row, examples }) =>
      row.parameters
        .filter(({ required, in: where }) => required && where === "query")
        .map(({ name }) => {
          const { [name]: _, ...parameters } = examples;
          const source = sourceOf(row, `${name} is required`);
          return { place: `query ${name}`, asking: { parameters }, expected: REFUSED, source };
        }),
  },
  "illegal parameter": {
    obstacles: [noKey, mightCost],
    casesOf: ({ target, operationId, row, examples }) =>
      row.parameters.flatMap(({ name, in: where }) => {
        const place = `${where} ${name}`;
        return badValuesFor(target.server.spec, operationId, place).map(({ value, of }) => {
          const asking = { parameters: { ...examples, [name]: asParameter(value) } };
          return { place, asking, expected: REFUSED, source: sourceOf(row, of) };
        });
      }),
  },
  "missing key": { obstacles: [], casesOf: (samples) => [keyCase(samples, "none"), keyCase(samples, "basic")] },
  "wrong key": { obstacles: [takesAnyKey], casesOf: (samples) => [keyCase(samples, "wrong")] },
  "wrong method": {
    obstacles: [],
    casesOf: ({ target, row, examples }) => {
      // A server that charges might take PATCH for the real thing, so it gets no key.
      const asking: Asking = { method: "PATCH", parameters: examples, key: target.free ? "own" : "none" };
      return [{ place: "method PATCH", asking, expected: ANY_REFUSAL, source: sourceOf(row) }];
    },
  },
  "wrong content type": {
    obstacles: [noKey, mightCost],
    casesOf: (samples) => {
      const { row } = samples;
      const { body } = legalBody(samples);
      if (!row.body || body === undefined) return [];
      const asking = { body, headers: { "content-type": "text/plain" } };
      return [{ place: "header content-type", asking, expected: REFUSED, source: sourceOf(row, row.body.type) }];
    },
  },
};

function sourceOf({ method, path }: OperationRow, what = ""): string {
  return `openapi/, ${method} ${path}${what && `: ${what}`}`;
}

function bodyCase(row: OperationRow, body: unknown, of: string, expected: Expectation): Case {
  return { place: "request", asking: { body }, expected, source: sourceOf(row, of) };
}

function keyCase(samples: OperationSamples, key: "none" | "basic" | "wrong"): Case {
  const { row, examples } = samples;
  const asking = { parameters: examples, ...legalBody(samples), key };
  return { place: `header authorization (${key})`, asking, expected: KEY_REFUSED, source: sourceOf(row, "bearerAuth") };
}

function legalBody({ bodies }: OperationSamples): { body?: unknown } {
  const legal = bodies.find(({ obeys }) => obeys);
  return legal ? { body: legal.value } : {};
}

/** Makes all checks of one operation that send requests of their own. */
export async function checkOperation(target: Target, operationId: string, ids: KnownIds): Promise<CheckResult[]> {
  const row = target.operations[operationId];
  if (!row) return [];
  const samples = samplesFor(target, operationId, row, ids);
  const results: CheckResult[] = [];
  // The keys of the table are kinds.
  for (const [kind, check] of Object.entries(CHECKS)) results.push(await makeCheck(kind as CheckKind, check, samples));
  return results;
}

async function makeCheck(
  kind: CheckKind,
  { casesOf, obstacles }: Check,
  samples: OperationSamples,
): Promise<CheckResult> {
  const { target, operationId } = samples;
  const about = { operationId, kind };
  const cases = casesOf(samples);
  const obstacle = obstacles.map((reasonIn) => reasonIn(samples)).find(Boolean);
  const reason = obstacle || (cases.length === 0 && "the spec has no such case");
  if (reason) return { ...about, outcome: "skipped", cases: 0, reason, findings: [] };
  const findings: Finding[] = [];
  let hindrance: string | undefined;
  for (const { place, asking, expected, source } of cases) {
    const exchange = await askPatiently(target, operationId, asking);
    const reply = replyKindOf(exchange, target.server);
    if (expected.replies.includes(reply)) continue;
    if (HINDRANCES.has(reply) && !target.free) hindrance = describeExchange(exchange);
    else findings.push({ place, spec: expected.spec, saw: describeExchange(exchange), source });
  }
  if (findings.length > 0) return { ...about, outcome: "failed", cases: cases.length, findings };
  if (hindrance !== undefined)
    return { ...about, outcome: "skipped", cases: 0, reason: `the server said: ${hindrance}`, findings };
  return { ...about, outcome: "passed", cases: cases.length, findings };
}

/** Replies that say something about the account or the service, and nothing about the request. */
const HINDRANCES = new Set<ReplyKind>(["rate_limited", "insufficient_balance", "plan_limit", "service", "none"]);
const TRIES = 3;
const SLOWER = 5_000;

/** Asks again, more slowly, if the server only asks for a slower pace. */
async function askPatiently(target: Target, operationId: string, asking: Asking): Promise<Exchange> {
  for (let attempt = 1; ; attempt++) {
    const exchange = await target.ask(operationId, asking);
    if (attempt === TRIES || replyKindOf(exchange, target.server) !== "rate_limited") return exchange;
    await target.pause(attempt * SLOWER);
  }
}
