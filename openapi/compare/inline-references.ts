/** Reads any document, such as a vendor's, as one of OpenAPI 3.1 without references. */
import { isObject, type Json, pointed, Refusal } from "../documents.js";

/** How a part is read: as a node of the document, a map of names, or a value that is not changed. */
type Kind = "node" | "names" | "value";

const NAMES = new Set(["properties", "patternProperties", "dependentSchemas", "$defs"]);
const VALUES = new Set(["default", "enum", "const", "example", "examples", "value"]);
/** Ten times the size of our largest root. Stops documents in which nested references multiply. */
const MOST_NODES = 100_000;

/** Inlines every local reference in `node`. A recursive reference becomes a schema that accepts anything. */
export function inlineReferences(document: Json, node: Json): Json {
  let nodes = 0;
  return visit(node, "node", []);

  function visit(node: Json, kind: Kind, within: string[]): Json {
    if (++nodes > MOST_NODES) throw new Refusal("the document is too large once its references are resolved");
    if (kind === "value" || !isObject(node)) return node;
    if (Array.isArray(node)) return node.filter((item) => item !== null).map((item) => visit(item, "node", within));
    if (kind !== "names" && typeof node.$ref === "string") {
      if (within.includes(node.$ref)) return {};
      const { $ref, ...siblings } = node;
      return { ...visit(pointed(document, $ref), kind, [...within, $ref]), ...visit(siblings, kind, within) };
    }
    // YAML reads a keyword without a value as null.
    const said = Object.entries<Json>(kind === "node" ? modern(node) : node).filter(([key, value]) => {
      return value !== null || kind === "names" || kindOf(key, value, kind) === "value";
    });
    return Object.fromEntries(said.map(([key, value]) => [key, visit(value, kindOf(key, value, kind), within)]));
  }
}

function kindOf(key: string, value: Json, within: Kind): Kind {
  if (within === "names") return "node";
  // A schema has a list of examples. A body or parameter has named ones.
  if (NAMES.has(key) || (key === "examples" && !Array.isArray(value))) return "names";
  return VALUES.has(key) || key.startsWith("x-") ? "value" : "node";
}

/** Converts OpenAPI 3.0 flags for null and exclusive bounds to the 3.1 keywords. */
function modern({ nullable, ...node }: Json): Json {
  if (nullable === true && typeof node.type === "string") node.type = [node.type, "null"];
  for (const bound of ["minimum", "maximum"]) {
    const flag = `exclusive${bound[0]?.toUpperCase()}${bound.slice(1)}`;
    if (node[flag] === true) {
      node[flag] = node[bound];
      delete node[bound];
    } else if (node[flag] === false) delete node[flag];
  }
  return node;
}
