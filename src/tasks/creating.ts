/** What is loaded with the first create or check: whoever only waits does not pay for validators, rules and price lists. */

export { check } from "../check/check.js";
export { generate } from "./generate.js";
export { generateAll } from "./generate-all.js";
export { submit } from "./submit.js";
