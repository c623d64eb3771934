/** What two descriptions of one operation say differently: not how they are factored, but what a caller may do. */
import type { Json } from "../documents.js";
import { codesOf } from "./codes.js";
import {
  type CompareOptions,
  compareLists,
  compareShapes,
  type Difference,
  difference,
  type Local,
} from "./difference.js";
import { judge } from "./examples.js";
import { narrowed } from "./modes.js";
import type { Body, Operation } from "./operation.js";
import { outline, type Shape } from "./outline.js";

export function compareOperations(theirs: Operation, ours: Operation, options: CompareOptions = {}): Difference[] {
  const request = ours.request && theirs.request ? narrowed(theirs.request, ours.request) : ours.request;
  const differences = [
    ...(theirs.operationId ? difference("operation", "operationId", theirs.operationId, ours.operationId) : []),
    ...difference("operation", "deprecated", theirs.deprecated || undefined, ours.deprecated || undefined),
    ...eachOf(theirs.parameters, ours.parameters, (name, their, our) => {
      return compareShapes(name, parameterShape(their), parameterShape(our), options);
    }),
    ...compareBodies("request", theirs.request, request, options),
    ...eachOf(theirs.responses, ours.responses, (code, their, our) => {
      return compareBodies(`response.${code}`, their, our, options);
    }),
  ];
  return differences.map((local) => ({ operation: ours.name, ...local }));
}

function compareBodies(place: string, theirs?: Body, ours?: Body, options?: CompareOptions): Local[] {
  if (!theirs || !ours) return difference(place, "body", theirs?.mediaTypes.join(", "), ours?.mediaTypes.join(", "));
  return [
    ...compareLists(place, "media type", theirs.mediaTypes, ours.mediaTypes),
    ...compareShapes(place, shapeOf(theirs), shapeOf(ours), options),
    ...compareLists(place, "status codes", codesOf(theirs.schema), codesOf(ours.schema)),
    ...refusals(theirs, theirs).flatMap(([reason, names]) => {
      return difference(place, "own examples", `${names.join(", ")}: ${reason}`, undefined);
    }),
    ...refusals(theirs, ours).flatMap(([reason, names]) => difference(place, "examples", names, reason)),
    ...refusals(ours, theirs).flatMap(([reason, names]) => difference(place, "examples", reason, names)),
  ];
}

/** Examples of the one that the schema of the other refuses, by the reason. */
function refusals(one: Body, other: Body): [reason: string, names: string[]][] {
  if (one.examples.size === 0 || other.schema === undefined) return [];
  const refuses = judge(other.schema);
  const reasons = new Map<string, string[]>();
  for (const [name, value] of one.examples) {
    const reason = refuses(value);
    if (reason) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  return [...reasons].map(([reason, names]) => [`refused, ${reason}`, names]);
}

function shapeOf({ schema, required }: Body): Shape | false {
  const shape = schema !== undefined && outline(schema);
  return shape && { ...shape, required };
}

function parameterShape(parameter: Json): Shape | false {
  const shape = parameter !== undefined && outline(parameter.schema ?? {});
  if (!shape) return false;
  const deprecated = shape.deprecated || parameter.deprecated === true;
  return { ...shape, deprecated, required: parameter.required === true, description: parameter.description };
}

function eachOf<Value>(
  theirs: Map<string, Value>,
  ours: Map<string, Value>,
  compare: (name: string, theirs?: Value, ours?: Value) => Local[],
): Local[] {
  const names = new Set([...theirs.keys(), ...ours.keys()]);
  return [...names].flatMap((name) => compare(name, theirs.get(name), ours.get(name)));
}
