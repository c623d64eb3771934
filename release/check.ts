/**
 * `npm run release:check [tag]`, also run before every `npm publish`: lists what prevents a release now. CONTRIBUTING.md explains
 * how to make one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, type Io, runIfMain } from "../openapi/command.js";
import { execute } from "../openapi/documents.js";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The state that a release would be made from. */
export interface Release {
  /** The content of package.json. */
  manifest: Record<string, unknown>;
  changelog: string;
  /** The output of `git status --porcelain`. */
  changes: string;
  /** The tag, if the release is made from one. */
  tag?: string | undefined;
}

/** Returns every reason not to publish. */
export function reasonsAgainst({ manifest, changelog, changes, tag }: Release): string[] {
  const { version } = manifest;
  const reasons = ["repository", "homepage", "bugs"]
    .filter((field) => !JSON.stringify(manifest[field] ?? "").includes("https://"))
    .map((field) => `package.json has no "${field}" with an https address; CONTRIBUTING.md has the line`);
  if (/OWNER\/NAME/.test(JSON.stringify(manifest))) reasons.push("package.json still says OWNER/NAME");
  const heading = new RegExp(`^## \\[${String(version).replaceAll(".", "\\.")}\\] - \\d{4}-\\d{2}-\\d{2}$`, "m");
  if (!heading.test(changelog)) reasons.push(`CHANGELOG.md has no line "## [${version}] - YYYY-MM-DD"`);
  if (changes.trim()) reasons.push(`The working tree has uncommitted changes:\n${changes.trimEnd()}`);
  if (tag !== undefined && tag !== `v${version}`)
    reasons.push(`The tag ${tag} is not v${version}, the version in package.json`);
  return reasons;
}

async function check([tag]: string[], { stdout, stderr }: Io): Promise<number> {
  const read = (name: string) => readFileSync(join(root, name), "utf8");
  const { stdout: changes } = await execute("git", ["status", "--porcelain"], { cwd: root });
  const manifest = JSON.parse(read("package.json"));
  const reasons = reasonsAgainst({ manifest, changelog: read("CHANGELOG.md"), changes, tag });
  if (reasons.length === 0) stdout.write(`${manifest.name} ${manifest.version} can be published.\n`);
  else stderr.write(`Not published:\n${reasons.map((reason) => `- ${reason}\n`).join("")}`);
  return reasons.length === 0 ? EXIT.fine : EXIT.found;
}

await runIfMain(import.meta.url, check);
