import { isRecord } from "../base/record.js";
import type { OperationRow } from "../generated/operations.js";
import type { CoverageRow, Share } from "./contract-report.js";
import { type Exchange, parsedJson } from "./recorded-exchange.js";

/** How much of each operation the traffic covered: parameters, properties of requests and replies, statuses. */
export function coverageOf(
  operations: Readonly<Record<string, OperationRow>>,
  exchanges: readonly Exchange[],
): CoverageRow[] {
  return Object.entries(operations).map(([operationId, row]) => {
    const own = exchanges.filter((exchange) => exchange.operationId === operationId);
    const answered = own.filter(({ status }) => row.replies[String(status)]);
    const sent = new Set(own.flatMap(({ body }) => pathsIn(parsedJson(body ?? ""))));
    const came = new Set(answered.flatMap(({ status, json }) => pathsIn(json).map((path) => `${status} ${path}`)));
    const named = Object.entries(row.replies).flatMap(([status, { properties }]) =>
      Object.keys(properties).map((path) => `${status} ${path}`),
    );
    return {
      operationId,
      parameters: share(
        row.parameters.map(({ name }) => name),
        (name) => own.some((one) => hasParameter(one, row, name)),
      ),
      requestProperties: share(row.body?.properties ?? [], (path) => sent.has(path)),
      responses: share(Object.keys(row.replies), (status) => answered.some((one) => String(one.status) === status)),
      responseProperties: share(named, (path) => came.has(path)),
    };
  });
}

function share(names: string[], isMet: (name: string) => boolean): Share {
  const missing = names.filter((name) => !isMet(name));
  return { met: names.length - missing.length, of: names.length, missing };
}

/** Whether a request has a parameter. Those of the path are always there. */
function hasParameter({ url }: Exchange, { path }: OperationRow, name: string): boolean {
  return path.includes(`{${name}}`) || new URL(url).searchParams.has(name);
}

/** The path of every property in a value: `file`, `file.bytes`, `items[].id`. */
export function pathsIn(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${path}[]`));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path ? `${path}.${name}` : name;
    return [at, ...pathsIn(inner, at)];
  });
}
