/** Checks the specs for consistency. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { documentOf, JSON_TYPE, names, operation, operationsOf } from "../contract-tests/helpers/documents.js";
import { dereference, folder, type Json, redocly, roots, schemaNameOf, strictAjv, targetOf } from "./documents.js";
import { allProperties, cellsOf, GROUPS, MODES, MODES_V2 } from "./matrix.js";

/** One for all tests, because creating one takes longer than compiling with it. */
const ajv = strictAjv();
const yamlFiles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));

describe.each(names)("%s", (name) => {
  const document = documentOf(name);
  const schemas = Object.entries<Json>(document.components.schemas);

  test("has the dialect line, without which Prism silently stops validating", () => {
    const { jsonSchemaDialect } = parse(readFileSync(roots[name] as string, "utf8"));
    expect(jsonSchemaDialect).toBe("https://json-schema.org/draft/2020-12/schema");
  });

  test.each(schemas)("schema %s compiles in a strict ajv", (_, schema) => {
    expect(() => ajv.compile(dereference(document, schema))).not.toThrow();
  });

  test.each(properties(schemas))("property %s has a description and an example that obeys it", (_, schema) => {
    const target = targetOf(document, schema);
    expect(target.description).toEqual(expect.stringMatching(/\w/));
    expect(target.examples?.length).toBeGreaterThan(0);
    const accepts = ajv.compile(dereference(document, target));
    for (const example of target.examples) expect(accepts(example), JSON.stringify(example)).toBe(true);
  });

  test.each(
    properties(schemas).filter(([, schema]) => "default" in schema),
  )("default of %s obeys its schema", (_, schema) => {
    expect(ajv.compile(dereference(document, schema))(schema.default)).toBe(true);
  });

  for (const { operationId, parameters, body, replies } of operationsOf(name)) {
    test.each(parameters)(`parameter $name of ${operationId} has a description and an example that obeys it`, (one) => {
      expect(one.description).toEqual(expect.stringMatching(/\w/));
      expect(failures(one.schema, one.example)).toEqual([]);
    });

    if (body)
      test.each(Object.entries(body.examples))(`request example %s of ${operationId} obeys its schema`, (_, value) => {
        expect(failures(body.schema, value)).toEqual([]);
      });

    for (const { status, mediaType, schema, examples, headers } of replies) {
      test.each(
        Object.entries(examples),
      )(`${status} response example %s of ${operationId} (${mediaType}) obeys its schema`, (_, value) => {
        expect(failures(schema, value)).toEqual([]);
        if (mediaType !== JSON_TYPE) expect(typeof value).toBe("string");
      });
      test.each(Object.entries(headers))(`header %s of ${operationId} has an example that obeys it`, (_, header) => {
        expect(failures(header.schema, header.example)).toEqual([]);
      });
    }

    test(`${operationId} has examples of a request and each reply, a success first, then failures`, () => {
      if (body) expect(Object.keys(body.examples).length).toBeGreaterThan(0);
      for (const { status, mediaType, examples } of replies)
        expect(Object.keys(examples).length, `${status} ${mediaType}`).toBeGreaterThan(0);
      const said = replies.flatMap(({ status, examples }) =>
        Object.values(examples).map((reply) => isFailure(status, reply)),
      );
      expect([said[0], said.includes(true)]).toEqual([false, true]);
      // A request and its reply have the same name, for tools that show or replay them together.
      const [first] = Object.keys(body?.examples ?? {});
      if (first) expect(isFailure(200, replies[0]?.examples[first])).toBe(false);
    });
  }

  // All examples of a schema share one function.
  const compiled = new Map<Json, ValidateFunction>();

  function failures(schema: Json, value: unknown): unknown[] {
    const validate = compiled.get(schema) ?? ajv.compile(dereference(document, schema));
    compiled.set(schema, validate);
    return validate(value) ? [] : (validate.errors ?? []);
  }
});

describe("the official spec", () => {
  const document = documentOf("minimax");
  const operations = operationsOf("minimax");
  const version1 = operations.filter(({ path }) => path.startsWith("/v1/"));
  const version2 = operations.filter(({ path }) => path.startsWith("/v2/"));

  test("has every operation of both versions under the vendor's own names", () => {
    expect(operations.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`)).toEqual([
      "POST /v1/video_generation videoGeneration",
      "GET /v1/query/video_generation queryVideoGenerationTask",
      "GET /v1/files/retrieve retrieveFile",
      "POST /v1/video_template_generation videoTemplateGeneration",
      "GET /v1/query/video_template_generation queryVideoTemplateGenerationTask",
      "POST /v2/video_generation videoGenerationV2Create",
      "DELETE /v2/video_generation/{task_id} videoGenerationV2Delete",
      "GET /v2/query/video_generation videoGenerationV2List",
      "GET /v2/query/video_generation/{task_id} videoGenerationV2Query",
      "POST /v2/h3_context_ir h3ContextIRV2Create",
      "POST /v2/video_regeneration videoRegenerationV2Create",
      "POST /v1/files/upload uploadFile",
      "GET /v1/files/list listFiles",
      "GET /v1/files/retrieve_content retrieveFileContent",
      "POST /v1/files/delete deleteFile",
      "GET /account/query_balance getAccountBalance",
      "GET /v1/token_plan/remains getTokenPlan",
    ]);
    expect([version1.length, version2.length]).toEqual([10, 6]);
    expect(document.paths["/v1/video_template_generation"].post.deprecated).toBe(true);
    expect(document.paths["/v1/query/video_template_generation"].get.deprecated).toBe(true);
  });

  test("describes the meaning of each code", () => {
    const { description, "x-status-codes": codes } = document.components.schemas.StatusCode;
    const words = (text: string) => text.replace(/\s+/g, " ");
    expect(codes.length).toBeGreaterThan(20);
    for (const { code, meaning } of codes) expect(words(description)).toContain(`\`${code}\` ${meaning}`);
    const { description: types, "x-error-types": rows } = document.components.schemas.OaiErrorType;
    for (const { type, status, meaning } of rows) expect(words(types)).toContain(`\`${type}\` (${status}) ${meaning}`);
  });

  test("names no source that only its authors have", () => {
    expect(JSON.stringify(document)).not.toMatch(/\bseeds? \d{3}/);
  });

  test("lists the three official servers", () => {
    expect(document.servers.map(({ url }) => url)).toEqual([
      "https://api.minimax.io",
      "https://api.minimaxi.com",
      "https://api.minimax.cn",
    ]);
  });

  test.each(version1)("$operationId has every status code of the table as a named example", ({
    operationId,
    responses,
  }) => {
    const shown = new Set(Object.values(responses).map(({ base_resp }) => base_resp.status_code));
    const codes = document.components.schemas.StatusCode["x-status-codes"].map(({ code }: Json) => code);
    const missing = codes.filter((code: number) => !shown.has(code));
    // The reply to a successful download is not JSON.
    expect(missing).toEqual(operationId === "retrieveFileContent" ? [0] : []);
  });

  test("shows each of the nine models in a request", () => {
    const shown = new Set(Object.values(operations[0]?.requests ?? {}).map(({ model }) => model));
    expect([...shown].sort()).toEqual([...MODELS].sort());
  });

  test.each(version2)("$operationId declares each HTTP status it may return, with an example error", (operation) => {
    const statuses = operation.replies.map(({ status }) => status);
    expect(statuses).toEqual(
      operation.method === "POST" ? [200, 400, 401, 402, 422, 429, 500, 529] : [200, 400, 401, 429, 500, 529],
    );
    const types = document.components.schemas.OaiErrorType["x-error-types"];
    for (const { status, examples } of operation.replies.slice(1))
      for (const { error } of Object.values(examples)) {
        expect([error.type, error.http_code]).toEqual([
          types.find((row: Json) => row.status === status)?.type,
          String(status),
        ]);
      }
  });

  test("shows every message of V2 that was documented or seen", () => {
    const shown = version2.flatMap(({ replies }) =>
      replies.flatMap(({ examples }) => Object.values(examples).map(({ error }) => error?.message)),
    );
    expect(shown).toEqual(expect.arrayContaining(MESSAGES_V2));
  });

  test("shows each model of V2 in each of its modes, and each role", () => {
    const requests = Object.values(operation("minimax", "videoGenerationV2Create").requests);
    const shown = requests.map(({ model, content }) => {
      const roles: string[] = content.map(({ type, role }: Json) => (type === "text" ? "text" : (role ?? "no role")));
      const mode = roles.some((role) => role.startsWith("reference")) ? "references" : roles[1] ? "frames" : "text";
      return { mode: `${model}, ${mode}`, roles };
    });
    const models = ["MiniMax-H3", "MiniMax-H3-Max"];
    const modes = models.flatMap((model) => ["frames", "references", "text"].map((mode) => `${model}, ${mode}`));
    expect([...new Set(shown.map(({ mode }) => mode))].sort()).toEqual([...modes, "MiniMax-H3-Fast, text"].sort());
    expect([...new Set(shown.flatMap(({ roles }) => roles))].sort()).toEqual([
      "first_frame",
      "last_frame",
      "no role",
      "reference_audio",
      "reference_image",
      "reference_video",
      "text",
    ]);
  });

  test("describes each field of a video request in a sentence, because editors and MCP show no other fields", () => {
    const { "x-fields": sentences } = document.paths["/v1/video_generation"].post;
    const known = [...MODES, ...MODES_V2].flatMap((mode) => Object.keys(allProperties(document, mode)));
    expect([...new Set(known)].filter((field) => !sentences[field])).toEqual([]);
  });

  test.each([
    ["VideoGenerationReq", MODES],
    ["VideoGenerationV2Req", GROUPS.generation],
    ["H3ContextIRReq", GROUPS.prompts],
    ["VideoRegenerationV2Req", GROUPS.regeneration],
  ])("lists the modes of %s in openapi/matrix.ts, because others would have types but no validator", (name, modes) => {
    const { oneOf } = document.components.schemas[name];
    expect(oneOf.map(schemaNameOf).sort()).toEqual([...modes].sort());
  });

  test("prices only videos that it offers, in lists with a date", () => {
    const lists: Json[] = Object.values(document.paths).flatMap(({ post }) => [
      ...(post?.["x-prices"] ?? []),
      ...(post?.["x-unit-prices"] ?? []),
    ]);
    const offers = Object.values(cellsOf(document, [...MODES, ...MODES_V2])).flatMap((models) =>
      Object.entries(models),
    );
    // A subject reference takes neither a duration nor a resolution.
    const isOffered = ({ model, resolution, duration }: Json) =>
      offers.some(([name, { accepts }]) => {
        const cells = accepts.filter(([seconds, sizes]) => {
          return (duration ?? seconds) === seconds && sizes.includes(resolution ?? sizes[0]);
        });
        return name === model && (cells.length > 0 || accepts.length === 0);
      });
    expect(lists.length).toBeGreaterThan(4);
    expect(lists.flatMap(({ rows }) => rows.filter((row: Json) => !isOffered(row)))).toEqual([]);
    for (const { date } of lists) expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const { model: _, resolution: __, source: ___, ...figures } of lists.flatMap(({ rows }) => rows))
      expect(Object.values(figures).filter((figure) => typeof figure !== "number")).toEqual([]);
  });

  test("names only models that it offers as older models, and as models that take camera commands", () => {
    const { "x-older-models": older, "x-camera-commands": camera } = document.paths["/v1/video_generation"].post;
    const models = Object.values(cellsOf(document, MODES)).flatMap((cells) => Object.keys(cells));
    expect([...older, ...camera.models].filter((model) => !models.includes(model))).toEqual([]);
  });

  test("lists each code once, with a documented kind", () => {
    const { StatusCode, OaiErrorType } = document.components.schemas;
    const rows: Json[] = [...StatusCode["x-status-codes"], ...OaiErrorType["x-error-types"]];
    const keys = rows.map(({ code, type }) => code ?? type);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect([...new Set(rows.map(({ kind }) => kind))].sort()).toEqual([
      ...["authentication", "content_rejected", "insufficient_balance", "invalid_request", "plan_limit"],
      ...["rate_limited", "service", "success"],
    ]);
  });

  test("describes the requirement of each counting rule", () => {
    const silent: string[] = [];
    const visit = (schema: Json, path: string) => {
      if (schema === null || typeof schema !== "object") return;
      if (schema.contains && !schema["x-expects"] && !path.endsWith("/if")) silent.push(path);
      if (schema.then && !schema.then["x-expects"]) silent.push(path);
      for (const [key, value] of Object.entries(schema)) visit(value, `${path}/${key}`);
    };
    visit(document.components.schemas, "");
    expect(silent).toEqual([]);
  });

  test("accepts images only in the fields that the rules for images cover", () => {
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

  test.each([
    ["videoGeneration", "CallbackStatus", ["challenge", "processing", "success", "successAgent", "failed"]],
    [
      "videoGenerationV2Create",
      "CallbackStatusV2",
      ["challenge", "queued", "running", "succeeded", "failed", "cancelled"],
    ],
  ])("describes the callback of %s: challenge, then status, as named schemas", (operationId, status, shown) => {
    const creates = Object.values(document.paths).map(({ post }) => post);
    const { callbacks } = creates.find((post) => post?.operationId === operationId);
    const callback = targetOf(document, callbacks.taskStatus);
    const { schema, examples } = callback["{$request.body#/callback_url}"].post.requestBody.content[JSON_TYPE];
    expect(schema.oneOf.map(({ $ref }: Json) => $ref)).toEqual([
      "#/components/schemas/CallbackChallenge",
      `#/components/schemas/${status}`,
    ]);
    const accepts = ajv.compile(dereference(document, schema));
    for (const [name, example] of Object.entries<Json>(examples))
      expect(accepts(targetOf(document, example).value), name).toBe(true);
    expect(Object.keys(examples)).toEqual(shown);
  });

  test("has one V2 callback, which every V2 create uses", () => {
    const creates = Object.values(document.paths).map(({ post }) => post);
    const called = creates.filter((post) => JSON.stringify(post ?? {}).includes("taskStatusV2"));
    expect(called.map(({ operationId }) => operationId)).toEqual([
      "videoGenerationV2Create",
      "h3ContextIRV2Create",
      "videoRegenerationV2Create",
    ]);
  });
});

describe("the files of openapi/", () => {
  test("lint clean", async () => {
    await redocly(["lint", "--max-problems", "5"]);
  }, 60_000);

  test("are all reachable from a root, including each example", () => {
    const seen = new Set<string>();
    const referred = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      JSON.stringify(parse(readFileSync(file, "utf8")), (key, value) => {
        if (key === "$ref" && typeof value === "string" && !value.startsWith("#")) {
          const [path = "", pointer] = value.split("#");
          referred.add(`${resolve(dirname(file), path)}#${pointer}`);
          visit(resolve(dirname(file), path));
        }
        return value;
      });
    };
    for (const root of Object.values(roots)) visit(root);
    const reached = [...seen].map((file) => relative(folder, file));
    expect(yamlFiles.filter((file) => !reached.includes(file))).toEqual([
      "flows.arazzo.yaml",
      "redocly.yaml",
      "witnesses/equivalents.yaml",
    ]);
    const examples = reached
      .filter((file) => /\bexamples\//.test(file))
      .flatMap((file) =>
        Object.keys(parse(readFileSync(join(folder, file), "utf8"))).map((name) => `${file}#/${name}`),
      );
    expect(examples.length).toBeGreaterThan(100);
    expect(examples.filter((example) => !referred.has(join(folder, example)))).toEqual([]);
  });

  test("describe defaults in words and as `x-default`: tools would fill in `default` even if a branch forbids the field", () => {
    const told = yamlFiles.filter((file) => file.startsWith("schemas/") || /gateways\/\w+\/[A-Z]/.test(file));
    const defaults = told.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
    expect(defaults).not.toMatch(/\bdefault:(?<!x-default:)/);
    expect(defaults.match(/x-default:/g)?.length).toBeGreaterThan(15);
    for (const name of names)
      for (const [place, schema] of properties(Object.entries(documentOf(name).components.schemas)))
        if ("default" in schema) expect(schema.description, place).toMatch(/default/i);
  });

  test("have no summary that mentions the seeds of this project, and a contact in each root", () => {
    for (const file of yamlFiles)
      expect(readFileSync(join(folder, file), "utf8"), file).not.toMatch(/summary: .*\bseed \d/);
    for (const name of names) expect(documentOf(name).info.contact.name).toMatch(/\w/);
  });

  test("have a type next to listed values, for tools that require one", () => {
    const untyped: string[] = [];
    for (const file of yamlFiles.filter((file) => file !== "flows.arazzo.yaml"))
      JSON.stringify(parse(readFileSync(join(folder, file), "utf8")), (key, value) => {
        const lists = value && typeof value === "object" && ("const" in value || Array.isArray(value.enum));
        if (lists && typeof value.type !== "string") untyped.push(`${file} ${key}`);
        return value;
      });
    expect(untyped).toEqual([]);
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
    expect(referred.filter((heading) => !headings.includes(`# ${heading}\n`))).toEqual([]);
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

/** Fact sheet 4.5, typed by hand. */
const MESSAGES_V2 = [
  "invalid params, content must include a non-empty text item (prompt is required) (2013)",
  "invalid params, binding: expr_path=content, cause=missing required parameter (2013)",
  "invalid params, 该模型暂不支持 /v2/video_generation (2013)",
  "invalid params, TokenPlan 或 Credit 暂不支持 MiniMax-H3 系列模型 (2013)",
  "video description contains sensitive content (1026)",
  "internal error (1000)",
];

/** Every property of every schema, once for each place that describes it. A tier that only narrows it does not count. */
function properties(schemas: [string, Json][]): [string, Json][] {
  return schemas.flatMap(([name, schema]) =>
    [schema, ...(schema.allOf ?? [])].flatMap((part) => {
      const own = Object.entries<Json>(part.properties ?? {});
      const ofTiers = (part.oneOf ?? []).flatMap((tier: Json) =>
        Object.entries<Json>(tier.properties ?? {}).filter(([key]) => !(key in (part.properties ?? tier.properties))),
      );
      // A rule that only counts the items of a list does not describe it.
      return [...own, ...ofTiers]
        .filter(([, value]) => value !== false && Object.keys(value).join() !== "allOf")
        .map(([key, value]) => [`${name}.${key}`, value] as [string, Json]);
    }),
  );
}

/** Whether a reply is a failure, in the format of V1, V2 or a gateway. */
function isFailure(status: number, reply: Json): boolean {
  if (status !== 200) return true;
  if (reply.base_resp) return reply.base_resp.status_code !== 0;
  return "code" in Object(reply) && reply.code !== "success" && reply.code !== 0;
}
