/** Measures how many of the seeded faults the contract suite finds, and reports the result. */
import { appendFileSync } from "node:fs";
import { outcomeOf, type Report, sentenceOf } from "../../src/contract/index.js";
import { bentServers, KEY } from "./bent-server.js";
import { type SeededFault, seededFaults } from "./seeded-faults.js";

/** Milliseconds. A run takes two minutes on an idle machine, and much longer on a busy one. */
export const PATIENCE = 3_600_000;

/** A fault, and whether it was held back while the suite was developed with the others. */
interface Entry {
  readonly group: string;
  readonly fault: SeededFault;
  readonly isUnseen: boolean;
}

/** The faults of all groups that `isMeant` accepts. */
export function entriesOf(isMeant: (group: string) => boolean): Entry[] {
  const meant = Object.entries(seededFaults).filter(([group]) => isMeant(group));
  return meant.flatMap(([group, faults]) => faults.map((fault, at) => ({ group, fault, isUnseen: at % 3 === 2 })));
}

/** Every finding of a report, one line each. */
export function linesIn({ runs, matrix }: Report): string[] {
  const checks = runs.flatMap((run) => run.checks);
  const facts = runs.flatMap((run) => run.facts.filter(({ verdict }) => verdict === "contradicted"));
  const cells = matrix.filter(({ dissent }) => dissent.length > 0);
  return [
    ...checks.flatMap(({ operationId, kind, findings }) => {
      return findings.map((finding) => `${operationId}, ${kind}: ${sentenceOf(finding)}`);
    }),
    ...facts.map(({ id, says, evidence }) => `${id}: ${says} ${evidence}`),
    ...cells.map((cell) => `videoGeneration: ${cell.mode}, ${cell.model}, ${cell.duration} s, ${cell.resolution}`),
  ];
}

/**
 * Tests a server for each fault, several at once, because half of a run is spent waiting for tasks. Tries every fault if
 * `EXHAUSTIVE` is set, as in CI on one Node, otherwise the third that was held back.
 */
export async function scored(meant: readonly Entry[]) {
  const entries = process.env.EXHAUSTIVE ? meant : meant.filter(({ isUnseen }) => isUnseen);
  const servers = await bentServers();
  const names = new Map<Entry, string | undefined>();
  const leaky: string[] = [];
  const queue = [...entries];
  const work = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      const { report } = await servers.run(entry.fault, { maxTime: PATIENCE / 10 });
      const { named } = entry.fault;
      if (JSON.stringify(report).includes(KEY)) leaky.push(entry.fault.title);
      names.set(entry, outcomeOf(report).held ? undefined : linesIn(report).find((line) => named.test(line)));
    }
  };
  await Promise.all([1, 2, 3, 4].map(work)).finally(() => servers.close());
  const scoreOf = (some: readonly Entry[]) => some.filter((one) => names.get(one) !== undefined).length;
  const share = (some: readonly Entry[]) =>
    `${scoreOf(some)} of ${some.length} (${((100 * scoreOf(some)) / some.length).toFixed(1)} %)`;
  const unseen = entries.filter(({ isUnseen }) => isUnseen);
  const missed = entries
    .filter((one) => names.get(one) === undefined)
    .map(({ group, fault }) => `${group}: ${fault.title}`);
  const text = [`${share(entries)} faults named; of those held back, ${share(unseen)}`, ...missed].join("\nmissed: ");
  console.log(text);
  // The summary page of the run in CI.
  if (process.env.GITHUB_STEP_SUMMARY) appendFileSync(process.env.GITHUB_STEP_SUMMARY, `Seeded faults: ${text}\n\n`);
  return { text, leaky, all: scoreOf(entries) / entries.length, unseen: scoreOf(unseen) / unseen.length };
}
