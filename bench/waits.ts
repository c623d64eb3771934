import { once } from "node:events";
import type { Benchmark, Row } from "./benchmark.js";
import { builtLibrary, messagesOf, root, start } from "./built.js";
import type { Listening } from "./call-server.js";
import type { WaitsFigure, Way } from "./waits-client.js";

const WAITS = 10_000;
const SECONDS = 40;

export const waits: Benchmark = {
  name: "waits",
  shows: `${WAITS} concurrent waits for ${SECONDS} s in a separate process, against a server in another; the reference is a loop of fetch and setTimeout per task, every 10 s`,
  target: "with the default budget for queries, at most 170 MB for the whole process and 0.2 cores",
  async run(progress) {
    const library = builtLibrary();
    const server = start("call-server.ts", root);
    const [{ baseUrl }]: [Listening] = (await once(server, "message")) as [Listening];
    const measure = async (way: Way, count: number): Promise<WaitsFigure> => {
      progress(`${way}, ${count} waits, ${SECONDS} s`);
      const child = start("waits-client.ts", library, baseUrl, way, String(count), String(SECONDS));
      for await (const figure of messagesOf<WaitsFigure>(child)) return figure;
      throw new Error(`the ${way} process sent no figure`);
    };
    try {
      const ours = await measure("ours", WAITS);
      const hurried = await measure("hurried", WAITS);
      const naive = await measure("naive", WAITS);
      const reference = (value: number) => ({ name: "naive loops", value });
      const rows: Row[] = [
        {
          what: "peak memory of the process",
          ours: ours.megabytes,
          unit: "MB",
          reference: reference(naive.megabytes),
          target: { of: "ours", atMost: 170 },
          notes: [`${ours.queries} queries; naive ${naive.queries}`],
        },
        {
          what: "cores",
          ours: ours.cores,
          unit: "cores",
          reference: reference(naive.cores),
          target: { of: "ours", atMost: 0.2 },
        },
        {
          what: "heap per wait, after garbage collection",
          ours: ours.kilobytesEach,
          unit: "kB",
          reference: reference(naive.kilobytesEach),
        },
        {
          what: "without a budget: peak memory",
          ours: hurried.megabytes,
          unit: "MB",
          reference: reference(naive.megabytes),
          notes: [`${hurried.queries} queries, the first ${WAITS} as fast as possible`],
        },
        {
          what: "without a budget: cores",
          ours: hurried.cores,
          unit: "cores",
          reference: reference(naive.cores),
        },
      ];
      return rows;
    } finally {
      server.kill();
    }
  },
};
