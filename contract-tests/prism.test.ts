import { describe, expect, inject, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { JSON_TYPE, type Name, names, type Operation, operationsOf, urlOf } from "./helpers/documents.js";

async function ask(name: Name, url: string, { headers, ...init }: RequestInit & { headers?: Record<string, string> }) {
  const type = typeof init.body === "string" ? { "content-type": JSON_TYPE } : {};
  return fetch(inject("prism")[name] + url, {
    ...init,
    headers: { authorization: "Bearer test", ...type, ...headers },
  });
}

describe.each(names)("Prism on %s", (name) => {
  for (const { operationId, method, path, url, parameters, body, replies } of operationsOf(name)) {
    const [example] = Object.values(body?.examples ?? {});
    const init = { method, ...sendable(body, example) };

    for (const { status, mediaType, examples } of replies)
      test.each(
        Object.keys(examples),
      )(`${operationId} serves its ${status} example %s as ${mediaType}, which obeys its own schema`, async (example) => {
        const prefer = `code=${status}, example=${example}`;
        const response = await ask(name, url, { ...init, headers: { accept: mediaType, prefer } });
        expect(response.status).toBe(status);
        expect(response.headers.get("content-type")).toBe(mediaType);
        expect(response.headers.get("sl-violations")).toBeNull();
        const said = mediaType === JSON_TYPE ? await response.json() : await response.text();
        expect(said).toEqual(examples[example]);
      });

    test(`${operationId} refuses a request without a key`, async () => {
      expect((await ask(name, url, { ...init, headers: { authorization: "" } })).status).toBe(401);
    });

    const required = parameters.filter((one) => one.required && one.in === "query");
    if (required.length)
      test.each(required)(`${operationId} refuses a request without $name`, async ({ name: missing }) => {
        const without = urlOf(path, parameters, (one) => (one.name === missing ? undefined : one.example));
        expect(await refusal(name, without, init)).toContain("required");
      });

    // Any word may be the name of a model.
    const breakable = parameters.filter((one) => one.name !== "filter.model");
    if (breakable.length)
      test.each(breakable)(`${operationId} refuses a wrong $name`, async ({ name: wrong }) => {
        const bad = urlOf(path, parameters, (one) => (one.name === wrong ? WRONG[wrong]?.value : one.example));
        expect(await refusal(name, bad, init)).toEqual([WRONG[wrong]?.breaks]);
      });

    if (!body) continue;

    test.each(Object.keys(body.examples))(`${operationId} accepts its request example %s`, async (example) => {
      const response = await ask(name, url, { method, ...sendable(body, body.examples[example]) });
      expect(await response.json()).toEqual(Object.values(replies[0]?.examples ?? {})[0]);
      expect(response.status).toBe(200);
    });

    // Canaries: one schema that does not compile, or a missing dialect line, switches all validation off without a word.
    const { [Object.keys(example)[0] as string]: _, ...incomplete } = example;
    const canaries: [string, Json, string[]][] = [["a request without its first field", incomplete, ["required"]]];
    // What a form has beyond its schema, Prism does not see.
    if (body.mediaType === JSON_TYPE) {
      const keywords = ["unevaluatedProperties", "additionalProperties"];
      canaries.push(["an unknown option", { ...example, surprise: 1 }, keywords]);
    }
    test.each(canaries)(`${operationId} refuses %s, so it is validating at all`, async (_, value, keywords) => {
      const codes = await refusal(name, url, { method, ...sendable(body, value) });
      expect(codes.filter((code) => keywords.includes(code))).not.toEqual([]);
    });

    test(`${operationId} refuses a body in another media type`, async () => {
      const text = { method, body: "{}", headers: { "content-type": "text/plain" } };
      expect((await refusal(name, url, text)).map(String)).toEqual(["415"]);
    });
  }
});

/** A value of each parameter that breaks its schema, and the keyword that it breaks. */
const WRONG: Record<string, { value: string | string[]; breaks: string }> = {
  task_id: { value: "abc", breaks: "pattern" },
  file_id: { value: "abc", breaks: "pattern" },
  purpose: { value: "holiday", breaks: "enum" },
  page_num: { value: "0", breaks: "minimum" },
  page_size: { value: "0", breaks: "minimum" },
  "filter.status": { value: "done", breaks: "enum" },
  "filter.task_ids": { value: ["1", "abc"], breaks: "pattern" },
  "filter.task_type": { value: "holiday", breaks: "enum" },
};

/** The keywords that a request breaks: of Prism's own 422, or beside the example of the declared 422 or 400. */
async function refusal(name: Name, url: string, init: Parameters<typeof ask>[2]): Promise<string[]> {
  const response = await ask(name, url, init);
  const text = await response.text();
  expect([400, 415, 422], text).toContain(response.status);
  const violations = response.headers.get("sl-violations");
  const found = violations ? JSON.parse(violations) : (JSON.parse(text).validation ?? [{ code: response.status }]);
  return found.map(({ code }: Json) => code);
}

/** JSON, or a form whose file has bytes that are no text. */
function sendable(body: Operation["body"], example: Json): { body?: string | FormData } {
  if (!body) return {};
  if (body.mediaType === JSON_TYPE) return { body: JSON.stringify(withoutCallback(example)) };
  const form = new FormData();
  for (const [key, value] of Object.entries<string>(example))
    if (key === "file") form.append(key, new Blob([value, new Uint8Array([0, 255, 13, 10])]), "frame.png");
    else form.append(key, value);
  return { body: form };
}

/** Prism would really call it. The pattern is judged on the validators, where nobody is called. */
function withoutCallback<T extends object>(body: T): T {
  return "callback_url" in body ? { ...body, callback_url: undefined } : body;
}
