/**
 * The name minimax-video is not registered yet. Whoever registers it gets the environment of `npx minimax-video`, including keys.
 * So nothing here runs or installs the package by its name alone, or tells users to.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commandFor } from "../src/cli/session.js";
import { run } from "./helpers/checkout.js";
import { commands } from "./helpers/documentation.js";
import { fakeServer, json } from "./helpers/fake-server.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const registry = fakeServer();

/** This package, and every tool installed here. */
const TOOLS = ["minimax-video", ...readdirSync(join(root, "node_modules/.bin"))].join("|");
const OPTIONS = /(-(?!-no-install |-no )\S+ ([^-\s]\S* )?)*?/.source;
const RUN = new RegExp(`\\b(npx|npm (exec|x)|pnpx|pnpm dlx|yarn dlx|bunx|bun x) ${OPTIONS}(${TOOLS})(@\\S*)?( |$)`);
const INSTALL =
  /\b(npm (install|i|add|ci)|(pnpm|yarn|bun|deno) (install|i|add)) (\S+ )*?(npm:)?minimax-video(@\S*)?( |$)/;
const ADDRESS =
  /npm:minimax-video\b|\/\/(esm\.sh|unpkg\.com|cdn\.jsdelivr\.net\/npm|cdn\.skypack\.dev|esm\.run)\/minimax/;

/** Finds lines of a text that would fetch the package by its name alone. */
function fetches(text: string): string[] {
  // Without quotes, commas and brackets, an array of arguments looks like a command.
  const lines = text.replaceAll(/\\\n/g, " ").split("\n");
  return lines.filter((line) => {
    const words = line.replaceAll(/["'`,()[\]{}]+/g, " ").replaceAll(/\s+/g, " ");
    return [RUN, INSTALL, ADDRESS].some((pattern) => pattern.test(words));
  });
}

test.each([
  ["npx --no-install minimax-video tasks", 'npx --yes "minimax-video@$VERSION" contract'],
  ["npm exec --no -- minimax-video tasks", "npm exec -- minimax-video tasks"],
  ['commandLine(["npx", "--no-install", "minimax-video"])', 'commandLine(["npx", "minimax-video", ...words])'],
  ["npm install ./minimax-video-0.1.0.tgz", "npm i openapi-fetch minimax-video"],
  ['import "minimax-video";', 'import "https://esm.sh/minimax-video@1";'],
  ["deno run -A main.ts", "deno run -A npm:minimax-video"],
])("the search ignores %s, but finds %s", (good, bad) => {
  expect([fetches(good), fetches(bad)]).toEqual([[], [expect.any(String)]]);
});

test("nothing in this repository runs or installs the package by its name alone (I21)", () => {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((file) => /\.(ts|js|json|md|txt|ya?ml|sh)$|^\.ci\//.test(file) && existsSync(join(root, file)))
    .filter((file) => !/^contract-tests\/|^package-lock\.json$|^src\/generated\//.test(file));
  for (const file of [
    "README.md",
    "package.json",
    ".github/workflows/contract.yml",
    "src/cli/session.ts",
    "src/cli/help.txt",
  ])
    expect(files).toContain(file);
  const found = files.flatMap((file) =>
    fetches(readFileSync(join(root, file), "utf8")).map((line) => `${file}: ${line}`),
  );
  expect(found).toEqual([]);
});

test("the README says how to install the package without its name, and names no registry", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(commands).toContain(`cd ../my-project && npm install ./minimax-video-${version}.tgz`);
  expect(readFileSync(join(root, "README.md"), "utf8")).not.toMatch(/npmjs|registry\.\w+\.\w+/);
});

test("a printed command runs and fetches nothing if the package is not installed (I21)", async () => {
  const command = commandFor(["task", "106"], { server: "china" });
  expect(command).toBe("npx --no-install minimax-video task 106 --server china");
  const version = { name: "minimax-video", version: "9.9.9", dist: { tarball: `${registry.url}/minimax-video.tgz` } };
  registry.next(json({ name: "minimax-video", "dist-tags": { latest: "9.9.9" }, versions: { "9.9.9": version } }));
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-nowhere-"));
  const { code } = await run(`${command} < /dev/null`, folder, {
    MINIMAX_API_KEY: "sk-nobody-may-see-this-key",
    npm_config_registry: registry.url,
    // Not the npm configuration of the developer, which may contain "yes=false".
    npm_config_userconfig: join(folder, "npmrc"),
    npm_config_cache: join(folder, "cache"),
    CI: "true",
  });
  expect(code).not.toBe(0);
  // npm looks the name up to say what is missing, but sends nothing from the environment.
  expect(registry.seen.map(({ url }) => url).filter((url) => url !== "/minimax-video")).toEqual([]);
  expect(JSON.stringify(registry.seen)).not.toContain("sk-nobody");
});
