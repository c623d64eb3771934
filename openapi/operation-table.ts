/** Generates src/generated/operations.ts: the facts about each operation that the contract suite needs at run time. */
import { readdirSync } from "node:fs";
import { type Document, folder, type Json, schemaNameOf, targetOf } from "./documents.js";
import { isParameter, type Operation, operationsOf } from "./operations.js";

export function operationTable(documents: Record<string, Document>): string {
  const specs = Object.entries(documents).map(([spec, document]) => {
    const rows = operationsOf(document).map((operation) => {
      return `    ${operation.operationId}: ${JSON.stringify(rowOf({ spec, document }, operation))},\n`;
    });
    return `  ${spec}: {\n${rows.join("")}  },\n`;
  });
  return `
import type { SpecName } from "./servers.js";

/** A reply of one HTTP status. \`properties\`: for each JSON property, by path, its description and the file that contains it. */
export interface ReplyRow { types: string[]; examples: string[]; properties: Record<string, [says: string, file: string]> }
export interface ParameterRow { name: string; in: "query" | "path" | "header"; required: boolean; example?: unknown }
/** One operation. \`body\` is the media type of the request, and its possible properties, by path. */
export interface OperationRow {
  method: string;
  path: string;
  summary: string;
  body?: { type: string; properties: string[] };
  parameters: ParameterRow[];
  replies: Record<string, ReplyRow>;
}

/** Every operation of each spec, by operationId. */
export const operations: Record<SpecName, Record<string, OperationRow>> = {
${specs.join("")}};
`;
}

type Spec = { spec: string; document: Document };

function rowOf(spec: Spec, { method, path, summary, places }: Operation) {
  const request = places.find((place) => place.in === "request");
  const replies = places.filter((place) => place.in === "response");
  return {
    method: method.toUpperCase(),
    path,
    summary,
    body: request && { type: request.mediaTypes[0], properties: Object.keys(propertiesOf(spec, request.schema)) },
    parameters: places.filter(isParameter).map(({ in: where, key: name, required, examples }) => {
      return { name, in: where, required, example: [...examples.values()][0] };
    }),
    replies: Object.fromEntries(
      replies.map(({ key, mediaTypes, schema, examples }) => {
        const named = [...examples.keys()].filter((name) => !name.startsWith("#"));
        return [key, { types: mediaTypes, examples: named, properties: propertiesOf(spec, schema) }];
      }),
    ),
  };
}

/** Every property in a schema by its path (`file.bytes`, `items[].id`): the first sentence of its description, and that file. */
function propertiesOf(spec: Spec, schema: Json, path = "", home = "minimax.yaml"): Record<string, [string, string]> {
  const { allOf = [], anyOf = [], oneOf = [], items, properties = {} } = Object(targetOf(spec.document, schema));
  const file = fileOf(spec, schema) ?? home;
  const own = Object.entries<Json>(properties).filter(([, value]) => value !== false);
  return Object.assign(
    {},
    ...[...allOf, ...anyOf, ...oneOf].map((part) => propertiesOf(spec, part, path, file)),
    items && propertiesOf(spec, items, `${path}[]`, file),
    ...own.flatMap(([name, value]) => {
      const at = path ? `${path}.${name}` : name;
      const says = sentenceOf(value.description ?? targetOf(spec.document, value)?.description);
      return [says && { [at]: [says, fileOf(spec, value) ?? file] }, propertiesOf(spec, value, at, file)];
    }),
  );
}

const yamlFiles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));

/** The file of a referenced schema: in the gateway's folder if it has its own, otherwise in schemas/. */
function fileOf({ spec }: Spec, schema: Json): string | undefined {
  if (!schema?.$ref) return undefined;
  const file = `${schemaNameOf(schema)}.yaml`;
  return [`gateways/${spec}/${file}`, `schemas/${file}`].find((path) => yamlFiles.includes(path));
}

/** Cuts a text at its first full stop, colon or semicolon, and ends it with a full stop. */
function sentenceOf(text = ""): string {
  const [first] = /^.*?[.:;](?=\s|$)/s.exec(text) ?? [text];
  return first.replace(/\s+/g, " ").replace(/[:;]$/, ".").trim();
}
