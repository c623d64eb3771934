/** Validators as code (ajv standalone, no eval): one function for each request schema of each root. */
import type { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { buildSync } from "esbuild";
import { type Document, dereference, folder, strictAjv } from "./documents.js";
import { GROUPS, REQUESTS, REQUESTS_V2 } from "./matrix.js";
import { unionOf } from "./print.js";

/** V1 of every root; roots that agree on a schema share its function. */
export function validators(documents: Record<string, Document>): string {
  const roots = Object.keys(documents);
  const { code, rows } = functionsOf(documents, REQUESTS);
  const table = roots.map((root) => `  ${root}: { ${entriesOf(rows, root)} },\n`);
  return `// @ts-nocheck
/** What a validator found: an ajv error without its message. */
export interface SchemaError { instancePath: string; schemaPath: string; keyword: string; params: Record<string, unknown> }
/** True when the value obeys its schema; otherwise \`errors\` holds every reason until the next call. */
export interface Validator { (value: unknown): boolean; errors?: SchemaError[] | null }
/** Of V2 and of files: their validators are in the files beside this one, by operation. */
export type RequestNameV2 = ${unionOf(REQUESTS_V2)};
export type RequestName = ${unionOf(REQUESTS)} | RequestNameV2;

${code}
/** The validators of V1, of each spec. */
export const validators: Record<${unionOf(roots)}, Partial<Record<RequestName, Validator>>> = {
${table.join("")}};
`;
}

/** What the official API alone has, one operation a file: nobody loads what he does not send. */
export function validatorsApart(documents: Record<string, Document>): Record<string, string> {
  const files = Object.entries(GROUPS).map(([group, names]) => {
    const { code, rows } = functionsOf(documents, names);
    const text = `// @ts-nocheck
import type { Validator } from "./validators.js";

${code}
export const validators${group[0]?.toUpperCase()}${group.slice(1)}: Record<${unionOf(names)}, Validator> = { ${entriesOf(rows, "minimax")} };
`;
    return [`validators-${group}.ts`, text];
  });
  return Object.fromEntries(files);
}

interface Row {
  root: string;
  name: string;
  id: string;
}

function entriesOf(rows: Row[], root: string): string {
  return rows
    .filter((row) => row.root === root)
    .map(({ name, id }) => `${name}: ${id}`)
    .join(", ");
}

function functionsOf(documents: Record<string, Document>, names: string[]): { code: string; rows: Row[] } {
  const ajv = strictAjv({ messages: false, code: { source: true, esm: true, optimize: 2 } });
  const idOf = new Map<string, string>();
  const rows = requestSchemas(documents, names).map(({ root, name, schema }) => {
    const text = JSON.stringify(schema);
    const id = idOf.get(text) ?? (root === "minimax" ? name : `${root}${name}`);
    if (!idOf.has(text)) ajv.addSchema({ $id: id, ...schema });
    idOf.set(text, id);
    return { root, name, id };
  });
  return { code: standaloneCode(ajv, idOf.values()), rows };
}

/** The functions of schemas that an ajv knows, by their ids, without exports: TypeScript cannot declare ajv's functions. */
export function standaloneCode(ajv: Ajv2020, ids: Iterable<string>): string {
  const functions = Object.fromEntries([...ids].map((id) => [id, id]));
  const { outputFiles } = buildSync({
    // ajv's ESM output still requires its own runtime (ajv#2209): bundle that in.
    stdin: { contents: standalone.default(ajv, functions), resolveDir: folder, loader: "js" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
  });
  return outputFiles[0]?.text.replace(/^export \{[^}]*\};\n/m, "") ?? "";
}

function requestSchemas(documents: Record<string, Document>, names: string[]) {
  return Object.entries(documents).flatMap(([root, document]) =>
    names.flatMap((name) => {
      const schema = document.components.schemas[name];
      return schema ? [{ root, name, schema: dereference(document, schema) }] : [];
    }),
  );
}
