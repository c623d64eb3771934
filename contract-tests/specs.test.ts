/** The specs about themselves. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve as resolvePath } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { dereference, folder, type Json, redocly, roots, strictAjv } from "../openapi/documents.js";
import { documentOf, names, operationsOf, resolve } from "./documents.js";

const yamlFiles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));

describe.each(names)("%s", (name) => {
  const document = documentOf(name);
  const schemas = Object.entries<Json>(document.components.schemas);

  test("carries the dialect line, without which Prism quietly stops checking", () => {
    const { jsonSchemaDialect } = parse(readFileSync(roots[name] as string, "utf8"));
    expect(jsonSchemaDialect).toBe("https://json-schema.org/draft/2020-12/schema");
  });

  test.each(schemas)("schema %s compiles in a strict ajv", (_, schema) => {
    expect(() => strictAjv().compile(dereference(document, schema))).not.toThrow();
  });

  test.each(properties(schemas))("property %s has a description and an example that obeys it", (_, schema) => {
    const target = resolve(document, schema);
    expect(target.description).toEqual(expect.stringMatching(/\w/));
    expect(target.examples?.length).toBeGreaterThan(0);
    const accepts = strictAjv().compile(dereference(document, target));
    for (const example of target.examples) expect(accepts(example), JSON.stringify(example)).toBe(true);
  });

  test.each(
    properties(schemas).filter(([, schema]) => "default" in schema),
  )("default of %s obeys its schema", (_, schema) => {
    expect(strictAjv().compile(dereference(document, schema))(schema.default)).toBe(true);
  });

  for (const { operationId, requests, requestSchema, responses, responseSchema } of operationsOf(name)) {
    test.each(Object.entries(requests))(`request example %s of ${operationId} obeys its schema`, (_, value) => {
      expect(failures(requestSchema, value)).toEqual([]);
    });
    test.each(Object.entries(responses))(`response example %s of ${operationId} obeys its schema`, (_, value) => {
      expect(failures(responseSchema, value)).toEqual([]);
    });
    test(`${operationId} shows a success first, then failures`, () => {
      const [first, ...others] = Object.values(responses);
      expect(codeOf(first)).toBe(0);
      expect(others.some((value) => codeOf(value) !== 0)).toBe(true);
    });
  }

  function failures(schema: Json, value: unknown): unknown[] {
    const validate = strictAjv().compile(dereference(document, schema));
    return validate(value) ? [] : (validate.errors ?? []);
  }
});

describe("the official spec", () => {
  const document = documentOf("minimax");
  const operations = operationsOf("minimax");

  test("has the five operations of V1 under the vendor's own names", () => {
    expect(operations.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`)).toEqual([
      "POST /v1/video_generation videoGeneration",
      "GET /v1/query/video_generation queryVideoGenerationTask",
      "GET /v1/files/retrieve retrieveFile",
      "POST /v1/video_template_generation videoTemplateGeneration",
      "GET /v1/query/video_template_generation queryVideoTemplateGenerationTask",
    ]);
    expect(document.paths["/v1/video_template_generation"].post.deprecated).toBe(true);
    expect(document.paths["/v1/query/video_template_generation"].get.deprecated).toBe(true);
  });

  test("lists the three official servers", () => {
    expect(document.servers.map(({ url }) => url)).toEqual([
      "https://api.minimax.io",
      "https://api.minimaxi.com",
      "https://api.minimax.cn",
    ]);
  });

  test.each(operations)("$operationId has every status code of the table as a named example", ({ responses }) => {
    const shown = new Set(Object.values(responses).map(codeOf));
    const codes = document.components.schemas.StatusCode["x-status-codes"].map(({ code }: Json) => code);
    expect(codes.filter((code: number) => !shown.has(code))).toEqual([]);
  });

  test("shows each of the nine models in a request", () => {
    const shown = new Set(Object.values(operations[0]?.requests ?? {}).map(({ model }) => model));
    expect([...shown].sort()).toEqual([...MODELS].sort());
  });

  test("takes images where the rules for images look for them, and nowhere else", () => {
    const takers = Object.entries<Json>(document.components.schemas).flatMap(([name, schema]) =>
      [schema, ...(schema.allOf ?? [])].flatMap((part) =>
        Object.entries<Json>(part.properties ?? {})
          .filter(([, value]) => JSON.stringify(value).includes("schemas/ImageInput"))
          .map(([key]) => `${name}.${key}`),
      ),
    );
    expect(takers.sort()).toEqual([
      "FirstLastFrameOptions.first_frame_image",
      "FirstLastFrameOptions.last_frame_image",
      "ImageToVideo.first_frame_image",
      "MediaInput.value",
      "SubjectReference.image",
    ]);
  });

  test("describes the callback: challenge, then status, as named schemas", () => {
    const callback = resolve(document, document.paths["/v1/video_generation"].post.callbacks.taskStatus);
    const { post } = callback["{$request.body#/callback_url}"];
    const { schema, examples } = post.requestBody.content["application/json"];
    expect(schema.oneOf.map(({ $ref }: Json) => $ref)).toEqual([
      "#/components/schemas/CallbackChallenge",
      "#/components/schemas/CallbackStatus",
    ]);
    const accepts = strictAjv().compile(dereference(document, schema));
    for (const [name, example] of Object.entries<Json>(examples))
      expect(accepts(resolve(document, example).value), name).toBe(true);
    expect(Object.keys(examples)).toEqual(expect.arrayContaining(["challenge", "processing", "success", "failed"]));
  });
});

describe("the files of openapi/", () => {
  test("lint clean", () => {
    expect(() => redocly("lint", "--max-problems", "5")).not.toThrow();
  }, 60_000);

  test("are all reached from a root: nothing is orphaned", () => {
    const seen = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      JSON.stringify(parse(readFileSync(file, "utf8")), (key, value) => {
        if (key === "$ref" && typeof value === "string" && !value.startsWith("#")) {
          visit(resolvePath(dirname(file), value.split("#")[0] as string));
        }
        return value;
      });
    };
    for (const root of Object.values(roots)) visit(root);
    const reached = [...seen].map((file) => relative(folder, file));
    expect(yamlFiles.filter((file) => !reached.includes(file))).toEqual(["flows.arazzo.yaml", "redocly.yaml"]);
  });

  test("use no discriminator and no Content-Type parameter, which both break the generated client", () => {
    for (const file of yamlFiles) {
      const text = readFileSync(join(folder, file), "utf8");
      expect(text, file).not.toMatch(/^\s*discriminator:/m);
      expect(text, file).not.toMatch(/name: content-type/i);
    }
  });

  test("refer only to headings that SOURCES.md has", () => {
    const headings = readFileSync(join(folder, "SOURCES.md"), "utf8");
    const referred = yamlFiles.flatMap((file) => {
      return [...readFileSync(join(folder, file), "utf8").matchAll(/SOURCES\.md,\s+"([^"]+)"/g)].map(
        ([, heading]) => heading as string,
      );
    });
    expect(referred.length).toBeGreaterThan(3);
    for (const heading of referred) expect(headings).toContain(`# ${heading}`);
  });

  test("name schema files after their schema", () => {
    const known = new Set(names.flatMap((name) => [...Object.keys(documentOf(name).components.schemas), "bearerAuth"]));
    const files = yamlFiles
      .filter((file) => file.startsWith("schemas/"))
      .map((file) => file.slice("schemas/".length, -".yaml".length));
    expect(files.filter((file) => !known.has(file))).toEqual([]);
    expect(existsSync(join(folder, "schemas/TextToVideo.yaml"))).toBe(true);
  });
});

const MODELS = [
  "MiniMax-Hailuo-2.3",
  "MiniMax-Hailuo-2.3-Fast",
  "MiniMax-Hailuo-02",
  "T2V-01-Director",
  "T2V-01",
  "I2V-01-Director",
  "I2V-01-live",
  "I2V-01",
  "S2V-01",
];

/** Every property of every schema, once for each place that describes it; a tier that only narrows is not such a place. */
function properties(schemas: [string, Json][]): [string, Json][] {
  return schemas.flatMap(([name, schema]) =>
    [schema, ...(schema.allOf ?? [])].flatMap((part) =>
      Object.entries<Json>(part.properties ?? {})
        .filter(([, value]) => value !== false)
        .map(([key, value]) => [`${name}.${key}`, value] as [string, Json]),
    ),
  );
}

function codeOf(reply: Json): number {
  if (reply.base_resp) return reply.base_resp.status_code;
  return reply.code === "success" || reply.code === 0 ? 0 : 1;
}
