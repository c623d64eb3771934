/** Witnesses as TypeScript: data for every judge that runs, and lines for the one that compiles. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { type Document, dereference, type Json } from "../documents.js";
import { placesOf } from "./places.js";
import type { Witness } from "./search.js";

/** src/generated/witnesses.ts, without its banner. */
export function witnessTable(all: Record<string, Witness[]>): string {
  const rows = Object.entries(all).map(([spec, witnesses]) => {
    return `  ${spec}: [\n${witnesses.map((witness) => `    ${literal(witness)},\n`).join("")}  ],\n`;
  });
  return `// @ts-nocheck: to the compiler, the type of so large a literal is too complex to look at
import type { SpecName } from "./servers.js";

/**
 * A value that obeys its schema, or breaks exactly one constraint of it; \`of\` names the change that would turn the verdict.
 * \`place\`: \`request\`, \`response 200\`, \`query task_id\`, \`callback …\`. \`precaution\`: it breaks only a rule that is ours alone.
 */
export interface Witness { operationId: string; place: string; obeys: boolean; precaution?: true; of: string; value: unknown }

export const witnesses: Record<SpecName, Witness[]> = {
${rows.join("")}};
`;
}

/** The bodies as the compiler sees them: those that break what types can say stand below a line that expects its refusal. */
export function compilerFile(documents: Record<string, Document>, all: Record<string, Witness[]>): string {
  const lines = Object.entries(documents).flatMap(([spec, document]) => {
    const requests = placesOf(document).filter(({ name, form }) => name === "request" && !form);
    return requests.flatMap((place) => {
      // Only what has a name can be typed by users.
      const type = place.schema.$ref?.replace("#/components/schemas/", "");
      const bodies = (all[spec] ?? []).filter(
        ({ operationId, place: at }) => operationId === place.operationId && at === "request",
      );
      const sayable = sayableJudge(document, place.schema);
      return bodies.map(({ value, of }) => {
        const refused = sayable(value) ? "" : "// @ts-expect-error\n";
        return `// ${of}\n${refused}take<${spec}.${type}>(${literal(value)});\n`;
      });
    });
  });
  const imports = Object.keys(documents).map(
    (spec) => `import type * as ${spec} from "../../src/generated/${spec}.js";\n`,
  );
  return `${imports.join("")}
/** Takes a literal as a user writes it. */
declare function take<Body>(body: Body): void;

${lines.join("")}`;
}

/** What TypeScript has no words for. To it an integer is any number. */
const UNSAYABLE = /^(pattern|format|multipleOf|contains|uniqueItems|(min|max)\w+|exclusive\w+)$/;

/** Whether a value obeys as much of a schema as types can say. */
export function sayableJudge(document: Document, schema: Json): (value: Json) => boolean {
  const accepts = new Ajv2020({ strict: false }).compile(sayable(dereference(document, schema, { annotated: true })));
  return (value) => accepts(value) === true;
}

function sayable(schema: Json, isMap = false): Json {
  if (Array.isArray(schema)) return schema.map((one) => sayable(one));
  if (schema === null || typeof schema !== "object") return schema;
  // In our types an id is a string, whatever it is on the wire.
  if (schema["x-exact-id"] && !isMap) return { type: "string" };
  const said = Object.entries<Json>(schema).filter(([keyword]) => isMap || !UNSAYABLE.test(keyword));
  return Object.fromEntries(
    said.map(([keyword, value]) => {
      if (!isMap && keyword === "type" && value === "integer") return ["type", "number"];
      // A union takes what several of its members take.
      if (!isMap && keyword === "oneOf") return ["anyOf", sayable(value)];
      return [keyword, VALUES.has(keyword) && !isMap ? value : sayable(value, keyword === "properties" && !isMap)];
    }),
  );
}

const VALUES = new Set(["const", "enum", "required", "examples", "default"]);

const LONG = 40;

/** A literal on one line; a letter that is repeated for long as an expression. */
function literal(value: Json): string {
  if (typeof value === "string" && value.length > LONG && value === value.charAt(0).repeat(value.length))
    return `${JSON.stringify(value.charAt(0))}.repeat(${value.length})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${literal(one)}`)
    .join(", ")} }`;
}
