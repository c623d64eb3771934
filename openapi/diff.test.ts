/** `npm run spec:diff`: lists what changed since a commit, what breaks, and the version number that this requires. */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, test, vi } from "vitest";
import { stringify } from "yaml";
import { commandIo } from "../contract-tests/helpers/command-io.js";
import { folderForAll } from "../contract-tests/helpers/temporary-folder.js";
import { changesBetween, type Impact } from "./changes/rate-changes.js";
import { asked, highest, type Report, type RootReport, reaches } from "./changes/report.js";
import { annotationsOf, markdownOf, textOf, verdictOn } from "./changes/report-text.js";
import { guarded } from "./command.js";
import { diff, failing } from "./diff.js";
import { type Document, type Json, folder as specs } from "./documents.js";

const minimax = inject("documents").minimax as Document;
const lineOf = ({ impact, place, message }: ReturnType<typeof changesBetween>[number]) =>
  `${impact} ${place}: ${message}`;
const changesIn = (base: Json, revision: Json) => changesBetween(base, revision).map(lineOf);

/** Applies a change to one of our documents and returns the reported lines. */
function changed(change: (document: Json) => void, base = minimax): string[] {
  const revision = structuredClone(base);
  change(revision);
  return changesIn(base, revision);
}

describe("a version number", () => {
  test.each<[string, Impact, string]>([
    ["1.2.3", "major", "2.0.0"],
    ["1.2.3", "minor", "1.3.0"],
    ["1.2.3", "patch", "1.2.4"],
    ["1.2.3", "none", "1.2.3"],
    ["0.2.3", "major", "0.3.0"],
    ["0.2.3", "minor", "0.2.4"],
    ["0.2.3", "patch", "0.2.4"],
  ])("%s after a %s change must become %s", (version, impact, next) => {
    expect(asked(version, impact)).toBe(next);
  });

  test.each([
    ["1.10.0", "1.9.9", true],
    ["1.0.0", "1.0.0", true],
    ["1.0.1", "1.1.0", false],
    ["0.9.9", "1.0.0", false],
  ])("%s is as high as %s: %s", (version, other, verdict) => {
    expect(reaches(version, other)).toBe(verdict);
  });

  test("must be three numbers", () => {
    for (const version of ["1.0", "v1.0.0", "1.0.0-beta", "undefined"])
      expect(() => asked(version, "minor")).toThrow(`such as 1.0.0 (got ${version})`);
  });

  test("follows the change with the highest impact", () => {
    expect([highest([]), highest(["patch", "minor"]), highest(["major", "patch"])]).toEqual(["none", "minor", "major"]);
  });
});

const json = (schema: Json, more: Json = {}) => ({
  description: "words",
  content: { "application/json": { schema } },
  ...more,
});
const spec = (paths: Json, more: Json = {}) => ({
  openapi: "3.1.0",
  info: { title: "A", version: "1.0.0", license: { name: "MIT", identifier: "MIT" } },
  servers: [{ url: "https://a.example", "x-server": { name: "a", region: "global" } }],
  security: [{ key: [] }],
  paths,
  components: { schemas: {}, securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  ...more,
});
/** A POST with a body of this schema. */
const post = (schema: Json, more: Json = {}) => ({
  post: { operationId: "create", requestBody: json(schema), responses: { 200: json({ type: "object" }) }, ...more },
});
const object = (properties: Json, more: Json = {}) => ({ type: "object", properties, ...more });
const a = (schema: Json, more: Json = {}) => object({ a: schema }, more);
const reply = (schema: Json, more: Json = {}) => post({}, { responses: { 200: json(a(schema), more) } });
const called = (sent: Json, answer: Json = {}) =>
  post(
    {},
    { callbacks: { done: { "{$url}": post(sent, { operationId: "done", responses: { 200: json(answer) } }) } } },
  );

describe("a change of an operation is rated by its impact on callers:", () => {
  /** Expects this line, and no change with a higher impact. */
  function expectLine(before: Json, after: Json, line: string) {
    const lines = changesIn(spec({ "/v": before }), spec(after ? { "/v": after } : {}));
    if (!line) return expect(lines).toEqual([]);
    expect(lines).toContainEqual(expect.stringContaining(line));
    expect(highest(lines.map((one) => one.split(" ")[0] as Impact))).toBe(line.split(" ")[0]);
  }

  test.each<[string, before: Json, after: Json, line: string]>([
    ["nothing", { type: "string" }, { type: "string" }, ""],
    ["listed values in another order", { enum: [1, 2] }, { enum: [2, 1] }, ""],
    ["branches in another order", { oneOf: [{ const: 1 }, { const: 9 }] }, { oneOf: [{ const: 9 }, { const: 1 }] }, ""],
    ["a tighter limit", { maxLength: 9 }, { maxLength: 8 }, "major POST /v request.a maxLength: `8`, was `9`."],
    ["a looser limit", { minimum: 9 }, { minimum: 8 }, "minor POST /v request.a minimum: `8`, was `9`."],
    ["a new limit", {}, { maxItems: 9 }, "major POST /v request.a maxItems: new, `9`."],
    ["a limit that is gone", { pattern: "^a" }, {}, "minor POST /v request.a pattern: gone, was `^a`."],
    ["another pattern", { pattern: "^a" }, { pattern: "^b" }, "major POST /v request.a pattern"],
    ["a value that is gone", { enum: [1, 2] }, { enum: [1] }, "major POST /v request.a values: gone, was `[2]`."],
    ["a new value", { enum: [1] }, { enum: [1, 2] }, "minor POST /v request.a values: new, `[2]`."],
    [
      "a list that is gone",
      { type: "integer", enum: [1] },
      { type: "integer" },
      "minor POST /v request.a list of values",
    ],
    ["an added type", { type: "string" }, { type: ["string", "null"] }, "minor POST /v request.a type"],
    ["another type", { type: "string" }, { type: "array" }, "major POST /v request.a type: `array`, was `string`."],
    ["another default", { default: 1 }, { default: 2 }, "major POST /v request.a default: `2`, was `1`."],
    ["a field that is refused now", {}, false, "major POST /v request.a field: gone"],
    ["a field that is no longer refused", false, {}, "minor POST /v request.a field: new"],
    [
      "wording",
      { description: "one" },
      { description: "two" },
      "patch the document: only wording or notation has changed.",
    ],
  ])("%s", (_, before, after, line) => expectLine(post(a(before)), post(a(after)), line));

  const required = { required: ["a"] };
  const many = (responses: Json) => post({}, { responses });
  const trace = { headers: { "X-Trace": { schema: { type: "string" } } } };
  const query = { parameters: [{ in: "query", name: "q", required: true, schema: {} }] };
  const nullable = { type: ["string", "null"] };
  const text = { type: "string" };
  const AUTH = "POST /v security:";
  test.each<[string, before: Json, after: Json, line: string]>([
    ["fields in another order", post(object({ a: {}, b: {} })), post(object({ b: {}, a: {} })), ""],
    ["a field that is required now", post(a({})), post(a({}, required)), "major POST /v request.a required: `true`"],
    ["a field that is optional now", post(a({}, required)), post(a({})), "minor POST /v request.a required: `false`"],
    ["a new field", post(object({})), post(a({})), "minor POST /v request.a field: new"],
    ["a new required field", post(object({})), post(a({}, required)), "major POST /v request.a field: new"],
    ["a field that is gone", post({ allOf: [a({})] }), post({ allOf: [object({})] }), "major POST /v request.a field"],
    ["a closed body", post(a({})), post(a({}, { additionalProperties: false })), "major POST /v request closed"],
    ["a path that is gone", post({}), undefined, "major POST /v: gone, was `create`."],
    ["a new operation", post({}), { ...post({}), get: {} }, "minor GET /v: new"],
    ["another operationId", post({}), post({}, { operationId: "b" }), "major POST /v operationId: `b`, was `create`."],
    ["a deprecation", post({}), post({}, { deprecated: true }), "minor POST /v deprecated: new"],
    ["no key needed now", post({}), post({}, { security: [] }), `minor ${AUTH} no longer requires authentication.`],
    ["a key that is required now", post({}, { security: [] }), post({}), `major ${AUTH} now requires authentication.`],
    ["another key", post({}), post({}, { security: [{ b: [] }] }), `major ${AUTH} the authentication has changed.`],
    ["a required parameter", { get: {} }, { get: query }, "major GET /v query.q field: new"],
    ["tags, never compared", post({}), post({}, { tags: ["a"] }), "patch the document: only wording"],
    [
      "a new value in a reply",
      reply({ enum: [1] }),
      reply({ enum: [1, 2] }),
      "major POST /v response.200.a values: new",
    ],
    [
      "a value that no reply has any more",
      reply({ enum: [1, 2] }),
      reply({ enum: [1] }),
      "minor POST /v response.200.a values: gone",
    ],
    ["a type that no reply has any more", reply(nullable), reply(text), "minor POST /v response.200.a type"],
    [
      "a reply field that is optional now",
      many({ 200: json(a({}, required)) }),
      reply({}),
      "major POST /v response.200.a required",
    ],
    ["a new header of a reply", reply({}), reply({}, trace), "minor POST /v response.200.header.x-trace field: new"],
    ["a new callback", post({}), called({}), "minor POST /v callback done: new"],
    [
      "a new value in a callback",
      called({ enum: [1] }),
      called({ enum: [1, 2] }),
      "major POST /v callback done request values",
    ],
    [
      "an answer with a field that is required now",
      called({}, a({})),
      called({}, a({}, required)),
      "major POST /v callback done response.200.a",
    ],
  ])("%s", (_, before, after, line) => expectLine(before, after, line));

  test("another scheme of authentication", () => {
    const other = { schemas: {}, securitySchemes: { key: { type: "apiKey", in: "header", name: "key" } } };
    expect(changesIn(spec({}), spec({}, { components: other }))).toEqual([
      "major components.securitySchemes.key: the authentication has changed.",
    ]);
  });

  test("a change that several operations share, listed once", () => {
    const both = (schema: Json) => spec({ "/v": post(schema), "/w": post(schema) });
    expect(changesIn(both(a({ maximum: 2 })), both(a({ maximum: 3 })))[0]).toBe(
      "minor POST /v (and 1 more) request.a maximum: `3`, was `2`.",
    );
  });
});

describe("names, tables and extensions are rated by the code generated from them:", () => {
  const codes = ({ components }: Json) => components.schemas.StatusCode["x-status-codes"];
  const row = (it: Json, code: number) => codes(it).find((one: Json) => one.code === code);
  const china = (it: Json) => it.servers[1]["x-server"];
  const fileId = (it: Json) => it.components.schemas.FileObject.properties.file_id;
  const image = (it: Json) => it.components.schemas.ImageInput;
  const prices = (it: Json) => it.paths["/v1/video_generation"].post["x-prices"][1].rows;
  const set = Object.assign;
  const SCHEMAS = "components.schemas";
  const TABLE = `${SCHEMAS}.StatusCode.x-status-codes`;
  const NO_SERVER = "gone: no server has this name.";
  const PRICES = "paths./v1/video_generation.post.x-prices global";

  test.each<[string, (document: Json) => void, string]>([
    ["nothing", () => {}, ""],
    ["the version number alone", (it) => set(it.info, { version: "9.9.9" }), ""],
    ["servers in another order", (it) => it.servers.reverse(), ""],
    ["a server of another name", (it) => set(china(it), { name: "kina" }), `major servers.china: ${NO_SERVER}`],
    ["a server of another region", (it) => set(china(it), { region: "x" }), "major servers.china.x-server: changed."],
    ["a code of another kind", (it) => set(row(it, 1002), { kind: "service" }), `major ${TABLE} 1002: changed.`],
    ["wording of a code", (it) => set(row(it, 1002), { advice: "" }), `patch ${TABLE} 1002: only wording has changed.`],
    ["a code that is gone", (it) => codes(it).pop(), `major ${TABLE} 2061: gone.`],
    ["a new code", (it) => codes(it).push({ code: 9, kind: "service" }), `minor ${TABLE} 9: new.`],
    ["a table with a duplicate row", (it) => codes(it).push({ code: 1002 }), `major ${TABLE}: changed.`],
    [
      "a number for an id",
      (it) => delete fileId(it)["x-exact-id"],
      `major ${SCHEMAS}.FileObject.properties.file_id.x-exact-id: gone.`,
    ],
    [
      "another limit",
      (it) => set(image(it)["x-limits"], { minSide: 4 }),
      `major ${SCHEMAS}.ImageInput.x-limits: changed.`,
    ],
    ["a limit that is gone", (it) => delete image(it)["x-limits"], `minor ${SCHEMAS}.ImageInput.x-limits: gone.`],
    ["a price", (it) => set(prices(it)[0], { amount: 9 }), `minor ${PRICES}: changed.`],
    ["an extension without a rating", (it) => set(it.info, { "x-new": [1] }), "minor info.x-new: new."],
    [
      "an example",
      (it) => image(it).examples.push("https://a.example/b.png"),
      `patch ${SCHEMAS}.ImageInput.examples: the examples have changed.`,
    ],
  ])("%s", (_, change, line) => {
    expect(changed(change)).toEqual(line ? [line] : []);
  });

  test("a schema that is gone, as the loss of its type", () => {
    const schemas = { Used: {}, Extra: { "x-limits": {} } };
    const [before, after] = [schemas, { Used: {} }].map((schemas) => spec({}, { components: { schemas } }));
    expect(changesIn(before, after)).toEqual(["major components.schemas.Extra: gone, and its type too."]);
  });
});

describe("values that prove a change:", () => {
  /** Changes the gateway that has the fewest values to try. */
  const aimanyi = (change: (schemas: Json) => void) => {
    return changed(({ components }) => change(components.schemas), inject("documents").aimanyi as Document);
  };

  test("an option removed from a part of a closed body is shown in the smallest body that has it", () => {
    expect(aimanyi((it) => delete it.TextToVideo.properties.aigc_watermark)).toContainEqual(
      expect.stringMatching(
        /^major videoGeneration request: `\{"model":"[^"]+","prompt":"[^"]+","duration":\d+,"aigc_watermark":(true|false)\}` was accepted and is now refused\.$/,
      ),
    );
  });

  test("a tier that refuses a field it used to accept is shown with both fields", () => {
    const found = aimanyi((it) => {
      it.TextToVideo.oneOf[1].properties.fast_pretreatment = false;
    });
    expect(found).toContainEqual(
      expect.stringMatching(
        /^major .*"resolution":"1080P".*"fast_pretreatment":|"fast_pretreatment":.*"resolution":"1080P"/,
      ),
    );
  });

  test("a looser limit is shown without printing the three thousand characters that prove it", () => {
    const found = aimanyi((it) => {
      it.TextToVideo.properties.prompt.maxLength = 3000;
    });
    const shown = found.find((line) => line.includes("now accepted")) ?? "";
    expect(shown).toMatch(/^minor videoGeneration request: `\{.*characters\)".*\}` was refused and is now accepted\.$/);
    expect(shown.length).toBeLessThan(300);
  });

  test("parameters, callbacks and their answers are tried too", () => {
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

  test("another notation with the same meaning is reported as such", () => {
    const found = changed(({ components }) => {
      delete components.schemas.VideoTemplateGenerationReq.additionalProperties;
      components.schemas.VideoTemplateGenerationReq.unevaluatedProperties = false;
    });
    expect(found).toEqual(["patch the document: only wording or notation has changed."]);
  });
});

/** A repository with small specs, and a shallow clone of it, as in CI. */
const origin = folderForAll();
const clone = folderForAll();
let repository = origin;
const write = (file: string, value: Json) => {
  mkdirSync(dirname(join(repository, file)), { recursive: true });
  writeFileSync(join(repository, file), typeof value === "string" ? value : stringify(value));
};
const git = (...args: string[]): string => {
  const author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...author, ...args], { cwd: repository, encoding: "utf8", stdio: "pipe" });
};

/** Runs the command in this process, on that repository. */
async function run(args: string[], at = join(repository, "openapi")) {
  const { io, printed } = commandIo();
  const code = await guarded(() => diff(args, io, new Date("2026-11-26T12:00:00Z"), at), io);
  return { code, ...printed };
}

beforeAll(() => {
  const roots = (names: string[]) => ({
    apis: Object.fromEntries(names.map((name) => [name, { root: `${name}.yaml` }])),
  });
  const shared = { "/shared": { $ref: "paths/shared.yaml" } };
  git("init", "--quiet", "--initial-branch=main");
  write("package.json", '{ "version": "0.1.0" }');
  git("add", "--all");
  git("commit", "--quiet", "--message=Before there were specs");
  write("openapi/redocly.yaml", roots(["changed", "gone", "same"]));
  write("openapi/changed.yaml", spec({ "/gone": post(a({})), "/words": post(a({ examples: ["one"] })), ...shared }));
  write("openapi/paths/shared.yaml", post(a({ type: "string", minLength: 1 })));
  write("openapi/gone.yaml", spec({ "/v": post(a({})) }));
  write("openapi/same.yaml", spec({ "/v": post(a({})) }));
  git("add", "--all");
  git("commit", "--quiet", "--message=Specs");
  repository = clone;
  git("clone", "--quiet", "--depth=1", `file://${origin}`, ".");
  write("openapi/redocly.yaml", roots(["changed", "same", "new"]));
  write("openapi/changed.yaml", spec({ "/words": post(a({ examples: ["two"] })), ...shared }));
  write("openapi/paths/shared.yaml", post(a({ type: "string", minLength: 2 })));
  rmSync(join(repository, "openapi/gone.yaml"));
  write("openapi/new.yaml", spec({ "/v": post(a({})) }));
  git("add", "openapi/new.yaml");
});

describe("a report on the specs of a commit and those in the working tree", () => {
  let report: Report & { failed: boolean };
  let ran: Awaited<ReturnType<typeof run>>;
  const LIMIT = "POST /shared request.a minLength";
  beforeAll(async () => {
    ran = await run(["origin/main", "--json"]);
    report = JSON.parse(ran.stdout);
  }, 60_000);

  test("fails if version numbers are too low, and leaves no files behind", () => {
    expect({ code: ran.code, stderr: ran.stderr, failed: report.failed }).toEqual({
      code: 1,
      stderr: "",
      failed: true,
    });
    expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
    expect(git("diff", "--cached", "--name-only").trim()).toBe("openapi/new.yaml");
  });

  test("lists each root, including new, removed and uncommitted ones", () => {
    expect(report.roots.map(({ changes: _, ...root }) => root)).toEqual([
      { name: "changed", state: "changed", impact: "major", was: "1.0.0", is: "1.0.0", asks: "2.0.0", enough: false },
      { name: "same", state: "same", impact: "none", was: "1.0.0", is: "1.0.0", asks: "1.0.0", enough: true },
      { name: "new", state: "new", impact: "minor", is: "1.0.0", enough: true },
      { name: "gone", state: "gone", impact: "major", was: "1.0.0", enough: true },
    ]);
    const commit = git("rev-parse", "--short", "HEAD").trim();
    expect(report).toMatchObject({ ref: "origin/main", commit, impact: "major" });
  });

  test("names the file of a change, and lists the highest impact first", () => {
    const changes = report.roots[0]?.changes ?? [];
    expect(changes.find(({ place }) => place === LIMIT)?.file).toBe("openapi/paths/shared.yaml");
    expect(changes.find(({ place }) => place === "POST /gone")).not.toHaveProperty("file");
    const order = changes.map(({ impact }) => impact);
    expect(order).toEqual(["major", "major", "patch"]);
  });

  test("is printed as a changelog entry, and as text with a verdict on each version number", () => {
    const entry = markdownOf(report, "2026-11-26");
    expect(entry).toMatch(/^## Specs, 2026-11-26\n\n### changed 2\.0\.0 \(was 1\.0\.0\)\n\n\*\*Breaking\*\*\n\n- `\S/);
    expect(entry).toContain(`\n- \`${LIMIT}\`: \`2\`, was \`1\`. (openapi/paths/shared.yaml)\n`);
    expect(entry).toMatch(/\n\n### new 1\.0\.0, new\n\n### gone, gone\n\nIt was 1\.0\.0\.\n$/);
    expect(entry).not.toContain("same");
    expect(markdownOf({ ...report, roots: [] }, "2026-11-26")).toBe("## Specs, 2026-11-26\n\nNothing changed.\n");
    const [head, rest] = textOf(report, "2026-11-26").split(entry);
    expect(head).toBe(`openapi/ in the working tree, compared with origin/main (${report.commit}): major\n\n`);
    expect(rest?.trim().split("\n")).toEqual([
      "changed: info.version was 1.0.0 and is 1.0.0: it must be at least 2.0.0",
      "same: nothing changed, info.version 1.0.0",
      "new: new, info.version 1.0.0",
      "gone: gone, info.version was 1.0.0",
    ]);
    const [root] = report.roots as [RootReport];
    expect(verdictOn({ ...root, is: "2.0.0", enough: true })).toBe("info.version was 1.0.0 and is 2.0.0: enough");
    expect(verdictOn({ ...root, impact: "patch", asks: "1.0.1", enough: true })).toMatch(
      /and is 1\.0\.0: enough for wording; raise it to 1\.0\.1/,
    );
  });

  test("escapes Markdown, HTML, and special characters in annotations for GitHub", () => {
    const change = {
      impact: "major" as const,
      place: "a",
      message: "<b> `*` _x_ | [y]\n50 %",
      file: "openapi/a:b,c.yaml",
    };
    const roots = report.roots.slice(1, 2).map((root) => ({ ...root, state: "changed" as const, changes: [change] }));
    expect(markdownOf({ ...report, roots }, "2026-11-26")).toContain("`a`: \\<b\\> `*` \\_x\\_ \\| \\[y\\]\n");
    expect(annotationsOf({ ...report, roots })).toBe(
      "::warning file=openapi/a%3Ab%2Cc.yaml,title=same breaks::a: <b> `*` _x_ | [y]%0A50 %25\n",
    );
  });

  test("annotates breaking changes and version numbers that are too low", () => {
    expect(annotationsOf(report).trim().split("\n").toSorted()).toEqual([
      "::error title=changed::info.version was 1.0.0 and is 1.0.0: it must be at least 2.0.0",
      `::warning file=openapi/paths/shared.yaml,title=changed breaks::${LIMIT}: \`2\`, was \`1\`.`,
      "::warning title=changed breaks::POST /gone: gone, was `create`.",
      "::warning title=gone::The whole root is gone.",
    ]);
  });

  test.each<[Impact, boolean, Impact | undefined, boolean]>([
    ["minor", false, undefined, true],
    ["major", true, undefined, false],
    ["major", true, "major", true],
    ["minor", false, "major", false],
    ["patch", true, "patch", true],
    ["major", false, "none", false],
  ])("with %s changes and a version number that is high enough (%s), --fail-on %s fails: %s", (impact, enough, limit, fails) => {
    const [root] = report.roots as [RootReport];
    expect(failing({ impact, roots: [{ ...root, impact, enough }] }, limit)).toBe(fails);
  });
});

describe("the command", () => {
  const [copy, room] = [folderForAll(), folderForAll()];

  test.each<[string[], RegExp]>([
    [[], /Name one commit/],
    [["HEAD", "main"], /Name one commit/],
    [["HEAD", "--fail-on", "all"], /takes major, minor, patch or none \(got all\)/],
    [["HEAD", "--json", "--markdown"], /--json cannot be combined with --markdown/],
    [["HEAD", "--fail"], /^Unknown option '--fail'[.] The options are --fail-on/],
    [["nowhere"], /no commit nowhere here\. This clone is shallow\. Fetch the rest: git fetch --unshallow --tags/],
    [
      ["origin/nowhere"],
      /no commit origin\/nowhere here\. Fetch it: git fetch --depth=1 origin \+refs\/heads\/nowhere:/,
    ],
    [["--", "--upload-pack=touch"], /is not the name of a commit/],
  ])("exits with 2 if it cannot compare: %j", async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("exits with 2 if the commit does not exist or has no specs, without git, and outside of a checkout", async () => {
    const at = join(origin, "openapi");
    expect((await run(["nowhere"], at)).stderr).toMatch(/no commit nowhere here\. See git branch/);
    expect(await run(["HEAD~1"], at)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^HEAD~1 \(\w+\) has no openapi\/redocly\.yaml/),
    });
    cpSync(join(repository, "openapi"), join(copy, "openapi"), { recursive: true });
    const outside = await run(["HEAD"], join(copy, "openapi"));
    expect(outside).toMatchObject({ code: 2, stderr: expect.stringContaining("not a git checkout") });
    vi.stubEnv("PATH", join(repository, "nowhere"));
    expect(await run(["HEAD"])).toMatchObject({ code: 2, stderr: "git is not installed, or not in the PATH.\n" });
  });

  test("exits with 2 if the specs cannot be bundled", async () => {
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

  test("prints its help", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run spec:diff[\s\S]*--fail-on LEVEL[\s\S]*Exit codes\n {2}0/);
  });

  test("removes its temporary files on Ctrl-C", async () => {
    const root = fileURLToPath(new URL("..", import.meta.url));
    const tsx = join(root, "node_modules/tsx/dist/esm/index.mjs");
    const env = { ...process.env, TMPDIR: room };
    const args = ["--import", tsx, join(specs, "diff.ts"), "HEAD"];
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: "pipe" });
    try {
      const mine = () => readdirSync(room).filter((name) => name.startsWith("minimax-video-"));
      await expect.poll(mine, { timeout: 20_000, interval: 5 }).toHaveLength(1);
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGINT");
      expect(await ended).toBe(130);
      expect(mine()).toEqual([]);
    } finally {
      child.kill("SIGKILL");
    }
  }, 60_000);
});
