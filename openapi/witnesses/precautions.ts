/** Rules of ours that no source states: `x-precaution` beside a rule names its keyword. */
import type { Document, Json } from "../documents.js";

/** The document as its sources have it: without these rules. */
export function withoutPrecautions(document: Document): Document {
  return stripped(document);
}

function stripped(node: Json): Json {
  if (Array.isArray(node)) return node.map(stripped);
  if (node === null || typeof node !== "object") return node;
  const { "x-precaution": keyword, ...rest } = node;
  if (typeof keyword === "string") delete rest[keyword];
  return Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, stripped(inner)]));
}
