/** Every reply has a meaning: each named example of the specs goes through the client, and comes to what the table says. */
import { describe, expect, inject, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { calledBack, errorOf, outcomeOf } from "./helpers/called.js";
import { JSON_TYPE, type Name, names, operationsOf } from "./helpers/documents.js";
import { AGAIN, ANSWERS, CALLBACKS, callOf, operationIds, REFUSALS, VALUES } from "./helpers/replies.js";

interface Example {
  root: Name;
  operationId: string;
  /** The name of the example, and of what type it is where that is not JSON. */
  name: string;
  status: number;
  reply: Json;
  prefer: string;
  accept: string;
}

const examples = names.flatMap((root) =>
  operationsOf(root).flatMap(({ operationId, replies }) =>
    replies.flatMap(({ status, mediaType, examples }) =>
      Object.entries(examples).map(
        ([name, reply]): Example => ({
          root,
          operationId,
          name: mediaType === JSON_TYPE ? name : `${name} as ${mediaType}`,
          status,
          reply,
          prefer: `code=${status}, example=${name}`,
          accept: mediaType,
        }),
      ),
    ),
  ),
);

/** The line of a refusal, or undefined for what is none: a task that failed has a status beside its code. */
function refusalIn({ status, reply }: Example): { code?: number; line: string } | undefined {
  const { type, error, base_resp } = Object(reply);
  if (type === "error") {
    const code = /\((\d+)\)$/.exec(error.message)?.[1];
    return { ...(code && { code: Number(code) }), line: [status, error.type, ...(code ? [code] : [])].join(" ") };
  }
  const code = base_resp?.status_code;
  return code && !reply.status ? { code, line: String(code) } : undefined;
}

/** Prism's answer with one example, asked for once and given as often as the request is sent. */
function preferring(prefer: string, accept: string): typeof fetch {
  let answer: Promise<Response> | undefined;
  return async (url, init) => {
    const headers = { ...(init?.headers as Record<string, string>), prefer, accept };
    answer ??= fetch(url, { ...init, headers });
    return (await answer).clone();
  };
}

describe("every example of a reply", () => {
  test("has a line, and every line an example", () => {
    const lines = names.flatMap((root) =>
      Object.entries(VALUES[root]).flatMap(([operationId, values]) =>
        Object.keys(values).map((name) => `${root} ${operationId} ${name}`),
      ),
    );
    const refused = examples.flatMap((example) => (refusalIn(example) ? [refusalIn(example)?.line] : []));
    const others = examples.filter((example) => !refusalIn(example));
    expect(others.map(({ root, operationId, name }) => `${root} ${operationId} ${name}`).sort()).toEqual(lines.sort());
    expect([...new Set(refused)].sort()).toEqual(Object.keys(REFUSALS).sort());
    expect([...new Set(examples.map(({ operationId }) => operationId))].sort()).toEqual([...operationIds].sort());
  });

  test.each(
    examples.map(
      (example) => [`${example.root} ${example.operationId}: ${example.status} ${example.name}`, example] as const,
    ),
  )("%s", async (_, example) => {
    const { root, operationId, name, status, reply, prefer, accept } = example;
    const { value, error, sent } = await outcomeOf(
      example,
      inject("prism")[root] as string,
      preferring(prefer, accept),
    );
    const refusal = refusalIn(example);
    if (!refusal) {
      if (error) throw error;
      // A task that failed is waited for as well.
      expect(sent).toBe(Object(value).state === "failed" ? 2 : 1);
      expect(value).toEqual(VALUES[root][operationId]?.[name]);
      return;
    }
    const { code, line } = refusal;
    const kind = REFUSALS[line];
    const again = kind && AGAIN[kind];
    const cause = {
      name: "ApiError",
      kind,
      status,
      retryable: again !== undefined,
      ...(code && { code }),
      ...(reply.error && { requestId: "021785229015510a2c883cf675b9804d" }),
    };
    expect(error).toMatchObject(errorOf(example, cause, kind === "service"));
    expect(sent).toBe(again?.[callOf(operationId).sort] ?? 1);
  });
});

describe("every example of a callback", () => {
  const rows = names.flatMap((root) =>
    operationsOf(root).flatMap(({ operationId, callbacks }) =>
      callbacks.map((one) => ({ root, create: operationId, ...one })),
    ),
  );

  test("has a line, and every line an example", () => {
    expect([...new Set(rows.map(({ create }) => create))].sort()).toEqual(Object.keys(CALLBACKS).sort());
    for (const { create, body, answer } of rows) {
      expect(Object.keys(body.examples).sort()).toEqual(Object.keys(CALLBACKS[create]?.says ?? {}).sort());
      expect(answer.examples).toEqual(ANSWERS);
    }
  });

  test.each(
    rows.flatMap(({ root, create, body }) =>
      Object.entries(body.examples).map(([name, payload]) => [root, create, name, payload] as const),
    ),
  )("%s %s: %s", async (_, create, name, payload) => {
    const { made = "video", kind, says } = CALLBACKS[create] ?? {};
    const { http, answer, heard } = await calledBack(made, payload);
    const isChallenge = name === "challenge";
    expect([http, answer]).toEqual([200, isChallenge ? says?.[name] : ANSWERS.received]);
    expect(heard).toStrictEqual(isChallenge ? [] : [{ status: says?.[name], kind }]);
  });
});
