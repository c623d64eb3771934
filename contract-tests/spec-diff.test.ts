/** `npm run spec:diff`: what changed since a commit, what breaks, and the number that it asks for. */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { stringify } from "yaml";
import { changesBetween } from "../openapi/changes/changes.js";
import type { Report, RootReport } from "../openapi/changes/report.js";
import { annotationsOf, markdownOf, textOf, verdictOn } from "../openapi/changes/report-text.js";
import { asked, atLeast, highest, type Impact, reaches } from "../openapi/changes/version.js";
import { guarded } from "../openapi/command.js";
import { diff, failing } from "../openapi/diff.js";
import { type Document, type Json, folder as specs } from "../openapi/documents.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const minimax = inject("documents").minimax as Document;

describe("a version number", () => {
  test.each<[string, Impact, string]>([
    ["1.2.3", "major", "2.0.0"],
    ["1.2.3", "minor", "1.3.0"],
    ["1.2.3", "patch", "1.2.4"],
    ["1.2.3", "none", "1.2.3"],
    ["0.2.3", "major", "0.3.0"],
    ["0.2.3", "minor", "0.2.4"],
    ["0.2.3", "patch", "0.2.4"],
  ])("after %s a %s change asks for %s", (version, impact, next) => {
    expect(asked(version, impact)).toBe(next);
  });

  test.each([
    ["1.10.0", "1.9.9", true],
    ["1.0.0", "1.0.0", true],
    ["2.0.0", "1.9.9", true],
    ["1.0.1", "1.1.0", false],
    ["0.9.9", "1.0.0", false],
  ])("%s is as high as %s: %s", (version, other, verdict) => {
    expect(reaches(version, other)).toBe(verdict);
  });

  test("must be three numbers", () => {
    for (const version of ["1.0", "v1.0.0", "1.0.0-beta", "undefined"])
      expect(() => asked(version, "minor")).toThrow(`as 1.0.0; it is ${version}`);
  });

  test("follows the change that reaches furthest", () => {
    expect([highest([]), highest(["patch", "minor"]), highest(["major", "patch"])]).toEqual(["none", "minor", "major"]);
    expect([atLeast("minor", "minor"), atLeast("patch", "minor")]).toEqual([true, false]);
  });
});

describe("what no diff of OpenAPI sees", () => {
  const changed = (change: (document: Json) => void) => {
    const revision = structuredClone(minimax);
    change(revision);
    return changesBetween(minimax, revision, ["names"]).map(
      ({ impact, place, message }) => `${impact} ${place}: ${message}`,
    );
  };
  const codes = (document: Json) => document.components.schemas.StatusCode["x-status-codes"];
  const row = (document: Json, code: number) => codes(document).find((one: Json) => one.code === code);

  test.each<[string, (document: Json) => void, string[]]>([
    ["nothing", () => {}, []],
    [
      "a server that is called otherwise",
      (it) => Object.assign(it.servers[1]["x-server"], { name: "kina" }),
      ["major servers.china: gone: no server has this name."],
    ],
    [
      "a server of another region",
      (it) => Object.assign(it.servers[1]["x-server"], { region: "global" }),
      ["major servers.china.x-server: changed."],
    ],
    ["servers in another order", (it) => it.servers.reverse(), []],
    [
      "a code of another kind",
      (it) => Object.assign(row(it, 1002), { kind: "service" }),
      ["major components.schemas.StatusCode.x-status-codes 1002: changed."],
    ],
    [
      "other words about a code",
      (it) => Object.assign(row(it, 1002), { advice: "Wait." }),
      ["patch components.schemas.StatusCode.x-status-codes 1002: changed, in words."],
    ],
    [
      "a code that is gone",
      (it) => codes(it).pop(),
      ["major components.schemas.StatusCode.x-status-codes 2061: gone."],
    ],
    [
      "a code that is new",
      (it) => codes(it).push({ code: 9, kind: "service" }),
      ["minor components.schemas.StatusCode.x-status-codes 9: new."],
    ],
    [
      "a table with two rows of one name, as a whole",
      (it) => codes(it).push({ code: 1002, kind: "service" }),
      ["major components.schemas.StatusCode.x-status-codes: changed."],
    ],
    [
      "an id that is a number now",
      (it) => delete it.components.schemas.FileObject.properties.file_id["x-exact-id"],
      ["major components.schemas.FileObject.properties.file_id.x-exact-id: gone."],
    ],
    [
      "a limit of images",
      (it) => Object.assign(it.components.schemas.ImageInput["x-limits"], { minSide: 400 }),
      ["major components.schemas.ImageInput.x-limits: changed."],
    ],
    [
      "a limit that is gone",
      (it) => delete it.components.schemas.ImageInput["x-limits"],
      ["minor components.schemas.ImageInput.x-limits: gone."],
    ],
    [
      "a price",
      (it) => Object.assign(it.paths["/v1/video_generation"].post["x-prices"][1].rows[0], { amount: 9 }),
      ["minor paths./v1/video_generation.post.x-prices global: changed."],
    ],
    [
      "a template",
      (it) => it.components.schemas.TemplateId["x-templates"].shift(),
      ["minor components.schemas.TemplateId.x-templates 392753057216684038: gone."],
    ],
    ["an extension that nobody rated", (it) => Object.assign(it.info, { "x-new": [1] }), ["minor info.x-new: new."]],
    [
      "a schema that is new, with all that it has",
      (it) => Object.assign(it.components.schemas, { Extra: { "x-limits": {}, examples: [] } }),
      [],
    ],
    [
      "a schema that is gone",
      (it) => delete it.components.schemas.CallbackUrl,
      ["major components.schemas.CallbackUrl: gone: so is the type of this name."],
    ],
    [
      "an example",
      (it) => it.components.schemas.TaskId.examples.push("7"),
      ["patch components.schemas.TaskId.examples: other examples."],
    ],
  ])("%s", (_, change, lines) => {
    expect(changed(change)).toEqual(lines);
  });
});

describe("values that prove a change", () => {
  const changed = (change: (document: Json) => void, base = minimax) => {
    const revision = structuredClone(base);
    change(revision);
    return changesBetween(base, revision, ["values"]).map(
      ({ impact, place, message }) => `${impact} ${place}: ${message}`,
    );
  };
  const schemas = (change: (schemas: Json) => void) => changed(({ components }) => change(components.schemas));
  /** The gateway with the fewest values to try. */
  const aimanyi = (change: (schemas: Json) => void) => {
    return changed(({ components }) => change(components.schemas), inject("documents").aimanyi as Document);
  };

  test("an option is gone from a part of a closed body: the smallest body that has it", () => {
    expect(aimanyi((it) => delete it.TextToVideo.properties.aigc_watermark)).toEqual([
      expect.stringMatching(
        /^major videoGeneration request: `\{"model":"[^"]+","prompt":"[^"]+","duration":\d+,"aigc_watermark":(true|false)\}` was accepted and is now refused\.$/,
      ),
    ]);
  });

  test("a tier refuses what it took, which only two fields together show", () => {
    const [found, ...others] = aimanyi((it) => {
      it.TextToVideo.oneOf[1].properties.fast_pretreatment = false;
    });
    expect(others).toEqual([]);
    expect(found).toMatch(
      /^major .*"resolution":"1080P".*"fast_pretreatment":|"fast_pretreatment":.*"resolution":"1080P"/,
    );
  });

  test("a limit is looser than before, told without the three thousand characters that show it", () => {
    const [found = "", ...others] = aimanyi((it) => {
      it.TextToVideo.properties.prompt.maxLength = 3000;
    });
    expect(others).toEqual([]);
    expect(found).toMatch(/^minor videoGeneration request: `\{.*characters\)".*\}` was refused and is now accepted\.$/);
    expect(found.length).toBeLessThan(300);
  });

  test("a reply may be what it never was, and another one is ruled out", () => {
    const found = schemas((it) => {
      it.VideoProcessStatus.enum = ["Preparing", "Queueing", "Processing", "Success", "Expired", ""];
    });
    expect(found).toEqual([
      expect.stringMatching(
        /^minor queryVideoGenerationTask response 200: .*"Fail".* was accepted and is now refused\.$/,
      ),
      expect.stringMatching(
        /^major queryVideoGenerationTask response 200: .*"Expired".* was refused and is now accepted\.$/,
      ),
    ]);
  });

  test("a parameter, and what is called back and answered", () => {
    const found = changed((it) => {
      const { parameters } = it.paths["/v1/query/video_generation"].get;
      parameters[0].schema = { type: "string", pattern: "^[0-9]{3}$" };
      it.components.schemas.CallbackAnswer.required = ["challenge", "extra"];
      it.components.schemas.CallbackStatus.required.push("extra");
    });
    expect(found.map((line) => line.replace(/`.*`/, "…"))).toEqual(
      expect.arrayContaining([
        "major queryVideoGenerationTask query task_id: … was accepted and is now refused.",
        expect.stringMatching(/^major \w+ callback \w+ 200: … was accepted and is now refused\.$/),
        expect.stringMatching(/^minor \w+ callback \w+: … was accepted and is now refused\.$/),
      ]),
    );
  });

  test("words change nothing, and another way to say the same is told as that", () => {
    expect(schemas((it) => Object.assign(it.TextInput, { description: "Words." }))).toEqual([]);
    const found = schemas((it) => {
      delete it.VideoTemplateGenerationReq.additionalProperties;
      it.VideoTemplateGenerationReq.unevaluatedProperties = false;
    });
    expect(found).toEqual([
      expect.stringMatching(
        /^patch videoTemplateGeneration request: written differently; none of \d{3,} values tells the two apart\.$/,
      ),
    ]);
  });
});

/** A repository with specs of its own, as small as can be. */
const withIds = (paths: Json) =>
  Object.fromEntries(
    Object.entries<Json>(paths).map(([path, { get, post, ...item }]) => {
      return [
        path,
        {
          ...item,
          ...(get && { get: { operationId: `${path} get`, ...get } }),
          ...(post && { post: { operationId: path, ...post } }),
        },
      ];
    }),
  );
const json = (schema: Json) => ({ description: "words", content: { "application/json": { schema } } });
const spec = (paths: Json, more: Json = {}) => ({
  openapi: "3.1.0",
  info: { title: "A", version: "1.0.0", license: { name: "MIT", identifier: "MIT" } },
  servers: [{ url: "https://a.example", "x-server": { name: "a", region: "global" } }],
  security: [{ key: [] }],
  paths: withIds(paths),
  components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  ...more,
});
const post = (schema: Json, more: Json = {}) => ({
  post: { summary: "words", requestBody: json(schema), responses: { 200: json({ type: "object" }) }, ...more },
});
const a = (schema: Json, more: Json = {}) => ({ type: "object", properties: { a: schema }, ...more });

/** Each change at a path of its own, with what it has to be called. */
const PLANTED: Record<string, { before?: Json; after?: Json; impact: Impact; at: string }> = {
  "/same": { before: post(a({})), after: post(a({})), impact: "none", at: "" },
  "/path-gone": { before: post(a({})), impact: "major", at: "/path-gone" },
  "/operation-new": {
    before: post(a({})),
    after: { ...post(a({})), get: { summary: "words", responses: { 200: { description: "words" } } } },
    impact: "minor",
    at: "GET /operation-new",
  },
  "/limit-tighter": {
    before: post(a({ type: "string", maxLength: 9 })),
    after: post(a({ type: "string", maxLength: 8 })),
    impact: "major",
    at: "a maxLength",
  },
  "/limit-looser": {
    before: post(a({ type: "string", maxLength: 8 })),
    after: post(a({ type: "string", maxLength: 9 })),
    impact: "minor",
    at: "a maxLength",
  },
  "/value-gone": {
    before: post(a({ enum: ["x", "y"] })),
    after: post(a({ enum: ["x"] })),
    impact: "major",
    at: "a enum",
  },
  "/required": {
    before: post(a({})),
    after: post(a({}, { required: ["a"] })),
    impact: "major",
    at: "requestBody required",
  },
  "/field-new": {
    before: post(a({})),
    after: post({ type: "object", properties: { a: {}, b: {} } }),
    impact: "minor",
    at: "requestBody.b",
  },
  "/field-gone": {
    before: post({ allOf: [{ type: "object", properties: { a: {}, b: {} } }] }),
    after: post({ allOf: [a({})] }),
    impact: "major",
    at: "requestBody.allOf.0.b",
  },
  "/field-renamed": {
    before: post({ type: "object", properties: { b: {}, name: { type: "string", description: "The name." } } }),
    after: post({ type: "object", properties: { b: {}, names: { type: "string", description: "The name." } } }),
    impact: "major",
    at: "requestBody.names key",
  },
  "/field-refused": {
    before: post(a({})),
    after: post({ type: "object", properties: { a: {}, b: false } }),
    impact: "major",
    at: "requestBody b",
  },
  "/field-allowed": {
    before: post({ type: "object", properties: { a: {}, b: false } }),
    after: post(a({})),
    impact: "minor",
    at: "requestBody b",
  },
  "/default": { before: post(a({ default: 1 })), after: post(a({ default: 2 })), impact: "major", at: "a default" },
  "/unlocked": {
    before: post(a({})),
    after: post(a({}), { security: [] }),
    impact: "major",
    at: "POST /unlocked security",
  },
  "/deprecated": {
    before: post(a({})),
    after: post(a({}), { deprecated: true }),
    impact: "minor",
    at: "POST /deprecated deprecated",
  },
  "/words": {
    before: post(a({ description: "one" })),
    after: post(a({ description: "two" })),
    impact: "patch",
    at: "a description",
  },
  "/reply-value": {
    before: post(a({}), { responses: { 200: json(a({ enum: [1] })) } }),
    after: post(a({}), { responses: { 200: json(a({ enum: [1, 2] })) } }),
    impact: "major",
    at: "responses.200.a enum",
  },
};
const pathsOf = (side: "before" | "after") => {
  return Object.fromEntries(
    Object.entries(PLANTED).flatMap(([path, planted]) => (planted[side] ? [[path, planted[side]]] : [])),
  );
};

/** Where that comes from, and a shallow clone of it, as CI has one. */
let origin: string;
let repository: string;
const write = (file: string, value: Json) => {
  mkdirSync(dirname(join(repository, file)), { recursive: true });
  writeFileSync(join(repository, file), typeof value === "string" ? value : stringify(value));
};
const git = (...args: string[]): string => {
  const author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...author, ...args], { cwd: repository, encoding: "utf8", stdio: "pipe" });
};

/** The command, in this process, on that repository. */
async function run(args: string[], at = join(repository, "openapi")) {
  const said = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof said) => ({
    write(text: string) {
      said[name] += text;
    },
  });
  const { signal } = new AbortController();
  const io = { stdin: process.stdin, stdout: sink("stdout"), stderr: sink("stderr"), signal };
  const code = await guarded(() => diff(args, io, { at, today: new Date("2026-11-26T12:00:00Z") }), io);
  return { code, ...said };
}

beforeAll(() => {
  origin = mkdtempSync(join(tmpdir(), "minimax-video-"));
  repository = origin;
  const roots = (names: string[]) => ({
    apis: Object.fromEntries(names.map((name) => [name, { root: `${name}.yaml` }])),
  });
  git("init", "--quiet", "--initial-branch=main");
  write("package.json", '{ "version": "0.1.0" }');
  git("add", "--all");
  git("commit", "--quiet", "--message=Before there were specs");
  const shared = { "/shared": { $ref: "paths/shared.yaml" } };
  write("openapi/redocly.yaml", roots(["changed", "gone", "same"]));
  write("openapi/changed.yaml", spec({ ...pathsOf("before"), ...shared }));
  write("openapi/paths/shared.yaml", post(a({ type: "string", minLength: 1 })));
  write("openapi/gone.yaml", spec({ "/v": post(a({})) }));
  write("openapi/same.yaml", spec({ "/v": post(a({})) }));
  git("add", "--all");
  git("commit", "--quiet", "--message=Specs");
  repository = mkdtempSync(join(tmpdir(), "minimax-video-"));
  git("clone", "--quiet", "--depth=1", `file://${origin}`, ".");
  write("openapi/redocly.yaml", roots(["changed", "same", "new"]));
  write("openapi/changed.yaml", spec({ ...pathsOf("after"), ...shared }));
  write("openapi/paths/shared.yaml", post(a({ type: "string", minLength: 2 })));
  rmSync(join(repository, "openapi/gone.yaml"));
  write("openapi/new.yaml", spec({ "/v": post(a({})) }));
  git("add", "openapi/new.yaml");
});
afterAll(() => {
  for (const folder of [origin, repository]) rmSync(folder, { recursive: true, force: true });
});

describe("the specs of a commit against those in the working tree", () => {
  let report: Report & { failed: boolean };
  let ran: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    ran = await run(["origin/main", "--json"]);
    expect(ran.stderr).toBe("");
    report = JSON.parse(ran.stdout);
  }, 60_000);
  const rootOf = (name: string) => report.roots.find((one) => one.name === name);

  test("fail, because numbers are missing, and leave nothing behind", () => {
    expect({ code: ran.code, stderr: ran.stderr, failed: report.failed }).toEqual({
      code: 1,
      stderr: "",
      failed: true,
    });
    expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
    expect(git("diff", "--cached", "--name-only").trim()).toBe("openapi/new.yaml");
  });

  test("are told root by root, also what is new, gone, or not committed", () => {
    const roots = report.roots.map(({ changes: _, ...root }) => root);
    expect(roots).toEqual([
      { name: "changed", state: "changed", impact: "major", was: "1.0.0", is: "1.0.0", asks: "2.0.0", enough: false },
      { name: "same", state: "same", impact: "none", was: "1.0.0", is: "1.0.0", asks: "1.0.0", enough: true },
      { name: "new", state: "new", impact: "minor", is: "1.0.0", enough: true },
      { name: "gone", state: "gone", impact: "major", was: "1.0.0", enough: true },
    ]);
    const commit = git("rev-parse", "--short", "HEAD").trim();
    expect(report).toMatchObject({ ref: "origin/main", commit, impact: "major" });
  });

  test.each(Object.entries(PLANTED))("%s is rated", (path, { impact, at }) => {
    const own = rootOf("changed")?.changes.filter(({ place }) => new RegExp(`^[A-Z]* ?${path}\\b`).test(place)) ?? [];
    expect(highest(own.map((change) => change.impact))).toBe(impact);
    const furthest = own.filter((change) => change.impact === impact).map(({ place }) => place);
    if (at)
      expect(
        furthest.some((place) => place.endsWith(at) || at.endsWith(place)),
        furthest.join(),
      ).toBe(true);
  });

  test("in places that a reader finds: file and line, also of a shared part, and of what is gone", () => {
    const changes = rootOf("changed")?.changes ?? [];
    expect(changes.find(({ place }) => place === "POST /shared requestBody.a minLength")).toMatchObject({
      impact: "major",
      message: expect.stringContaining("'1' to '2'"),
      file: "openapi/paths/shared.yaml",
      line: expect.any(Number),
    });
    expect(changes.find(({ place }) => place === "/path-gone")?.file).toBe(`${report.commit}:openapi/changed.yaml`);
  });

  test("what reaches furthest first", () => {
    const order = rootOf("changed")?.changes.map(({ impact }) => impact) ?? [];
    expect(order).toEqual(order.toSorted((one, other) => (atLeast(one, other) ? (atLeast(other, one) ? 0 : -1) : 1)));
  });

  test("as an entry for a changelog, which mentions what changed alone", () => {
    const entry = markdownOf(report, "2026-11-26");
    expect(entry).toMatch(/^## Specs, 2026-11-26\n\n### changed 2\.0\.0 \(was 1\.0\.0\)\n\n\*\*Breaks\*\*\n\n- `\S/);
    expect(entry).toContain(
      "\n- `POST /shared requestBody.a minLength`: `minLength` of `a` changed from '1' to '2'. (openapi/paths/shared.yaml:",
    );
    expect(entry).toMatch(/\n\n### new 1\.0\.0, new\n\n### gone, gone\n\nIt was 1\.0\.0\.\n$/);
    expect(entry).not.toContain("same");
    expect(markdownOf({ ...report, roots: [] }, "2026-11-26")).toBe("## Specs, 2026-11-26\n\nNothing changed.\n");
  });

  test("as text: the entry, and a verdict on each number", () => {
    const [head, rest] = textOf(report, "2026-11-26").split(markdownOf(report, "2026-11-26"));
    expect(head).toBe(`openapi/ at origin/main (${report.commit}) and in the working tree: major\n\n`);
    expect(rest?.trim().split("\n")).toEqual([
      "changed: info.version was 1.0.0 and is 1.0.0: it must be at least 2.0.0",
      "same: nothing changed, info.version 1.0.0",
      "new: new, info.version 1.0.0",
      "gone: gone, info.version was 1.0.0",
    ]);
    const [changed] = report.roots as [RootReport];
    expect(verdictOn({ ...changed, is: "2.0.0", enough: true })).toBe("info.version was 1.0.0 and is 2.0.0: enough");
    expect(verdictOn({ ...changed, impact: "patch", asks: "1.0.1", enough: true })).toMatch(
      /and is 1\.0\.0: enough for words; 1\.0\.1 is due/,
    );
  });

  test("with what is neither Markdown nor HTML where it is not meant", () => {
    const change = { impact: "major" as const, place: "a", message: "<b> `*` _x_ | [y]" };
    const roots = report.roots.slice(0, 1).map((root) => ({ ...root, changes: [change] }));
    expect(markdownOf({ ...report, roots }, "2026-11-26")).toContain("`a`: \\<b\\> `*` \\_x\\_ \\| \\[y\\]\n");
  });

  test("as annotations, at lines that a pull request has", () => {
    const lines = annotationsOf(report).trim().split("\n");
    expect(lines.every((line) => /^::(warning|error) /.test(line))).toBe(true);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^::warning file=openapi\/paths\/shared\.yaml,line=\d+,title=changed breaks::POST \/shared requestBody\.a minLength: /,
      ),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^::warning title=changed breaks::\/path-gone: /));
    expect(lines).toContain("::error title=changed::info.version was 1.0.0 and is 1.0.0: it must be at least 2.0.0");
    expect(lines).toContain("::warning title=gone::The whole root is gone.");
    expect(lines.join()).not.toContain("/words");
    const change = { impact: "major" as const, place: "a", message: "50 %\nmore", file: "openapi/a:b,c.yaml", line: 1 };
    const roots = report.roots.slice(1, 2).map((root) => ({ ...root, changes: [change] }));
    expect(annotationsOf({ ...report, roots })).toBe(
      "::warning file=openapi/a%3Ab%2Cc.yaml,line=1,title=same breaks::a: 50 %25%0Amore\n",
    );
  });

  test("fail as --fail-on says", () => {
    const roots = (impact: Impact, enough: boolean) =>
      ({ impact, roots: [{ ...rootOf("changed"), impact, enough }] }) as Report;
    expect(failing(roots("minor", false), undefined)).toBe(true);
    expect(failing(roots("major", true), undefined)).toBe(false);
    expect(failing(roots("major", true), "major")).toBe(true);
    expect(failing(roots("minor", false), "major")).toBe(false);
    expect(failing(roots("patch", true), "patch")).toBe(true);
    expect(failing(roots("major", false), "none")).toBe(false);
  });
});

describe("the command", () => {
  test.each<[string[], RegExp]>([
    [[], /Name one commit/],
    [["HEAD", "main"], /Name one commit/],
    [["HEAD", "--fail-on", "all"], /takes major, minor, patch or none \(got all\)/],
    [["HEAD", "--json", "--markdown"], /--json stands alone/],
    [["HEAD", "--json", "--annotate"], /--json stands alone/],
    [["HEAD", "--fail"], /'--fail'.*There are --fail-on/],
    [["nowhere"], /no commit nowhere here\. This clone is shallow\. Fetch the rest: git fetch --unshallow --tags/],
    [
      ["origin/nowhere"],
      /no commit origin\/nowhere here\. Fetch it: git fetch --depth=1 origin \+refs\/heads\/nowhere:refs\/remotes\/origin\/nowhere/,
    ],
    [["--", "--upload-pack=touch"], /is not the name of a commit/],
  ])("ends with 2 when it cannot tell: %j", async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("ends with 2 where there is no such commit, or no specs in it", async () => {
    const at = join(origin, "openapi");
    expect((await run(["nowhere"], at)).stderr).toMatch(/no commit nowhere here\. See git branch/);
    const { code, stderr } = await run(["HEAD~1"], at);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^HEAD~1 \(\w+\) has no openapi\/redocly\.yaml/);
  });

  test("ends with 2 where git is not installed", async () => {
    vi.stubEnv("PATH", join(repository, "nowhere"));
    expect(await run(["HEAD"])).toMatchObject({ code: 2, stderr: "git is not installed, or not in the PATH.\n" });
  });

  test("ends with 2 outside of a checkout", async () => {
    const copy = mkdtempSync(join(tmpdir(), "minimax-video-"));
    try {
      cpSync(join(repository, "openapi"), join(copy, "openapi"), { recursive: true });
      expect(await run(["HEAD"], join(copy, "openapi"))).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("not a git checkout"),
      });
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  test("ends with 2 when the specs do not hold together, which a diff alone would call a patch", async () => {
    write("openapi/paths/shared.yaml", "post: [");
    try {
      expect(await run(["HEAD"])).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringMatching(/^The specs in the working tree cannot be bundled\. [\s\S]*shared\.yaml/),
      });
    } finally {
      write("openapi/paths/shared.yaml", post(a({ type: "string", minLength: 2 })));
    }
  }, 60_000);

  test("helps", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run spec:diff[\s\S]*--fail-on LEVEL[\s\S]*Exit codes\n {2}0/);
  });

  test("takes everything back at Ctrl-C", async () => {
    const room = mkdtempSync(join(tmpdir(), "minimax-video-"));
    const tsx = join(root, "node_modules/tsx/dist/esm/index.mjs");
    const child = spawn(process.execPath, ["--import", tsx, join(specs, "diff.ts"), "HEAD"], {
      cwd: root,
      env: { ...process.env, TMPDIR: room },
      stdio: "pipe",
    });
    try {
      const mine = () => readdirSync(room).filter((name) => name.startsWith("minimax-video-"));
      await expect.poll(mine, { timeout: 20_000, interval: 5 }).toHaveLength(1);
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGINT");
      expect(await ended).toBe(130);
      expect(mine()).toEqual([]);
    } finally {
      child.kill("SIGKILL");
      rmSync(room, { recursive: true, force: true });
    }
  }, 60_000);
});
