import type { Progress, Row } from "./benchmark.js";
import { median, paired, pairRow } from "./pair.js";

/** How to transfer a file: a tiny one, a large one without our library, or a large one with it. */
export type Way = "tiny" | "naive" | "ours";

/** Sent by the process that transferred a file. */
export interface TransferFigure {
  milliseconds: number;
  /** Peak memory of the process in kB. */
  memory: number;
}

const ROUNDS = 8;

/** Compares time and peak memory of two transfers of the same bytes, one process per transfer. `hashes`: of what each transferred. */
export async function transferRows(
  what: string,
  atMost: number,
  transfer: (way: Way) => Promise<TransferFigure>,
  hashes: string[],
  progress: Progress,
): Promise<Row[]> {
  if (hashes[0] !== hashes[1]) throw new Error("the two ways do not transfer the same bytes");
  progress(`the same bytes; ${ROUNDS} rounds of four transfers`);
  const memory: Record<Way, number[]> = { tiny: [], naive: [], ours: [] };
  const side = (way: Way) => async () => {
    const figure = await transfer(way);
    memory[way].push(figure.memory);
    return figure.milliseconds;
  };
  const pair = await paired(side("naive"), side("ours"), { rounds: ROUNDS, warmUp: 1 });
  for (let turn = 0; turn < ROUNDS; turn++) await side("tiny")();
  const least = median(memory.tiny);
  const above = memory.ours.map((most) => most - least);
  return [
    pairRow(what, "ms", "naive", pair, atMost),
    {
      what: "memory, beyond that for a tiny file",
      unit: "kB",
      ours: median(above),
      reference: { name: "naive", value: median(memory.naive) - least },
      atMost: 40_000,
      notes: [`${Math.min(...above)} to ${Math.max(...above)} kB in ${above.length} runs`],
    },
  ];
}
