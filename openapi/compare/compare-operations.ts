/** Compares two descriptions of one operation by what a caller may do, not by how they are factored. */
import { isDeepStrictEqual } from "node:util";
import { grouped, type Json, nodesIn } from "../documents.js";
import { type Body, bodiesOf, type Operation, type Parameter } from "../operations.js";
import { judge } from "./compare-values.js";
import { flag, outlineOf } from "./outline-schema.js";
import { compareOutlines, type Difference, type Local, type Outline } from "./outlines.js";

/** Both must have their references inlined. Either may be absent. */
export function compareOperations(theirs?: Operation, ours?: Operation, versions = false): Difference[] {
  const request = versions ? undefined : meantBy(theirs?.request, ours?.request);
  const meant = ours && request ? { ...ours, request } : ours;
  const [they, we] = [theirs, meant].map((operation) => operation && outlineOfOperation(operation, versions));
  const found = compareOutlines("", they, we, versions).filter(({ aspect, theirs, ours }) => {
    // Not every page has an operationId.
    if (aspect === "operationId") return theirs !== undefined;
    return aspect !== "security" || !isStillEnough(theirs, ours) || !isStillEnough(ours, theirs);
  });
  // With `versions`, compare-documents.ts compares the examples themselves.
  const examples = versions || !theirs || !meant ? [] : compareExamples(theirs, meant);
  const operation = (ours ?? theirs)?.name ?? "";
  return [...found, ...examples].map((one) => ({ operation, ...one, place: one.place.trim() || "operation" }));
}

/** Each step is part of a place, such as `callback taskStatus request.status`. */
function outlineOfOperation(operation: Operation, versions: boolean): Outline {
  const { operationId, deprecated, security, parameters, callbacks } = operation;
  const own = { operationId: operationId ? [operationId] : [], deprecated: flag(deprecated) };
  const bodies = bodiesOf(operation).map(([name, body]) => [` ${name.replace(" ", ".")}`, body] as const);
  return {
    kind: "operation",
    facts: versions ? { ...own, security: [security] } : own,
    parts: new Map([
      ...parameters.map((parameter) => [` ${keyOf(parameter)}`, outlineOfParameter(parameter)] as const),
      ...bodies.map(([step, body]) => [step, outlineOfBody(body, versions)] as const),
      ...(versions ? callbacks : []).map((callback) => {
        return [` callback ${callback.operationId ?? callback.name}`, outlineOfOperation(callback, versions)] as const;
      }),
    ]),
  };
}

/** Such as `query.task_id`. Names of headers ignore case. */
function keyOf({ in: where, name }: Parameter): string {
  return `${where}.${where === "header" ? name.toLowerCase() : name}`;
}

function outlineOfParameter({
  schema,
  required = false,
  deprecated = false,
}: Pick<Parameter, "schema" | "required" | "deprecated">): Outline | false {
  const outline = outlineOf(schema);
  if (!outline) return false;
  const own = { required: flag(required), ...(deprecated && { deprecated: flag(true) }) };
  return { ...outline, facts: { ...outline.facts, ...own } };
}

/** On a vendor's page, only JSON bodies are compared. */
function outlineOfBody({ mediaTypes, schema, form, required, headers }: Body, versions: boolean): Outline {
  const isCompared = schema !== undefined && (versions || !form);
  return {
    kind: "body",
    facts: { "media type": mediaTypes, "status codes": versions ? [] : codesOf(schema) },
    parts: new Map([
      ["", isCompared && outlineOfParameter({ schema, required })],
      ...(versions ? headers : []).map((header) => [`.${keyOf(header)}`, outlineOfParameter(header)] as const),
    ]),
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

/** Finds examples that contradict their own schema, or that of the other side. Examples with the same reason are listed together. */
function compareExamples(theirs: Operation, ours: Operation): Local[] {
  const ourBodies = new Map(bodiesOf(ours));
  return bodiesOf(theirs).flatMap(([name, their]) => {
    const our = ourBodies.get(name);
    const place = name.replace(" ", ".");
    if (!our) return [];
    return [
      ...refusals(their, their).map(([reason, names]) => {
        return { place, aspect: "own examples", theirs: `${names.join(", ")}: ${reason}` };
      }),
      ...refusals(their, our).map(([reason, names]) => ({ place, aspect: "examples", theirs: names, ours: reason })),
      ...refusals(our, their).map(([reason, names]) => ({ place, aspect: "examples", theirs: reason, ours: names })),
    ];
  });
}

/** Groups the examples of one side that the other's schema refuses by reason. */
function refusals(one: Body, other: Body): [reason: string, names: string[]][] {
  if (one.examples.size === 0 || one.form || other.schema === undefined || other.form) return [];
  const refuses = judge(other.schema);
  const refused = [...one.examples].flatMap(([name, value]) => {
    const reason = refuses(value);
    return reason ? [{ name, reason }] : [];
  });
  const alike = grouped(refused, ({ reason }) => `refused, ${reason}`);
  return [...alike].map(([reason, several]) => [reason, several.map(({ name }) => name)]);
}

/**
 * Our request has several modes, while a vendor's page usually describes one. Selects our modes that accept one of the page's
 * examples, else those that have every field it requires, else all. If all modes have the same fields, none is excluded.
 */
function meantBy(theirs: Body | undefined, ours: Body | undefined): Body | undefined {
  const kinds: Json[] = ours?.schema?.oneOf ?? [];
  const fields = kinds.map((kind) => fieldsOf(kind));
  if (!ours || theirs?.schema === undefined || fields.every((names) => isDeepStrictEqual(names, fields[0])))
    return ours;
  const takesOneOf = (examples: Json[]) => (kind: Json) => {
    const refuses = judge(kind);
    return examples.some((value) => !refuses(value));
  };
  const required = [...fieldsOf(theirs.schema, true)];
  const having = kinds.filter((_, at) => required.every((name) => fields[at]?.has(name)));
  const [meant = kinds] = [kinds.filter(takesOneOf([...theirs.examples.values()])), having].filter(
    ({ length }) => length,
  );
  const examples = [...ours.examples].filter(([, value]) => meant.some(takesOneOf([value])));
  return { ...ours, schema: { oneOf: meant }, examples: new Map(examples) };
}

/** The fields that a schema has, or only those that it requires. */
function fieldsOf(schema: Json, onlyRequired = false): Set<string> {
  const outline = outlineOf(schema);
  const parts = outline ? [...outline.parts] : [];
  return new Set(parts.flatMap(([step, part]) => (part && (!onlyRequired || part.facts.required?.length) ? step : [])));
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
