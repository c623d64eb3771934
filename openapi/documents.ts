/** Loads the specs for the generator, the comparison and the contract tests: bundled, dereferenced, compiled by a strict ajv. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import querystring from "node:querystring";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Ajv2020, type Options } from "ajv/dist/2020.js";
import { parse } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: documents are JSON of any depth; the linter of the specs is Redocly
export type Json = any;
export type Document = {
  info: Json;
  servers: Json[];
  paths: Record<string, Json>;
  components: { schemas: Record<string, Json>; securitySchemes?: Json };
};

/** The command cannot do what was asked. The message says what to do instead. */
export class Refusal extends Error {}

export const folder = fileURLToPath(new URL(".", import.meta.url));

/** The roots in redocly.yaml, name to file: the official API first, then the gateways. */
export const roots: Record<string, string> = rootsIn(folder);

/** The roots of a copy of this folder, such as another commit's. */
export function rootsIn(folder: string): Record<string, string> {
  const { apis } = parse(readFileSync(join(folder, "redocly.yaml"), "utf8"));
  return Object.fromEntries(Object.entries<Json>(apis).map(([name, { root }]) => [name, join(folder, root)]));
}

/** Runs a program to its end. Rejects with its `code` and `stderr` if it fails or cannot be started. */
export const execute = promisify(execFile);

/** Calls `use` with a new folder, and removes it when `use` or the process ends. */
export async function inTemporaryFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  return await use(folder).finally(() => {
    remove();
    process.off("exit", remove);
  });
}

/** Runs the Redocly command line offline, with the configuration of a folder. If it fails, throws a {@link Refusal} with its error. */
export async function redocly(words: string[], at = folder): Promise<string> {
  const cli = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const args = [cli, ...words, "--config", join(at, "redocly.yaml")];
  const { stdout } = await execute(process.execPath, args, { env, cwd: at, maxBuffer: 2 ** 30 }).catch((error) => {
    // The problems of a lint are on stdout. A box on stderr advertises newer versions of Node.
    const said = error.stdout + error.stderr.replace(/^ *[╔║╚].*\n/gm, "");
    throw new Refusal(`redocly ${words[0]} failed: ${said.trim()}`);
  });
  return stdout;
}

/** Bundles each root of a folder into one JSON document, with its parts under components. Throws if a reference has no target. */
export function bundledTexts(at = folder): Promise<Record<string, string>> {
  const names = Object.keys(rootsIn(at));
  return inTemporaryFolder(async (output) => {
    await redocly(["bundle", ...names, "--ext", "json", "--output", output], at);
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(output, `${name}.json`), "utf8")]));
  });
}

/** The same, parsed, with `x-default` renamed to `default` for our own tools. Other tools would fill in a `default`. */
export async function bundles(at = folder): Promise<Record<string, Document>> {
  const texts = Object.entries(await bundledTexts(at));
  return Object.fromEntries(
    texts.map(([name, text]) => [name, JSON.parse(text.replaceAll('"x-default":', '"default":'))]),
  );
}

/** An ajv that refuses to compile unknown keywords. Prism would silently stop validating instead. */
export function strictAjv(options: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, ...options });
  for (const format of ["int32", "int64"]) ajv.addFormat(format, true);
  return ajv;
}

/** An ajv that compiles any schema, and quickly: vendors use keywords and formats of their own, and ours are checked elsewhere. */
export function lenientAjv(options: Options = {}): Ajv2020 {
  return new Ajv2020({ strict: false, validateSchema: false, validateFormats: false, ...options });
}

/** Finds the target of a local reference, which may be another reference. */
export function pointed(document: Json, $ref: string): Json {
  if (!$ref.startsWith("#/"))
    throw new Refusal(
      `it refers to ${$ref} in another file; bundle it into one document first: npx --no-install redocly bundle`,
    );
  const [, ...steps] = querystring.unescape($ref).split("/");
  const keys = steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = keys.reduce<Json>((at, key) => at?.[key], document);
  if (found === undefined) throw new Refusal(`it refers to ${$ref}, which does not exist`);
  return found;
}

/** Follows the references of a node, if it is one. */
export function targetOf(document: Json, node: Json): Json {
  return typeof node?.$ref === "string" ? targetOf(document, pointed(document, node.$ref)) : node;
}

/** The name of the component schema that a node refers to. */
export function schemaNameOf({ $ref }: { $ref: string }): string {
  return $ref.replace("#/components/schemas/", "");
}

/** Whether a value is an object or a list. */
export function isObject(value: Json): boolean {
  return value !== null && typeof value === "object";
}

/** Yields every object and list in a value, outermost first, with the path to it. */
export function* nodesIn(value: Json, path: string[] = []): Generator<[node: Json, path: string[]]> {
  if (!isObject(value)) return;
  yield [value, path];
  for (const [key, inner] of Object.entries<Json>(value)) yield* nodesIn(inner, [...path, key]);
}

/** Keywords whose keys are names, such as those of fields. */
const NAMES = /^(properties|patternProperties|dependentSchemas|\$defs)$/;

/** Whether the value of a keyword is data, not part of the description. */
export function isValue(keyword: string): boolean {
  return /^(const|enum|default|examples?|value|x-.*)$/.test(keyword);
}

/** Copies a schema or another part of a document and rewrites each object in it, outermost first. */
export function rewritten(node: Json, rewrite: (part: Json) => Json): Json {
  const inner = (part: Json): Json => rewritten(part, rewrite);
  if (Array.isArray(node)) return node.map(inner);
  if (!isObject(node)) return node;
  const entries = Object.entries<Json>(rewrite(node)).map(([key, value]) => {
    // A schema has a list of examples. A body or parameter has named ones.
    const isNamed = isObject(value) && (NAMES.test(key) || (key === "examples" && !Array.isArray(value)));
    if (!isNamed) return [key, isValue(key) ? value : inner(value)];
    return [key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]))];
  });
  return Object.fromEntries(entries);
}

/** Keywords that do not decide which values are legal. */
export const ANNOTATION = /^(description|title|summary|default|examples?|deprecated|format|x-.*)$/;

/** Like `Map.groupBy`, which Node 20 lacks. */
export function grouped<Key, Value>(values: Value[], keyOf: (value: Value) => Key): Map<Key, [Value, ...Value[]]> {
  const groups = new Map<Key, [Value, ...Value[]]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/** The values that a schema lists. Empty if it lists none. */
export function listedIn(schema: Json): Json[] {
  const said = Object(schema);
  return "const" in said ? [said.const] : (said.enum ?? []);
}

/** A `type` next to listed values is redundant, but other tools need it. */
export function isToldByValues(keyword: string, schema: Json): boolean {
  return keyword === "type" && ("const" in schema || "enum" in schema);
}

/** Names of the component schemas that a node refers to, directly or indirectly. */
export function schemasReachedFrom(document: Document, node: Json, found = new Set<string>()): Set<string> {
  for (const [{ $ref }] of nodesIn(node)) {
    if (typeof $ref !== "string" || found.has(schemaNameOf({ $ref }))) continue;
    schemasReachedFrom(document, targetOf(document, { $ref }), found.add(schemaNameOf({ $ref })));
  }
  return found;
}

type Dereferencing = { annotated?: boolean; instead?: (name: string, part: Json) => string | undefined };

/** Inlines references, and removes what decides nothing, unless `annotated`. `instead` may return a reference to keep. */
export function dereference(document: Document, schema: Json, { annotated, instead }: Dereferencing = {}): Json {
  return rewritten(schema, function inlined(part: Json): Json {
    if (part.$ref) {
      const $ref = instead?.(schemaNameOf(part), part);
      return $ref === undefined ? inlined(document.components.schemas[schemaNameOf(part)]) : { $ref };
    }
    if (annotated) return part;
    return Object.fromEntries(
      Object.entries(part).filter(([key]) => !ANNOTATION.test(key) && !isToldByValues(key, part)),
    );
  });
}
