/** `npm run spec:import -- <file | - | URL>`: what a vendor's page says that our specs do not, and the other way round. */
import { main } from "./command.js";
import { importPage } from "./vendor/run.js";

await main(importPage);
