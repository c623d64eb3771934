import type { Issue } from "../base/check-result.js";
import { nearest, squeezed } from "../base/nearest.js";
import { cellsV2 } from "../generated/content-offers.js";
import { cells, noSuchFields, otherNames } from "../generated/offers.js";

export const MODELS = [cells.minimax, cellsV2].flatMap((modes) => Object.values(modes).flatMap(Object.keys));
const FIELDS = new Map(Object.entries(otherNames));
const NO_SUCH_FIELDS = new Map(Object.entries(noSuchFields));

/** The model that a name of another spelling means: "hailuo-02", "minimax/hailuo-2.3-fast". Undefined for one of ours. */
export function meantModel(name: unknown): string | undefined {
  if (typeof name !== "string" || name.length > 100 || MODELS.includes(name)) return undefined;
  const given = wordsOfName(name);
  // Other numbers mean another model, at another price.
  const alike = MODELS.filter((model) => digitsIn(model) === digitsIn(name));
  // Gateways write the maker and the family in their own ways, or leave them out.
  const fitting = alike
    .map((model) => ({ model, words: wordsOfName(model).filter((one) => !/^(minimax|hailuo)$/.test(one)) }))
    .filter(({ words }) => words.every((word) => given.includes(word)))
    .sort((one, other) => other.words.length - one.words.length);
  return fitting[0]?.model ?? nearest(name, alike);
}

/** The digits of a value, by which ways to write a number or a model are compared. */
export function digitsIn(value: unknown): string {
  return String(value).replace(/\D/g, "");
}

function wordsOfName(name: string): string[] {
  return name.toLowerCase().match(/[a-z0-9.]+/g) ?? [];
}

/** The field that this name means in another spelling, or in another API. */
export function meantField(name: string): string | undefined {
  return FIELDS.get(squeezed(name));
}

/** What to do about a field that other APIs have, and this one has not. */
export function insteadOf(name: string): string | undefined {
  return NO_SUCH_FIELDS.get(squeezed(name));
}

/**
 * The request as it was probably meant, if a schema has refused the names in it: first its model, which tells the fields that it
 * may have, then its fields. `renamed`: the paths of what was changed.
 */
export function meantRequest(
  request: Record<string, unknown>,
  issues: readonly Issue[],
  known: readonly string[],
): { request: Record<string, unknown>; renamed: string[] } | undefined {
  const model = issues.some(({ path }) => path === "model") ? meantModel(request.model) : undefined;
  if (model !== undefined) return { request: { ...request, model }, renamed: ["model"] };
  const names = issues.flatMap(({ path }) => {
    const field = Object.hasOwn(request, path) && !known.includes(path) ? meantField(path) : undefined;
    return field && known.includes(field) && request[field] === undefined ? [[path, field] as const] : [];
  });
  if (names.length === 0) return undefined;
  const fieldOf = new Map(names);
  const entries = Object.entries(request).map(([name, value]) => [fieldOf.get(name) ?? name, value]);
  return { request: Object.fromEntries(entries), renamed: [...fieldOf.keys()] };
}
