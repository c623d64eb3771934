/** The operations of a document, and every place where they use a schema. */
import { type Document, type Json, targetOf } from "./documents.js";

export interface Operation {
  /** `POST /v1/video_generation`. Path parameters have the names of the document. */
  name: string;
  method: string;
  path: string;
  operationId?: string;
  summary?: string;
  deprecated: boolean;
  /** The operation's requirements, else the document's. */
  security?: Json;
  parameters: Parameter[];
  request?: Body;
  /** By status. */
  responses: Map<string, Body>;
  callbacks: Operation[];
}

/** A parameter as in the document, with its examples as a list. */
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  deprecated?: boolean;
  description?: string;
  schema: Json;
  examples: Json[];
}

/** The body of a request or a reply. */
export interface Body {
  mediaTypes: string[];
  required: boolean;
  /** The schema of the JSON or form, with references. Undefined if there is neither. */
  schema: Json;
  /** Whether it is sent as a form, with text fields and files. */
  form: boolean;
  /** By name. Examples without a name are called `#1`, `#2`, … */
  examples: Map<string, Json>;
  /** Only for replies. */
  headers: Parameter[];
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

export function operationsOf(document: Pick<Document, "paths">): Operation[] {
  return Object.entries<Json>(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item?.[method]).map((method) => operationOf(document, path, method, item)),
  );
}

function operationOf(document: Json, path: string, method: string, item: Json): Operation {
  const { requestBody, responses, callbacks, ...own } = item[method];
  const parameters: Json[] = [item.parameters, own.parameters].filter(Array.isArray).flat();
  return {
    security: document.security,
    ...own,
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    deprecated: own.deprecated === true,
    parameters: parameters.map((parameter) => parameterOf(document, parameter)),
    ...(requestBody && { request: bodyOf(document, requestBody) }),
    responses: new Map(Object.entries(responses ?? {}).map(([status, reply]) => [status, bodyOf(document, reply)])),
    callbacks: Object.values(callbacks ?? {}).flatMap((callback) => {
      return operationsOf({ ...document, paths: targetOf(document, callback) });
    }),
  };
}

function parameterOf(document: Json, parameter: Json): Parameter {
  const { schema = {}, ...described } = targetOf(document, parameter);
  const examples = examplesIn(document, { schema, ...described }).map(([, value]) => value);
  return { ...described, schema, examples };
}

function bodyOf(document: Json, body: Json): Body {
  const { content = {}, required = false, headers = {} } = targetOf(document, body) ?? {};
  const mediaTypes = Object.keys(content);
  const json = mediaTypes.find((type) => /\bjson\b/i.test(type));
  const media = content[json ?? "multipart/form-data"] ?? {};
  return {
    mediaTypes,
    required,
    schema: media.schema,
    form: json === undefined,
    examples: new Map(examplesIn(document, media)),
    headers: Object.entries<Json>(headers).map(([name, header]) => {
      return { ...parameterOf(document, header), name, in: "header" };
    }),
  };
}

/** Named examples, the example of the media type or parameter, and those of its schema. */
function examplesIn(document: Json, { examples = {}, example, schema = {} }: Json): [name: string, value: Json][] {
  const named = Object.entries<Json>(examples).map(([name, one]) => [name, targetOf(document, one)] as const);
  const { example: own, examples: listed } = targetOf(document, schema) ?? {};
  const unnamed = [example, own, ...(Array.isArray(listed) ? listed : [])].filter((value) => value !== undefined);
  return [
    ...named.flatMap(([name, one]): [string, Json][] => (one && "value" in one ? [[name, one.value]] : [])),
    ...unnamed.map((value, at): [string, Json] => [`#${at + 1}`, value]),
  ];
}

/** A place that uses a schema. Values are always validated as a whole, as a server does. */
export interface Place {
  operationId: string;
  /** `request`, `response 200`, `query task_id`, `callback taskStatusCallback`, `callback taskStatusCallback 200`. */
  name: string;
  /** As in the document, with references. */
  schema: Json;
  /** Whether its values are sent as a form. */
  form: boolean;
  /** Values from the document itself that obey the schema. */
  examples: Json[];
}

/** Lists every place in a document that has JSON, form or parameter values. */
export function placesOf(document: Document): Place[] {
  return operationsOf(document).flatMap((operation) => {
    const called = operation.callbacks.flatMap(placesIn).map((place) => {
      const name = `callback ${place.operationId} ${place.name.replace(/^request|^response /, "")}`.trim();
      return { ...place, operationId: operation.operationId ?? "", name };
    });
    return [...placesIn(operation), ...called];
  });
}

function placesIn(operation: Operation): Place[] {
  const { operationId = "", parameters } = operation;
  return [
    ...bodiesOf(operation).flatMap(([name, { schema, form, examples }]) => {
      return schema === undefined ? [] : [{ operationId, name, schema, form, examples: [...examples.values()] }];
    }),
    ...parameters.map(({ in: where, name, schema, examples }) => {
      return { operationId, name: `${where} ${name}`, schema, form: false, examples };
    }),
  ];
}

/** The bodies of an operation by name: `request`, `response 200`, … */
export function bodiesOf({ request, responses }: Operation): [name: string, body: Body][] {
  const replies = [...responses].map(([status, reply]): [string, Body] => [`response ${status}`, reply]);
  return request ? [["request", request], ...replies] : replies;
}

/** The name of an inline schema. Other schemas are found by their own name. */
export function homeOf({ operationId, name }: Place): string {
  return `${operationId} ${name}`;
}
