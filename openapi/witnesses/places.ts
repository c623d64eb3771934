/** Where a document puts a schema to use: what is sent, what comes back, what is called back. */
import type { Document, Json } from "../documents.js";

/** One use of a schema. Values are tried against it as a whole, because that is how they are judged on the wire. */
export interface Place {
  operationId: string;
  /** `request`, `response 200`, `query task_id`, `callback taskStatusCallback`, `callback taskStatusCallback 200`. */
  name: string;
  /** As in the document, references included. */
  schema: Json;
  /** Whether its values are sent as the fields of a form: text, and files. */
  form?: true;
  /** Values that obey it, from the document itself. */
  examples: Json[];
}

const METHODS = new Set(["get", "post", "put", "patch", "delete"]);
const JSON_TYPE = "application/json";
const FORM_TYPE = "multipart/form-data";

/** Every place of every operation whose values are JSON, forms or parameters. Bytes have no schema worth the name. */
export function placesOf(document: Document): Place[] {
  return Object.values(document.paths).flatMap((item) =>
    Object.entries<Json>(item)
      .filter(([method]) => METHODS.has(method))
      .flatMap(([, operation]) => [
        ...placesOfOperation(document, operation),
        ...placesOfCallbacks(document, operation),
      ]),
  );
}

function placesOfOperation(document: Document, operation: Json): Place[] {
  const { operationId, requestBody, responses, parameters = [] } = operation;
  const place = (name: string, schema: Json, examples: Json[]): Place => ({ operationId, name, schema, examples });
  const bodies = [
    ["request", requestBody] as const,
    ...Object.entries<Json>(responses).map(([status, response]) => [`response ${status}`, response] as const),
  ];
  return [
    ...bodies.flatMap(([name, body]) => {
      const { [JSON_TYPE]: json, [FORM_TYPE]: form } = resolve(document, body)?.content ?? {};
      const content = json ?? form;
      if (!content?.schema) return [];
      const found = place(name, content.schema, examplesOf(document, content));
      return [json ? found : { ...found, form: true as const }];
    }),
    ...parameters.map((parameter: Json) => {
      const { name, in: where, schema, ...rest } = resolve(document, parameter);
      return place(`${where} ${name}`, schema, examplesOf(document, { schema, ...rest }));
    }),
  ];
}

/** What a callback sends, and what it is answered: `callback taskStatusCallback`, `callback taskStatusCallback 200`. */
function placesOfCallbacks(document: Document, { operationId, callbacks = {} }: Json): Place[] {
  return Object.values<Json>(callbacks).flatMap((callback) =>
    Object.values<Json>(resolve(document, callback)).flatMap(({ post }) =>
      placesOfOperation(document, post).map((place) => ({
        ...place,
        operationId,
        name: `callback ${post.operationId} ${place.name.replace(/^request|^response /, "")}`.trim(),
      })),
    ),
  );
}

function examplesOf(document: Document, { example, examples = {}, schema }: Json): Json[] {
  const named = Object.values<Json>(examples).map((one) => resolve(document, one).value);
  const own = resolve(document, schema)?.examples ?? [];
  return [...(example === undefined ? [] : [example]), ...named, ...own];
}

/** Where a schema that stands inline lives; a named one lives under its name. */
export function homeOf({ operationId, name }: Place): string {
  return `${operationId} ${name}`;
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
