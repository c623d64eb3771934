/** Prism serves every example of every operation, and requires a key, a body and its media type. witnesses.test.ts tests its validation. */
import { describe, expect, inject, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { JSON_TYPE, type Name, names, type Operation, operationsOf } from "./helpers/documents.js";

async function ask(name: Name, url: string, { headers, ...init }: RequestInit & { headers?: Record<string, string> }) {
  const type = typeof init.body === "string" ? { "content-type": JSON_TYPE } : {};
  return fetch(inject("prism")[name] + url, {
    ...init,
    headers: { authorization: "Bearer test", ...type, ...headers },
  });
}

describe.each(names)("Prism on %s", (name) => {
  for (const { operationId, method, url, body, replies } of operationsOf(name)) {
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

    if (!body) continue;

    test.each(Object.keys(body.examples))(`${operationId} accepts its request example %s`, async (example) => {
      const response = await ask(name, url, { method, ...sendable(body, body.examples[example]) });
      expect(await response.json()).toEqual(Object.values(replies[0]?.examples ?? {})[0]);
      expect(response.status).toBe(200);
    });

    test(`${operationId} refuses a body in another media type`, async () => {
      const response = await ask(name, url, { method, body: "{}", headers: { "content-type": "text/plain" } });
      expect([400, 415, 422]).toContain(response.status);
      const violations = response.headers.get("sl-violations");
      if (violations) expect(JSON.parse(violations)).toMatchObject([{ code: 415 }]);
    });
  }
});

/** JSON, or a form with a binary file. */
function sendable(body: Operation["body"], example: Json): { body?: string | FormData } {
  if (!body) return {};
  if (body.mediaType === JSON_TYPE) return { body: JSON.stringify(withoutCallback(example)) };
  const form = new FormData();
  for (const [key, value] of Object.entries<string>(example))
    if (key === "file") form.append(key, new Blob([value, new Uint8Array([0, 255, 13, 10])]), "frame.png");
    else form.append(key, value);
  return { body: form };
}

/** Removes the callback URL, which Prism would really call. The validators test its pattern. */
function withoutCallback<T extends object>(body: T): T {
  return "callback_url" in body ? { ...body, callback_url: undefined } : body;
}
