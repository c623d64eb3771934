/** Mutation tests of the specs: if any constraint is removed, relaxed or changed, a committed witness must detect it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { documentOf, type Name, names } from "../../contract-tests/helpers/documents.js";
import { type Witness, witnesses } from "../../src/generated/witnesses.js";
import type { Document } from "../documents.js";
import { placesOf } from "../operations.js";
import { type Mutant, mutantsOf } from "./mutants.js";
import { judgeOf, reachedFrom } from "./search.js";

interface Fate {
  /** `minimax: TextToVideo/allOf/1/properties/prompt maxLength removed`. */
  mutant: string;
  killed: boolean;
  /** Why it survives, according to the reviewed list. */
  reason?: string;
}

interface Equivalents {
  reason: string;
  mutants: string[];
}

/** The reviewed list of mutants that are equivalent to the original. */
const equivalents: Equivalents[] = parse(readFileSync(new URL("equivalents.yaml", import.meta.url), "utf8"));

/** Every mutant of every document. A schema that two documents share is changed only in the first one. */
function fatesOf(
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
        // Tries first the witness that was committed for this mutant.
        return bodies.filter(({ of }) => of === mutant.name).some(kills) || bodies.some(kills);
      });
}

const documents = {
  minimax: documentOf("minimax"),
  quickrouter: documentOf("quickrouter"),
  aimanyi: documentOf("aimanyi"),
};
const fates = fatesOf(documents, witnesses);
const survivors = fates.filter(({ killed }) => !killed);

test("there are hundreds of mutants, some of each document", () => {
  for (const name of names)
    expect(fates.filter(({ mutant }) => mutant.startsWith(`${name}:`)).length).toBeGreaterThan(20);
  expect(fates.length).toBeGreaterThan(600);
});

test("every mutant is killed by a witness, or listed as equivalent with a reason", () => {
  expect(survivors.filter(({ reason }) => reason === undefined).map(({ mutant }) => mutant)).toEqual([]);
});

test("every mutant listed as equivalent exists, and no witness kills it", () => {
  const alive = new Set(survivors.map(({ mutant }) => mutant));
  expect(equivalents.flatMap(({ mutants }) => mutants).filter((mutant) => !alive.has(mutant))).toEqual([]);
  for (const { reason } of equivalents) expect(reason.length).toBeGreaterThan(20);
});

test("without the witnesses of the request, mutants of it survive", () => {
  const fewer = { ...witnesses, minimax: witnesses.minimax.filter(({ place }) => place !== "request") };
  const fates = fatesOf(documents, fewer, (home) => home === "TextToVideo");
  expect(fates.filter(({ killed, reason }) => !killed && !reason).length).toBeGreaterThan(20);
});
