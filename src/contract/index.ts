/**
 * Tests whether a server keeps to the specs, and reports what it confirms and contradicts.
 * @packageDocumentation
 */

export { acceptedFrom, withoutAccepted } from "./accepted-deviations.js";
export type { Confirm } from "./choose-flows.js";
export type * from "./contract-report.js";
export { junitOf } from "./junit.js";
export type { Exchange } from "./recorded-exchange.js";
export { type Outcome, outcomeOf, sentenceOf } from "./report-outcome.js";
export { pageOf } from "./report-page.js";
export { type ContractOptions, type ContractResult, runContract } from "./run-contract.js";
export type { CallbackReceiver } from "./target-server.js";
export { type SummaryOptions, summaryOf } from "./terminal-summary.js";
export { trafficOf } from "./traffic-log.js";
