import type { Ratio, Row } from "./benchmark.js";

/** Runs one batch of work and returns its cost, in any unit. */
export type Side = () => Promise<number> | number;

/** The median cost of a batch on each side, and their ratio. */
export interface Pair {
  reference: number;
  ours: number;
  ratio: Ratio;
}

interface PairOptions {
  rounds: number;
  /** Rounds to discard first, in which compilers, connections and caches warm up. Default 3. */
  warmUp?: number;
}

/**
 * Compares two ways to do the same work. A round runs A B B A, so that drift on a shared machine affects both sides equally.
 * Ratios are taken within a round.
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
    reference: median(counted.map((round) => round.reference)),
    ours: median(counted.map((round) => round.ours)),
    ratio: { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) },
  };
}

/** The row of a pair. `name`: what the reference is. */
export function pairRow(
  what: string,
  unit: Row["unit"],
  name: string,
  { ours, reference, ratio }: Pair,
  atMost?: number,
): Row {
  return { what, unit, ours, reference: { name, value: reference }, ratio, atMost };
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** Interpolates linearly between the two nearest values. */
function quantile(values: number[], point: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * point;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
