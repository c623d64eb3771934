/** Measures the contract suite with seeded faults in servers' replies. It must name each of them in one line. */
import { expect, test } from "vitest";
import { SEEDED_FAULTS } from "../src/contract/report-page.js";
import { entriesOf, PATIENCE, scored } from "./helpers/fault-scores.js";

test(
  "at least 95 % of the faults in servers' replies are named",
  async () => {
    const { text, leaky, all, unseen } = await scored(entriesOf((group) => !/takes|refuses|bodies|keys/.test(group)));
    expect(leaky).toEqual([]);
    expect(all, text).toBeGreaterThanOrEqual(0.95);
    // Every report states these figures.
    expect(all, text).toBeGreaterThanOrEqual(SEEDED_FAULTS.named / SEEDED_FAULTS.seeded);
    expect(unseen, text).toBeGreaterThanOrEqual(0.9);
  },
  PATIENCE,
);
