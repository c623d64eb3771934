/** Packages that a single long test needs, and that need another Node or more than this repository wants to install. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./checkout.js";

/** Installs a package beside our own, once for each `npm ci`. Resolves with the folder that holds its node_modules. */
export async function installedApart(spec: string): Promise<string> {
  const name = spec.replace(/[^\w.-]/g, "-");
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/minimax-video/${name}`, import.meta.url));
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  writeFileSync(`${draft}/package.json`, '{ "private": true, "type": "module" }');
  const { code, stderr } = await run(`npm install --no-audit --no-fund --ignore-scripts ${spec}`, draft);
  if (code !== 0) throw new Error(stderr);
  renameSync(draft, folder);
  return folder;
}
