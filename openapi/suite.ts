/** What the contract suite knows of the specs at run time: operations, what each says of its replies, and validators for these. */
import { readdirSync } from "node:fs";
import { type Document, dereference, folder, type Json, strictAjv } from "./documents.js";
import { standaloneCode } from "./validators.js";
import { resolve } from "./witnesses/places.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** An operation as rows of the table have it. */
interface Operation {
  operationId: string;
  row: Json;
  /** Schemas of JSON replies by status. */
  replies: [status: string, schema: Json][];
}

function operationsIn(spec: Spec): Operation[] {
  const { document } = spec;
  return Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operationOf(spec, path, method, item[method])),
  );
}

function operationOf(spec: Spec, path: string, method: string, operation: Json): Operation {
  const { document } = spec;
  const { operationId, summary, requestBody, parameters = [], responses } = operation;
  const body = resolve(document, requestBody)?.content ?? {};
  const [type] = Object.keys(body);
  const named = Object.entries<Json>(responses).map(
    ([status, response]) => [status, resolve(document, response)] as const,
  );
  const row = {
    method: method.toUpperCase(),
    path,
    summary,
    ...(type ? { body: { type, properties: Object.keys(propertiesOf(spec, body[type].schema)) } } : {}),
    parameters: parameters.map((parameter: Json) => {
      const { name, in: where, required = false, example, examples = {}, schema } = resolve(document, parameter);
      const [first] = Object.values<Json>(examples).map((one) => resolve(document, one).value);
      return { name, in: where, required, example: example ?? first ?? resolve(document, schema).examples?.[0] };
    }),
    replies: Object.fromEntries(
      named.map(([status, { content = {} }]) => {
        const { schema, examples = {} } = content["application/json"] ?? {};
        const properties = schema ? propertiesOf(spec, schema) : {};
        return [status, { types: Object.keys(content), examples: Object.keys(examples), properties }];
      }),
    ),
  };
  const replies = named.flatMap(([status, { content = {} }]) => {
    const schema = content["application/json"]?.schema;
    return schema ? [[status, schema] as [string, Json]] : [];
  });
  return { operationId, row, replies };
}

/**
 * Every property that a schema speaks of, at any depth and in any branch, by its path (`file.bytes`, `items[].id`): the first
 * sentence of its description, and the file that it is described in.
 */
function propertiesOf({ spec, document }: Spec, schema: Json, path = "", home = "minimax.yaml"): Properties {
  const node = resolve(document, schema);
  if (node === null || typeof node !== "object") return {};
  const file = schema.$ref ? fileOf(spec, schema.$ref.split("/").at(-1)) : home;
  const inner = (part: Json, at = path) => propertiesOf({ spec, document }, part, at, file);
  const parts = [...(node.allOf ?? []), ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  const own = Object.entries<Json>(node.properties ?? {}).filter(([, value]) => value !== false);
  return Object.assign(
    {},
    ...parts.map((part) => inner(part)),
    ...(node.items ? [inner(node.items, `${path}[]`)] : []),
    ...own.flatMap(([name, value]) => {
      const at = path ? `${path}.${name}` : name;
      const says = sentence(value.description ?? resolve(document, value)?.description);
      return [
        ...(says ? [{ [at]: [says, value.$ref ? fileOf(spec, value.$ref.split("/").at(-1)) : file] }] : []),
        inner(value, at),
      ];
    }),
  );
}

type Properties = Record<string, [says: string, file: string]>;

interface Spec {
  spec: string;
  document: Document;
}

const yamlFiles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));

/** A gateway's own schema lies in its folder, every other among the official ones. */
function fileOf(spec: string, name: string): string {
  const [own, official] = [`gateways/${spec}/${name}.yaml`, `schemas/${name}.yaml`];
  return yamlFiles.includes(own) ? own : official;
}

/** Up to its first end, without the mark where it goes on. */
function sentence(text: string | undefined): string {
  return (/^.*?[.:;](?=\s|$)/s.exec(text ?? "")?.[0] ?? text ?? "").replace(/\s+/g, " ").replace(/[:;]$/, ".").trim();
}

/** src/generated/operations.ts, without its banner. */
export function operationTable(documents: Record<string, Document>): string {
  const specs = Object.entries(documents).map(([spec, document]) => {
    const rows = operationsIn({ spec, document }).map(
      ({ operationId, row }) => `    ${operationId}: ${JSON.stringify(row)},\n`,
    );
    return `  ${spec}: {\n${rows.join("")}  },\n`;
  });
  return `
import type { SpecName } from "./servers.js";

/** An answer of one HTTP status: its media types, its named examples; what each property of its JSON means, by path, and the file that says so. */
export interface ReplyRow { types: string[]; examples: string[]; properties: Record<string, [says: string, file: string]> }
export interface ParameterRow { name: string; in: "query" | "path" | "header"; required: boolean; example?: unknown }
/** One operation. \`body\`: its media type, and the properties that it may have, by path. */
export interface OperationRow {
  method: string;
  path: string;
  summary: string;
  body?: { type: string; properties: string[] };
  parameters: ParameterRow[];
  replies: Record<string, ReplyRow>;
}

/** Every operation of each spec, by its operationId. */
export const operations: Record<SpecName, Record<string, OperationRow>> = {
${specs.join("")}};
`;
}

/** src/generated/replies.ts, without its banner: one function for each schema of a reply, whichever operations share it. */
export function replyValidators(documents: Record<string, Document>): string {
  const ajv = strictAjv({ messages: false, code: { source: true, esm: true, optimize: 2 } });
  const idOf = new Map<string, string>();
  const specs = Object.entries(documents).map(([spec, document]) => {
    const rows = operationsIn({ spec, document }).map(({ operationId, replies }) => {
      const entries = replies.map(([status, schema]) => {
        const plain = dereference(document, schema);
        const text = JSON.stringify(plain);
        const id = idOf.get(text) ?? `reply${idOf.size}`;
        if (!idOf.has(text)) ajv.addSchema({ $id: id, ...plain });
        idOf.set(text, id);
        return `"${status}": ${id}`;
      });
      return `    ${operationId}: { ${entries.join(", ")} },\n`;
    });
    return `  ${spec}: {\n${rows.join("")}  },\n`;
  });
  return `// @ts-nocheck
import type { SpecName } from "./servers.js";
import type { Validator } from "./validators.js";

${standaloneCode(ajv, idOf.values())}
/** What judges a JSON reply: by spec, operationId and HTTP status. */
export const replies: Record<SpecName, Record<string, Record<string, Validator>>> = {
${specs.join("")}};
`;
}
