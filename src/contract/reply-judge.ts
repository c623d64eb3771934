import { isRecord } from "../base/record.js";
import type { OperationRow } from "../generated/operations.js";
import { replies } from "../generated/replies.js";
import type { SchemaError } from "../generated/validators.js";
import { redact } from "../http/redact.js";
import type { CheckKind, Finding } from "./contract-report.js";
import { describeExchange, type Exchange, isReadable } from "./recorded-exchange.js";
import type { Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

/** A disagreement between a reply and its spec about a status, a type or a property, and the check that it fails. */
export interface Judged {
  readonly operationId: string;
  readonly kind: CheckKind;
  readonly finding: Finding;
}

export function judgeReply(exchange: Exchange, { server, operations, free }: Target): Judged[] {
  const { operationId, method, status, type } = exchange;
  const row = operations[operationId];
  if (!row) return [];
  const reply = row.replies[String(status)];
  const judged = (kind: CheckKind, place: string, spec: string): Judged[] => {
    const finding = {
      place,
      spec,
      saw: describeExchange(exchange),
      source: sourceOfReplies(row),
      ...requestShown(exchange),
    };
    return [{ operationId, kind, finding }];
  };
  // A server that charges may be slow, or far away.
  if (status === 0) return free && !exchange.isWithdrawn ? judged("server error", "response", "a reply") : [];
  // Not judged: replies to another method, and messages of the tool (Prism) that plays a free server.
  if (method !== row.method || (free && type === "application/problem+json")) return [];
  if (status < 500 && row.body?.type === "application/json" && !isReadable(exchange)) return [];
  if (!reply) {
    const declared = Object.keys(row.replies).map((one) => `HTTP ${one}`);
    return judged(status >= 500 ? "server error" : "declared status", "response", declared.join(", "));
  }
  if (!reply.types.some((one) => one === type))
    return judged("reply schema", `response ${status}`, reply.types.join(" or "));
  const validate = replies[server.spec][operationId]?.[String(status)];
  if (!validate || !/json/.test(type) || validate(exchange.json)) return [];
  if (exchange.json === undefined) return judged("reply schema", `response ${status}`, "JSON");
  const findings = (validate.errors ?? []).map((error) => schemaFinding(error, exchange, row));
  const places = findings.map(({ place }) => place);
  // The first error of each property is the most telling.
  const first = findings.filter(({ place }, at) => places.indexOf(place) === at);
  return first.map((finding) => ({ operationId, kind: "reply schema", finding }));
}

function sourceOfReplies({ path }: OperationRow): string {
  return `openapi/minimax.yaml, ${path}`;
}

/** A schema error as the two lines of a diff. */
function schemaFinding({ instancePath, keyword, params }: SchemaError, exchange: Exchange, row: OperationRow): Finding {
  const { json, status } = exchange;
  const missing = params.missingProperty ?? params.unevaluatedProperty ?? params.additionalProperty;
  const steps = [...instancePath.split("/").slice(1), ...(missing === undefined ? [] : [String(missing)])];
  const value = steps.reduce<unknown>(
    (at, step) => (isRecord(at) || Array.isArray(at) ? (at as Record<string, unknown>)[step] : undefined),
    json,
  );
  const path = steps
    .map((step) => (/^\d+$/.test(step) ? "[]" : `.${step}`))
    .join("")
    .replace(/^\./, "");
  const [says = "", file = ""] = row.replies[String(status)]?.properties[path] ?? [];
  return {
    place: `response ${status}${path ? ` ${path}` : ""}`,
    spec: `${expectedBy(keyword, params)}${says ? ` (${says})` : ""}`,
    saw: value === undefined ? "absent" : shownValue(value),
    source: file ? `openapi/${file}` : sourceOfReplies(row),
    ...requestShown(exchange),
  };
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
