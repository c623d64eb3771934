/** Measures the contract suite with seeded faults in what servers accept and refuse. It must name each of them in one line. */
import { expect, test } from "vitest";
import { outcomeOf } from "../src/contract/index.js";
import { bentServers } from "./helpers/bent-server.js";
import { assertNamed, linesIn, PATIENCE } from "./helpers/fault-scores.js";

test.each([undefined, "quickrouter", "aimanyi"] as const)(
  "nothing is reported for a server without faults (%s)",
  async (like) => {
    const servers = await bentServers();
    const { report } = await servers.run(like ? { like } : {}).finally(() => servers.close());
    expect(linesIn(report)).toEqual([]);
    expect([report.runs[0]?.warnings, outcomeOf(report).held]).toEqual([[], true]);
  },
  PATIENCE,
);

test(
  "at least 95 % of the faults in what servers accept and refuse are named",
  () => {
    return assertNamed((group) => /takes|refuses|bodies|keys/.test(group));
  },
  PATIENCE,
);
