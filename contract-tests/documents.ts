/** What the tests ask of a bundled document. */
import { inject } from "vitest";
import type { Document, Json } from "../openapi/documents.js";

export type Name = "minimax" | "quickrouter" | "aimanyi";
export const names: Name[] = ["minimax", "quickrouter", "aimanyi"];

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  requests: Record<string, Json>;
  requestSchema?: Json;
  responses: Record<string, Json>;
  responseSchema: Json;
}

export function documentOf(name: Name): Document {
  return inject("documents")[name] as Document;
}

/** Every operation of a root with its named examples, values resolved. */
export function operationsOf(name: Name): Operation[] {
  const document = documentOf(name);
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, operation]) => {
      const body = operation.requestBody?.content["application/json"];
      const reply = operation.responses["200"].content["application/json"];
      return {
        operationId: operation.operationId,
        method: method.toUpperCase(),
        path,
        requests: valuesOf(document, body?.examples ?? {}),
        requestSchema: body?.schema,
        responses: valuesOf(document, reply.examples),
        responseSchema: reply.schema,
      };
    }),
  );
}

export function operation(name: Name, operationId: string): Operation {
  const found = operationsOf(name).find((operation) => operation.operationId === operationId);
  if (!found) throw new Error(`${name} has no operation ${operationId}`);
  return found;
}

function valuesOf(document: Document, examples: Json): Record<string, Json> {
  return Object.fromEntries(
    Object.entries<Json>(examples).map(([name, example]) => [name, resolve(document, example).value]),
  );
}

/** What a local reference points at. */
export function resolve(document: Document, node: Json): Json {
  if (!node?.$ref) return node;
  const steps: string[] = node.$ref.slice(2).split("/");
  return resolve(
    document,
    steps.reduce<Json>((at, step) => at[step.replaceAll("~1", "/").replaceAll("~0", "~")], document),
  );
}
