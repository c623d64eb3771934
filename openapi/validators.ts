/** Generates validators (ajv standalone, no eval): one function for each schema of a request or a reply. */
import standalone from "ajv/dist/standalone/index.js";
import { buildSync } from "esbuild";
import { type Document, dereference, folder, type Json, strictAjv } from "./documents.js";
import { GROUPS, REQUESTS, REQUESTS_V2 } from "./matrix.js";
import { operationsOf } from "./operations.js";
import { unionOf } from "./typescript-source.js";

/** Generates the validators of V1 for every root. Roots with the same schema share its function. */
export function validators(documents: Record<string, Document>): string {
  const functions = functionsOfSchemas();
  const table = Object.entries(documents).map(([root, document]) => {
    return `  ${root}: ${tableOf(functions, document, REQUESTS, root === "minimax" ? "" : root)},\n`;
  });
  return `// @ts-nocheck
/** An ajv error without its message. */
export interface SchemaError { instancePath: string; schemaPath: string; keyword: string; params: Record<string, unknown> }
/** Returns true if the value obeys the schema. Otherwise \`errors\` holds every reason until the next call. */
export interface Validator { (value: unknown): boolean; errors?: SchemaError[] | null }
/** Requests of V2 and of files. Their validators are in separate files, by operation. */
export type RequestNameV2 = ${unionOf(REQUESTS_V2)};
export type RequestName = ${unionOf(REQUESTS)} | RequestNameV2;

${functions.code()}
/** The validators of V1 for each spec. */
export const validators: Record<${unionOf(Object.keys(documents))}, Partial<Record<RequestName, Validator>>> = {
${table.join("")}};
`;
}

/** Generates the validators that only the official API has, one file per operation, so that each is loaded only when needed. */
export function validatorsApart(minimax: Document): Record<string, string> {
  const files = Object.entries(GROUPS).map(([group, names]) => {
    const functions = functionsOfSchemas();
    const table = tableOf(functions, minimax, names);
    const text = `// @ts-nocheck
import type { Validator } from "./validators.js";

${functions.code()}
export const validators${group[0]?.toUpperCase()}${group.slice(1)}: Record<${unionOf(names)}, Validator> = ${table};
`;
    return [`validators-${group}.ts`, text];
  });
  return Object.fromEntries(files);
}

/** A table from schema name to function, of the schemas that the document has. */
function tableOf(functions: Functions, document: Document, names: string[], prefix = ""): string {
  const { schemas } = document.components;
  const known = names.filter((name) => schemas[name]);
  const entries = known.map((name) => {
    return `${name}: ${functions.add(dereference(document, schemas[name]), () => prefix + name)}`;
  });
  return `{ ${entries.join(", ")} }`;
}

/** Generates src/generated/replies.ts: one function for each schema of a reply. Operations with the same schema share it. */
export function replyValidators(documents: Record<string, Document>): string {
  const functions = functionsOfSchemas();
  const specs = Object.entries(documents).map(([spec, document]) => {
    const rows = operationsOf(document).map(({ operationId, places }) => {
      const replies = places.filter(({ in: where, schema }) => where === "response" && schema !== undefined);
      const entries = replies.map(({ key, schema }) => {
        return `"${key}": ${functions.add(dereference(document, schema), (count) => `reply${count}`)}`;
      });
      return `    ${operationId}: { ${entries.join(", ")} },\n`;
    });
    return `  ${spec}: {\n${rows.join("")}  },\n`;
  });
  return `// @ts-nocheck
import type { SpecName } from "./servers.js";
import type { Validator } from "./validators.js";

${functions.code()}
/** Validators of JSON replies, by spec, operationId and HTTP status. */
export const replies: Record<SpecName, Record<string, Record<string, Validator>>> = {
${specs.join("")}};
`;
}

type Functions = ReturnType<typeof functionsOfSchemas>;

/** Collects schemas as functions. Equal schemas share one. */
function functionsOfSchemas() {
  const ajv = strictAjv({ messages: false, code: { source: true, esm: true, optimize: 2 } });
  const ids = new Map<string, string>();
  return {
    /** Returns the name of the schema's function. `nameOf` names a new one from the number of functions so far. */
    add(schema: Json, nameOf: (count: number) => string): string {
      const text = JSON.stringify(schema);
      const id = ids.get(text) ?? nameOf(ids.size);
      if (!ids.has(text)) ajv.addSchema({ $id: id, ...schema });
      ids.set(text, id);
      return id;
    },
    /** The code without exports, because TypeScript cannot declare ajv's functions. */
    code(): string {
      const functions = Object.fromEntries([...ids.values()].map((id) => [id, id]));
      // ajv's ESM output still requires its own runtime (ajv#2209): bundle that in.
      const contents = standalone.default(ajv, functions);
      const options = { bundle: true, write: false, format: "esm" } as const;
      const { outputFiles } = buildSync({ stdin: { contents, resolveDir: folder, loader: "js" }, ...options });
      // ajv mistakes "constructor" and "__proto__" for known fields of an object literal, and uses six lines for each error.
      return (outputFiles[0]?.text ?? "")
        .replace(/^export \{[^}]*\};\n/m, "")
        .replace(/^(\/\/ | *")\S*(?=node_modules\/ajv\/)/gm, "$1")
        .replace(/!(props\d+)\[(key\d+)\]/g, "!Object.hasOwn($1, $2)")
        .replace(/const (err\d+) = (\{.*\});\s+if \(vErrors === null\)[^}]+\}[^}]+\}/g, "(vErrors ??= []).push($2);");
    },
  };
}
