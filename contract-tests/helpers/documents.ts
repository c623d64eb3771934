/** The facts about bundled documents that tests need. */
import { inject } from "vitest";
import { type Document, type Json, targetOf } from "../../openapi/documents.js";

export type Name = "minimax" | "quickrouter" | "aimanyi";
export const names: Name[] = ["minimax", "quickrouter", "aimanyi"];
/** A server of each root. */
export const LIKE = { minimax: "global", quickrouter: "quickrouter", aimanyi: "aimanyi" } as const;

/** A request or reply in one media type, with its named examples. References are resolved. */
export interface Content {
  mediaType: string;
  schema: Json;
  examples: Record<string, Json>;
}

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  parameters: Json[];
  /** The path with the example of each of its parameters. */
  url: string;
  body?: Content;
  replies: (Content & { status: number; headers: Record<string, Json> })[];
  /** The examples of the body, and of the JSON reply with status 200. */
  requests: Record<string, Json>;
  responses: Record<string, Json>;
  /** The callbacks that the service sends, and their answers. */
  callbacks: { operationId: string; body: Content; answer: Content }[];
}

export function documentOf(name: Name): Document {
  return inject("documents")[name] as Document;
}

/** Every operation of a root with its named examples. Cached, because it is called for each of thousands of bodies. */
export function operationsOf(name: Name): readonly Operation[] {
  const document = documentOf(name);
  const known = operations.get(document);
  if (known) return known;
  const found = operationsIn(document);
  operations.set(document, found);
  return found;
}

const operations = new WeakMap<Document, readonly Operation[]>();

function operationsIn(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(
      ([method, { operationId, parameters = [], requestBody, responses, callbacks = {} }]) => {
        const [body] = contentsOf(document, requestBody?.content);
        const replies = Object.entries<Json>(responses).flatMap(([status, response]) => {
          const { content, headers = {} } = targetOf(document, response);
          return contentsOf(document, content).map((reply) => ({ ...reply, status: Number(status), headers }));
        });
        return {
          operationId,
          method: method.toUpperCase(),
          path,
          parameters,
          url: urlOf(path, parameters),
          ...(body && { body }),
          replies,
          requests: body?.examples ?? {},
          callbacks: Object.values<Json>(callbacks).flatMap((callback) => callbacksIn(document, callback)),
          responses: replies.find(({ status, mediaType }) => status === 200 && mediaType === JSON_TYPE)?.examples ?? {},
        };
      },
    ),
  );
}

function callbacksIn(document: Document, callback: Json): Operation["callbacks"] {
  return Object.values<Json>(targetOf(document, callback)).flatMap(
    ({ post: { operationId, requestBody, responses } }) => {
      const [body] = contentsOf(document, requestBody.content);
      const [answer] = contentsOf(document, responses[200].content);
      return body && answer ? [{ operationId, body, answer }] : [];
    },
  );
}

export const JSON_TYPE = "application/json";

export function operation(name: Name, operationId: string): Operation {
  const found = operationsOf(name).find((operation) => operation.operationId === operationId);
  if (!found) throw new Error(`${name} has no operation ${operationId}`);
  return found;
}

/** Fills in the parameters of a path, by default with their examples. */
export function urlOf(path: string, parameters: Json[], chosen = ({ example }: Json): unknown => example): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of parameters) {
    const value = chosen(parameter);
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    else if (value !== undefined) for (const one of [value].flat()) query.append(parameter.name, String(one));
  }
  return query.size ? `${filled}?${query}` : filled;
}

function contentsOf(document: Document, content: Json = {}): Content[] {
  return Object.entries<Json>(content).map(([mediaType, { schema, examples = {} }]) => {
    const values = Object.entries<Json>(examples).map(([name, example]) => [name, targetOf(document, example).value]);
    return { mediaType, schema, examples: Object.fromEntries(values) };
  });
}
