/** Loads every module that has mutants before the first test: what it does while it is loaded must not seem to be a test's doing. */
import { readdirSync } from "node:fs";

const { ROOM = "core" } = process.env;
const folder = new URL(ROOM === "core" ? "../../src/" : `../../src/${ROOM}/`, import.meta.url);
for (const name of readdirSync(folder)) if (/(?<!\.test)\.ts$/.test(name)) await import(new URL(name, folder).pathname);
