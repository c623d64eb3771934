/** Measures the contract suite with seeded faults in what servers accept and refuse. It must name each of them in one line. */
import { expect, test } from "vitest";
import { outcomeOf } from "../src/contract/index.js";
import { SEEDED_FAULTS } from "../src/contract/report-page.js";
import { bentServers } from "./helpers/bent-server.js";
import { entriesOf, linesIn, PATIENCE, scored } from "./helpers/fault-scores.js";

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
  async () => {
    expect(entriesOf(() => true).length).toBeGreaterThanOrEqual(120);
    const { text, leaky, all, unseen } = await scored(entriesOf((group) => /takes|refuses|bodies|keys/.test(group)));
    expect(leaky).toEqual([]);
    expect(all, text).toBeGreaterThanOrEqual(0.95);
    // Every report states these figures.
    expect(all, text).toBeGreaterThanOrEqual(SEEDED_FAULTS.named / SEEDED_FAULTS.seeded);
    expect(unseen, text).toBeGreaterThanOrEqual(0.9);
  },
  PATIENCE,
);
