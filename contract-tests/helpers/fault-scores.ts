/** Measures how many of the seeded faults the contract suite finds, and reports the result. */
import { appendFileSync } from "node:fs";
import { expect } from "vitest";
import { outcomeOf, type Report, sentenceOf } from "../../src/contract/index.js";
import { SEEDED_FAULTS } from "../../src/contract/report-page.js";
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
function entriesOf(isMeant: (group: string) => boolean): Entry[] {
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
 * Tests a server for each fault of some groups, several at once, because half of a run is spent waiting for tasks. Expects a
 * finding to name almost every fault. Tries all if `EXHAUSTIVE` is set, as in CI on one Node, otherwise the third held back.
 */
export async function assertNamed(isMeant: (group: string) => boolean): Promise<void> {
  const meant = entriesOf(isMeant);
  const entries = process.env.EXHAUSTIVE ? meant : meant.filter(({ isUnseen }) => isUnseen);
  const servers = await bentServers();
  const missed: Entry[] = [];
  const queue = [...entries];
  const work = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      const { report } = await servers.run(entry.fault, { maxTime: PATIENCE / 10 });
      const { named, title } = entry.fault;
      expect(JSON.stringify(report).includes(KEY), title).toBe(false);
      if (outcomeOf(report).held || !linesIn(report).some((line) => named.test(line))) missed.push(entry);
    }
  };
  await Promise.all([1, 2, 3, 4].map(work)).finally(() => servers.close());
  const shareOf = (some: readonly Entry[]) => 1 - missed.filter((one) => some.includes(one)).length / some.length;
  const share = (some: readonly Entry[]) => `${(100 * shareOf(some)).toFixed(1)} % of ${some.length}`;
  const unseen = entries.filter(({ isUnseen }) => isUnseen);
  const misses = missed.map(({ group, fault }) => `${group}: ${fault.title}`);
  const text = [`${share(entries)} faults named; of those held back, ${share(unseen)}`, ...misses].join("\nmissed: ");
  console.log(text);
  // The summary page of the run in CI.
  if (process.env.GITHUB_STEP_SUMMARY) appendFileSync(process.env.GITHUB_STEP_SUMMARY, `Seeded faults: ${text}\n\n`);
  // Every report states these figures.
  expect(missed.length, text).toBeLessThanOrEqual(SEEDED_FAULTS.seeded - SEEDED_FAULTS.named);
  expect(shareOf(entries), text).toBeGreaterThanOrEqual(0.95);
  expect(shareOf(unseen), text).toBeGreaterThanOrEqual(0.9);
}
