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
  /** The request, the replies by status, then the parameters. */
  places: Place[];
  callbacks: Operation[];
}

/** A body or a parameter. Values are always validated as a whole, as a server does. */
export interface Place {
  operationId: string;
  /** `request`, `response`, or where the parameter is. */
  in: string;
  /** The status of a reply, or the name of a parameter. */
  key: string;
  /** `request`, `response 200`, `query task_id`, `callback taskStatusCallback`, `callback taskStatusCallback 200`. */
  name: string;
  /** The schema of a parameter, of JSON or of a form, as in the document, with references. Undefined for other bodies. */
  schema: Json;
  required: boolean;
  deprecated: boolean;
  /** Examples without a name are called `#1`, `#2`, … */
  examples: Map<string, Json>;
  /** Empty for a parameter. */
  mediaTypes: string[];
  /** Whether it is not JSON, but perhaps a form with text fields and files. */
  form: boolean;
  headers: Place[];
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

export function operationsOf(document: Pick<Document, "paths">): Operation[] {
  return Object.entries<Json>(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item?.[method]).map((method) => operationOf(document, path, method, item)),
  );
}

function operationOf(document: Json, path: string, method: string, item: Json): Operation {
  const { operationId = "", requestBody, responses, callbacks, ...own } = item[method];
  const parameters: Json[] = [item.parameters, own.parameters].filter(Array.isArray).flat();
  const place = (where: string, key: string, node: Json) => placeOf(document, operationId, where, key, node);
  return {
    security: document.security,
    ...item[method],
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    deprecated: own.deprecated === true,
    places: [
      ...(requestBody ? [place("request", "", requestBody)] : []),
      ...Object.entries(responses ?? {}).map(([status, reply]) => place("response", status, reply)),
      ...parameters.map((one) => targetOf(document, one)).map((one) => place(one.in, one.name, one)),
    ],
    callbacks: Object.values(callbacks ?? {}).flatMap((callback) => {
      return operationsOf({ ...document, paths: targetOf(document, callback) });
    }),
  };
}

function placeOf(document: Json, operationId: string, where: string, key: string, node: Json): Place {
  const { content = {}, headers = {}, required = false, deprecated = false, ...own } = targetOf(document, node) ?? {};
  const mediaTypes = Object.keys(content);
  const json = mediaTypes.find((type) => /\bjson\b/i.test(type));
  const isBody = !isParameter({ in: where });
  const described = isBody ? (content[json ?? "multipart/form-data"] ?? {}) : { schema: {}, ...own };
  return {
    ...{ operationId, in: where, key, name: `${where} ${key}`.trim(), schema: described.schema },
    ...{ required, deprecated, examples: examplesIn(document, described), mediaTypes },
    form: isBody && json === undefined,
    headers: Object.entries(headers).map(([name, header]) => placeOf(document, operationId, "header", name, header)),
  };
}

/** Named examples, the example of the media type or parameter, and those of its schema. */
function examplesIn(document: Json, { examples = {}, example, schema = {} }: Json): Map<string, Json> {
  const named = Object.entries<Json>(examples).map(([name, one]) => [name, targetOf(document, one)] as const);
  const { example: own, examples: listed } = targetOf(document, schema) ?? {};
  const unnamed = [example, own, ...(Array.isArray(listed) ? listed : [])].filter((value) => value !== undefined);
  return new Map([
    ...named.flatMap(([name, one]): [string, Json][] => (one && "value" in one ? [[name, one.value]] : [])),
    ...unnamed.map((value, at): [string, Json] => [`#${at + 1}`, value]),
  ]);
}

/** Lists every place in a document that has a schema. Those of a callback belong to the operation that it follows. */
export function placesOf(document: Document): Place[] {
  const places = operationsOf(document).flatMap(({ operationId = "", places, callbacks }) => {
    const called = callbacks
      .flatMap((callback) => callback.places)
      .map((place) => {
        const name = `callback ${place.operationId} ${place.name.replace(/^request|^response /, "")}`.trim();
        return { ...place, operationId, name };
      });
    return [...places, ...called];
  });
  return places.filter(({ schema }) => schema !== undefined);
}

export function isParameter({ in: where }: Pick<Place, "in">): boolean {
  return where !== "request" && where !== "response";
}

/** The name of an inline schema. Other schemas are found by their own name. */
export function homeOf({ operationId, name }: Place): string {
  return `${operationId} ${name}`;
}
