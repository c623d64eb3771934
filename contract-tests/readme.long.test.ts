/** Every snippet of the README compiles and runs against the mock; every command of the package in it is run. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as library from "../src/index.js";
import { type Mock, scenarios, startMock } from "../src/mock/index.js";
import { servers } from "../src/tables.js";
import { type Packed, packed, run, typeErrors } from "./helpers/checkout.js";
import { png } from "./helpers/pictures.js";
import { asItIs, commands, type How, howToRun, NPX, readme, snippets, untilItListens } from "./helpers/readme.js";

const root = fileURLToPath(new URL("..", import.meta.url));
let source: Packed;
let user: string;
let mock: Mock;
let hurried: Mock;

/** A user's folder, in which this package is installed. */
beforeAll(async () => {
  source = await packed();
  user = mkdtempSync(join(tmpdir(), "minimax-video-"));
  mkdirSync(join(user, "node_modules/.bin"), { recursive: true });
  symlinkSync(source.folder, join(user, "node_modules/minimax-video"), "dir");
  symlinkSync(join(root, "node_modules/@types"), join(user, "node_modules/@types"), "dir");
  symlinkSync(join(source.folder, "dist/cli/main.js"), join(user, "node_modules/.bin/minimax-video"));
  await run("chmod +x dist/cli/main.js", source.folder);
  writeFileSync(join(user, "package.json"), '{ "type": "module" }');
  writeFileSync(join(user, "portrait.png"), png());
  mock = await startMock({ speed: 400 });
  const begun = Date.now();
  hurried = await startMock({ now: () => begun + (Date.now() - begun) * 400 });
}, 120_000);

afterAll(async () => {
  await mock?.close();
  await hurried?.close();
  source?.remove();
  rmSync(user, { recursive: true, force: true });
});

describe("a snippet of the README", () => {
  test("is found at all", () => {
    expect(snippets.length).toBeGreaterThan(6);
    expect(commands.length).toBeGreaterThan(8);
  });

  test("compiles, each of them, in a strict project", async () => {
    for (const [index, snippet] of snippets.entries()) writeFileSync(join(user, `snippet-${index}.ts`), snippet);
    expect(await typeErrors(user, { types: ["node"], skipLibCheck: true }, "typescript-7")).toBe("");
  }, 60_000);

  // At once: most of their time they wait for a task.
  test.concurrent.each(
    snippets.map((snippet, index) => ({ snippet, index, line: snippet.trim().split("\n").at(-1) })),
  )("runs: … $line", async ({ snippet, index }) => {
    // Types are taken away here: a loader for TypeScript takes longer to start than a snippet to run.
    writeFileSync(join(user, `snippet-${index}.js`), transformSync(snippet, { loader: "ts", target: "node20" }).code);
    const env = { MINIMAX_API_KEY: "any", MINIMAX_SERVER: mock.url, MINIMAX_JOURNAL: join(user, "journal") };
    const { code, stdout, stderr } = await run(`node snippet-${index}.js`, user, env);
    expect(code, stderr).toBe(0);
    for (const [, said] of snippet.matchAll(/console\.log\(.*?\); \/\/ (false), \[/g)) expect(stdout).toContain(said);
  }, 60_000);
});

test("the README lists every scenario of the mock in the words of its code", () => {
  expect(scenarios.length).toBeGreaterThan(10);
  for (const { prompt, key, plays } of scenarios)
    expect(readme).toContain(`| ${prompt ? `\`${prompt}\`` : ""} | \`${key}\` | ${plays}`);
});

test("the README names every server, and every subclass of the errors", () => {
  for (const name of Object.keys(servers)) expect(readme).toContain(`| \`"${name}"\``);
  for (const name of Object.keys(library).filter((name) => name.endsWith("Error")))
    expect(readme).toContain(`\`${name}\``);
});

describe("a command of the package", () => {
  test.each(commands.filter((command) => command.startsWith(`${NPX} `)))("%s", async (command) => {
    const { runs, expects } = howToRun(command, WAYS);
    writeFileSync(join(user, "request.json"), JSON.stringify({ model: "T2V-01", prompt: "a fox" }));
    const env = {
      MINIMAX_API_KEY: "any",
      MINIMAX_SERVER: mock.url,
      MINIMAX_JOURNAL: join(user, "journal"),
      PATH: `${join(user, "node_modules/.bin")}:${process.env.PATH}`,
    };
    // npx finds what it shall start, which one command shows; for the rest that is named to the shell, as npx would.
    const started = command.includes("--help") ? command : command.slice(NPX.length + 1);
    const { code, stdout, stderr } = await run(runs(started), user, env);
    expect(stdout + stderr).toMatch(expects);
    expect(code, stderr).toBe(0);
  }, 120_000);

  const WAYS: How[] = [
    {
      starts: "npx --no-install minimax-video contract",
      // A mock whose links live an hour stands in for the server; nobody waits a second for each request here.
      runs: (command) => `${command.replace(/--server \S+/, `--server ${hurried.url}`)} --requests-per-minute 60000`,
      expects: /All \d+ checks passed/,
    },
    { starts: "npx --no-install minimax-video mock", runs: untilItListens, expects: /http:\/\/127\.0\.0\.1:\d+/ },
    { starts: "npx --no-install minimax-video listen", runs: untilItListens, expects: /callbacks\?token=v0/ },
    { starts: "npx --no-install minimax-video --help", runs: asItIs, expects: /Exit codes/ },
    {
      starts: "npx --no-install minimax-video generate --first-frame",
      runs: asItIs,
      expects: /ImageToVideo|first_frame_image/,
    },
    {
      starts: "npx --no-install minimax-video generate",
      runs: (command) => `rm -f fox.mp4; ${command} --poll-interval 0.1`,
      expects: /fox\.mp4/,
    },
    {
      starts: "npx --no-install minimax-video template",
      runs: (command) => `${command} --poll-interval 0.1`,
      expects: /out\/\d+\.mp4/,
    },
    { starts: "npx --no-install minimax-video tasks", runs: asItIs, expects: /^saved .*fox\.mp4$/m },
    { starts: "npx --no-install minimax-video resume", runs: asItIs, expects: /Nothing left to save/ },
    { starts: "npx --no-install minimax-video task", runs: refusedByMock, expects: /106916112212032/ },
    { starts: "npx --no-install minimax-video check", runs: asItIs, expects: /price|cost|list/i },
  ];

  /** The mock does not know the task of the example, and says so: exit code 3. */
  function refusedByMock(command: string): string {
    return `${command}; test $? = 3`;
  }
});
