/** The contract suite: holds a server to the specs, and says what it confirms and contradicts: `minimax-video/contract`. */
export { type ContractOptions, type ContractResult, runContract } from "./contract.js";
export type { Exchange } from "./exchange.js";
export { junitOf } from "./junit.js";
export { outcomeOf } from "./outcome.js";
export { pageOf } from "./page/page.js";
export type {
  Cell,
  CheckKind,
  CheckResult,
  CoverageRow,
  FactResult,
  Finding,
  Mutant,
  Report,
  Run,
  Share,
  TargetFacts,
} from "./report.js";
export { summaryOf } from "./summary.js";
export { trafficOf } from "./traffic.js";
