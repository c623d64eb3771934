/** One path of ours takes several kinds of requests; a page of a vendor's usually describes one of them. */
import type { Json } from "../documents.js";
import { judge } from "./examples.js";
import type { Body } from "./operation.js";
import { outline } from "./outline.js";

/**
 * The alternatives of our request that the page is about: those that take one of its examples, else those that have every
 * field which the page requires, else all. Nothing is narrowed where there is one kind only.
 */
export function narrowed(theirs: Body, ours: Body): Body {
  const kinds: Json[] = ours.schema?.oneOf ?? [];
  if (kinds.length < 2 || theirs.schema === undefined) return ours;
  const shown = [...theirs.examples.values()];
  const required = [...(outline(theirs.schema)?.fields ?? [])].flatMap(([name, { required }]) =>
    required ? name : [],
  );
  const fitting = kinds.filter((kind) => takesOne(kind, shown));
  const having = kinds.filter((kind) => required.every((name) => outline(kind)?.fields.has(name)));
  const [meant = kinds] = [fitting, having].filter((list) => list.length);
  const schema = { oneOf: meant };
  const takes = judge(schema);
  const examples = [...ours.examples].filter(([, value]) => typeof takes !== "function" || !takes(value));
  return { ...ours, schema, examples: new Map(examples) };
}

function takesOne(kind: Json, values: Json[]): boolean {
  const takes = judge(kind);
  return typeof takes === "function" && values.some((value) => !takes(value));
}
