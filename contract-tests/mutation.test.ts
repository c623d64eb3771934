/** The specs held to account: whatever constraint of them is removed, relaxed or changed, a committed witness must notice. */
import { expect, test } from "vitest";
import { witnesses } from "../src/generated/witnesses.js";
import { documentOf, names } from "./helpers/documents.js";
import { equivalents, fatesOf } from "./helpers/mutation.js";

const documents = {
  minimax: documentOf("minimax"),
  quickrouter: documentOf("quickrouter"),
  aimanyi: documentOf("aimanyi"),
};
const fates = fatesOf(documents, witnesses);
const survivors = fates.filter(({ killed }) => !killed);

test("makes hundreds of mutants, some of each document", () => {
  for (const name of names)
    expect(fates.filter(({ mutant }) => mutant.startsWith(`${name}:`)).length).toBeGreaterThan(20);
  expect(fates.length).toBeGreaterThan(600);
});

test("every mutant is killed by a witness, or stands among the equivalents with its reason", () => {
  expect(survivors.filter(({ reason }) => reason === undefined).map(({ mutant }) => mutant)).toEqual([]);
});

test("every equivalent is one: it exists, and no witness kills it", () => {
  const alive = new Set(survivors.map(({ mutant }) => mutant));
  expect(equivalents.flatMap(({ mutants }) => mutants).filter((mutant) => !alive.has(mutant))).toEqual([]);
  for (const { reason } of equivalents) expect(reason.length).toBeGreaterThan(20);
});

test("a witness that is lost is noticed: without the bodies of the request, mutants of it survive", () => {
  const fewer = { ...witnesses, minimax: witnesses.minimax.filter(({ place }) => place !== "request") };
  const fates = fatesOf(documents, fewer, (home) => home === "TextToVideo");
  expect(fates.filter(({ killed, reason }) => !killed && !reason).length).toBeGreaterThan(20);
});
