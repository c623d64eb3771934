/** The specs as data, for the generator and for the contract tests: bundled, dereferenced, compiled by a strict ajv. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020, type Options } from "ajv/dist/2020.js";
import { parse } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: documents are JSON of any depth; the linter of the specs is Redocly
export type Json = any;
export type Document = {
  info: Json;
  servers: Json[];
  paths: Record<string, Json>;
  components: { schemas: Record<string, Json> };
};

export const folder = fileURLToPath(new URL(".", import.meta.url));

/** Names of the roots in redocly.yaml and their files: the official API, then the gateways. */
export const roots: Record<string, string> = rootsIn(folder);

/** The roots of a copy of this folder, as another commit has it. */
export function rootsIn(folder: string): Record<string, string> {
  const { apis } = parse(readFileSync(join(folder, "redocly.yaml"), "utf8"));
  return Object.fromEntries(Object.entries<Json>(apis).map(([name, { root }]) => [name, join(folder, root)]));
}

/** How the Redocly command line is started, quiet and offline, with the redocly.yaml of a folder. */
export function redoclyCall(args: string[], at = folder) {
  const cli = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  return { file: process.execPath, args: [cli, ...args, "--config", join(at, "redocly.yaml")], env };
}

/** Runs the Redocly command line; its output on failure is the error. */
export function redocly(...words: string[]): string {
  const { file, args, env } = redoclyCall(words);
  return execFileSync(file, args, { env, encoding: "utf8", stdio: "pipe" });
}

/** Every root as one document, its parts under components. */
export function bundles(): Record<string, Document> {
  const output = mkdtempSync(join(tmpdir(), "minimax-video-"));
  try {
    redocly("bundle", ...Object.keys(roots), "--ext", "json", "--output", output);
    return Object.fromEntries(
      Object.keys(roots).map((name) => [name, JSON.parse(readFileSync(join(output, `${name}.json`), "utf8"))]),
    );
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** An ajv that refuses to compile what it does not understand; Prism would silently stop validating instead. */
export function strictAjv(options: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, ...options });
  for (const format of ["int32", "int64"]) ajv.addFormat(format, true);
  return ajv;
}

const ANNOTATIONS = new Set([
  "description",
  "title",
  "summary",
  "default",
  "example",
  "examples",
  "deprecated",
  "format",
]);

/** Keywords whose values are no schemas. */
const VALUES = new Set(["const", "enum", "required", "examples", "default"]);

export interface Dereferencing {
  /** Leaves annotations and extensions where they are; by default they go. */
  annotated?: boolean;
  /** What a reference to this schema of components is to say instead of being inlined; undefined inlines it, as is the default. */
  instead?: (name: string) => string | undefined;
}

/** The schema alone: references inlined, annotations and extensions gone, unless they are asked for. Ours do not recurse. */
export function dereference(document: Document, schema: Json, options: Dereferencing = {}): Json {
  const { annotated = false, instead } = options;
  const inner = (item: Json) => dereference(document, item, options);
  if (Array.isArray(schema)) return schema.map(inner);
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.$ref) {
    const name = schema.$ref.replace("#/components/schemas/", "");
    const $ref = instead?.(name);
    return $ref === undefined ? inner(document.components.schemas[name]) : { $ref };
  }
  const result: Json = {};
  for (const [key, value] of Object.entries<Json>(schema)) {
    if (!annotated && (ANNOTATIONS.has(key) || key.startsWith("x-"))) continue;
    if (key === "properties")
      result.properties = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)]));
    else result[key] = VALUES.has(key) ? value : inner(value);
  }
  return result;
}
