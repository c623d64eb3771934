import type { Benchmark } from "./benchmark.js";
import { builtLibrary, messagesOf, root, start, startServer } from "./built.js";
import type { CallFigure } from "./call-client.js";
import { pairRow } from "./pair.js";

/** Only calls that run our own checks have a target. The others are for comparison. */
const JUDGED = /^(task|videos)\./;

export const call: Benchmark = {
  name: "call",
  shows: "CPU time of one call in the client's process, against a bare fetch and response.json() of the same exchange",
  target: "at most 1.15 × with time-out, HTTP status, base_resp, exact ids and the parsed task status",
  async run(progress) {
    const library = builtLibrary();
    const server = await startServer("call-server.ts", root);
    try {
      const rows = [];
      const client = start("call-client.ts", library, server.baseUrl);
      for await (const { what, reference, pair } of messagesOf<CallFigure>(client)) {
        progress(`${what} measured`);
        rows.push(pairRow(what, "µs", reference, pair, JUDGED.test(what) ? 1.15 : undefined));
      }
      return rows;
    } finally {
      server.kill();
    }
  },
};
