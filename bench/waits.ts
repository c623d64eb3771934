import type { Benchmark } from "./benchmark.js";
import { builtLibrary, measuredBy, root, startServer } from "./built.js";
import type { WaitsFigure, Way } from "./waits-client.js";

const WAITS = 10_000;
const SECONDS = 40;

export const waits: Benchmark = {
  name: "waits",
  shows: `${WAITS} concurrent waits for ${SECONDS} s in a separate process, against a server in another; the reference is a loop of fetch and setTimeout per task, every 10 s`,
  target: "with the default budget for queries, at most 170 MB for the whole process and 0.2 cores",
  async run(progress) {
    const library = builtLibrary();
    const server = await startServer("call-server.ts", root);
    const measure = (way: Way): Promise<WaitsFigure> => {
      progress(`${way}, ${WAITS} waits, ${SECONDS} s`);
      return measuredBy("waits-client.ts", library, server.baseUrl, way, String(WAITS), String(SECONDS));
    };
    try {
      const [ours, hurried, naive] = [await measure("ours"), await measure("hurried"), await measure("naive")];
      const beside = (figure: "megabytes" | "cores" | "kilobytesEach", { [figure]: value }: WaitsFigure = ours) => {
        return { ours: value, reference: { name: "naive loops", value: naive[figure] } };
      };
      const notes = [`${ours.queries} queries; naive ${naive.queries}`];
      const hurriedNotes = [`${hurried.queries} queries, the first ${WAITS} as fast as possible`];
      return [
        { what: "peak memory of the process", unit: "MB", ...beside("megabytes"), atMost: 170, notes },
        { what: "cores", unit: "cores", ...beside("cores"), atMost: 0.2 },
        { what: "heap per wait, after garbage collection", unit: "kB", ...beside("kilobytesEach") },
        { what: "without a budget: peak memory", unit: "MB", ...beside("megabytes", hurried), notes: hurriedNotes },
        { what: "without a budget: cores", unit: "cores", ...beside("cores", hurried) },
      ];
    } finally {
      server.kill();
    }
  },
};
