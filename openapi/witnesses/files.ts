/** Writes witnesses as data and as code for the compiler. The search is slow, so both are kept until the specs or its code change. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Witness } from "../../src/generated/witnesses.js";
import { type Document, dereference, grouped, type Json, lenientAjv, rewritten, schemaNameOf } from "../documents.js";
import { placesOf } from "../operations.js";
import { literal } from "../typescript-source.js";
import { witnessesOf } from "./search.js";

const FILES = ["src/generated/witnesses.ts", "contract-tests/generated/compiler.ts"];

/** The code by file name, relative to `root`. */
export function witnessFiles(documents: Record<string, Document>, root: string): Record<string, string> {
  const sources = [JSON.stringify(documents), ...searchers()];
  const sealed = (code: string) => `// Found for ${hashOf([...sources, code])}\n${code}`;
  const kept = FILES.map((file) => [file, keptAt(join(root, file), sealed)]);
  if (kept.every(([, code]) => code)) return Object.fromEntries(kept);
  const found = witnessesOf(documents);
  const codes = [witnessTable(found), compilerFile(documents, found)];
  return Object.fromEntries(codes.map((code, at) => [FILES[at], sealed(code)]));
}

/** A file without its banner, if it was found for the same sources and was not edited. */
function keptAt(path: string, sealed: (code: string) => string): string | undefined {
  if (!existsSync(path)) return undefined;
  const [, seal, ...lines] = readFileSync(path, "utf8").split("\n");
  const code = sealed(lines.join("\n"));
  return code.startsWith(`${seal}\n`) ? code : undefined;
}

/** The code that finds witnesses and writes them. */
function searchers(): string[] {
  const folder = import.meta.dirname;
  const files = [...readdirSync(folder), "../documents.ts", "../operations.ts", "../typescript-source.ts"];
  const code = files.filter((file) => /(?<!\.test)\.ts$/.test(file));
  return code.map((file) => readFileSync(join(folder, file), "utf8"));
}

function hashOf(parts: string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

function witnessTable(found: Record<string, Witness[]>): string {
  const tables = Object.entries(found).map(([spec, witnesses]) => {
    const places = grouped(witnesses, ({ operationId, place }) => literal({ operationId, place }));
    const groups = [...places].map(([at, own]) => {
      const rows = own.map(({ operationId: _, place: __, ...row }) => `    ${literal(row)},\n`);
      return `...at(${at}, [\n${rows.join("")}  ])`;
    });
    return `  ${spec}: [${groups.join(", ")}],\n`;
  });
  return `// @ts-nocheck: the type of such a large literal is too complex for the compiler
import type { SpecName } from "./servers.js";

/**
 * A value that obeys its schema, or breaks exactly one constraint. \`of\` names the change that would reverse the verdict.
 * \`place\`: \`request\`, \`response 200\`, \`query task_id\`, \`callback …\`. \`precaution\`: it breaks only a rule that no source states.
 */
export interface Witness { operationId: string; place: string; obeys: boolean; precaution?: true; of: string; value: unknown }

const at = (place, rows) => rows.map((row) => ({ ...place, ...row }));

export const witnesses: Record<SpecName, Witness[]> = {
${tables.join("")}};
`;
}

/** The bodies as code. The types must refuse each body that breaks a constraint that types can express. */
function compilerFile(documents: Record<string, Document>, found: Record<string, Witness[]>): string {
  const lines = Object.entries(documents).flatMap(([spec, document]) => {
    const requests = placesOf(document).filter(({ name, form }) => name === "request" && !form);
    return requests.flatMap(({ operationId, schema }) => {
      const type = schemaNameOf(schema);
      const isSayable = sayableJudge(document, schema);
      const bodies = found[spec]?.filter((one) => one.operationId === operationId && one.place === "request") ?? [];
      return bodies.map(({ value, of }) => {
        const refused = isSayable(value) ? "" : "// @ts-expect-error\n";
        return `// ${of}\n${refused}take<${spec}.${type}>(${literal(value)});\n`;
      });
    });
  });
  const imports = Object.keys(documents).map(
    (spec) => `import type * as ${spec} from "../../src/generated/${spec}.js";\n`,
  );
  return `${imports.join("")}
/** Accepts a literal, as in a user's code. */
declare function take<Body>(body: Body): void;

${lines.join("")}`;
}

/** Keywords that TypeScript cannot express. */
const UNSAYABLE = /^(pattern|format|multipleOf|contains|uniqueItems|(min|max)\w+|exclusive\w+)$/;

/** Checks whether a value obeys the part of a schema that types can express. */
export function sayableJudge(document: Document, schema: Json): (value: Json) => boolean {
  const sayable = rewritten(dereference(document, schema, { annotated: true }), (part) => {
    // In our types, an id is a string, even if it is a number on the wire.
    if (part["x-exact-id"]) return { type: "string" };
    const isTuple = part.minItems === part.maxItems;
    const said = Object.entries<Json>(part).flatMap(([keyword, value]) => {
      if (UNSAYABLE.test(keyword) && !(isTuple && /^(min|max)Items$/.test(keyword))) return [];
      if (keyword === "type" && value === "integer") return [[keyword, "number"]];
      // A union also accepts a value that matches several of its members.
      return [[keyword === "oneOf" ? "anyOf" : keyword, value]];
    });
    return Object.fromEntries(said);
  });
  const accepts = lenientAjv().compile(sayable);
  return (value) => accepts(value) === true;
}
