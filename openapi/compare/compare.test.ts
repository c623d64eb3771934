/** Compares two descriptions of one API: schemas by what they allow, not by how they are written. */
import { describe, expect, test } from "vitest";
import type { Json } from "../documents.js";
import { operationsOf } from "../operations.js";
import { compareCalls } from "../vendor/compare-page.js";
import { codesOf } from "./compare-operations.js";
import { inlineReferences } from "./inline-references.js";
import { outlineOf } from "./outline-schema.js";
import { compareOutlines, type Difference } from "./outlines.js";

describe("in a document without references", () => {
  const plain = (schemas: Json, node: Json) => inlineReferences({ components: { schemas } }, node);

  test("references are inlined, including nested ones, and merged with the keywords next to them", () => {
    const schemas = { Id: { type: "string" }, TaskId: { $ref: "#/components/schemas/Id", pattern: "^1" } };
    expect(plain(schemas, { $ref: "#/components/schemas/TaskId", description: "mine" })).toEqual({
      type: "string",
      pattern: "^1",
      description: "mine",
    });
  });

  test("a recursive reference becomes a schema that accepts anything", () => {
    const Tree = { type: "object", properties: { child: { $ref: "#/components/schemas/Tree" } } };
    expect(plain({ Tree }, Tree)).toEqual({
      type: "object",
      properties: { child: { type: "object", properties: { child: {} } } },
    });
  });

  test.each([
    [{ type: "string", nullable: true }, { type: ["string", "null"] }],
    [{ type: "string", nullable: false }, { type: "string" }],
    [{ minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
    [{ maximum: 9, exclusiveMaximum: false }, { maximum: 9 }],
    [
      { minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
      { exclusiveMinimum: 1, exclusiveMaximum: 9 },
    ],
  ])("%j in OpenAPI 3.0 becomes %j", (old, modern) => {
    expect(inlineReferences({}, old)).toEqual(modern);
  });

  test("names and values that look like keywords do not change", () => {
    const properties = { $ref: { type: "string" }, nullable: { type: "boolean" }, example: { $ref: "#/A" } };
    const schema = { properties, default: { $ref: "#/nowhere" }, examples: [{ nullable: true, type: "x" }] };
    expect(inlineReferences({ A: { type: "integer" } }, schema)).toEqual({
      ...schema,
      properties: { ...properties, example: { type: "integer" } },
    });
  });

  test("references to named examples are inlined, but not those in their values", () => {
    const document = { E: { value: { $ref: "#/nowhere" } } };
    expect(inlineReferences(document, { examples: { one: { $ref: "#/E" } } })).toEqual({
      examples: { one: document.E },
    });
  });

  test("keywords without a value are removed, but names and values that are null are not", () => {
    const schema = {
      properties: { a: null, b: { default: null, enum: [null], minimum: null } },
      required: null,
      oneOf: [null],
    };
    expect(inlineReferences({}, schema)).toEqual({
      properties: { a: null, b: { default: null, enum: [null] } },
      oneOf: [],
    });
  });

  test("names with a slash or a tilde are found", () => {
    expect(inlineReferences({ paths: { "/a~b": { get: 1 } } }, { $ref: "#/paths/~1a~0b" })).toEqual({ get: 1 });
  });

  test.each([
    ["common.yaml#/A", /in another file.*redocly bundle/],
    ["#/components/schemas/Nowhere", /does not exist/],
  ])("a reference to %s is refused", ($ref, message) => {
    expect(() => inlineReferences({}, { $ref })).toThrow(message);
  });

  test("a document with too many nested references is refused", () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => {
        const $ref = `#/components/schemas/S${at + 1}`;
        return [`S${at}`, { allOf: [{ $ref }, { $ref }] }];
      }),
    );
    expect(() => plain({ ...schemas, S30: {} }, { $ref: "#/components/schemas/S0" })).toThrow(/too large/);
  });
});

describe("an outline", () => {
  const outline = (schema: Json) => outlineOf(schema) || undefined;
  const field = (schema: Json, name = "a") => outline(schema)?.parts.get(`.${name}`);
  const object = (properties: Json, more: Json = {}) => ({ type: "object", properties, ...more });

  test("of allOf has the fields of all parts, and for a shared field the facts of all of them", () => {
    const one = object({ a: { type: "integer", minimum: 1 }, b: {} }, { required: ["a"] });
    const other = object({ a: { maximum: 9, enum: [2, 3], default: 2 }, c: {} });
    expect([...(outline({ allOf: [one, other] })?.parts.keys() ?? [])].sort()).toEqual([".a", ".b", ".c"]);
    expect(field({ allOf: [one, other] })).toMatchObject({
      facts: { type: ["integer"], values: [2, 3], minimum: [1], maximum: [9], default: [2], required: [true] },
    });
  });

  test("of oneOf has the fields of all alternatives, and for a shared field the facts of each of them", () => {
    const one = object({ a: { type: "string", maxLength: 5, minLength: 2 } }, { required: ["a"] });
    const other = object({ a: { type: "string", maxLength: 7 }, b: {} }, { required: ["b"] });
    expect(field({ anyOf: [one, other] })).toMatchObject({
      facts: { type: ["string"], maxLength: [5, 7], minLength: [2] },
    });
  });

  test.each<[string, Json, boolean]>([
    [
      "every alternative requires it",
      { oneOf: [object({}, { required: ["a"] }), object({}, { required: ["a"] })] },
      true,
    ],
    ["one does not mention it", { oneOf: [object({}, { required: ["a"] }), object({ b: {} })] }, false],
    ["one refuses it", { oneOf: [object({}, { required: ["a"] }), object({ a: false })] }, false],
    ["one part requires it", { allOf: [object({ a: {} }), { oneOf: [object({}, { required: ["a"] })] }] }, true],
  ])("knows whether a field is required: %s", (_, schema, required) => {
    expect(field(schema)).toMatchObject({ facts: { required: required ? [true] : [] } });
  });

  test("lists values only if every alternative does", () => {
    expect(outline({ oneOf: [{ const: 1 }, { enum: [2, 3] }] })?.facts.values).toEqual([1, 2, 3]);
    expect(outline({ anyOf: [{ enum: ["a"] }, { type: "string" }] })?.facts.values).toEqual([]);
  });

  test("of tiers has all values that they allow, even if only some tiers mention the field", () => {
    const base = object({ a: { enum: [1, 2] } });
    const tier = (a: Json) => object({ a });
    expect(field({ allOf: [base, { oneOf: [tier({ const: 1 }), tier({ const: 2 })] }] })).toMatchObject({
      facts: { values: [1, 2] },
    });
    expect(field({ allOf: [base, { oneOf: [tier({ const: 1 }), object({ b: {} })] }] })).toMatchObject({
      facts: { values: [1, 2] },
    });
    expect(field({ allOf: [base, { oneOf: [tier(false), object({ b: {} })] }] })).toMatchObject({
      facts: { values: [1, 2] },
    });
  });

  test("lacks a field that a part or every alternative refuses, but has one that only some alternatives refuse", () => {
    expect(field({ allOf: [object({ a: {} }), object({ a: false })] })).toBe(false);
    expect(field({ oneOf: [object({ a: false }), object({ a: false })], properties: { a: {} } })).toBe(false);
    expect(field({ oneOf: [object({ a: { const: 1 } }), object({ a: false })] })).toMatchObject({
      facts: { values: [1] },
    });
  });

  test.each([
    ["closed", "additionalProperties", false],
    ["closed", "unevaluatedProperties", false],
    ["deprecated", "deprecated", true],
  ])("is %s if one part or every alternative says so: %s", (aspect, keyword, value) => {
    const said = { [keyword]: value };
    expect(outline({ allOf: [{}, said] })).toMatchObject({ facts: { [aspect]: [true] } });
    expect(outline({ oneOf: [said, said] })).toMatchObject({ facts: { [aspect]: [true] } });
    expect(outline({ oneOf: [{}, said] })).toMatchObject({ facts: { [aspect]: [] } });
  });

  test("includes the items of lists, even if several parts describe them", () => {
    const list = (items: Json) => ({ type: "array", items });
    expect(outline({ allOf: [list({ type: "string" }), list({ maxLength: 2 })] })?.parts.get("[]")).toMatchObject({
      facts: { type: ["string"], maxLength: [2] },
    });
  });

  test("is false for a schema that accepts nothing, and has no limits for one that accepts anything", () => {
    expect(outlineOf(false)).toBe(false);
    expect(outlineOf({ allOf: [{}, false] })).toBe(false);
    expect(outlineOf({ oneOf: [false, false] })).toBe(false);
    expect(outlineOf(true)).toMatchObject({ facts: { type: [], values: [], maxLength: [], closed: [] } });
    expect(outline({ oneOf: [false, { const: 1 }] })?.facts.values).toEqual([1]);
  });

  test("has a field that is only required, and one with the name of a property of every object", () => {
    expect(field({ required: ["constructor"] }, "constructor")).toMatchObject({ facts: { required: [true] } });
    expect(field({ oneOf: [object({ constructor: { const: 1 } }), object({})] }, "constructor")).toMatchObject({
      facts: { values: [1] },
    });
  });

  test("ignores keywords with wrong values", () => {
    expect(field(object({ a: { required: true, enum: "x", type: "string" } }))).toMatchObject({
      facts: { type: ["string"] },
    });
  });
});

describe("two outlines", () => {
  const compare = (theirs: Json, ours: Json) => {
    return compareOutlines("request", outlineOf(theirs), outlineOf(ours)).map(
      ({ operation: _, place, aspect, ...sides }) => ({
        at: `${place} ${aspect}`,
        ...sides,
      }),
    );
  };
  const object = { type: "object" };
  const needed = { required: ["a"] };
  const a = (schema: Json, more: Json = {}) => ({ ...object, properties: { a: schema }, ...more });

  test.each<[string, Json, Json, object[]]>([
    ["nothing where they agree", a({ maxLength: 5 }), { allOf: [a({}), a({ maxLength: 5 })] }, []],
    ["a field they add", a({ type: "string" }), a(false), [{ at: "request.a field", theirs: "string, optional" }]],
    ["a field we add", object, a({ enum: [1] }, needed), [{ at: "request.a field", ours: "one of [1], required" }]],
    ["a default that only they have", a({ default: null }), a({}), [{ at: "request.a default", theirs: null }]],
    ["another limit", a({ maxLength: 2 }), a({ maxLength: 3 }), [{ at: "request.a maxLength", theirs: 2, ours: 3 }]],
    [
      "a one-sided list",
      a({ enum: ["x"] }),
      a({ type: "string" }),
      [{ at: "request.a list of values", theirs: ["x"] }],
    ],
    [
      "items that only they describe",
      a({ items: { type: "string" } }),
      a({}),
      [{ at: "request.a[] field", theirs: "string, optional" }],
    ],
    [
      "a nested field",
      a({ items: a({ minimum: 1 }) }),
      a({ items: a({ minimum: 2 }) }),
      [{ at: "request.a[].a minimum", theirs: 1, ours: 2 }],
    ],
  ])("differ by %s", (_, theirs, ours, differences) => {
    expect(compare(theirs, ours)).toEqual(differences);
  });

  test("differ once for each side if each has list items that the other lacks", () => {
    expect(compare(a({ enum: ["x", "z"] }), a({ enum: ["x", "y"] }))).toEqual([
      { at: "request.a values", theirs: ["z"] },
      { at: "request.a values", ours: ["y"] },
    ]);
  });

  test("do not differ by the order of conditional defaults", () => {
    const either = (...values: number[]) => ({ oneOf: values.map((value) => a({ default: value })) });
    expect(compare(either(1, 2), either(2, 1))).toEqual([]);
    expect(compare(either(1, 2), either(2, 3))).toEqual([{ at: "request.a default", theirs: [1, 2], ours: [2, 3] }]);
  });
});

describe("status codes are read", () => {
  test.each([
    ["in the format of seed 003", "in words:\n\n`0`: ok\n`1002`: limit\n`2049`: bad key\n", [0, 1002, 2049]],
    ["in a Markdown list", "- 0 - fine\n- `1004`，wrong", [0, 1004]],
    ["not from other text", "At most 10: or so.\n20 characters", []],
    ["not from a single line", "`1002`: limit", []],
  ])("%s", (_, description, codes) => {
    expect(codesOf({ properties: { status_code: { description } } })).toEqual(codes);
  });

  test("from our own table", () => {
    expect(codesOf({ "x-status-codes": [{ code: 2 }, { code: 1 }], description: "`7`: a\n`8`: b" })).toEqual([1, 2]);
  });
});

describe("two operations", () => {
  const document = (operation: Json, more: Json = {}) => ({
    openapi: "3.1.0",
    paths: { "/v": { post: operation } },
    ...more,
  });
  const json = (schema: Json, examples?: Json) => ({
    content: { "application/json": { schema, ...(examples && { examples }) } },
  });
  const compare = (theirs: Json, ours: Json) => {
    const [their, our] = [theirs, ours].map((one) => operationsOf(one)[0]);
    if (!their || !our) throw new Error("each document has an operation");
    return compareCalls(their, our).map(line);
  };
  const line = ({ operation, place, aspect, ...sides }: Difference) => [`${operation} ${place} ${aspect}`, sides];

  test.each<[string, Json, Json, object[]]>([
    [
      "a parameter",
      { parameters: [{ in: "query", name: "id", required: true, schema: { type: "string" } }] },
      {},
      [["POST /v query.id field", { theirs: "string, required" }]],
    ],
    [
      "the facts of a parameter",
      { parameters: [{ in: "header", name: "X-A", deprecated: true, schema: {} }] },
      { parameters: [{ in: "header", name: "x-a", required: true, schema: { maxLength: 1 } }] },
      [
        ["POST /v header.x-a required", { theirs: false, ours: true }],
        ["POST /v header.x-a maxLength", { ours: 1 }],
        ["POST /v header.x-a deprecated", { theirs: true }],
      ],
    ],
    ["deprecation", {}, { deprecated: true }, [["POST /v operation deprecated", { ours: true }]]],
    [
      "another operationId",
      { operationId: "a" },
      { operationId: "b" },
      [["POST /v operation operationId", { theirs: "a", ours: "b" }]],
    ],
    ["nothing if they have no operationId", {}, { operationId: "b" }, []],
    [
      "a body that only they have",
      { requestBody: json({}) },
      {},
      [["POST /v request body", { theirs: "application/json" }]],
    ],
    [
      "whether a body is required",
      { requestBody: { ...json({}), required: true } },
      { requestBody: json({}) },
      [["POST /v request required", { theirs: true, ours: false }]],
    ],
    ["a reply", { responses: { 400: json({}) } }, {}, [["POST /v response.400 body", { theirs: "application/json" }]]],
    [
      "a media type",
      { responses: { 200: { content: { "video/mp4": {} } } } },
      { responses: { 200: json({}) } },
      [
        ["POST /v response.200 media type", { theirs: ["video/mp4"] }],
        ["POST /v response.200 media type", { ours: ["application/json"] }],
        ["POST /v response.200 field", { ours: "anything, optional" }],
      ],
    ],
    [
      "status codes in a description",
      { responses: { 200: json({ description: "`1`: a\n`2`: b" }) } },
      { responses: { 200: json({ "x-status-codes": [{ code: 2 }, { code: 3 }] }) } },
      [
        ["POST /v response.200 status codes", { theirs: [1] }],
        ["POST /v response.200 status codes", { ours: [3] }],
      ],
    ],
  ])("differ by %s", (_, theirs, ours, differences) => {
    expect(compare(document(theirs), document(ours))).toEqual(differences);
  });

  const limited = (limit: Json, examples?: Json) =>
    document({ requestBody: json({ properties: { n: limit } }, examples) });

  test("show the names of examples that the other side refuses, in one line for each reason", () => {
    const examples = { one: { value: { n: 1 } }, two: { value: { n: 2 } }, five: { value: { n: 5 } } };
    expect(compare(limited({ minimum: 1 }, examples), limited({ minimum: 3 }))).toEqual([
      ["POST /v request.n minimum", { theirs: 1, ours: 3 }],
      ["POST /v request examples", { theirs: ["one", "two"], ours: "refused, n: minimum 3" }],
    ]);
    expect(compare(limited({ minimum: 3 }), limited({ minimum: 1 }, examples))).toEqual([
      ["POST /v request.n minimum", { theirs: 3, ours: 1 }],
      ["POST /v request examples", { theirs: "refused, n: minimum 3", ours: ["one", "two"] }],
    ]);
  });

  test("give no reason from single alternatives if an example matches none of them", () => {
    const either = { oneOf: [{ properties: { n: { const: 1 } } }, { properties: { n: { const: 2 } } }] };
    const theirs = document({ responses: { 200: json({}, { three: { value: { n: 3 } } }) } });
    expect(compare(theirs, document({ responses: { 200: json(either) } }))).toContainEqual([
      "POST /v response.200 examples",
      { theirs: ["three"], ours: "refused, it matches none of the alternatives" },
    ]);
  });

  test("are checked with examples from every place that can contain one", () => {
    const body = (more: Json) => document({ requestBody: { content: { "application/json": more } } });
    const strict = limited({ type: "string" });
    for (const more of [
      { example: { n: 1 }, schema: {} },
      { schema: { example: { n: 1 } } },
      { schema: { examples: [{ n: 1 }] } },
    ])
      expect(compare(body(more), strict)).toContainEqual([
        "POST /v request examples",
        { theirs: ["#1"], ours: 'refused, n: type "string"' },
      ]);
  });

  test("report a schema that cannot be compiled", () => {
    const broken = limited({ pattern: "(" });
    const ours = limited({}, { one: { value: { n: "x" } } });
    expect(compare(broken, ours)).toContainEqual([
      "POST /v request examples",
      { theirs: expect.stringMatching(/^refused, the schema cannot be compiled: .*regular/i), ours: ["one"] },
    ]);
  });

  describe("are compared in the mode of the page, if ours has several:", () => {
    const mode = (name: string, required: string) => ({
      type: "object",
      required: ["model", required],
      properties: { model: { const: name }, [required]: { type: "string" } },
      additionalProperties: false,
    });
    const ours = document({
      requestBody: json(
        { oneOf: [mode("T", "prompt"), mode("I", "image")] },
        { text: { value: { model: "T", prompt: "x" } }, image: { value: { model: "I", image: "x" } } },
      ),
    });
    const page = (schema: Json, example?: Json) => {
      return document({ requestBody: { content: { "application/json": { schema, ...(example && { example }) } } } });
    };

    test("the mode that accepts its example", () => {
      expect(compare(page(mode("I", "image"), { model: "I", image: "x" }), ours)).toEqual([]);
      const loose = { ...mode("I", "image"), required: ["model"] };
      expect(compare(page(loose, { model: "I", image: "x" }), ours)).toEqual([
        ["POST /v request.image required", { theirs: false, ours: true }],
      ]);
    });

    test("without an example, the mode that has all its required fields", () => {
      expect(compare(page(mode("I", "image")), ours)).toEqual([]);
    });

    test("with neither, all modes", () => {
      expect(
        compare(page({ type: "object", properties: { model: { enum: ["T", "I"] } } }), ours).map(([at]) => at),
      ).toEqual([
        "POST /v request closed",
        "POST /v request.model required",
        "POST /v request.prompt field",
        "POST /v request.image field",
      ]);
    });
  });
});
