import type { OperationRow } from "../generated/operations.js";
import { replies } from "../generated/replies.js";
import type { SchemaError } from "../generated/validators.js";
import { redact } from "../http/redact.js";
import type { CheckKind, Finding } from "./contract-report.js";
import { describeExchange, type Reading } from "./read-exchange.js";
import type { Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

/** A disagreement between a reply and its spec about a status, a type or a property, and the check that it fails. */
export interface Judged {
  readonly operationId: string;
  readonly kind: CheckKind;
  readonly finding: Finding;
}

export function judgeReply(one: Reading, { server, operations, free }: Target): Judged[] {
  const { operationId, isCall, isReadable, status, type, json } = one;
  const row = operations[operationId];
  if (!row) return [];
  const judged = (
    kind: CheckKind,
    place: string,
    spec: string,
    saw = describeExchange(one),
    source = `openapi/minimax.yaml, ${row.path}`,
  ): Judged[] => [{ operationId, kind, finding: { place, spec, saw, source, ...requestShown(one) } }];
  // A server that charges may be slow, or far away.
  if (status === 0) return free && !one.isWithdrawn ? judged("server error", "response", "a reply") : [];
  // Not judged: replies to another method, and errors that a free server's tool (Prism) reports itself.
  if (!isCall || (free && type === "application/problem+json")) return [];
  if (status < 500 && row.body?.type === "application/json" && !isReadable) return [];
  const reply = row.replies[String(status)];
  if (!reply) {
    const declared = Object.keys(row.replies).map((one) => `HTTP ${one}`);
    return judged(status >= 500 ? "server error" : "declared status", "response", declared.join(", "));
  }
  const place = `response ${status}`;
  if (!reply.types.includes(type)) return judged("reply schema", place, reply.types.join(" or "));
  const validate = replies[server.spec][operationId]?.[String(status)];
  if (!validate || !/json/.test(type) || validate(json)) return [];
  if (json === undefined) return judged("reply schema", place, "JSON");
  const all = (validate.errors ?? []).flatMap((error) => judged("reply schema", ...faultIn(one, error, row)));
  // The first error of each property is the most telling.
  return all.filter(({ finding }, at) => all.findIndex((each) => each.finding.place === finding.place) === at);
}

/** A schema error: its place, the two lines of a diff, and the source if it is known. */
function faultIn(
  { json, status }: Reading,
  { instancePath, keyword, params }: SchemaError,
  row: OperationRow,
): [place: string, spec: string, saw: string, source: string | undefined] {
  const missing = params.missingProperty ?? params.unevaluatedProperty ?? params.additionalProperty;
  const steps = [...instancePath.split("/").slice(1), ...(missing === undefined ? [] : [String(missing)])];
  const value = steps.reduce<unknown>((at, step) => Object(at)[step], json);
  const path = steps
    .map((step) => (/^\d+$/.test(step) ? "[]" : `.${step}`))
    .join("")
    .replace(/^\./, "");
  const [says = "", file = ""] = row.replies[String(status)]?.properties[path] ?? [];
  const place = `response ${status}${path ? ` ${path}` : ""}`;
  const spec = `${expectedBy(keyword, params)}${says ? ` (${says})` : ""}`;
  return [place, spec, value === undefined ? "absent" : shownValue(value), file ? `openapi/${file}` : undefined];
}

function expectedBy(keyword: string, params: Record<string, unknown>): string {
  const { type, allowedValues, allowedValue, pattern, limit, comparison } = params;
  if (keyword === "type") return `of type ${String(type)}`;
  if (keyword === "enum") return `one of ${(allowedValues as unknown[]).map(shownValue).join(", ")}`;
  if (keyword === "const") return shownValue(allowedValue);
  if (keyword === "pattern") return `of the form ${String(pattern)}`;
  if (keyword === "required") return "required";
  if (limit !== undefined) return `${keyword} ${String(comparison ?? "")} ${String(limit)}`.replace(/\s+/g, " ");
  return keyword;
}

/** A value of a reply, without secrets. */
function shownValue(value: unknown): string {
  const text = redact(JSON.stringify(value) ?? "undefined");
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
