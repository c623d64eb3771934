/** Compares two descriptions of one operation by what a caller may do, not by how they are factored. */
import { type Document, type Json, nodesIn } from "../documents.js";
import { isParameter, type Operation, operationsOf, type Place } from "../operations.js";
import { inlineReferences } from "./inline-references.js";
import { flag, outlineOf } from "./outline-schema.js";
import { compareOutlines, type Difference, type Outline } from "./outlines.js";

/** The operations of a document, with references inlined, and with the path of the server before their own. */
export function callsIn(document: Document, folded = ""): Operation[] {
  const paths = Object.entries<Json>(inlineReferences(document, document.paths ?? {}));
  return operationsOf({ ...document, paths: Object.fromEntries(paths.map(([path, item]) => [folded + path, item])) });
}

/** `/v1/files/{id}` and `/v1/files/{file_id}` are the same path. */
export function anonymous(path: string): string {
  return path.replace(/\{[^}]*\}/g, "{}");
}

/** Either may be absent. */
export function compareOperations(theirs?: Operation, ours?: Operation): Difference[] {
  const [they, we] = [theirs, ours].map((operation) => operation && outlineOfOperation(operation));
  const found = compareOutlines("", they, we).filter(({ aspect, theirs, ours }) => {
    return aspect !== "security" || !isStillEnough(theirs, ours) || !isStillEnough(ours, theirs);
  });
  const operation = (ours ?? theirs)?.name ?? "";
  return found.map((one) => ({ ...one, operation, place: one.place.trim() || "operation" }));
}

/** Each step is part of a place, such as `callback taskStatus request.status`. */
function outlineOfOperation({ operationId, deprecated, security, places, callbacks }: Operation): Outline {
  const [parameters, bodies] = [places.filter(isParameter), places.filter((place) => !isParameter(place))];
  return {
    kind: "operation",
    facts: { operationId: operationId ? [operationId] : [], deprecated: flag(deprecated), security: [security] },
    parts: new Map([
      ...[...parameters, ...bodies].map((place) => [` ${stepTo(place)}`, outlineOfPlace(place)] as const),
      ...callbacks.map((callback) => {
        return [` callback ${callback.operationId ?? callback.name}`, outlineOfOperation(callback)] as const;
      }),
    ]),
  };
}

/** Such as `query.task_id` and `response.200`. Names of headers ignore case. */
function stepTo({ in: where, key, name }: Place): string {
  return where === "header" ? `header.${key.toLowerCase()}` : name.replace(" ", ".");
}

/** A parameter is a field. A body has one, and headers. */
function outlineOfPlace(place: Place): Outline | false {
  const { schema, required, deprecated, mediaTypes, headers } = place;
  const outline = schema !== undefined && outlineOf(schema);
  const own = { required: flag(required), ...(deprecated && { deprecated: flag(true) }) };
  const field = outline && { ...outline, facts: { ...outline.facts, ...own } };
  if (isParameter(place)) return field;
  return {
    kind: "body",
    facts: { "media type": mediaTypes, "status codes": codesOf(schema) },
    parts: new Map([["", field], ...headers.map((header) => [`.${stepTo(header)}`, outlineOfPlace(header)] as const)]),
  };
}

/** Whether any caller who met a requirement before still meets one. */
export function isStillEnough(before: Json, after: Json): boolean {
  const ways = (requirements: Json): Json[] => (requirements?.length ? requirements : [{}]);
  return ways(before).every((held) => {
    const isHeld = ([scheme, scopes]: [string, Json]) =>
      scheme in held && (scopes ?? []).every((scope: Json) => held[scheme]?.includes(scope));
    return ways(after).some((asked) => Object.entries(asked).every(isHeld));
  });
}

/** "`1002`: rate limited", "- 1002 - …": one code per line, as in vendors' descriptions. */
const CODE_LINE = /^[\s*-]*`?(\d{1,5})`?\s*(?:[:：,，-]|\s)\s*\S/gm;

/** The status codes of a reply, from `x-status-codes` or from a description that lists at least two. */
export function codesOf(schema: Json): number[] {
  const codes = [...nodesIn(schema)].flatMap(([{ "x-status-codes": table, description }]): number[] => {
    if (table) return table.map(({ code }: Json) => code);
    const listed = typeof description === "string" ? [...description.matchAll(CODE_LINE)] : [];
    return listed.length > 1 ? listed.map(([, code]) => Number(code)) : [];
  });
  return [...new Set(codes)].sort((one, other) => one - other);
}
