/** Values as TypeScript source. */
import { createHash } from "node:crypto";
import { isObject, type Json } from "./documents.js";

export function unionOf(names: string[]): string {
  return names.map((name) => JSON.stringify(name)).join(" | ");
}

/** JSON with one entry of the outermost level per line, so that a changed row is a one-line diff. */
export function print(value: Json): string {
  if (Array.isArray(value)) return `[\n${value.map((item) => `  ${JSON.stringify(item)},\n`).join("")}]`;
  const lines = Object.entries(value).map(([key, item]) => `  ${JSON.stringify(key)}: ${JSON.stringify(item)},\n`);
  return `{\n${lines.join("")}}`;
}

/** A literal on one line; a long run of one letter as an expression. `part` may name a constant instead of a part. */
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

/** Shorter parts cost more as constants. */
const SHORT = 20;

/** Literals of values that have much in common: each part that occurs again is a constant, declared in `constants`. */
export function sharedLiterals(values: Json[]): { constants: string; literals: string[] } {
  const seen = new Map<string, number>();
  const count = (value: Json) => {
    const text = literal(value);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    // What is in a constant occurs once.
    if (times === 1 && isObject(value)) Object.values<Json>(value).forEach(count);
  };
  values.forEach(count);
  const declared = new Map<string, string>();
  const part = (value: Json): string => {
    const text = literal(value);
    if (text.length <= SHORT || (seen.get(text) ?? 0) < 2) return literal(value, part);
    // Named by what it holds: a new constant changes no other line.
    const name = `part${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
    if (!declared.has(name)) declared.set(name, `const ${name} = ${literal(value, part)};\n`);
    return name;
  };
  // A constant is declared after those it is made of.
  const literals = values.map(part);
  return { constants: [...declared.values()].join(""), literals };
}
