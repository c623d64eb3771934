/** A benchmark of bench/main.ts. Each is in a file of its own. */
export interface Benchmark {
  /** The name on the command line. */
  name: string;
  /** What it measures, in a sentence. */
  shows: string;
  /** The target in words. The limits that decide are in the rows. */
  target: string;
  /** Rejects with the reason if it cannot run here. */
  run(progress: Progress): Promise<Row[]>;
}

/** The result of one benchmark: its rows, or why there are none. */
export type Outcome = Pick<Benchmark, "name" | "shows" | "target"> & ({ rows: Row[] } | { error: string });

/** One of our figures, with a reference from the same run if there is one. */
export interface Row {
  what: string;
  unit: Unit;
  ours: number;
  reference?: Reference | undefined;
  ratio?: Ratio;
  /** The upper limit of the ratio if there is one, else of our figure. A row without a limit only informs. */
  atMost?: number | undefined;
  /** Printed below the row. */
  notes?: string[];
}

export interface Reference {
  name: string;
  value: number;
}

export type Unit = "µs" | "ms" | "s" | "kB" | "MB" | "globals" | "queries" | "creates" | "waits" | "cores" | "commands";

/** Ours divided by the reference: the median over all rounds, with the lower and upper quartiles. */
export interface Ratio {
  median: number;
  low: number;
  high: number;
}

/** Reports progress on stderr. */
export type Progress = (message: string) => void;

/** Undefined if the row has no limit. */
export function isMet({ atMost, ratio, ours }: Row): boolean | undefined {
  return atMost === undefined ? undefined : (ratio?.median ?? ours) <= atMost;
}
