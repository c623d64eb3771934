import { isRecord } from "../base/record.js";
import type { OperationRow } from "../generated/operations.js";
import type { CoverageRow, Share } from "./contract-report.js";
import type { Reading } from "./read-exchange.js";

/** How much of each operation the traffic covered: parameters, properties of requests and replies, statuses. */
export function coverageOf(operations: Readonly<Record<string, OperationRow>>, all: readonly Reading[]): CoverageRow[] {
  return Object.entries(operations).map(([operationId, { path, parameters, body, replies }]) => {
    const own = all.filter((one) => one.operationId === operationId);
    const names = parameters.map(({ name }) => name);
    const declared = Object.entries(replies).flatMap(([status, { properties }]) =>
      Object.keys(properties).map((path) => `${status} ${path}`),
    );
    const sent = new Set(own.flatMap((one) => pathsIn(one.sent)));
    const statuses = new Set(own.map(({ status }) => String(status)));
    const came = new Set(own.flatMap(({ status, json }) => pathsIn(json).map((path) => `${status} ${path}`)));
    return {
      operationId,
      // Parameters of the path are always there.
      parameters: share(names, (name) => path.includes(`{${name}}`) || own.some(({ query }) => query.has(name))),
      requestProperties: share(body?.properties ?? [], (path) => sent.has(path)),
      responses: share(Object.keys(replies), (status) => statuses.has(status)),
      responseProperties: share(declared, (path) => came.has(path)),
    };
  });
}

function share(names: string[], isMet: (name: string) => boolean): Share {
  const missing = names.filter((name) => !isMet(name));
  return { met: names.length - missing.length, of: names.length, missing };
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
