/** What bench/main.ts runs: one file each, all of this shape. */
export interface Benchmark {
  /** As on the command line. */
  name: string;
  /** What it shows, in a sentence. */
  shows: string;
  /** What to aim at, in words; the figures to judge by are in the rows. */
  target: string;
  /** Rejects with the reason when it cannot run here. */
  run(progress: Progress): Promise<Row[]>;
}

/** A benchmark of a run: its rows, or why it has none. */
export type Outcome = Pick<Benchmark, "name" | "shows" | "target"> & ({ rows: Row[] } | { error: string });

/** One figure of ours, beside its reference of the same run where there is one. */
export interface Row {
  what: string;
  ours: number;
  unit: Unit;
  reference?: { name: string; value: number };
  ratio?: Ratio;
  /** The upper limit, for the ratio or for our figure itself; rows without one only inform. */
  target?: { of: "ratio" | "ours"; atMost: number };
  /** Printed below the row. */
  notes?: string[];
}

export type Unit = "µs" | "ms" | "s" | "kB" | "MB" | "globals" | "queries" | "creates" | "waits" | "cores" | "commands";

/** Ours by reference: the median over rounds, and the quarter and three-quarter points. */
export interface Ratio {
  median: number;
  low: number;
  high: number;
}

/** Told what is going on; goes to stderr. */
export type Progress = (message: string) => void;

/** Undefined where there is nothing to meet. */
export function isMet({ target, ratio, ours }: Row): boolean | undefined {
  if (!target) return undefined;
  const figure = target.of === "ratio" ? ratio?.median : ours;
  return figure !== undefined && figure <= target.atMost;
}
