/** A MiniMax on this machine, for tests and for trying things out without paying: `minimax-video/mock`. */
export { type Scenario, scenarios } from "./scenario.js";
export { type Mock, type MockOptions, type RequestLine, startMock } from "./server.js";
