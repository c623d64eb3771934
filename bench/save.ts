import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Benchmark, Row } from "./benchmark.js";
import { builtLibrary, home, messagesOf, start } from "./built.js";
import type { Listening } from "./call-server.js";
import { paired } from "./pair.js";
import type { SaveFigure, Way } from "./save-client.js";

const SIZE = 200_000_000;
const ROUNDS = 8;

export const saving: Benchmark = {
  name: "save",
  shows:
    "saveVideo of 200 MB, flushed to disk, against fetch, arrayBuffer and writeFile without a flush; one process per download",
  target: "at most 0.65 × the time, and at most 40 MB more memory than for a tiny file; the same bytes on disk",
  async run(progress) {
    const library = builtLibrary();
    const node = new URL("node/index.js", library).href;
    const path = join(home, "saved.mp4");
    const server = start("save-server.ts");
    const [{ baseUrl }]: [Listening] = (await once(server, "message")) as [Listening];
    const save = async (way: Way): Promise<SaveFigure> => {
      // Overwriting a file costs more than writing a new one.
      rmSync(path, { force: true });
      const child = start("save-client.ts", library, node, baseUrl, way, String(SIZE), path);
      for await (const figure of messagesOf<SaveFigure>(child)) return figure;
      throw new Error(`the ${way} download sent no figure`);
    };
    try {
      const [naive, ours] = [await hashAfter(save("naive"), path), await hashAfter(save("ours"), path)];
      if (naive !== ours) throw new Error("the two downloads do not save the same bytes");
      progress(`the same bytes on disk; ${ROUNDS} rounds of four downloads`);
      const memory: Record<Way, number[]> = { tiny: [], naive: [], ours: [] };
      const side = (way: Way) => async () => {
        const { milliseconds, memory: most } = await save(way);
        memory[way].push(most);
        return milliseconds;
      };
      const { reference, ours: own, ratio } = await paired(side("naive"), side("ours"), { rounds: ROUNDS, warmUp: 1 });
      for (let turn = 0; turn < ROUNDS; turn++) await side("tiny")();
      return [
        {
          what: "200 MB to disk",
          ours: own,
          unit: "ms",
          reference: { name: "naive", value: reference },
          ratio,
          target: { of: "ratio", atMost: 0.65 },
        },
        memoryRow(memory),
      ];
    } finally {
      server.kill();
      rmSync(path, { force: true });
    }
  },
};

async function hashAfter(saved: Promise<unknown>, path: string): Promise<string> {
  await saved;
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Medians, minus the memory of a process that saves a thousand bytes. */
function memoryRow({ tiny, naive, ours }: Record<Way, number[]>): Row {
  const least = median(tiny);
  const above = ours.map((most) => most - least);
  return {
    what: "memory, beyond that for a tiny file",
    ours: median(above),
    unit: "kB",
    reference: { name: "naive", value: median(naive) - least },
    target: { of: "ours", atMost: 40_000 },
    notes: [`${Math.min(...above)} to ${Math.max(...above)} kB in ${above.length} runs`],
  };
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
