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
  /** `http bearer`, `apiKey header x-key`; nothing where the document does not say. */
  security?: string[];
  /** By `query.task_id`. */
  parameters: Map<string, Json>;
  request?: Body;
  responses: Map<string, Body>;
  /** By name: what is called, by whom it is not said. */
  callbacks: Map<string, Operation>;
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
  return operationsIn(document, resolve(document, document.paths ?? {}));
}

function operationsIn(document: Json, paths: Json): Operation[] {
  return Object.entries<Json>(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item?.[method]).map((method) => operationOf(document, path, method, item)),
  );
}

function operationOf(document: Json, path: string, method: string, item: Json): Operation {
  const operation = item[method];
  const parameters: Json[] = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
  const security = securityOf(document, operation.security ?? document.security);
  const callbacks = Object.values<Json>(operation.callbacks ?? {}).flatMap((one) => operationsIn(document, one));
  return {
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    ...(operation.operationId && { operationId: operation.operationId }),
    deprecated: operation.deprecated === true,
    ...(security && { security }),
    parameters: new Map(parameters.map((parameter) => [keyOf(parameter), parameter])),
    ...(operation.requestBody && { request: bodyOf(operation.requestBody) }),
    responses: new Map(Object.entries<Json>(operation.responses ?? {}).map(([code, reply]) => [code, bodyOf(reply)])),
    callbacks: new Map(callbacks.map((one) => [one.path, one])),
  };
}

/** Header names are the same in every case. */
function keyOf({ in: place, name }: Json): string {
  return `${place}.${place === "header" ? String(name).toLowerCase() : name}`;
}

function bodyOf({ content = {}, required = false }: Json): Body {
  const mediaTypes = Object.keys(content);
  const json = content[mediaTypes.find((type) => /\bjson\b/i.test(type)) ?? ""];
  return {
    mediaTypes,
    required,
    ...(json?.schema !== undefined && { schema: json.schema }),
    examples: new Map(json ? examplesIn(json) : []),
  };
}

/** Named examples, the one of the media type, and those that stand at the schema. */
function examplesIn({ examples, example, schema }: Json): [string, Json][] {
  const named = Object.entries<Json>(examples ?? {}).flatMap(([name, one]): [string, Json][] => {
    return one && "value" in one ? [[name, one.value]] : [];
  });
  const unnamed = [example, schema?.example, ...(Array.isArray(schema?.examples) ? schema.examples : [])];
  return [
    ...named,
    ...unnamed.filter((value) => value !== undefined).map((value, at): [string, Json] => [`#${at + 1}`, value]),
  ];
}

function securityOf(document: Json, requirements: Json): string[] | undefined {
  if (!Array.isArray(requirements)) return undefined;
  const schemes = requirements.flatMap((one) => Object.keys(one));
  if (requirements.length === 0 || requirements.some((one) => Object.keys(one).length === 0)) schemes.push("none");
  const names = schemes.map((name) => {
    const scheme = resolve(document, document.components?.securitySchemes?.[name] ?? {});
    return [scheme.type, scheme.scheme ?? scheme.in, scheme.type === "apiKey" && scheme.name].filter(Boolean).join(" ");
  });
  return [...new Set(names.map((name) => name.toLowerCase() || "none"))].sort();
}
