/** Every snippet of the README compiles and runs against the mock; every command of it is run, or is this very run. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as library from "../src/index.js";
import { type Mock, scenarios, startMock } from "../src/mock/index.js";
import { servers } from "../src/tables.js";
import { type Packed, packed, run, typeErrors } from "./checkout.js";
import { png } from "./pictures.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
  language,
  text: text as string,
}));
const snippets = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
const commands = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.trim().split("\n"));

let source: Packed;
let user: string;
let mock: Mock;

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
}, 120_000);

afterAll(async () => {
  await mock?.close();
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
    expect(await typeErrors(user, { types: ["node"], skipLibCheck: true })).toBe("");
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

test("the test command of the README is what CI runs", () => {
  expect(commands).toContain("npm cit");
  expect(readFileSync(join(root, ".ci/run"), "utf8")).toMatch(/^npm cit$/m);
});

describe("a command of the README", () => {
  const others = commands.filter((command) => command !== "npm cit");

  test.each(others)("%s", async (command) => {
    const { runs, in: folder, expects } = HOW.find(({ starts }) => command.startsWith(starts)) ?? {};
    expect(runs, `nobody said how to run "${command}"`).toBeDefined();
    writeFileSync(join(user, "request.json"), JSON.stringify({ model: "T2V-01", prompt: "a fox" }));
    const env = { MINIMAX_API_KEY: "any", MINIMAX_SERVER: mock.url, MINIMAX_JOURNAL: join(user, "journal") };
    const { code, stdout, stderr } = await run(
      (runs as (command: string) => string)(command),
      folder === "checkout" ? source.folder : user,
      folder === "checkout" ? {} : env,
    );
    expect(stdout + stderr).toMatch(expects as RegExp);
    expect(code, stderr).toBe(0);
  }, 120_000);

  test("npm start leaves a playable video in out/", () => {
    const videos = readdirSync(join(source.folder, "out"));
    expect(videos.length).toBe(2);
    for (const video of videos)
      expect(readFileSync(join(source.folder, "out", video)).toString("latin1", 4, 8)).toBe("ftyp");
  });

  interface How {
    starts: string;
    in?: "checkout";
    /** The command as it is run here: packages are installed already, and servers must end. */
    runs: (command: string) => string;
    expects: RegExp;
  }
  const asItIs = (command: string) => command;
  const HOW: How[] = [
    {
      starts: "npm ci && npm start",
      in: "checkout",
      runs: (command) => command.replace("npm ci && ", ""),
      expects: /out\/\d+\.mp4/,
    },
    { starts: "npm start --", in: "checkout", runs: asItIs, expects: /out\/\d+\.mp4/ },
    { starts: "npm run generate -- --check", in: "checkout", runs: asItIs, expects: /generate/ },
    { starts: "npm run generate", in: "checkout", runs: asItIs, expects: /generate/ },
    {
      starts: "npm run spec:diff",
      in: "checkout",
      runs: (command) =>
        `git init --quiet && git add openapi && git -c user.name=a -c user.email=a@example.com commit --quiet --message=a && ${command}`,
      expects: /minimax: nothing changed/,
    },
    {
      starts: "npm run spec:import",
      in: "checkout",
      runs: (command) => command.replace("-- ", "-- contract-tests/fixtures/"),
      expects: /Nothing is new/,
    },
    { starts: "npm run bench", in: "checkout", runs: asItIs, expects: /gzip/ },
    { starts: "npm run mock", in: "checkout", runs: untilItListens, expects: /http:\/\/127\.0\.0\.1:\d+/ },
    { starts: "npx minimax-video mock", runs: untilItListens, expects: /http:\/\/127\.0\.0\.1:\d+/ },
    { starts: "npx minimax-video listen", runs: untilItListens, expects: /callbacks\?token=v0/ },
    { starts: "npx minimax-video --help", runs: asItIs, expects: /Exit codes/ },
    { starts: "npx minimax-video generate --first-frame", runs: asItIs, expects: /ImageToVideo|first_frame_image/ },
    {
      starts: "npx minimax-video generate",
      runs: (command) => `rm -f fox.mp4; ${command} --poll-interval 0.1`,
      expects: /fox\.mp4/,
    },
    {
      starts: "npx minimax-video template",
      runs: (command) => `${command} --poll-interval 0.1`,
      expects: /out\/\d+\.mp4/,
    },
    { starts: "npx minimax-video tasks", runs: asItIs, expects: /^saved .*fox\.mp4$/m },
    { starts: "npx minimax-video resume", runs: asItIs, expects: /Nothing is left here/ },
    { starts: "npx minimax-video task", runs: refusedByMock, expects: /106916112212032/ },
    { starts: "npx minimax-video check", runs: asItIs, expects: /price|cost|list/i },
  ];

  /** Starts it on a free port, waits for its address, ends it. */
  function untilItListens(command: string): string {
    const anyPort = command.replace(/--port \d+/, "--port 0");
    // A job of its own: what npm has started ends with it.
    return `set -m; (${anyPort.includes("--port") ? anyPort : `${anyPort} ${command.startsWith("npm") ? "-- " : ""}--port 0`}) > mock.log 2>&1 & for i in $(seq 100); do grep -q 127.0.0.1 mock.log && break; sleep 0.1; done; cat mock.log; kill -- -$!; wait $! ; true`;
  }

  /** The mock does not know the task of the example, and says so: exit code 3. */
  function refusedByMock(command: string): string {
    return `${command}; test $? = 3`;
  }
});
