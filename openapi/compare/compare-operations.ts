/** What two descriptions of one operation say differently: not how they are factored, but what a caller may do. */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../documents.js";
import type { Body, Operation, Parameter } from "../operations.js";
import type { Difference, Local, Shape } from "./compare-schemas.js";
import { compareLists, compareShapes, difference, listOf, shapeOf } from "./compare-schemas.js";
import { judge } from "./compare-values.js";

/** Both without references. */
export function compareOperations(theirs: Operation, ours: Operation, versions = false): Difference[] {
  return compareParts(theirs, ours, versions).map((local) => ({ operation: ours.name, ...local }));
}

function compareParts(theirs: Operation, ours: Operation, versions: boolean): Local[] {
  const isNarrow = !versions && ours.request && theirs.request;
  const request = isNarrow ? narrowed(theirs.request as Body, ours.request as Body) : ours.request;
  return [
    ...(theirs.operationId ? difference("operation", "operationId", theirs.operationId, ours.operationId) : []),
    ...difference("operation", "deprecated", theirs.deprecated || undefined, ours.deprecated || undefined),
    ...(versions ? compareSecurity(theirs.security, ours.security) : []),
    ...eachOf(byKey(theirs.parameters), byKey(ours.parameters), (key, their, our) => {
      return compareShapes(key, parameterShape(their), parameterShape(our), versions);
    }),
    ...compareBodies("request", theirs.request, request, versions),
    ...eachOf(theirs.responses, ours.responses, (code, their, our) => {
      return compareBodies(`response.${code}`, their, our, versions);
    }),
    ...(versions ? eachOf(byName(theirs.callbacks), byName(ours.callbacks), compareCallbacks) : []),
  ];

  function compareCallbacks(name: string, their?: Operation, our?: Operation): Local[] {
    if (!their || !our) return difference(`callback ${name}`, "operation", their && "documented", our && "documented");
    return compareParts(their, our, versions).map((local) => ({ ...local, place: `callback ${name} ${local.place}` }));
  }
}

function compareSecurity(theirs: Json, ours: Json): Local[] {
  const isSame = isStillEnough(theirs, ours) && isStillEnough(ours, theirs);
  return isSame ? [] : difference("operation", "security", theirs, ours);
}

/** Whether everybody who met one of the requirements before meets one of those after. */
export function isStillEnough(before: Json, after: Json): boolean {
  const ways = (requirements: Json): Json[] => (requirements?.length ? requirements : [{}]);
  return ways(before).every((held) => {
    const isHeld = ([scheme, scopes]: [string, Json]) =>
      scheme in held && listOf(scopes).every((scope) => listOf(held[scheme]).includes(scope));
    return ways(after).some((asked) => Object.entries(asked).every(isHeld));
  });
}

function byName(operations: Operation[]): Map<string, Operation> {
  return new Map(operations.map((operation) => [operation.operationId ?? operation.name, operation]));
}

function eachOf<Value>(
  theirs: Map<string, Value>,
  ours: Map<string, Value>,
  compare: (name: string, theirs?: Value, ours?: Value) => Local[],
): Local[] {
  const names = new Set([...theirs.keys(), ...ours.keys()]);
  return [...names].flatMap((name) => compare(name, theirs.get(name), ours.get(name)));
}

/** By `query.task_id`; header names ignore case. */
function byKey(parameters: Parameter[]): Map<string, Parameter> {
  const keyOf = ({ in: where, name }: Parameter) => `${where}.${where === "header" ? name.toLowerCase() : name}`;
  return new Map(parameters.map((parameter) => [keyOf(parameter), parameter]));
}

function parameterShape(parameter?: Parameter): Shape | false {
  const shape = parameter !== undefined && shapeOf(parameter.schema);
  if (!shape) return false;
  const { required = false, deprecated = false } = parameter;
  return { ...shape, deprecated: shape.deprecated || deprecated, required };
}

function compareBodies(place: string, theirs?: Body, ours?: Body, versions = false): Local[] {
  if (!theirs || !ours) return difference(place, "body", theirs?.mediaTypes.join(", "), ours?.mediaTypes.join(", "));
  const shapes = [
    ...compareLists(place, "media type", theirs.mediaTypes, ours.mediaTypes),
    ...compareShapes(place, bodyShape(theirs, versions), bodyShape(ours, versions), versions),
  ];
  // Examples and tables of codes are compared as such between versions: see compare-names.ts.
  if (versions)
    return [
      ...shapes,
      ...eachOf(byKey(theirs.headers), byKey(ours.headers), (key, their, our) => {
        return compareShapes(`${place}.${key}`, parameterShape(their), parameterShape(our), versions);
      }),
    ];
  return [
    ...shapes,
    ...compareLists(place, "status codes", codesOf(theirs.schema), codesOf(ours.schema)),
    ...refusals(theirs, theirs).flatMap(([reason, names]) => {
      return difference(place, "own examples", `${names.join(", ")}: ${reason}`, undefined);
    }),
    ...refusals(theirs, ours).flatMap(([reason, names]) => difference(place, "examples", names, reason)),
    ...refusals(ours, theirs).flatMap(([reason, names]) => difference(place, "examples", reason, names)),
  ];
}

/** A vendor's page is compared by its JSON only. */
function bodyShape({ schema, form, required }: Body, versions: boolean): Shape | false {
  const shape = schema !== undefined && (versions || !form) && shapeOf(schema);
  return shape && { ...shape, required };
}

/** Examples of one side that the other's schema refuses, by the reason. */
function refusals(one: Body, other: Body): [reason: string, names: string[]][] {
  if (one.examples.size === 0 || one.form || other.schema === undefined || other.form) return [];
  const refuses = judge(other.schema);
  const reasons = new Map<string, string[]>();
  for (const [name, value] of one.examples) {
    const reason = refuses(value);
    if (reason) reasons.set(`refused, ${reason}`, [...(reasons.get(`refused, ${reason}`) ?? []), name]);
  }
  return [...reasons];
}

/**
 * Our request takes several kinds of bodies, while a vendor's page usually describes one: those of ours that take one of its
 * examples, else those that have every field it requires, else all. Kinds with the same fields are described as one.
 */
function narrowed(theirs: Body, ours: Body): Body {
  const kinds: Json[] = ours.schema?.oneOf ?? [];
  const page = theirs.schema !== undefined && shapeOf(theirs.schema);
  const fields = kinds.map(fieldsOf);
  if (!page || fields.every((names) => isDeepStrictEqual(names, fields[0]))) return ours;
  const required = [...page.fields].flatMap(([name, field]) => (field !== false && field.required ? name : []));
  const takesOneOf = (examples: Json[]) => (kind: Json) => {
    const refuses = judge(kind);
    return examples.some((value) => !refuses(value));
  };
  const having = kinds.filter((kind) => {
    const names = fieldsOf(kind);
    return required.every((name) => names.has(name));
  });
  const [meant = kinds] = [kinds.filter(takesOneOf([...theirs.examples.values()])), having].filter(
    ({ length }) => length,
  );
  const examples = [...ours.examples].filter(([, value]) => meant.some(takesOneOf([value])));
  return { ...ours, schema: { oneOf: meant }, examples: new Map(examples) };
}

function fieldsOf(schema: Json): Set<string> {
  const shape = shapeOf(schema);
  return new Set(shape ? [...shape.fields].flatMap(([name, field]) => (field ? name : [])) : []);
}

/** "`1002`: rate limited", "- 1002 - …": one code per line, as vendors list them in a description. */
const CODE_LINE = /^[\s*-]*`?(\d{1,5})`?\s*(?:[:：,，-]|\s)\s*\S/gm;

/** The status codes of a reply, from `x-status-codes` or from a description that lists at least two. */
export function codesOf(schema: Json): number[] | undefined {
  const found = new Set<number>();
  collect(schema);
  return found.size ? [...found].sort((one, other) => one - other) : undefined;

  function collect(node: Json): void {
    if (node === null || typeof node !== "object") return;
    for (const { code } of node["x-status-codes"] ?? []) found.add(code);
    const listed = typeof node.description === "string" ? [...node.description.matchAll(CODE_LINE)] : [];
    if (listed.length > 1 && !node["x-status-codes"]) for (const [, code] of listed) found.add(Number(code));
    for (const inner of Object.values(node)) collect(inner);
  }
}
