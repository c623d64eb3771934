/**
 * Nobody has registered the name minimax-video yet. Whoever does gets what `npx minimax-video` finds in the environment, keys
 * included: so nothing here runs a package by its name alone, nor tells anybody to.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandFor } from "../src/cli/session.js";
import { run } from "./helpers/checkout.js";
import { commands } from "./helpers/readme.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const KEY = "sk-nobody-may-see-this-key";
const NAME = "minimax-video";

/** Options that come before a name, with the value that some of them take; in code they are words of their own. */
const OPTION = /(?:(?:-[\w-]+(?:=\S+)?|(?:-p|--package|--registry) \S+) )*?/.source;
/** This package, and every tool that is installed here: behind "npx", other words are prose. */
const TOOLS = [NAME, ...readdirSync(join(root, "node_modules/.bin"))]
  .map((name) => name.replaceAll(".", "\\."))
  .join("|");
/** What fetches a package by its name, and runs it. */
const RUN = new RegExp(
  `(?:npx|npm (?:exec|x)|pnpx|pnpm dlx|yarn dlx|bunx|bun x) (${OPTION})(?:-- )?(?:${TOOLS})(?:@\\S*)?(?= |$)`,
  "g",
);
/** What fetches this one by its name, for later. */
const INSTALL = new RegExp(
  `(?:npm (?:install|i|add|ci)|(?:pnpm|yarn|bun|deno) (?:install|i|add)) (?:[^\\s]+ )*?(?:npm:)?(${NAME})(?:@\\S*)?(?= |$)`,
  "g",
);
/** What fetches it by an address. */
const ADDRESS = new RegExp(
  `npm:${NAME}\\b|//(?:esm\\.sh|unpkg\\.com|cdn\\.jsdelivr\\.net/npm|cdn\\.skypack\\.dev|esm\\.run)/${NAME}\\b`,
  "g",
);

/** What in a text would have a package fetched by its name alone. */
function unpinned(text: string): string[] {
  const isLocal = (options: string) => /(^| )(--no-install|--no|--yes=false)( |$)/.test(options);
  return text
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .flatMap((line) => {
      // Quotes, commas and brackets, so that words in an array read as a command does.
      const words = line.replaceAll(/["'`,()[\]{}]+/g, " ").replaceAll(/\s+/g, " ");
      const runs = [...words.matchAll(RUN)].filter(([, options = ""]) => !isLocal(options));
      return [...runs, ...words.matchAll(INSTALL), ...words.matchAll(ADDRESS)].map(([found]) => found);
    });
}

describe("the search for packages that are fetched by their name", () => {
  test.each([
    "npx minimax-video tasks",
    "npx --yes minimax-video@0.1.0 tasks",
    'npx --yes "minimax-video@$VERSION" contract',
    "npx -y minimax-video",
    "npx -p minimax-video minimax-video tasks",
    "npx --package minimax-video -- minimax-video tasks",
    "npx --package=minimax-video minimax-video",
    "npx \\\n  minimax-video tasks",
    'commandLine(["npx", "minimax-video", ...words])',
    "npm exec minimax-video -- tasks",
    "npm exec -- minimax-video tasks",
    "npm x minimax-video",
    "pnpm dlx minimax-video",
    "pnpx minimax-video",
    "yarn dlx minimax-video",
    "bunx minimax-video",
    "bun x minimax-video",
    "deno run -A npm:minimax-video",
    'import { createClient } from "npm:minimax-video";',
    'import { createClient } from "https://esm.sh/minimax-video@1";',
    "npm install minimax-video",
    "npm install --save-dev minimax-video@latest",
    "npm i openapi-fetch minimax-video",
    "`npm install minimax-video`",
    "pnpm add minimax-video",
    "yarn add minimax-video",
    "bun add minimax-video",
    "deno add npm:minimax-video",
    "npx redocly bundle",
  ])("finds %s", (text) => {
    expect(unpinned(text)).not.toEqual([]);
  });

  test.each([
    "npx --no-install minimax-video tasks",
    'commandLine(["npx", "--no-install", "minimax-video"])',
    "npm exec --no -- minimax-video tasks",
    "npm install ./minimax-video-0.1.0.tgz",
    "npm install ../minimax-video",
    "npm install github:somebody/minimax-video#0123456",
    "npm ci && npm start",
    "minimax-video tasks",
    "// npm and npx pass the terminal's Ctrl-C on",
    'import { createClient } from "minimax-video";',
    "npm install --save-dev @stoplight/prism-http@5.12.0",
    "uses: owner/minimax-video/.github/workflows/contract.yml@0123456",
  ])("lets %s be", (text) => {
    expect(unpinned(text)).toEqual([]);
  });
});

test("nothing in this repository is run or installed by its name alone", () => {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = listed.split("\0").filter((file) => /\.(ts|js|json|md|ya?ml|sh)$|^\.ci\//.test(file));
  const seen = files.filter((file) => !/^contract-tests\/|^package-lock\.json$|^src\/generated\//.test(file));
  for (const file of ["README.md", "package.json", ".github/workflows/contract.yml", "src/cli/session.ts"])
    expect(seen).toContain(file);
  const found = seen.flatMap((file) => {
    let text = "";
    try {
      text = readFileSync(join(root, file), "utf8");
    } catch {
      // Deleted, and still known to git.
    }
    return unpinned(text).map((line) => `${file}: ${line}`);
  });
  expect(found).toEqual([]);
});

test("the commands that the program prints run what is installed, and nothing else", () => {
  expect(commandFor(["task", "106"], { server: "china" })).toBe(
    "npx --no-install minimax-video task 106 --server china",
  );
});

test("the README says how to install the package without its name, and names no registry", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(commands).toContain(`npm install ./${NAME}-${version}.tgz`);
  expect(commands.some((command) => command.startsWith("npm ci && npm pack"))).toBe(true);
  expect(readFileSync(join(root, "README.md"), "utf8")).not.toMatch(/npmjs|registry\.\w+\.\w+/);
});

describe("where it is not installed, and somebody has taken the name", () => {
  let folder: string;
  let tarball: Buffer;
  let registry: string;
  const asked: { url: string; headers: string }[] = [];
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    asked.push({ url, headers: JSON.stringify(headers) });
    if (url.endsWith(".tgz")) return response.end(tarball);
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const dist = { tarball: `${registry}/${NAME}/-/${NAME}-9.9.9.tgz`, integrity };
    const version = { name: NAME, version: "9.9.9", bin: { [NAME]: "thief.js" }, dist };
    const body = { name: NAME, "dist-tags": { latest: "9.9.9" }, versions: { "9.9.9": version } };
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), `${NAME}-thief-`));
    for (const name of ["thief", "empty"]) mkdirSync(join(folder, name));
    const thief = {
      name: NAME,
      version: "9.9.9",
      bin: { [NAME]: "thief.js" },
      scripts: { postinstall: "node thief.js" },
    };
    writeFileSync(join(folder, "thief/package.json"), JSON.stringify(thief));
    const steals = `#!/usr/bin/env node\nrequire("node:fs").appendFileSync(${JSON.stringify(join(folder, "stolen"))}, "x");\n`;
    writeFileSync(join(folder, "thief/thief.js"), steals, { mode: 0o755 });
    const packed = await run("npm pack --silent", join(folder, "thief"));
    expect(packed.code, packed.stderr).toBe(0);
    tarball = readFileSync(join(folder, "thief", packed.stdout.trim()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** A command in an empty folder, as in a workflow: nobody is asked whether to go on. */
  const tried = (command: string, cache: string) => {
    asked.length = 0;
    return run(`${command} < /dev/null`, join(folder, "empty"), {
      MINIMAX_API_KEY: KEY,
      npm_config_registry: registry,
      // Not that of whoever runs this, where it may say "yes=false".
      npm_config_userconfig: join(folder, "npmrc"),
      npm_config_cache: join(folder, cache),
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
      CI: "true",
    });
  };
  const isStolen = () => readdirSync(folder).includes("stolen");

  test("the command that the README names fetches nothing and runs nothing", async () => {
    const { code, stderr } = await tried(commandFor(["--version"], {}), "one");
    expect(code, stderr).not.toBe(0);
    expect(isStolen()).toBe(false);
    // npm looks the name up, to say what is missing; it sends nothing of the environment.
    expect(asked.map(({ url }) => url).filter((url) => url !== `/${NAME}`)).toEqual([]);
    expect(JSON.stringify(asked)).not.toContain(KEY);
  });

  test("the same offline does not even ask", async () => {
    const offline = commandFor(["--version"], {}).replace("npx ", "npx --offline ");
    const { code } = await tried(offline, "two");
    expect([code === 0, asked, isStolen()]).toEqual([false, [], false]);
  });

  test("without --no-install it would be stolen from: the trap works", async () => {
    await tried(`npx ${NAME} --version`, "three");
    expect(isStolen()).toBe(true);
  });
});
