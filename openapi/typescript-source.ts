/** Prints values as TypeScript source. */
import { isObject, type Json } from "./documents.js";

export function unionOf(names: string[]): string {
  return names.map((name) => JSON.stringify(name)).join(" | ");
}

/** Prints JSON with one top-level entry per line, so that a changed row is a one-line diff. */
export function print(value: Json): string {
  if (Array.isArray(value)) return `[\n${value.map((item) => `  ${JSON.stringify(item)},\n`).join("")}]`;
  const lines = Object.entries(value).map(([key, item]) => `  ${JSON.stringify(key)}: ${JSON.stringify(item)},\n`);
  return `{\n${lines.join("")}}`;
}

/** Prints a literal on one line, and a long run of one letter as an expression. */
export function literal(value: Json): string {
  if (typeof value === "string" && value.length > 40 && value === value.charAt(0).repeat(value.length))
    return `${JSON.stringify(value.charAt(0))}.repeat(${value.length})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, one]) => {
    return `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${literal(one)}`;
  });
  return `{ ${fields.join(", ")} }`;
}
