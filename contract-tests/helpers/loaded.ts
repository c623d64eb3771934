/** Preloads the modules that the client loads on its first calls. That takes real time, during which a simulated clock would advance. */
import { readdirSync } from "node:fs";

/** The folders of src/ that run anywhere: the core, which is loaded at once, and the parts that it loads on use. */
const PORTABLE = ["core", "base", "media", "http", "kinds", "check", "files", "account", "download", "tasks"];

/** Loads every module of a folder. */
export async function loadRoom(room: string): Promise<void> {
  const folder = room === "core" ? "../../src/" : `../../src/${room}/`;
  // With an absolute path, vitest would treat it as another module, and load it again on each later import.
  for (const name of readdirSync(new URL(folder, import.meta.url)))
    if (/(?<!\.test)\.ts$/.test(name)) await import(/* @vite-ignore */ folder + name);
}

for (const room of PORTABLE) await loadRoom(room);
