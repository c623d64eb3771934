/** Bodies to try: the examples, and each with one or two fields changed to what the schema names, or left out. */
import type { Body } from "../compare/operation.js";
import { outline, type Shape } from "../compare/outline.js";
import type { Json } from "../documents.js";

interface Setting {
  path: string[];
  /** Nothing leaves the field out. */
  value?: Json;
}

/** Few and likely first. Random bodies do worse here: json-schema-faker leaves the options of a closed `allOf` out. */
export function* bodiesOf({ examples, schema }: Body): Generator<Json> {
  yield* examples.values();
  const shape = outline(schema);
  const settings = shape ? settingsOf(shape, []) : [];
  for (const example of examples.values()) for (const setting of settings) yield withSetting(example, setting);
  for (const example of examples.values())
    for (const [at, first] of settings.entries())
      for (const second of settings.slice(at + 1)) yield withSetting(withSetting(example, first), second);
}

function settingsOf({ fields }: Shape, path: string[]): Setting[] {
  return [...fields].flatMap(([name, field]) => {
    const own = [...path, name];
    const values = valuesOf(field).map((value) => ({ path: own, value }));
    return [{ path: own }, ...values, ...settingsOf(field, own)];
  });
}

/** Values at the edge of what a field may be, where the schema says where that is. */
function valuesOf({ types = [], values, limits }: Shape): Json[] {
  if (values) return values;
  if (types.includes("boolean")) return [true, false];
  const numbers = [limits.minimum, limits.maximum].filter((limit) => typeof limit === "number");
  if (types.includes("string") && limits.pattern === undefined)
    return [limits.minLength ?? 0, Math.min(limits.maxLength ?? 1, 100_000)].map((length) => "x".repeat(length));
  return numbers;
}

function withSetting(body: Json, { path, ...setting }: Setting): Json {
  const [name, ...rest] = path;
  if (name === undefined || body === null || typeof body !== "object" || Array.isArray(body)) return body;
  const { [name]: inner, ...others } = body;
  if (rest.length)
    return inner === undefined ? body : { ...others, [name]: withSetting(inner, { path: rest, ...setting }) };
  return "value" in setting ? { ...others, [name]: setting.value } : others;
}
