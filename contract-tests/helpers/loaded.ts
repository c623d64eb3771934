/** Loads at once what the client loads with its first calls: that takes real time, in which a simulated clock would run away. */
import { readdirSync } from "node:fs";

/** The rooms of src/ that run anywhere: the core, which is loaded at once, and what it loads when it is needed. */
export const PORTABLE = ["core", "base", "media", "http", "kinds", "check", "files", "account", "download", "tasks"];

/** Loads every module of a room. */
export async function loadRoom(room: string): Promise<void> {
  const folder = room === "core" ? "../../src/" : `../../src/${room}/`;
  // By an absolute path, vitest would know the module by another address, and fetch it anew with each later import.
  for (const name of readdirSync(new URL(folder, import.meta.url)))
    if (/(?<!\.test)\.ts$/.test(name)) await import(/* @vite-ignore */ folder + name);
}

for (const room of PORTABLE) await loadRoom(room);
