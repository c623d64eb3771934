/** How `npm run spec:diff` rates changes to our own specs, as an experienced reviewer would. */
import { describe, expect, inject, test } from "vitest";
import type { Document, Json } from "../documents.js";
import { changesBetween, type Impact } from "./rate-changes.js";
import { highest } from "./report.js";

const documents = inject("documents") as Record<string, Document>;
const minimax = documents.minimax as Document;

const { assign } = Object;
const CREATE = "/v1/video_generation";
const QUERY = "/v1/query/video_generation";
const operation = (it: Json, path = CREATE, method = "post") => it.paths[path][method];
const schema = (it: Json, name: string) => it.components.schemas[name];
const properties = (it: Json, name: string) => schema(it, name).properties;
const parameters = (it: Json) => operation(it, QUERY, "get").parameters;
const template = (it: Json) => properties(it, "VideoTemplateGenerationReq");
const text = { type: "string" };

describe("spec:diff rates", () => {
  test.each<[change: string, verdict: Impact, line: string, change: (document: Json) => void]>([
    [
      "a new optional field of a request",
      "minor",
      "request.seed field: new",
      (it) => assign(template(it), { seed: text }),
    ],
    [
      "a new required field of a request",
      "major",
      "request.seed field: new",
      (it) => {
        assign(template(it), { seed: text });
        schema(it, "VideoTemplateGenerationReq").required.push("seed");
      },
    ],
    [
      "a field gone from a request",
      "major",
      "request.text_inputs field: gone",
      (it) => delete template(it).text_inputs,
    ],
    [
      "a field of a request that is now required",
      "major",
      "request.text_inputs required: `true`",
      (it) => schema(it, "VideoTemplateGenerationReq").required.push("text_inputs"),
    ],
    [
      "a model that is gone",
      "major",
      '"model":"MiniMax-H3-Fast"',
      (it) => properties(it, "VideoOptionsV2").model.enum.pop(),
    ],
    [
      "a new purpose of uploads",
      "minor",
      'request.purpose values: new, `["new"]`',
      (it) => properties(it, "UploadFileReq").purpose.enum.push("new"),
    ],
    [
      "a shorter prompt",
      "major",
      "request.content[].text maxLength: `6000`, was `7000`",
      (it) => assign(properties(it, "TextItem").text, { maxLength: 6000 }),
    ],
    [
      "a longer prompt",
      "minor",
      "request.content[].text maxLength: `8000`, was `7000`",
      (it) => assign(properties(it, "TextItem").text, { maxLength: 8000 }),
    ],
    [
      "a tier without its longest duration",
      "major",
      "request: `{",
      (it) => schema(it, "VideoOptionsV2").oneOf[0].properties.duration.enum.pop(),
    ],
    [
      "another pattern of an id",
      "major",
      "query.task_id pattern",
      (it) => assign(parameters(it)[0], { schema: { type: "string", pattern: "^task-[0-9]+$" } }),
    ],
    [
      "another default",
      "major",
      "request.aigc_watermark default: `true`, was `false`",
      (it) => assign(properties(it, "RegenerationOptions").aigc_watermark, { default: true }),
    ],
    [
      "another type in a reply",
      "major",
      "response.200.total type: `string`, was `integer`",
      (it) => assign(properties(it, "ListVideoGenerationV2Resp"), { total: text }),
    ],
    [
      "a new word in a reply",
      "major",
      'values: new, `["image"]`',
      (it) => properties(it, "VideoTask").modality.enum.push("image"),
    ],
    [
      "a word that no reply has any more",
      "minor",
      'values: gone, was `["text"]`',
      (it) => properties(it, "VideoTask").modality.enum.pop(),
    ],
    [
      "a new field of a reply",
      "minor",
      "response.200.page field: new",
      (it) => assign(properties(it, "ListVideoGenerationV2Resp"), { page: text }),
    ],
    [
      "a field of a reply that may be missing now",
      "major",
      "response.200.total required: `false`",
      (it) => schema(it, "ListVideoGenerationV2Resp").required.pop(),
    ],
    ["an operation that is gone", "major", `GET ${QUERY}: gone`, (it) => delete it.paths[QUERY]],
    [
      "a new operation",
      "minor",
      "GET /v1/new: new",
      (it) => assign(it.paths, { "/v1/new": { get: { responses: {} } } }),
    ],
    [
      "an operation that is now deprecated",
      "minor",
      "deprecated: new",
      (it) => assign(operation(it), { deprecated: true }),
    ],
    [
      "an operation of another name",
      "major",
      "operationId",
      (it) => assign(operation(it), { operationId: "createVideo" }),
    ],
    [
      "a new parameter that may be left out",
      "minor",
      "query.group field: new",
      (it) => parameters(it).push({ name: "group", in: "query", schema: text }),
    ],
    [
      "a new parameter that must be there",
      "major",
      "query.group field: new",
      (it) => parameters(it).push({ name: "group", in: "query", required: true, schema: text }),
    ],
    [
      "a new optional field of a callback",
      "minor",
      "callback taskStatusCallback request.progress field: new",
      (it) => assign(properties(it, "CallbackStatus"), { progress: { type: "integer" } }),
    ],
    // Requests that still send the key still work.
    [
      "a security requirement that is gone",
      "minor",
      "security: no longer requires authentication.",
      (it) => assign(operation(it), { security: [] }),
    ],
    ["branches in another order", "none", "", (it) => schema(it, "VideoGenerationReq").oneOf.reverse()],
    [
      "other words",
      "patch",
      "the document: only wording or notation has changed.",
      (it) => assign(operation(it), { description: "Makes a video." }),
    ],
  ])("%s: %s", (_, verdict, line, change) => {
    const revision = structuredClone(minimax);
    change(revision);
    const found = changesBetween(minimax, revision);
    expect(highest(found.map(({ impact }) => impact))).toBe(verdict);
    const lines = found.map(({ place, message }) => `${place}: ${message}`);
    if (line) expect(lines).toContainEqual(expect.stringContaining(line));
    else expect(lines).toEqual([]);
  });

  const REVERSED = /^(oneOf|anyOf|allOf|enum|required|type|examples|tags|parameters|security|servers)$/;
  /** Copies a document and reverses every object, and every list in which order does not matter. */
  const reversed = (node: Json, key = ""): Json => {
    if (node === null || typeof node !== "object") return node;
    if (Array.isArray(node)) {
      const items = node.map((item) => reversed(item));
      return REVERSED.test(key) ? items.reverse() : items;
    }
    const entries = Object.entries(node).map(([name, value]) => [
      name,
      name.startsWith("x-") ? value : reversed(value, name),
    ]);
    return Object.fromEntries(entries.reverse());
  };

  test("reordered branches with other examples, each compared with its own past", () => {
    const media = (name: string, example: string) => ({
      properties: { kind: { const: name }, [name]: { "x-media": name, examples: [example] } },
    });
    const [base, revision] = [
      [media("image", "a"), media("sound", "b"), media("video", "c")],
      [media("video", "d"), media("sound", "b"), media("image", "e")],
    ].map((oneOf) => ({ ...minimax, components: { ...minimax.components, schemas: { Media: { oneOf } } } }));
    const found = changesBetween({ ...base, paths: {} } as Document, { ...revision, paths: {} } as Document);
    expect(found.map(({ impact, place }) => `${impact} ${place}`)).toEqual([
      "patch components.schemas.Media.oneOf.0.properties.image.examples",
      "patch components.schemas.Media.oneOf.2.properties.video.examples",
    ]);
  });

  test.each(Object.keys(documents))("everything in another order as no change (%s)", (name) => {
    const document = documents[name] as Document;
    expect(JSON.stringify(reversed(document))).not.toBe(JSON.stringify(document));
    expect(changesBetween(document, reversed(document))).toEqual([]);
  });
});

describe("a change of the authentication is rated", () => {
  const schemes = { key: { type: "http", scheme: "bearer" }, other: { type: "apiKey", in: "header", name: "key" } };
  const judged = (was: Json, is: Json, [before, after]: [Json, Json] = [schemes, schemes]) => {
    const [base, revision] = [
      [was, before],
      [is, after],
    ].map(([security, securitySchemes]) => ({
      openapi: "3.1.0",
      info: { title: "A", version: "1.0.0" },
      servers: [],
      security,
      paths: { "/v": { get: { responses: {} } } },
      components: { schemas: {}, securitySchemes },
    })) as unknown as [Document, Document];
    return changesBetween(base, revision).map(({ impact, place, message }) => `${impact} ${place}: ${message}`);
  };
  const GET = "GET /v security:";
  const WORDS = "only wording or notation has changed.";

  test.each<[string, was: Json, is: Json, lines: string[]]>([
    ["none for another order", [{ key: [] }, { other: [] }], [{ other: [] }, { key: [] }], []],
    ["minor if none is required any more", [{ key: [] }], [], [`minor ${GET} no longer requires authentication.`]],
    [
      "minor if it is optional now",
      [{ key: [] }],
      [{}, { key: [] }],
      [`minor ${GET} no longer requires authentication.`],
    ],
    [
      "minor for a second alternative",
      [{ key: [] }],
      [{ key: [] }, { other: [] }],
      [`minor ${GET} the authentication has changed.`],
    ],
    [
      "minor if only one of two keys is required",
      [{ key: [], other: [] }],
      [{ key: [] }],
      [`minor ${GET} the authentication has changed.`],
    ],
    [
      "minor for fewer scopes",
      [{ key: ["a", "b"] }],
      [{ key: ["b"] }],
      [`minor ${GET} the authentication has changed.`],
    ],
    ["major if it is required now", [], [{ key: [] }], [`major ${GET} now requires authentication.`]],
    ["major for another scheme", [{ key: [] }], [{ other: [] }], [`major ${GET} the authentication has changed.`]],
    [
      "major if an alternative is gone",
      [{ key: [] }, { other: [] }],
      [{ key: [] }],
      [`major ${GET} the authentication has changed.`],
    ],
    [
      "major if a second key is required",
      [{ key: [] }],
      [{ key: [], other: [] }],
      [`major ${GET} the authentication has changed.`],
    ],
    ["patch for scopes that are omitted", [{ key: [] }], [{ key: null }], [`patch the document: ${WORDS}`]],
    ["major for more scopes", [{ key: [] }], [{ key: ["a"] }], [`major ${GET} the authentication has changed.`]],
  ])("%s", (_, was, is, lines) => {
    expect(judged(was, is)).toEqual(lines);
  });

  test("patch or minor for a scheme that nothing requires any more", () => {
    const { other: _, ...fewer } = schemes;
    expect(judged([{ key: [] }], [{ key: [] }], [schemes, fewer])).toEqual([
      expect.stringMatching(/^patch the document/),
    ]);
    expect(judged([{ key: [] }], [], [schemes, {}])).toEqual([`minor ${GET} no longer requires authentication.`]);
  });

  test("patch for the description of a scheme", () => {
    const described = { ...schemes, key: { ...schemes.key, bearerFormat: "JWT", description: "Your key." } };
    expect(judged([{ key: [] }], [{ key: [] }], [schemes, described])).toEqual([
      expect.stringMatching(/^patch the document/),
    ]);
  });
});
