/** Measures the contract suite with seeded faults in servers' replies. It must name each of them in one line. */
import { test } from "vitest";
import { assertNamed, PATIENCE } from "./helpers/fault-scores.js";

test(
  "at least 95 % of the faults in servers' replies are named",
  () => {
    return assertNamed((group) => !/takes|refuses|bodies|keys/.test(group));
  },
  PATIENCE,
);
