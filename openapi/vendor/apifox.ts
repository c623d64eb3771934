/**
 * An Apifox page in Markdown: method and path on a line of their own, then JSON, one value a line: parameters, request body,
 * replies, examples of replies. The headings between them are in the language of the page; the values are told by their form.
 */
import type { Json } from "../documents.js";
import { BEARER } from "./text.js";

/** The page as an OpenAPI document; nothing when it is of another kind. */
export function apifoxDocument(page: string): Json | undefined {
  const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE) +(\/\S*)\s*$/m.exec(page) ?? [];
  const values = page.split("\n").map(jsonOf);
  const request = values.find((value) => value?.jsonSchema && !Array.isArray(value));
  const replies = values.find((value) => Array.isArray(value) && value.some((one) => one?.jsonSchema));
  if (!method || !path || (!request && !replies)) return undefined;
  const samples: Json[] = values.find((value) => Array.isArray(value) && value.some((one) => one?.responseId)) ?? [];
  const parameters = values.find((value) => Array.isArray(value?.query) && Array.isArray(value.header)) ?? {};
  const operation = {
    parameters: parametersOf(parameters),
    ...(request && { requestBody: bodyOf(request, request.examples ?? []) }),
    responses: Object.fromEntries(
      (replies ?? []).map((reply: Json) => [String(reply.code), responseOf(reply, samples)]),
    ),
  };
  const bearer = parameters.header?.some(
    (one: Json) => /^authorization$/i.test(one.name) && /^bearer\b/i.test(one.sampleValue),
  );
  return { openapi: "3.1.0", ...(bearer && BEARER), paths: { [path]: { [method.toLowerCase()]: operation } } };
}

/** Query, path and cookie as they are. Headers that OpenAPI keeps elsewhere would be told twice. */
function parametersOf({ query = [], path = [], cookie = [], header = [] }: Json): Json[] {
  const own = (header as Json[]).filter(({ name }) => !/^(content-type|accept|authorization)$/i.test(name));
  return Object.entries<Json[]>({ query, path, cookie, header: own }).flatMap(([place, list]) =>
    list.map(({ name, required, type, description }) => ({ in: place, name, required, description, schema: { type } })),
  );
}

function bodyOf({ type, jsonSchema }: Json, examples: Json[]): Json {
  const named = examples.map(({ value }, at) => [`#${at + 1}`, { value: jsonOf(value) }] as const);
  return {
    required: true,
    content: {
      [type]: {
        schema: jsonSchema,
        examples: Object.fromEntries(named.filter(([, { value }]) => value !== undefined)),
      },
    },
  };
}

function responseOf({ id, jsonSchema }: Json, samples: Json[]): Json {
  const examples = samples
    .filter(({ responseId }) => responseId === id)
    .map(({ name, data }) => [name, { value: jsonOf(data) }]);
  return { content: { "application/json": { schema: jsonSchema, examples: Object.fromEntries(examples) } } };
}

/** What a line says as JSON, where it is an object or a list. */
function jsonOf(text: string): Json {
  try {
    return /^\s*[[{]/.test(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
