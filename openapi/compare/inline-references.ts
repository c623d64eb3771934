/** Reads any document, such as a vendor's, as one of OpenAPI 3.1 without references. */
import { isValue, type Json, pointed, Refusal, rewritten } from "../documents.js";

/** Almost twenty times as many as our largest root has. Stops documents in which nested references multiply. */
const MOST_NODES = 100_000;

/** Inlines every local reference in `node`. A recursive reference becomes a schema that accepts anything. */
export function inlineReferences(document: Json, node: Json): Json {
  let nodes = 0;
  const inlined = (node: Json, within: string[]): Json =>
    rewritten(node, (part) => {
      if (++nodes > MOST_NODES) throw new Refusal("the document is too large once its references are resolved");
      const { $ref, ...own } = part;
      if (typeof $ref !== "string") return modern(part);
      return within.includes($ref) ? {} : { ...inlined(pointed(document, $ref), [...within, $ref]), ...modern(own) };
    });
  return inlined(node, []);
}

/** Converts OpenAPI 3.0 flags for null and exclusive bounds to the 3.1 keywords, and removes keywords without a value. */
function modern({ nullable, ...node }: Json): Json {
  if (nullable === true && typeof node.type === "string") node.type = [node.type, "null"];
  for (const [bound, flag] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (node[flag] === true) [node[flag], node[bound]] = [node[bound], null];
    if (node[flag] === false) node[flag] = null;
  }
  // YAML reads a keyword or an item without a value as null.
  const said = Object.entries<Json>(node).filter(([key, value]) => value !== null || isValue(key));
  return Object.fromEntries(
    said.map(([key, value]) => [
      key,
      Array.isArray(value) && !isValue(key) ? value.filter((one) => one !== null) : value,
    ]),
  );
}
