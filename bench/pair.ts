import type { Ratio } from "./benchmark.js";

/** Does one batch of work and says what it cost, in any unit. */
export type Side = () => Promise<number> | number;

/** Median cost of a batch on each side, and what the one is to the other. */
export interface Pair {
  reference: number;
  ours: number;
  ratio: Ratio;
}

interface PairOptions {
  rounds: number;
  /** Rounds thrown away first: compilers, connections and caches settle in them. Default 3. */
  warmUp?: number;
}

/**
 * Two ways to do the same, batch beside batch. A round is A B B A, so that whatever drifts on a shared machine meets both
 * alike, and only what belongs to one round is divided.
 */
export async function paired(reference: Side, ours: Side, { rounds, warmUp = 3 }: PairOptions): Promise<Pair> {
  const all: { reference: number; ours: number }[] = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    const before = await reference();
    const both = (await ours()) + (await ours());
    all.push({ reference: (before + (await reference())) / 2, ours: both / 2 });
  }
  const counted = all.slice(warmUp);
  const ratios = counted.map((round) => round.ours / round.reference);
  return {
    reference: quantile(
      counted.map((round) => round.reference),
      0.5,
    ),
    ours: quantile(
      counted.map((round) => round.ours),
      0.5,
    ),
    ratio: { median: quantile(ratios, 0.5), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) },
  };
}

/** Between the two values next to the point, in proportion. */
function quantile(values: number[], point: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * point;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
