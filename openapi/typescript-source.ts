/** Prints values as TypeScript source. */
import { createHash } from "node:crypto";
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

/** Prints a literal on one line, and a long run of one letter as an expression. `part` may return a constant for a part. */
export function literal(value: Json, part: (value: Json) => string = literal): string {
  if (typeof value === "string" && value.length > 40 && value === value.charAt(0).repeat(value.length))
    return `${JSON.stringify(value.charAt(0))}.repeat(${value.length})`;
  if (Array.isArray(value)) return `[${value.map((one) => part(one)).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, one]) => {
    return `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${part(one)}`;
  });
  return `{ ${fields.join(", ")} }`;
}

/** Parts of at most this length are not worth a constant. */
const SHORT = 20;

/** Prints values that have much in common. Each part that occurs more than once becomes a constant, declared in `constants`. */
export function sharedLiterals(values: Json[]): { constants: string; literals: string[] } {
  const seen = new Map<string, number>();
  const count = (value: Json) => {
    const text = literal(value);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    // Parts of a constant are counted once.
    if (times === 1 && isObject(value)) Object.values<Json>(value).forEach(count);
  };
  values.forEach(count);
  const declared = new Map<string, string>();
  const part = (value: Json): string => {
    const text = literal(value);
    if (text.length <= SHORT || (seen.get(text) ?? 0) < 2) return literal(value, part);
    // Named after its content, so that a new constant changes no other line.
    const name = `part${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
    if (!declared.has(name)) declared.set(name, `const ${name} = ${literal(value, part)};\n`);
    return name;
  };
  // Constants are declared after those that they contain.
  const literals = values.map(part);
  return { constants: [...declared.values()].join(""), literals };
}
