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
  const page = theirs.schema !== undefined && outline(theirs.schema);
  if (kinds.length < 2 || !page) return ours;
  const required = [...page.fields].flatMap(([name, field]) => (field !== false && field.required ? name : []));
  const fitting = kinds.filter((kind) => takesAny(kind, theirs.examples));
  const having = kinds.filter((kind) => {
    const shape = outline(kind);
    return shape && required.every((name) => shape.fields.get(name));
  });
  const [meant = kinds] = [fitting, having].filter((list) => list.length);
  const examples = [...ours.examples].filter(([, value]) => meant.some((kind) => !judge(kind)(value)));
  return { ...ours, schema: { oneOf: meant }, examples: new Map(examples) };
}

function takesAny(kind: Json, examples: Map<string, Json>): boolean {
  const refuses = judge(kind);
  return [...examples.values()].some((value) => !refuses(value));
}
