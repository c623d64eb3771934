/**
 * A local mock of MiniMax, for tests and for trying things out without paying.
 * @packageDocumentation
 */

export { type Mock, type MockOptions, type RequestLine, startMock } from "./mock-server.js";
export { type Scenario, scenarios } from "./scenarios.js";
