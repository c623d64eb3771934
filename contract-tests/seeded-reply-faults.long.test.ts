/** The contract suite, measured by seeded faults in what servers reply: it must name each of them in one line. */
import { expect, test } from "vitest";
import { SEEDED_FAULTS } from "../src/contract/report-page.js";
import { entriesOf, PATIENCE, scored } from "./helpers/fault-scores.js";

test(
  "at least 95 % of the faults in what servers reply are named",
  async () => {
    const { text, leaky, all, unseen } = await scored(entriesOf((group) => !/takes|refuses|bodies|keys/.test(group)));
    expect(leaky).toEqual([]);
    expect(all, text).toBeGreaterThanOrEqual(0.95);
    // What every report claims of the suite.
    expect(all, text).toBeGreaterThanOrEqual(SEEDED_FAULTS.named / SEEDED_FAULTS.seeded);
    expect(unseen, text).toBeGreaterThanOrEqual(0.9);
  },
  PATIENCE,
);
