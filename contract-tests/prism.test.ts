import { describe, expect, inject, test } from "vitest";
import { type Name, names, operationsOf } from "./documents.js";

async function ask(name: Name, path: string, init: RequestInit & { prefer?: string } = {}): Promise<Response> {
  const { prefer, ...rest } = init;
  const headers = {
    authorization: "Bearer test",
    ...(prefer ? { prefer } : {}),
    ...(rest.body ? { "content-type": "application/json" } : {}),
  };
  return fetch(inject("prism")[name] + path, { ...rest, headers: { ...headers, ...rest.headers } });
}

describe.each(names)("Prism on %s", (name) => {
  for (const { operationId, method, path, requests, responses } of operationsOf(name)) {
    const url = method === "GET" ? `${path}?task_id=1&file_id=1` : path;
    const body = method === "POST" ? JSON.stringify(withoutCallback(Object.values(requests)[0])) : undefined;
    const init = { method, ...(body ? { body } : {}) };

    test.each(
      Object.keys(responses),
    )(`${operationId} serves its example %s, which obeys its own schema`, async (example) => {
      const response = await ask(name, url, { ...init, prefer: `example=${example}` });
      expect(response.status).toBe(200);
      expect(response.headers.get("sl-violations")).toBeNull();
      expect(await response.json()).toEqual(responses[example]);
    });

    test(`${operationId} refuses a request without a key`, async () => {
      expect((await ask(name, url, { ...init, headers: { authorization: "" } })).status).toBe(401);
    });

    if (method === "GET") {
      test(`${operationId} refuses a request without its id, and an id that is no number`, async () => {
        expect((await ask(name, path)).status).toBe(422);
        expect((await ask(name, `${path}?task_id=abc&file_id=abc`)).status).toBe(422);
      });
      continue;
    }

    test.each(Object.keys(requests))(`${operationId} accepts its request example %s`, async (example) => {
      const response = await ask(name, path, { method, body: JSON.stringify(withoutCallback(requests[example])) });
      expect(await response.json()).toEqual(Object.values(responses)[0]);
      expect(response.status).toBe(200);
    });

    // Canaries: one schema that does not compile, or a missing dialect line, switches all validation off without a word.
    test.each([
      ["nothing at all", {}, "required"],
      [
        "an unknown option",
        { ...Object.values(requests)[0], surprise: 1 },
        ["unevaluatedProperties", "additionalProperties"],
      ],
    ])(`${operationId} refuses %s, so it is validating at all`, async (_, body, keyword) => {
      const response = await ask(name, path, { method, body: JSON.stringify(body) });
      expect(response.status).toBe(422);
      const { validation } = await response.json();
      expect(validation.some(({ code }: { code: string }) => [keyword].flat().includes(code))).toBe(true);
    });
  }
});

/** Prism would really call it. The pattern is judged on the validators, where nobody is called. */
function withoutCallback<T extends object>(body: T | undefined): T | undefined {
  return body && "callback_url" in body ? { ...body, callback_url: undefined } : body;
}
