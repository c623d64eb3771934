/** Mutation of the specs: which committed witness notices the loss of which constraint. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Document } from "../../openapi/documents.js";
import { placesOf } from "../../openapi/operations.js";
import { type Mutant, mutantsOf } from "../../openapi/witnesses/mutants.js";
import { judgeOf, reachedFrom } from "../../openapi/witnesses/search.js";
import type { Witness } from "../../src/generated/witnesses.js";
import type { Name } from "./documents.js";

export interface Fate {
  /** `minimax: TextToVideo/allOf/1/properties/prompt maxLength removed`. */
  mutant: string;
  killed: boolean;
  /** Why it lives, where somebody has looked at it. */
  reason?: string;
}

interface Equivalents {
  reason: string;
  mutants: string[];
}

/** The reviewed list of those that nothing can tell from the original. */
export const equivalents: Equivalents[] = parse(readFileSync(new URL("../equivalents.yaml", import.meta.url), "utf8"));

/** Every mutant of every document; a schema that two documents share is changed in the first one. */
export function fatesOf(
  documents: Record<Name, Document>,
  witnesses: Record<Name, Witness[]>,
  isMeant: (home: string) => boolean = () => true,
): Fate[] {
  const reasonOf = new Map(equivalents.flatMap(({ reason, mutants }) => mutants.map((mutant) => [mutant, reason])));
  return mutantsOf(documents).flatMap(({ name, document, mutants }) => {
    const isKilled = killerOf(document, witnesses[name as Name]);
    const meant = mutants.filter(({ home }) => isMeant(home));
    return meant.map((mutant) => {
      const title = `${name}: ${mutant.name}`;
      const reason = reasonOf.get(title);
      return { mutant: title, killed: isKilled(mutant), ...(reason === undefined ? {} : { reason }) };
    });
  });
}

function killerOf(document: Document, witnesses: Witness[]) {
  const places = placesOf(document).map((place) => ({
    place,
    reached: reachedFrom(document, place),
    bodies: witnesses.filter(({ operationId, place: at }) => operationId === place.operationId && at === place.name),
  }));
  return (mutant: Mutant): boolean =>
    places
      .filter(({ reached }) => reached.has(mutant.home))
      .some(({ place, bodies }) => {
        const accepts = judgeOf(document, place, mutant);
        const kills = ({ value, obeys }: Witness) => accepts(value) !== obeys;
        // The one that was committed for it most likely does.
        return bodies.filter(({ of }) => of === mutant.name).some(kills) || bodies.some(kills);
      });
}
