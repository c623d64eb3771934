/** The keywords that limit a value by themselves, and what two sets of them say together. */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../documents.js";

export type Limits = Record<string, Json>;

/** Which of two values allows less. */
const STRICTER: Record<string, (one: number, other: number) => number> = {
  minimum: Math.max,
  exclusiveMinimum: Math.max,
  minLength: Math.max,
  minItems: Math.max,
  minProperties: Math.max,
  maximum: Math.min,
  exclusiveMaximum: Math.min,
  maxLength: Math.min,
  maxItems: Math.min,
  maxProperties: Math.min,
};
const LOOSER: Record<string, (one: number, other: number) => number> = Object.fromEntries(
  Object.entries(STRICTER).map(([keyword, stricter]) => [keyword, stricter === Math.max ? Math.min : Math.max]),
);
const OTHERS = ["pattern", "format", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType"];
const KEYWORDS = [...Object.keys(STRICTER), ...OTHERS];

export function limitsOf(schema: Json): Limits {
  return Object.fromEntries(KEYWORDS.filter((word) => schema[word] !== undefined).map((word) => [word, schema[word]]));
}

/** What a value must obey that has to obey both. */
export function tightest(one: Limits, other: Limits): Limits {
  const shared = Object.keys(one).filter((keyword) => keyword in other);
  return { ...one, ...other, ...Object.fromEntries(shared.map((keyword) => [keyword, joined(keyword, STRICTER)])) };

  function joined(keyword: string, choice: typeof STRICTER): Json {
    const [left, right] = [one[keyword], other[keyword]];
    return choice[keyword]?.(left, right) ?? (isDeepStrictEqual(left, right) ? left : [left, right].flat());
  }
}

/** What a value must obey in any case that has to obey one of the two. */
export function loosest(one: Limits, other: Limits): Limits {
  const shared = Object.keys(one).filter(
    (keyword) => LOOSER[keyword] || isDeepStrictEqual(one[keyword], other[keyword]),
  );
  return Object.fromEntries(
    shared
      .filter((keyword) => keyword in other)
      .map((keyword) => [keyword, LOOSER[keyword]?.(one[keyword], other[keyword]) ?? one[keyword]]),
  );
}

/** The values of both lists, each once; order as found. */
export function union(one: Json[], other: Json[]): Json[] {
  return [...one, ...without(other, one)];
}

/** What `list` has and `others` has not. */
export function without(list: Json[], others: Json[]): Json[] {
  return list.filter((value) => !others.some((other) => isDeepStrictEqual(value, other)));
}
