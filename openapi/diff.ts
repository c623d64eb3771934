/** `npm run spec:diff -- <git ref>`: what changed since then, what breaks, and which version number that asks for. */
import { diff } from "./changes/run.js";
import { main } from "./command.js";

await main(diff);
