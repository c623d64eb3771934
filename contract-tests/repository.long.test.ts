/** Every README command that needs this repository is run in a checkout of it, or is this very run. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { startMock } from "../src/mock/index.js";
import { packed, run } from "./helpers/checkout.js";
import { commands, NPX, untilItListens, type Way, wayOf } from "./helpers/documentation.js";

const root = new URL("../", import.meta.url);
/** What runs these tests, and what runs right before them. */
const thisRun = [
  ...["npm cit", "npm run test:long", "npm run test:foreign", "npm run test:redis", "npm run test:postgres"],
  "npm run generate -- --check",
];

test("the test commands of the README are what CI runs", () => {
  for (const command of thisRun) expect(commands.filter((shown) => shown.startsWith(command))).not.toEqual([]);
  expect(readFileSync(new URL(".ci/run", root), "utf8").match(/^npm .*$/gm)).toEqual(thisRun.slice(0, 5));
  const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  expect(scripts.test).toMatch(/^run-p [^&|;]*"generate -- --check" && vitest run --project tests --project apart$/);
  expect(scripts["test:long"]).toBe("vitest run --project long --project prism");
  for (const name of ["redis", "postgres"]) expect(scripts[`test:${name}`]).toBe(`vitest run --project ${name}`);
});

const COMMIT =
  "git init --quiet && git add openapi && git -c user.name=a -c user.email=a@example.com commit --quiet -m a";
/** In a project of its own, which has the tarball; there, and only there, npx then finds the command. */
const inProject = (command: string) =>
  `mkdir project; cp *.tgz project; cd project; npm init --yes > init.log; ${command} --prefer-offline && ${NPX} minimax-video --help`;

const WAYS: Record<string, Way> = {
  "npm ci && mkdir": [
    /^minimax-video-\d+\.\d+\.\d+\.tgz$/m,
    (command) => command.replace("npm ci && ", "").replaceAll("../my-project", "project"),
  ],
  "cd ../my-project": [
    /Usage: minimax-video <command>/,
    (command) => inProject(command.replace("cd ../my-project && ", "")),
  ],
  "npm install --save-dev @stoplight": [
    /^(added|changed|up to date)/m,
    (command) => `mkdir other; cd other; npm init --yes > init.log; ${command} --dry-run --prefer-offline`,
  ],
  "npm ci && npm start": [/out\/\d+\.mp4/, (command) => command.replace("npm ci && ", "")],
  "npm start --": [/out\/\d+\.mp4/],
  "npm run generate": [/generate/],
  "npm run bundle": [/dist\/openapi\/minimax\.3\.0\.json/],
  "npm run spec:diff": [/minimax: nothing changed/, (command) => `${COMMIT} && ${command}`],
  "npm run spec:import": [/Nothing is new/, (command) => command.replace("-- ", "-- openapi/vendor/fixtures/")],
  "npm run contract -- --server prism": [/All \d+ checks passed at prism .*It remembers nothing/s],
  "npm run contract": [/All \d+ checks passed at mock/],
  "npm run bench": [/gzip/],
  "npm run prism": [/Prism is listening on http:\/\/127\.0\.0\.1:\d+/, untilItListens],
  "npm run mock": [/http:\/\/127\.0\.0\.1:\d+/, untilItListens],
};

// Most of their time they wait, so they run at once, each in a checkout of its own.
test.concurrent.each(
  commands.filter((command) => ![NPX, ...thisRun].some((start) => command.startsWith(start))),
)("%s", async (command) => {
  const [prints, runs = () => command] = wayOf(command, WAYS);
  const { folder } = await packed();
  const { code, stdout, stderr } = await run(runs(command), folder);
  expect(stdout + stderr).toMatch(prints);
  expect(code, stderr).toBe(0);
  if (!command.includes("npm start")) return;
  const videos = readdirSync(join(folder, "out")).map((name) => readFileSync(join(folder, "out", name)));
  expect(videos.map((video) => video.toString("latin1", 4, 8))).toEqual(["ftyp"]);
}, 120_000);

describe("npm run generate", () => {
  test("writes the same wherever the packages are installed", async () => {
    // The packages of this checkout are behind a link.
    const { folder } = await packed();
    expect(await run("npm run --silent generate -- --check", folder)).toEqual({ code: 0, stdout: "", stderr: "" });
  }, 120_000);

  test.each<[title: string, file: string, was: string, is: string, says: RegExp]>([
    [
      "a tab",
      "schemas/VideoOptions.yaml",
      "  prompt",
      "\tprompt",
      /^redocly bundle failed: bundling .*\n[\s\S]*VideoOptions\.yaml:4:1/,
    ],
    [
      "a missing file",
      "schemas/VideoOptions.yaml",
      "CallbackUrl",
      "CallbackUri",
      /VideoOptions\.yaml:10:5[\s\S]*no such file/,
    ],
    [
      "an unknown keyword",
      "schemas/TextToVideo.yaml",
      "minLength",
      "minLenght",
      /TextToVideo\.yaml:14:9[\s\S]*Did you mean: minLength/,
    ],
    [
      "a pattern",
      "schemas/TextToVideo.yaml",
      "pattern: ^$|",
      "pattern: ^$|(",
      /TextToVideo\.yaml:\d+:\d+[\s\S]*Invalid regular expression/,
    ],
    [
      "no table of codes",
      "schemas/StatusCode.yaml",
      "x-status-codes:",
      "x-codes:",
      /^schemas\/StatusCode\.yaml has no x-status-codes/,
    ],
    [
      "a server without a name",
      "gateways/quickrouter.yaml",
      "x-server:",
      "x-serv:",
      /api\.quickrouter\.ai.* has no x-server/,
    ],
    ["no such option", "minimax.yaml", "a", "a", /Unknown option '--chekc'\. The options are --check/],
  ])(
    "says where to look after a fault in a file: %s",
    async (title, file, was, is, says) => {
      const { folder } = await packed();
      const path = join(folder, "openapi", file);
      writeFileSync(path, readFileSync(path, "utf8").replace(was, is));
      const option = title.includes("option") ? "-- --chekc" : "";
      const { code, stderr } = await run(`npm run --silent generate ${option}`, folder);
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(code).toBe(2);
    },
    120_000,
  );
});

test("the reusable workflow tests a server with the build of its own checkout, and fetches nothing", async () => {
  const { jobs } = parse(readFileSync(new URL(".github/workflows/contract.yml", root), "utf8"));
  const { run: script } = jobs.contract.steps.find((step: { name?: string }) => step.name === "Ask the server");
  const { folder } = await packed();
  const mock = await startMock({ speed: 400 });
  try {
    const { code, stdout, stderr } = await run(script, folder, {
      ...{
        MINIMAX_API_KEY: "any",
        SERVER: mock.url,
        LIKE: "",
        PAID: "false",
        PAID_V2: "false",
        FREE: "true",
        TASK: "",
      },
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: join(folder, "cache"),
    });
    expect(stdout + stderr).toMatch(/All \d+ checks passed/);
    expect([code, readdirSync(join(folder, "contract-report"))]).toEqual([0, expect.arrayContaining(["report.json"])]);
  } finally {
    await mock.close();
  }
}, 120_000);
