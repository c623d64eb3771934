/**
 * Writes the two files of witnesses: data for validators, and code for the compiler. The search takes longer than the rest of the
 * generator, so its results are kept as long as the documents and the search code are unchanged.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, dereference, grouped, type Json, lenientAjv, rewritten, schemaNameOf } from "../documents.js";
import { placesOf } from "../operations.js";
import { literal, sharedLiterals } from "../typescript-source.js";
import { type Witness, witnessesOf } from "./search.js";

const FILES = ["src/generated/witnesses.ts", "contract-tests/generated/compiler.ts"];

/** The code by file name, relative to `root`. */
export function witnessFiles(documents: Record<string, Document>, root: string): Record<string, string> {
  const seal = `// Found for ${hashOf([JSON.stringify(documents), ...searchers()])}`;
  const kept = FILES.map((file) => [file, keptAt(join(root, file), seal)]);
  if (kept.every(([, code]) => code)) return Object.fromEntries(kept);
  const found = witnessesOf(documents);
  const codes = [witnessTable(found), compilerFile(documents, found)];
  return Object.fromEntries(codes.map((code, at) => [FILES[at], `${seal}, ${hashOf([code])}\n${code}`]));
}

/** A file without its banner, if it has the seal and its content was not edited. */
function keptAt(path: string, seal: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const [, line = "", ...rest] = readFileSync(path, "utf8").split("\n");
  const code = rest.join("\n");
  return line === `${seal}, ${hashOf([code])}` ? `${line}\n${code}` : undefined;
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
  const { constants, literals } = sharedLiterals(Object.values(found).flatMap((all) => all.map(({ value }) => value)));
  const tables = Object.entries(found).map(([spec, witnesses]) => {
    const places = grouped(witnesses, ({ operationId, place }) => `at("${operationId}", "${place}", [`);
    const calls = [...places].map(([head, own]) => {
      const rows = own.map(({ obeys, precaution, of }) => {
        const verdict = precaution ? "PRECAUTION" : obeys ? "OBEYS" : "BREAKS";
        return `    [${verdict}, ${JSON.stringify(of)}, ${literals.shift()}],\n`;
      });
      return `...${head}\n${rows.join("")}  ])`;
    });
    return `  ${spec}: [${calls.join(", ")}],\n`;
  });
  return `// @ts-nocheck: the type of such a large literal is too complex for the compiler
import type { SpecName } from "./servers.js";

/**
 * A value that obeys its schema, or breaks exactly one constraint. \`of\` names the change that would reverse the verdict.
 * \`place\`: \`request\`, \`response 200\`, \`query task_id\`, \`callback …\`. \`precaution\`: it breaks only a rule that no source states.
 */
export interface Witness { operationId: string; place: string; obeys: boolean; precaution?: true; of: string; value: unknown }

const OBEYS = { obeys: true }, BREAKS = { obeys: false }, PRECAUTION = { obeys: false, precaution: true };
function at(operationId, place, rows) {
  return rows.map(([verdict, of, value]) => ({ operationId, place, ...verdict, of, value }));
}

${constants}
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
