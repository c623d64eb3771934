import { counted, type Mutant } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { survivalOf } from "../report-problems.js";
import { mark } from "./page-parts.js";

/** How many changes of the specs the witnesses noticed, which mutants survived, and which are equivalent. */
export function mutantSection(mutants: readonly Mutant[] | undefined): Markup {
  if (!mutants) return NOTHING;
  const survivors = mutants.filter(survivalOf);
  const killed = mutants.filter((mutant) => mutant.killed).length;
  const judged = killed + survivors.length;
  return markup`<p><strong class="score">${percentage(killed, judged)}</strong> of ${counted(judged, "mutant")} killed by a witness, a body that obeys or breaks one rule. A mutant is a spec with one constraint removed, relaxed or changed.</p>
${survivorsPart(survivors)}
${equivalentsPart(mutants.filter((mutant) => !mutant.killed && mutant.reason !== undefined))}`;
}

/** Rounded down, so that only all of them are 100 %. */
function percentage(killed: number, all: number): string {
  return all === 0 ? "None" : `${Math.floor((1000 * killed) / all) / 10} %`;
}

function survivorsPart(survivors: readonly Mutant[]): Markup {
  if (survivors.length === 0) return markup`<p>${mark("passed", "None survived")}</p>`;
  return markup`<h3>${mark("failed", `${survivors.length} survived`)}</h3>
${mutantList(survivors)}`;
}

function equivalentsPart(equivalents: readonly Mutant[]): Markup {
  if (equivalents.length === 0) return NOTHING;
  const groups = [...new Set(equivalents.map(({ reason }) => reason ?? ""))].map((reason) => {
    const group = equivalents.filter((mutant) => mutant.reason === reason);
    return markup`<details><summary>${reason} <span class="more">${group.length}</span></summary>${mutantList(group)}</details>
`;
  });
  return markup`<h3>${counted(equivalents.length, "equivalent")}: nothing can tell them from the original, for these reasons</h3>
${groups}`;
}

function mutantList(mutants: readonly Mutant[]): Markup {
  const items = mutants.map(
    ({ mutant }) => markup`<li><code>${mutant}</code></li>
`,
  );
  return markup`<ul class="mutants">${items}</ul>`;
}
