/** The operations of a document, resolved, each with what a caller of it has to know. */
import type { Json } from "../documents.js";
import { resolve } from "./resolve.js";

export interface Operation {
  /** `POST /v1/video_generation`, with the document's own names for what stands in braces. */
  name: string;
  method: string;
  path: string;
  operationId?: string;
  deprecated: boolean;
  /** By `query.task_id`. */
  parameters: Map<string, Json>;
  request?: Body;
  responses: Map<string, Body>;
}

/** What goes over the wire in one direction. */
export interface Body {
  mediaTypes: string[];
  required: boolean;
  /** Of JSON; nothing where there is none. */
  schema?: Json;
  /** Of JSON, by name. */
  examples: Map<string, Json>;
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

export function operationsOf(document: Json): Operation[] {
  return Object.entries<Json>(resolve(document, document.paths ?? {})).flatMap(([path, item]) =>
    METHODS.filter((method) => item?.[method]).map((method) => operationOf(path, method, item)),
  );
}

function operationOf(path: string, method: string, item: Json): Operation {
  const { operationId, deprecated, requestBody, responses = {}, ...operation } = item[method];
  const parameters: Json[] = [item.parameters, operation.parameters].filter(Array.isArray).flat();
  return {
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    ...(operationId && { operationId }),
    deprecated: deprecated === true,
    parameters: new Map(parameters.map((parameter) => [keyOf(parameter), parameter])),
    ...(requestBody && { request: bodyOf(requestBody) }),
    responses: new Map(Object.entries<Json>(responses).map(([code, reply]) => [code, bodyOf(reply)])),
  };
}

/** Header names are the same in every case. */
function keyOf({ in: place, name }: Json): string {
  return `${place}.${place === "header" ? String(name).toLowerCase() : name}`;
}

function bodyOf({ content = {}, required = false }: Json): Body {
  const mediaTypes = Object.keys(content);
  const json = content[mediaTypes.find((type) => /\bjson\b/i.test(type)) ?? ""] ?? {};
  const { schema } = json;
  return { mediaTypes, required, ...(schema !== undefined && { schema }), examples: new Map(examplesIn(json)) };
}

/** Named examples, the one of the media type, and those that stand at the schema. */
function examplesIn({ examples = {}, example, schema = {} }: Json): [string, Json][] {
  const named = Object.entries<Json>(examples).filter(([, one]) => one && "value" in one);
  const atSchema = Array.isArray(schema.examples) ? schema.examples : [];
  const unnamed = [example, schema.example, ...atSchema].filter((value) => value !== undefined);
  return [
    ...named.map(([name, { value }]): [string, Json] => [name, value]),
    ...unnamed.map((value, at): [string, Json] => [`#${at + 1}`, value]),
  ];
}
