/** The last step before `npm pack`: deletes the declarations in dist/ that no export of the package leads to. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const reached = new Set<string>();
function reach(file: string): void {
  if (reached.has(file)) return;
  reached.add(file);
  const code = readFileSync(file, "utf8");
  for (const [, path = ""] of code.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g))
    reach(resolve(dirname(file), `${path}.d.ts`));
}

for (const { types } of Object.values<{ types?: string }>(exports)) if (types) reach(resolve(root, types));
for (const name of readdirSync(join(root, "dist"), { encoding: "utf8", recursive: true })) {
  const file = join(root, "dist", name);
  if (name.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
}
