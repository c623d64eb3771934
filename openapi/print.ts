/** Values as TypeScript source. */
import type { Json } from "./documents.js";

export function unionOf(names: string[]): string {
  return names.map((name) => JSON.stringify(name)).join(" | ");
}

/** JSON, one entry of the outermost level a line, so that a change of one row is a diff of one line. */
export function print(value: Json): string {
  const line = (item: Json) => JSON.stringify(item);
  if (Array.isArray(value)) return `[\n${value.map((item) => `  ${line(item)},\n`).join("")}]`;
  return `{\n${Object.entries(value)
    .map(([key, item]) => `  ${JSON.stringify(key)}: ${line(item)},\n`)
    .join("")}}`;
}
