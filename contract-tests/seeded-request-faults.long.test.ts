/** The contract suite, measured by seeded faults in what servers take and refuse: it must name each of them in one line. */
import { expect, test } from "vitest";
import { outcomeOf } from "../src/contract/index.js";
import { SEEDED_FAULTS } from "../src/contract/report-page.js";
import { bentServers } from "./helpers/bent-server.js";
import { entriesOf, linesIn, PATIENCE, scored } from "./helpers/fault-scores.js";

test.each([undefined, "quickrouter", "aimanyi"] as const)(
  "nothing is reported on an unbent server (%s)",
  async (like) => {
    const servers = await bentServers();
    const { report } = await servers.run(like ? { like } : {}).finally(() => servers.close());
    expect(linesIn(report)).toEqual([]);
    expect([report.runs[0]?.warnings, outcomeOf(report).held]).toEqual([[], true]);
  },
  PATIENCE,
);

test(
  "at least 95 % of the faults in what servers take and refuse are named",
  async () => {
    expect(entriesOf(() => true).length).toBeGreaterThanOrEqual(120);
    const { text, leaky, all, unseen } = await scored(entriesOf((group) => /takes|refuses|bodies|keys/.test(group)));
    expect(leaky).toEqual([]);
    expect(all, text).toBeGreaterThanOrEqual(0.95);
    // What every report claims of the suite.
    expect(all, text).toBeGreaterThanOrEqual(SEEDED_FAULTS.named / SEEDED_FAULTS.seeded);
    expect(unseen, text).toBeGreaterThanOrEqual(0.9);
  },
  PATIENCE,
);
