/** Every command of the README that wants this repository is run in a checkout of it, or is this very run. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { startMock } from "../src/mock/index.js";
import { type Packed, packed, run } from "./helpers/checkout.js";
import { asItIs, commands, type How, howToRun, NPX, untilItListens } from "./helpers/readme.js";

const root = new URL("../", import.meta.url);
/** What runs these tests, and what runs right before them. */
const thisRun = ["npm cit", "npm run test:long", "npm run generate -- --check"];

/** Each command has a checkout of its own, by the command: most of their time they wait, so they go on side by side. */
const checkouts = new Map<string, Packed>();
afterAll(() => {
  for (const { remove } of checkouts.values()) remove();
});

test("the test commands of the README are what CI runs", () => {
  for (const command of thisRun)
    expect(
      commands.some((shown) => shown.startsWith(command)),
      command,
    ).toBe(true);
  expect(readFileSync(new URL(".ci/run", root), "utf8")).toMatch(/^npm cit\nnpm run test:long$/m);
  const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  expect(scripts.test).toMatch(/^run-p [^&|;]*"generate -- --check" && vitest run --project tests --project apart$/);
  expect(scripts["test:long"]).toBe("vitest run --project long");
});

describe("a command of the repository", () => {
  const others = commands.filter(
    (command) => !command.startsWith(`${NPX} `) && !thisRun.some((start) => command.startsWith(start)),
  );

  test.concurrent.each(others)("%s", async (command) => {
    const { runs, expects } = howToRun(command, WAYS);
    const source = await packed();
    checkouts.set(command, source);
    const { code, stdout, stderr } = await run(runs(command), source.folder);
    expect(stdout + stderr).toMatch(expects);
    expect(code, stderr).toBe(0);
  }, 120_000);

  test("npm start leaves a playable video in out/", () => {
    const outs = [...checkouts].filter(([command]) => command.includes("npm start"));
    const videos = outs.flatMap(([, { folder }]) =>
      readdirSync(join(folder, "out")).map((name) => join(folder, "out", name)),
    );
    expect([outs.length, videos.length]).toEqual([2, 2]);
    for (const video of videos) expect(readFileSync(video).toString("latin1", 4, 8)).toBe("ftyp");
  });

  const WAYS: How[] = [
    {
      starts: "npm ci && npm pack",
      runs: (command) => `mkdir project; ${command.replace("npm ci && ", "").replace("../my-project", "project")}`,
      expects: /^minimax-video-\d+\.\d+\.\d+\.tgz$/m,
    },
    {
      starts: "npm install ./minimax-video-",
      // In a project of its own, which has the tarball; there, and only there, npx then finds the command.
      runs: (command) =>
        `mkdir project; cp *.tgz project; cd project; npm init --yes > init.log; ${command} --prefer-offline && ${NPX} minimax-video --help`,
      expects: /Exit codes/,
    },
    {
      starts: "npm ci && npm start",
      runs: (command) => command.replace("npm ci && ", ""),
      expects: /out\/\d+\.mp4/,
    },
    { starts: "npm start --", runs: asItIs, expects: /out\/\d+\.mp4/ },
    { starts: "npm run generate", runs: asItIs, expects: /generate/ },
    {
      starts: "npm run spec:diff",
      runs: (command) =>
        `git init --quiet && git add openapi && git -c user.name=a -c user.email=a@example.com commit --quiet --message=a && ${command}`,
      expects: /minimax: nothing changed/,
    },
    {
      starts: "npm run spec:import",
      runs: (command) => command.replace("-- ", "-- contract-tests/fixtures/"),
      expects: /Nothing is new/,
    },
    { starts: "npm run contract", runs: asItIs, expects: /All \d+ checks passed at mock/ },
    { starts: "npm run bench", runs: asItIs, expects: /gzip/ },
    { starts: "npm run mock", runs: untilItListens, expects: /http:\/\/127\.0\.0\.1:\d+/ },
  ];
});

test("the workflow for others asks a server with what its own checkout has built, and fetches nothing", async () => {
  const { jobs } = parse(readFileSync(new URL(".github/workflows/contract.yml", root), "utf8"));
  const { run: script } = jobs.contract.steps.find((step: { name?: string }) => step.name === "Ask the server");
  const source = await packed();
  checkouts.set("workflow", source);
  // A clock that hurries, for tasks; its links live an hour, as documented.
  const begun = Date.now();
  const mock = await startMock({ now: () => begun + (Date.now() - begun) * 400 });
  try {
    const ran = await run(script, source.folder, {
      MINIMAX_API_KEY: "any",
      SERVER: mock.url,
      LIKE: "",
      PAID: "false",
      PAID_V2: "false",
      FREE: "true",
      TASK: "",
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: join(source.folder, "cache"),
    });
    expect(ran.stdout + ran.stderr).toMatch(/All \d+ checks passed/);
    expect(ran.code).toBe(0);
    expect(readdirSync(join(source.folder, "contract-report"))).toContain("report.json");
  } finally {
    await mock.close();
  }
}, 120_000);
