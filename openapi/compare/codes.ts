/** The status codes that a reply can carry, where its schema tells them: in words, or in our own table. */
import type { Json } from "../documents.js";

/** "`1002`: rate limited", "- 1002 - …": one code a line, as vendors list them in a description. */
const LINE = /^[\s*-]*`?(\d{1,5})`?\s*(?:[:：,，-]|\s)\s*\S/gm;

/** Codes listed anywhere in a resolved schema; nothing where no place lists at least two. */
export function codesOf(schema: Json): number[] | undefined {
  const found = new Set<number>();
  collect(schema);
  return found.size ? [...found].sort((one, other) => one - other) : undefined;

  function collect(node: Json): void {
    if (node === null || typeof node !== "object") return;
    for (const { code } of node["x-status-codes"] ?? []) found.add(code);
    const listed = typeof node.description === "string" ? [...node.description.matchAll(LINE)] : [];
    if (listed.length > 1 && !node["x-status-codes"]) for (const [, code] of listed) found.add(Number(code));
    for (const inner of Object.values(node)) collect(inner);
  }
}
