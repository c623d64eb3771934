/** The checks before a release, which `npm publish` and the release workflow run. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../contract-tests/helpers/checkout.js";
import { type Release, reasonsAgainst } from "./check.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name: string) => readFileSync(`${root}/${name}`, "utf8");
const manifest = JSON.parse(read("package.json"));

/** The lines that CONTRIBUTING.md gives, with the placeholders replaced. */
const lines = /```json\n([\s\S]*?)```/.exec(read("CONTRIBUTING.md"))?.[1] ?? "";
const addresses = JSON.parse(`{ ${lines.replaceAll("OWNER/NAME", "fox/video").trim().replace(/,$/, "")} }`);
const good: Release = {
  manifest: { ...addresses, version: "1.2.3" },
  changelog: "## [Unreleased]\n\n## [1.2.3] - 2026-12-31\n",
  changes: "",
  tag: "v1.2.3",
};

test("a release with the lines of CONTRIBUTING.md, a matching tag or none, and a changelog entry passes", () => {
  expect(Object.keys(addresses)).toEqual(["repository", "homepage", "bugs"]);
  expect(reasonsAgainst(good)).toEqual([]);
  expect(reasonsAgainst({ ...good, tag: undefined })).toEqual([]);
});

test.each<[string, Partial<Release>, string]>([
  ["no repository", { manifest: { ...good.manifest, repository: undefined } }, '"repository"'],
  ["an empty repository", { manifest: { ...good.manifest, repository: "" } }, '"repository"'],
  ["no homepage", { manifest: { ...good.manifest, homepage: undefined } }, '"homepage"'],
  ["bugs without an address", { manifest: { ...good.manifest, bugs: {} } }, '"bugs"'],
  ["an empty placeholder", { manifest: { ...good.manifest, homepage: "https://github.com/OWNER/NAME" } }, "OWNER"],
  ["no entry in the changelog", { changelog: "## [Unreleased]\n" }, '"## [1.2.3] - YYYY-MM-DD"'],
  ["an entry without a date", { changelog: "## [1.2.3]\n" }, "CHANGELOG.md"],
  [
    "the entry of another version",
    { changelog: "## [1.2.30] - 2026-12-31\n## [1x2.3] - 2026-12-31\n" },
    "CHANGELOG.md",
  ],
  ["an uncommitted file", { changes: "?? notes.txt\n" }, "notes.txt"],
  ["another tag", { tag: "v1.2.4" }, "v1.2.4 is not v1.2.3"],
  ["a tag without v", { tag: "1.2.3" }, "1.2.3 is not v1.2.3"],
])("a release with %s is refused, and the reason names it", (_, change, word) => {
  const reasons = reasonsAgainst({ ...good, ...change });
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toContain(word);
});

test("npm publish runs the check first, which fails until package.json names the repository", async () => {
  expect(manifest.scripts.prepublishOnly).toBe("npm run release:check");
  const { code, stdout, stderr } = await run("npm run --silent release:check -- v0.0.1", root);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  for (const word of ['"repository"', '"homepage"', '"bugs"', "The tag v0.0.1 is not"]) expect(stderr).toContain(word);
});

test("the changelog begins with unreleased changes, and groups changes in the standard sections", () => {
  const [first, ...others] = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(first).toBe("[Unreleased]");
  for (const heading of others) expect(heading).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$/);
  const kinds = [...read("CHANGELOG.md").matchAll(/^### (.*)$/gm)].map(([, kind]) => kind);
  for (const kind of kinds) expect(["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]).toContain(kind);
});
