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
      const [meant = [], ...others] = [...branchesOf(oneOf, said).values()].sort(
        (one, other) => costOf(one) - costOf(other),
      );
      // No branch has its model or type: that alone is the fault, whatever one of them says besides.
      return [...others.flat(), ...(costOf(meant) < WEIGHTS.model ? [] : meant.filter((error) => !isOther(error)))];
    });
  const dropped = new Set(unmeant);
  // An `if` says no more than that its `then` has failed, which speaks for itself.
  return said.filter((error) => error.keyword !== "oneOf" && error.keyword !== "if" && !dropped.has(error));
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
  return branch.reduce((sum, error) => sum + (isOther(error) ? WEIGHTS[fieldOf(error)] : 1), 0);
}

function isOther(error: SchemaError): boolean {
  return (error.keyword === "const" || error.keyword === "enum") && Object.hasOwn(WEIGHTS, fieldOf(error));
}

/** The last step of its path, which is one of the table's once `isOther` has said so. */
function fieldOf({ instancePath }: SchemaError): keyof typeof WEIGHTS {
  return instancePath.slice(instancePath.lastIndexOf("/") + 1) as keyof typeof WEIGHTS;
}
