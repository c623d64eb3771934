import type { Benchmark, Progress, Row } from "./benchmark.js";
import { builtLibrary, messagesOf, root, start } from "./built.js";
import type { CallFigure } from "./call-client.js";
import type { Listening } from "./call-server.js";

/** Only calls that run our own checks have a target. The others are for comparison. */
const JUDGED = /^(task|videos)\./;

export const call: Benchmark = {
  name: "call",
  shows: "CPU time of one call in the client's process, against a bare fetch and response.json() of the same exchange",
  target: "at most 1.15 × with time-out, HTTP status, base_resp, exact ids and the parsed task status",
  async run(progress) {
    const library = builtLibrary();
    const server = start("call-server.ts", root);
    try {
      for await (const { baseUrl } of messagesOf<Listening>(server)) return await figures(library, baseUrl, progress);
      throw new Error("the server ended before it listened");
    } finally {
      server.kill();
    }
  },
};

async function figures(library: string, baseUrl: string, progress: Progress): Promise<Row[]> {
  const rows: Row[] = [];
  const client = start("call-client.ts", library, baseUrl);
  for await (const { what, reference, pair } of messagesOf<CallFigure>(client)) {
    progress(`${what} measured`);
    rows.push({
      what,
      ours: pair.ours,
      unit: "µs",
      reference: { name: reference, value: pair.reference },
      ratio: pair.ratio,
      ...(JUDGED.test(what) ? { target: { of: "ratio", atMost: 1.15 } } : {}),
    });
  }
  return rows;
}
