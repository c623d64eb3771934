import type { SchemaError } from "../generated/validators.js";

/**
 * Of a `oneOf` that nothing fits, only what the branch that was meant says: of an item of `content` the one of its type and
 * role, of a tier the one of its model, and then the one that is broken least. What `contains` counts is said by itself.
 */
export function blamed(errors: readonly SchemaError[]): SchemaError[] {
  const said = errors.filter(({ schemaPath }) => !schemaPath.includes("/contains/"));
  const unmeant = said
    .filter(({ keyword }) => keyword === "oneOf")
    .flatMap((oneOf) => {
      const [, ...others] = [...branchesOf(oneOf, said).values()].sort((one, other) => costOf(one) - costOf(other));
      return others.flat();
    });
  const dropped = new Set(unmeant);
  return said.filter((error) => error.keyword !== "oneOf" && !dropped.has(error));
}

function branchesOf(oneOf: SchemaError, errors: readonly SchemaError[]): Map<string, SchemaError[]> {
  const branches = new Map<string, SchemaError[]>();
  for (const error of errors) {
    const { schemaPath, instancePath } = error;
    const isInside = instancePath === oneOf.instancePath || instancePath.startsWith(`${oneOf.instancePath}/`);
    if (!isInside || !schemaPath.startsWith(`${oneOf.schemaPath}/`)) continue;
    const branch = schemaPath.slice(oneOf.schemaPath.length + 1).split("/", 1)[0] as string;
    branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  return branches;
}

/** Another model or type is another thing; another role may be a slip of the pen. */
const WEIGHTS = { model: 100, type: 100, role: 10 };

function costOf(branch: readonly SchemaError[]): number {
  return branch.reduce((sum, { instancePath, keyword }) => {
    const field = instancePath.slice(instancePath.lastIndexOf("/") + 1);
    const isOther = (keyword === "const" || keyword === "enum") && Object.hasOwn(WEIGHTS, field);
    return sum + (isOther ? WEIGHTS[field as keyof typeof WEIGHTS] : 1);
  }, 0);
}
