import type { Issue } from "../base/check-result.js";
import { nearest, squeezed } from "../base/nearest.js";
import type { Fields } from "../base/record.js";
import { cellsV2 } from "../generated/content-offers.js";
import { cells, noSuchFields, otherNames } from "../generated/offers.js";

export const MODELS = [cells.minimax, cellsV2].flatMap((modes) => Object.values(modes).flatMap(Object.keys));
const FIELDS = new Map(Object.entries(otherNames));
const NO_SUCH_FIELDS = new Map(Object.entries(noSuchFields));

/** The model that another spelling of its name means: "hailuo-02", "minimax/hailuo-2.3-fast". Undefined for a known model. */
export function meantModel(name: unknown): string | undefined {
  if (typeof name !== "string" || name.length > 100 || MODELS.includes(name)) return undefined;
  const given = wordsIn(name);
  // A different number means a different model, at a different price.
  const alike = MODELS.filter((model) => digitsIn(model) === digitsIn(name));
  // Gateways write the vendor and the model family in their own ways, or leave them out.
  const coreOf = (model: string) => wordsIn(model).filter((word) => !/^(minimax|hailuo)$/.test(word));
  const fitting = alike.filter((model) => coreOf(model).every((word) => given.includes(word)));
  const [longest] = fitting.sort((one, other) => coreOf(other).length - coreOf(one).length);
  return longest ?? nearest(name, alike);
}

const wordsIn = (name: string): string[] => name.toLowerCase().match(/[a-z0-9.]+/g) ?? [];

/** The digits of a value, to compare different spellings of a number or a model. */
export function digitsIn(value: unknown): string {
  return String(value).replace(/\D/g, "");
}

/** The field that this name means, if it is another spelling or comes from another API. */
export function meantField(name: string): string | undefined {
  return FIELDS.get(squeezed(name));
}

/** What to do instead of using a field that only other APIs have. */
export function insteadOf(name: string): string | undefined {
  return NO_SUCH_FIELDS.get(squeezed(name));
}

/** Corrects the names in a refused request: the model first, because it decides which fields are allowed, then the fields. */
export function meantRequest(request: Fields, issues: readonly Issue[], known: readonly string[]) {
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
