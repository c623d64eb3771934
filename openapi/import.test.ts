/** `npm run spec:import`: compares a vendor's page, in any form, with our specs. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import { stringify } from "yaml";
import { commandIo } from "../contract-tests/helpers/command-io.js";
import { fakeServer, json } from "../contract-tests/helpers/fake-server.js";
import { guarded } from "./command.js";
import { type Document, type Json, Refusal } from "./documents.js";
import { importPage } from "./import.js";
import { comparePage, compareVendor } from "./vendor/compare-page.js";
import { knownFor, knownIn, markerFor } from "./vendor/known-differences.js";
import { documentsIn, pageFrom } from "./vendor/page.js";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const AGENT_PAGE = file("vendor/fixtures/video-agent-create.md");
const agentPage = readFileSync(AGENT_PAGE, "utf8");
const sources = readFileSync(file("SOURCES.md"), "utf8");
const known = knownIn(sources);
const documents = inject("documents");

/** Runs the command in this process, with the specs of this run. */
async function run(args: string[], stdin = "") {
  const { io, printed } = commandIo({}, stdin);
  const code = await guarded(() => importPage(args, io, () => documents), io);
  return { code, ...printed };
}

const CREATE = "/v1/video_template_generation";
const document = (operation: Json = {}, more: Json = {}): Json => ({
  openapi: "3.1.0",
  servers: [{ url: "https://api.minimax.io" }],
  paths: { [CREATE]: { post: operation } },
  ...more,
});
const yaml = stringify(document());

describe("a page is read", () => {
  test("in the form of seed 003: a block of four backticks that contains a sample with three", () => {
    const [found, ...others] = documentsIn(agentPage);
    expect(others).toEqual([]);
    expect(found?.what).toBe("the OpenAPI block at line 14");
    expect(found?.document.components.securitySchemes.bearerAuth.scheme).toBe("bearer");
  });

  test.each([
    ["as plain YAML", yaml],
    ["as plain JSON", JSON.stringify(document())],
    ["as YAML after comments and a line of dashes", `# a\n---\n${yaml}`],
    ["as YAML with a late openapi key", stringify({ info: { description: "```sh\na\n```" }, ...document() })],
    ["with a byte order mark and Windows line endings", `\uFEFF${yaml.replaceAll("\n", "\r\n")}`],
    ["as JSON in a block without a language", `# A page\n\n\`\`\`\n${JSON.stringify(document(), null, 2)}\n\`\`\`\n`],
    ["in an indented block with tildes that is not closed", `- a\n\n  ~~~yaml title\n${yaml.replace(/^/gm, "  ")}`],
    ["in a block after another", `\`\`\`sh\ncat <<E\nopenapi: [\nE\n\`\`\`\n\n~~~yaml\n${yaml}\n~~~`],
  ])("%s", (_, page) => {
    expect(documentsIn(page).map(({ document }) => document)).toEqual([
      expect.objectContaining({ paths: document().paths }),
    ]);
  });

  test("block by block", () => {
    const page = `\`\`\`yaml\n${yaml}\`\`\`\ntext\n\`\`\`yaml\n${yaml}\`\`\`\n`;
    expect(documentsIn(page).map(({ what }) => what)).toEqual([
      "the OpenAPI block at line 2",
      `the OpenAPI block at line ${yaml.split("\n").length + 4}`,
    ]);
  });

  test.each<[string, string, RegExp]>([
    ["HTML instead of Markdown", "\n<!DOCTYPE html><title>502</title>", /HTML page.*\.md/],
    [
      "broken YAML in a block, with its line in the page",
      "# A\n\n```yaml\nopenapi: 3.1.0\npaths: [\n```\n",
      /^line [56] is not YAML/,
    ],
    ["broken JSON", '{ "openapi": "3.1.0", ', /^line 1 is not YAML or JSON/],
    [
      "an alias that multiplies",
      `openapi: 3.1.0\na: &a [1, 1]\n${[..."bcdefghijkl"].map((name, at) => `${name}: &${name} [${`*${"abcdefghijk"[at]},`.repeat(9)}]`).join("\n")}`,
      /not YAML or JSON: .*alias/i,
    ],
    ["Swagger 2", 'swagger: "2.0"\n', /has version 2.0; only 3.0 and 3.1/],
    [
      "no OpenAPI, with what was searched for",
      "# A\n\n```python\nx\n```\n",
      /has no OpenAPI: .*"openapi: 3.…".*of 1 blocks: python at line 4\)\. .*\.md$/,
    ],
    ["an empty page", "", /has no OpenAPI/],
    ["JSON that is not OpenAPI", '{ "error": "not found" }', /has no "openapi: 3/],
  ])("unless it is refused: %s", (_, page, message) => {
    expect(() => documentsIn(page)).toThrow(message);
  });
});

test("a page of a megabyte is read in time that grows with its length, not with the square of it", () => {
  const paths = Array.from({ length: 40_000 }, (_, at) => `  /v1/${at}: { get: {} }\n`);
  const [found] = documentsIn(`openapi: 3.1.0\npaths:\n${paths.join("")}`);
  expect(Object.keys(found?.document.paths)).toHaveLength(40_000);
}, 30_000);

test("a merge key of YAML 1.1 is merged", () => {
  const [found] = documentsIn("openapi: 3.0.3\nx-one: &one { a: 1 }\nx-two: { <<: *one, b: 2 }\n");
  expect(found?.document["x-two"]).toEqual({ a: 1, b: 2 });
});

test.each(["#/components/%zz", "#/components/%ff"])("a reference that cannot be decoded leads nowhere: %s", ($ref) => {
  const compare = () => compareVendor(document({ requestBody: { $ref } }), documents.minimax as Document);
  expect(compare).toThrow(`it refers to ${$ref}, which`);
});

describe("a page is compared", () => {
  const compare = (one: Json, root?: string) => comparePage({ what: "a page", document: one }, documents, known, root);
  const newsOf = (one: Json, root?: string) => compare(one, root).news;

  test("and seed 003 has no new differences; the known ones are listed under their headings", () => {
    const [found] = documentsIn(agentPage);
    const { news, known: decided, root } = comparePage(found as never, documents, known);
    expect({ news, root }).toEqual({ news: [], root: "minimax" });
    const lines = decided.map(({ heading, place, aspect, theirs, ours }) => {
      return `${heading}: ${place} ${aspect} ${JSON.stringify(theirs) ?? "-"} ${JSON.stringify(ours) ?? "-"}`;
    });
    // Typed by hand, from the seed beside openapi/.
    const patterns = /pattern - "\^/;
    expect(lines.filter((line) => !patterns.test(line))).toEqual([
      'China host: servers values - ["https://api.minimax.io","https://api.minimax.cn"]',
      "Agent endpoints: operation deprecated - true",
      `Departures from the vendor's own OpenAPI: header.content-type field "one of [\\"application/json\\"], required" -`,
      "Departures from the vendor's own OpenAPI: request closed - true",
      "Departures from the vendor's own OpenAPI: request.text_inputs[] closed - true",
      "Departures from the vendor's own OpenAPI: request.media_inputs[] closed - true",
      "Departures from the vendor's own OpenAPI: response.200 status codes - [1000,1001,1013,1024,1027,1028,1030,1033,1039,1041,1042,2038,2045,2056,2061]",
      "Departures from the vendor's own OpenAPI: response.200.base_resp required false true",
      "Departures from the vendor's own OpenAPI: response.200.base_resp.status_code required false true",
    ]);
    expect(lines.filter((line) => patterns.test(line)).map((line) => line.split(" pattern")[0])).toEqual([
      "Departures from the vendor's own OpenAPI: request.template_id",
      "Images: request.media_inputs[].value",
      "Departures from the vendor's own OpenAPI: request.callback_url",
      "Departures from the vendor's own OpenAPI: response.200.task_id",
    ]);
  });

  /** Compares seed 003 with a change in one place. */
  const bent = (bend: (document: Json) => void) => {
    const [found] = documentsIn(agentPage);
    bend(found?.document);
    return newsOf(found?.document);
  };
  const REQUEST = "VideoTemplateGenerationReq";
  const operation = `POST ${CREATE}`;

  test.each<[string, (document: Json) => void, object]>([
    [
      "a field that we lack",
      (it) => {
        it.components.schemas[REQUEST].properties.seed = { type: "integer" };
      },
      { operation, place: "request.seed", aspect: "field", theirs: "integer, optional" },
    ],
    [
      "a code that our table lacks",
      (it) => {
        it.components.schemas.BaseResp.properties.status_code.description += "\n`1234`: new\n";
      },
      { operation, place: "response.200", aspect: "status codes", theirs: [1234] },
    ],
    [
      "a server",
      (it) => void it.servers.push({ url: "https://api.minimax.example/" }),
      { operation: "", place: "servers", aspect: "values", theirs: ["https://api.minimax.example"] },
    ],
    [
      "an operation",
      (it) => {
        it.paths["/v1/new"] = { get: { operationId: "new" } };
      },
      { operation: "GET /v1/new", place: "operation", aspect: "operation", theirs: "new" },
    ],
    [
      "an example that we refuse",
      (it) => {
        it.components.schemas[REQUEST].example.media_inputs[0].value = "cat.png";
      },
      {
        operation,
        place: "request",
        aspect: "examples",
        theirs: ["#1"],
        ours: expect.stringMatching(/^refused, media_inputs\.0\.value: pattern/),
      },
    ],
    [
      "a decided difference that has changed",
      (it) => {
        it.paths[CREATE].post.parameters[0].required = false;
      },
      { operation, place: "header.content-type", aspect: "field", theirs: 'one of ["application/json"], optional' },
    ],
  ])("and shows %s", (_, bend, difference) => {
    expect(bent(bend)).toContainEqual(difference);
  });

  test("in its own mode: shows an enum that is narrower than ours, but not models of other modes", () => {
    const text = (models: string[]) => ({
      openapi: "3.1.0",
      servers: [{ url: "https://api.minimax.io" }],
      paths: {
        "/v1/video_generation": {
          post: {
            requestBody: {
              content: {
                "application/json": {
                  schema: {
                    required: ["model", "prompt"],
                    properties: { model: { type: "string", enum: models }, prompt: { type: "string" } },
                  },
                  example: { model: "T2V-01", prompt: "a fox" },
                },
              },
            },
          },
        },
      },
    });
    const modelOf = (models: string[]) => newsOf(text(models)).filter(({ place }) => place === "request.model");
    const all = ["MiniMax-Hailuo-2.3", "MiniMax-Hailuo-02", "T2V-01-Director", "T2V-01"];
    expect(modelOf(all)).toEqual([]);
    expect(modelOf(all.slice(1))).toEqual([
      {
        operation: "POST /v1/video_generation",
        place: "request.model",
        aspect: "values",
        ours: ["MiniMax-Hailuo-2.3"],
      },
    ]);
  });

  test("with all our operations, if it has several, and shows those that it lacks", () => {
    const two = document({}, { paths: { [CREATE]: { post: {} }, "/v1/files/retrieve": { get: {} } } });
    const missing = newsOf(two).filter(({ aspect }) => aspect === "operation");
    expect(missing).toContainEqual({
      operation: "POST /v1/video_generation",
      place: "operation",
      aspect: "operation",
      ours: "videoGeneration",
    });
    expect(missing.map(({ operation }) => operation)).not.toContain("GET /v1/files/retrieve");
    expect(newsOf(document()).filter(({ aspect }) => aspect === "operation")).toEqual([]);
  });

  test("with the root that has its server, even if its paths have a prefix", () => {
    const gateway = document(
      {},
      { servers: [{ url: "https://api.quickrouter.ai/" }], paths: { "/minimax/v1/video_generation": { post: {} } } },
    );
    expect(compare(gateway)).toMatchObject({ root: "quickrouter", operations: ["POST /minimax/v1/video_generation"] });
    expect(newsOf(gateway).filter(({ place }) => place === "servers")).toEqual([]);
    expect(newsOf(gateway).map(({ aspect }) => aspect)).toContain("body");
  });

  test.each([
    ["https://api.minimax.io/v1", "/video_generation"],
    ["https://api.minimax.io/v1/", "/video_generation"],
    ["https://api.minimax.io", "/v1/video_generation"],
    ["/v1", "/video_generation"],
    ["https://api.quickrouter.ai/minimax/v1", "/video_generation"],
    ["https://api.quickrouter.ai/minimax", "/v1/video_generation"],
    ["https://api.quickrouter.ai", "/minimax/v1/video_generation"],
  ])("with the path of its server before each path: %s and %s", (url, path) => {
    const one = document({}, { servers: [{ url }], paths: { [path]: { post: {} } } });
    const root = url.includes("quickrouter") ? "quickrouter" : "minimax";
    const { operations, news } = compare(one, root);
    expect(operations).toEqual([expect.stringMatching(/^POST (\/minimax)?(\/v1)?\/video_generation$/)]);
    expect(news.filter(({ place }) => place === "servers" || place === "operation")).toEqual([]);
    expect(news.map(({ place, aspect }) => `${place} ${aspect}`)).toContain("request body");
  });

  test("with the path of its server in the names of operations that we lack", () => {
    const one = document({}, { servers: [{ url: "https://api.minimax.io/v1" }], paths: { "/new": { get: {} } } });
    expect(newsOf(one)).toEqual([
      { operation: "GET /v1/new", place: "operation", aspect: "operation", theirs: "documented" },
    ]);
    const several = [{ url: "https://api.minimax.io/v1" }, { url: "https://api.minimax.example" }];
    expect(newsOf(document({}, { servers: several }))).toContainEqual(
      expect.objectContaining({ place: "servers", theirs: several.map(({ url }) => url) }),
    );
  });

  test("with the named root, if no root has its server", () => {
    const unknown = document({}, { servers: [{ url: "https://api.302.example/minimaxi" }] });
    expect(() => compare(unknown)).toThrow(
      /api\.302\.example.*none of our roots.*--root minimax\|quickrouter\|aimanyi/,
    );
    expect(() => compare(document({}, { servers: [] }))).toThrow(/names no server/);
    expect(newsOf(unknown, "minimax")[0]).toEqual({
      operation: "",
      place: "servers",
      aspect: "values",
      theirs: ["https://api.302.example/minimaxi"],
    });
  });

  test("even if its path parameters have other names", () => {
    const ours = {
      paths: { "/v2/tasks/{task_id}": { get: { operationId: "one" } } },
      servers: [{ url: "https://a.example" }],
    };
    const theirs = document(
      {},
      { servers: ours.servers, paths: { "/v2/tasks/{id}": { get: { operationId: "one" } } } },
    );
    const found = { what: "a page", document: theirs };
    expect(comparePage(found, { ours: ours as unknown as Document }, []).news).toEqual([]);
  });

  test.each([
    ["servers", null],
    ["servers", "https://api.minimax.io"],
    ["parameters", {}],
    ["parameters", [null]],
    ["requestBody", null],
    ["requestBody", { content: { "application/json": { schema: null } } }],
    ["responses", null],
    ["responses", { 200: null }],
  ])("even with malformed %s: %j", (keyword, value) => {
    const one = keyword === "servers" ? document({}, { servers: value }) : document({ [keyword]: value });
    expect(compare(one, "minimax").operations).toEqual([`POST ${CREATE}`]);
  });

  test("unless it has no operations", () => {
    expect(() => compare(document({}, { paths: {} }))).toThrow("a page has no operations");
  });
});

describe("a page of V2", () => {
  const [whole] = documentsIn(readFileSync(file("vendor/fixtures/video-generation-v2.md"), "utf8"));
  /** The page of one operation, with a change in one place. */
  const pageOf = (path: string, bend: (document: Json) => void = () => {}): Json => {
    const page = structuredClone(whole?.document);
    page.paths = { [path]: page.paths[path] };
    bend(page);
    return page;
  };
  const newsOf = (page: Json) => comparePage({ what: "a page", document: page }, documents, known).news;
  const NEW_CREATE = "/v2/video_generation";
  const withoutWatermark = (it: Json) => {
    it.servers = [{ url: "https://api.minimax.io" }];
    delete it.components.schemas.VideoGenerationV2Req.properties.aigc_watermark;
  };
  const NEW_QUERY = "/v2/query/video_generation/{task_id}";

  test.each([
    [NEW_CREATE, 10],
    ["/v2/h3_context_ir", 5],
    ["/v2/video_regeneration", 5],
    [NEW_QUERY, 5],
    ["/v2/query/video_generation", 5],
    ["/v2/video_generation/{task_id}", 5],
  ])("about %s has no new differences, and known ones under their headings", (path, least) => {
    const { news, known: decided } = comparePage({ what: "a page", document: pageOf(path) }, documents, known);
    expect(news).toEqual([]);
    expect(decided.length).toBeGreaterThan(least);
  });

  test("needs every marker that names V2", () => {
    const international = pageOf(NEW_CREATE, withoutWatermark);
    const pages = [...Object.keys(whole?.document.paths).map((path) => pageOf(path)), international];
    const differences = pages.flatMap((page) => compareVendor(page, documents.minimax as Document));
    const needed = new Set(differences.map((one) => knownFor("minimax", one, known)?.marker));
    expect(known.filter(({ marker }) => marker.includes("/v2/") && !needed.has(marker))).toEqual([]);
  });

  test("with all its operations does not lack those of V1", async () => {
    expect(await run([file("vendor/fixtures/video-generation-v2.md")])).toMatchObject({ code: 0 });
    const page = pageOf(NEW_CREATE, (it) => {
      it.paths["/v2/h3_context_ir"] = whole?.document.paths["/v2/h3_context_ir"];
    });
    expect(
      newsOf(page)
        .map(({ operation, aspect }) => `${aspect} ${operation}`)
        .sort(),
    ).toEqual([
      "operation DELETE /v2/video_generation/{task_id}",
      "operation GET /v2/query/video_generation",
      "operation GET /v2/query/video_generation/{task_id}",
      "operation POST /v2/video_regeneration",
    ]);
  });

  test("from the international site, where a create has no watermark, has no new differences", () => {
    expect(newsOf(pageOf(NEW_CREATE, withoutWatermark))).toEqual([]);
  });

  const request = (it: Json) => it.components.schemas.VideoGenerationV2Req;
  const task = (it: Json) => it.components.schemas.VideoTask.properties;
  test.each<[string, string, (document: Json) => void, object]>([
    [
      "a model",
      NEW_CREATE,
      (it) => request(it).properties.model.enum.push("MiniMax-H4"),
      { place: "request.model", aspect: "values", theirs: ["MiniMax-H4"] },
    ],
    [
      "a duration",
      NEW_CREATE,
      (it) => request(it).properties.duration.enum.push(20),
      { place: "request.duration", aspect: "values", theirs: [20] },
    ],
    [
      "a duration that is gone",
      NEW_CREATE,
      (it) => request(it).properties.duration.enum.pop(),
      { place: "request.duration", aspect: "values", ours: [15] },
    ],
    [
      "a field",
      NEW_CREATE,
      (it) => {
        request(it).properties.seed = { type: "integer" };
      },
      { place: "request.seed", aspect: "field", theirs: "integer, optional" },
    ],
    [
      "a field that is required now",
      NEW_CREATE,
      (it) => request(it).required.push("ratio"),
      { place: "request.ratio", aspect: "required", theirs: true, ours: false },
    ],
    [
      "a field that is optional now",
      NEW_CREATE,
      (it) => request(it).required.pop(),
      { place: "request.duration", aspect: "required", theirs: false, ours: true },
    ],
    [
      "a role",
      NEW_CREATE,
      (it) => it.components.schemas.ContentItem.properties.role.enum.push("style_image"),
      { place: "request.content[].role", aspect: "values", theirs: ["style_image"] },
    ],
    [
      "a prompt length in a keyword",
      NEW_CREATE,
      (it) => {
        it.components.schemas.ContentItem.properties.text.maxLength = 9000;
      },
      { place: "request.content[].text", aspect: "maxLength", theirs: 9000, ours: 7000 },
    ],
    [
      "a reply with another status",
      NEW_CREATE,
      (it) => {
        it.paths[NEW_CREATE].post.responses["409"] = { $ref: "#/components/responses/Err400" };
      },
      { place: "response.409", aspect: "body", theirs: "application/json" },
    ],
    [
      "a status",
      NEW_QUERY,
      (it) => task(it).status.enum.push("paused"),
      {
        place: "response.200.task.status",
        aspect: "values",
        theirs: ["queued", "running", "succeeded", "failed", "cancelled", "paused"],
      },
    ],
    [
      "a field of a task",
      NEW_QUERY,
      (it) => {
        task(it).progress = { type: "integer" };
      },
      { place: "response.200.task.progress", aspect: "field", theirs: "integer, optional" },
    ],
    [
      "a task type",
      NEW_QUERY,
      (it) => task(it).task_type.enum.push("edit"),
      { place: "response.200.task.task_type", aspect: "values", theirs: ["edit"] },
    ],
    [
      "an error without its error field",
      NEW_QUERY,
      (it) => {
        delete it.components.schemas.OaiError.properties.error;
      },
      { place: "response.400.error", aspect: "field", ours: "object, required" },
    ],
  ])("shows %s, and nothing else", (_, path, bend, difference) => {
    const news = newsOf(pageOf(path, bend));
    // The change may refuse one of our examples, and an error has several statuses.
    const others = ({ place, aspect }: { place: string; aspect: string }) => {
      return aspect !== "examples" && !/^response\.(401|429|500)/.test(place);
    };
    expect(news.filter(others)).toEqual([{ operation: expect.stringContaining(path), ...difference }]);
  });
});

describe("a difference that SOURCES.md has decided on", () => {
  const difference = { operation: "POST /v", place: "request.a", aspect: "default", theirs: 1, ours: 2 };
  const decide = (line: string) => knownFor("minimax", difference, knownIn(`## Heading\n\n<!-- known: ${line} -->`));

  test("is marked by lines below a heading", () => {
    const text =
      "# One\n<!-- known: a b -->\n## Two\ntext\n<!-- known\nc *\nd theirs=[1,2]\n-->\n<!-- other: e -->\n### Three\n";
    expect(knownIn(text)).toEqual([
      { heading: "One", marker: "a b" },
      { heading: "Two", marker: "c *" },
      { heading: "Two", marker: "d theirs=[1,2]" },
    ]);
  });

  test.each([
    ["minimax POST /v request.a default theirs=1", true],
    ["* request.* default theirs=1", true],
    ["* default theirs=2", false],
    ["* default", false],
    ["minimax request.a default theirs=1", false],
    ["aimanyi * default theirs=1", false],
    ["minimax POST /v request.a defaul. theirs=1", false],
  ])("%s: %s", (line, covers) => {
    expect(decide(line) !== undefined).toBe(covers);
  });

  test.each([
    difference,
    { operation: "", place: "servers", aspect: "values", ours: ["https://a.example?b=c d"] },
    { operation: "POST /v", place: "response.200", aspect: "status codes", theirs: [1] },
  ])("is covered by the line printed for it: $place $aspect", (one) => {
    const marker = markerFor("minimax", one);
    expect(knownFor("minimax", one, knownIn(`# A\n<!-- known: ${marker} -->`))?.heading).toBe("A");
    expect(knownFor("minimax", { ...one, theirs: "else" }, knownIn(`# A\n<!-- known: ${marker} -->`))).toBeUndefined();
  });

  test("is marked in our SOURCES.md, below several headings", () => {
    expect(new Set(known.map(({ heading }) => heading)).size).toBeGreaterThan(3);
    for (const { marker } of known) expect(marker).toMatch(/^(\*|minimax|quickrouter|aimanyi) /);
  });
});

describe("a page is fetched", () => {
  const server = fakeServer();
  const io = { stdin: Readable.from([]) };

  test("from the standard input", async () => {
    expect(await pageFrom("-", { stdin: Readable.from(["a", Buffer.from("é")]) })).toBe("aé");
  });

  test("from a URL, without a key, through a redirect", async () => {
    server.next(
      (response) => void response.writeHead(302, { location: "/there" }).end(),
      (response) => void response.end("the page"),
    );
    expect(await pageFrom(`${server.url}/here`, io)).toBe("the page");
    expect(server.seen.map(({ url }) => url)).toEqual(["/here", "/there"]);
    expect(server.seen[0]?.headers).not.toHaveProperty("authorization");
    expect(server.seen[0]?.headers.accept).toMatch(/^text\/markdown/);
  });

  test.each<[string, Parameters<typeof server.next>[0], RegExp]>([
    ["a page that does not exist", json({}, 404), /\/page answered HTTP 404\./],
    [
      "a connection that breaks",
      (response) => void response.destroy(),
      /\/page cannot be read: (UND_ERR_SOCKET|ECONNRESET)/,
    ],
    ["silence", () => {}, /\/page cannot be read: it did not answer in time/],
  ])("unless the server sends %s", async (what, answer, message) => {
    server.next(answer);
    const timeout = what === "silence" ? 100 : 10_000;
    const failure = await pageFrom(`${server.url}/page?token=secret`, io, timeout).catch((error) => error);
    expect(failure).toBeInstanceOf(Refusal);
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain("secret");
  });

  test.each([
    ["a missing file", "nowhere.md", /nowhere\.md cannot be read: ENOENT/],
    ["a folder", tmpdir(), /cannot be read: EISDIR/],
    ["another scheme", "ftp://a.example/b", /must begin with https/],
    ["an invalid URL", "http://", /cannot be read/],
  ])("unless the source is %s", async (_, source, message) => {
    await expect(pageFrom(source, io)).rejects.toThrow(message);
  });
});

describe("the command", () => {
  test("exits with 0 if nothing is new, and lists known differences separately", async () => {
    const { code, stdout, stderr } = await run([AGENT_PAGE]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/the OpenAPI block at line 14, POST \S+; compared with minimax\n\nKnown: decided/);
    expect(stdout).toMatch(/\n {2}Agent endpoints\n {4}operation {2}deprecated: true\n/);
    expect(stdout).toMatch(/required: they false, we true\n/);
    expect(stdout).toMatch(/\n\nNothing is new\.\n$/);
  });

  test("exits with 1 if something is new, lists it by side, and shows how to record a decision", async () => {
    const page = agentPage
      .replace("\n      type: object\n      required:\n        - template_id\n", "\n      type: object\n")
      .replace("        text_inputs:", "        style:\n          type: string\n        text_inputs:")
      .replace("        media_inputs:\n          type", "        media_input:\n          type");
    const { code, stdout } = await run(["-"], page);
    expect(code).toBe(1);
    const [head, ...sections] = stdout.split(/\n\n(?=They|We|Both|Known|New)/);
    expect(head).toMatch(/^standard input: the OpenAPI block/);
    expect(sections.map((section) => section.split("\n")[0])).toEqual([
      "They say, we do not",
      "We say, they do not",
      "Both say it, differently",
      "Known: decided in openapi/SOURCES.md",
      expect.stringMatching(/^New: \d+\. Change the YAML, or decide/),
    ]);
    expect(sections[0]).toMatch(/^ {2}request\.style {2}field: string, optional$/m);
    expect(sections[1]).toMatch(/^ {2}request\.media_inputs {2}field: array, optional$/m);
    expect(sections[2]).toMatch(/^ {2}request\.template_id {2}required: they false, we true$/m);
    const [, marker = ""] = /<!-- (known: .*) -->/.exec(stdout) ?? [];
    expect(knownIn(`# A\n<!-- ${marker} -->`)).toHaveLength(1);
  });

  test("prints one JSON object, and names the operations if there are several", async () => {
    const two = stringify(document({}, { paths: { [CREATE]: { post: {} }, "/v1/new": { get: {} } } }));
    const { code, stdout } = await run(["-", "--json"], two);
    const report = JSON.parse(stdout);
    expect({ code, source: report.source }).toEqual({ code: 1, source: "standard input" });
    expect(report.new).toBe(report.pages[0].news.length);
    expect(report.pages[0]).toMatchObject({ root: "minimax", operations: [`POST ${CREATE}`, "GET /v1/new"] });
    expect((await run(["-"], two)).stdout).toMatch(/^ {2}GET \/v1\/new {2}operation {2}operation: documented$/m);
  });

  test("prints no terminal escapes, data URLs, keys or signed queries from a page", async () => {
    const secrets = ["\u001b[2J", "data:image/png;base64,AAAA", "Bearer sk-abcdefgh", "https://a.example/b?sig=secret"];
    const page = stringify(
      document({ requestBody: { content: { "application/json": { schema: { enum: secrets } } } } }),
    );
    for (const args of [["-"], ["-", "--json"]]) {
      const { stdout } = await run(args, page);
      expect(stdout).toContain("[data URL]");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for one
      expect(stdout).not.toMatch(/\u001b|base64,AAAA|sk-abc|sig=secret/);
    }
  });

  test.each([
    [[], /Name one page/],
    [["a.md", "b.md"], /Name one page/],
    [["-", "--root", "nowhere"], /Unknown root nowhere[.] The roots are minimax, quickrouter, aimanyi/],
    [["-", "--jsn"], /'--jsn'.*The options are --root, --json/],
    [["-"], /^standard input: it has no OpenAPI/],
    [["https://127.0.0.1:1/a?key=secret"], /^https:\/\/127\.0\.0\.1:1\/a cannot be read: the connection failed/],
  ])("exits with 2 if it cannot compare: %j", async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("secret");
  });

  test("ends on Ctrl-C, even while it waits for the rest of a page", async () => {
    const tsx = file("../node_modules/tsx/dist/esm/index.mjs");
    const child = spawn(process.execPath, ["--import", tsx, file("import.ts"), "-"], { stdio: "pipe" });
    try {
      // More than a pipe holds, so once it is written, the command is reading.
      await new Promise((resolve) => child.stdin.write("#".repeat(1 << 20), resolve));
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGINT");
      expect(await ended).toBe(130);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("prints its help", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run spec:import[\s\S]*Exit codes\n {2}0/);
  });
});
