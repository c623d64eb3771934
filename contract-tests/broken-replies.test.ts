/** Replies that break the contract: the outcome of each call if one property of a good reply is wrong, or there is no reply. */
import { describe, expect, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { ATTEMPTS, errorOf, idIn, outcomeOf, PROMPT, sortOf } from "./helpers/called.js";
import { type Name, names, operationsOf } from "./helpers/documents.js";
import { type Answer, cut, cutBody, fakeServer, html, json } from "./helpers/fake-server.js";

/** A good reply of each operation, and the id of its task or file. */
const GOOD = names.flatMap((root) =>
  operationsOf(root).flatMap(({ operationId, responses }) => {
    const { empty: _, deleted: __, ...others } = responses;
    const reply = others.success ?? others.succeeded ?? Object.values(others)[0];
    // The content of a file is not JSON: see src/files/files-calls.test.ts.
    return reply === undefined || operationId === "retrieveFileContent"
      ? []
      : [{ root, operationId, reply, id: idIn(reply) }];
  }),
);

const WRONG = { missing: undefined, number: 7, null: null, object: {}, empty: "" };

interface Bent {
  path: string;
  wrong: string;
  reply: Json;
}

/** Copies of the reply with one wrong property, for each property and each wrong value. */
function bentIn(reply: Json): Bent[] {
  return pathsIn(reply).flatMap((path) =>
    Object.entries(WRONG).map(([wrong, value]) => ({
      path: path.join("."),
      wrong,
      reply: withValue(reply, path, value),
    })),
  );
}

function pathsIn(value: Json): string[][] {
  if (typeof value !== "object" || value === null) return [];
  // Only the first item of a list is changed.
  const entries = Object.entries(value).slice(0, Array.isArray(value) ? 1 : undefined);
  return entries.flatMap(([name, inner]) => [[name], ...pathsIn(inner).map((path) => [name, ...path])]);
}

function withValue(reply: Json, path: string[], value: unknown): Json {
  const copy = structuredClone(reply);
  const holder = path.slice(0, -1).reduce<Json>((at, name) => at[name], copy);
  const last = path.at(-1) as string;
  if (value === undefined && !Array.isArray(holder)) delete holder[last];
  else holder[last] = value;
  return copy;
}

const aText = expect.stringMatching(/./);
/** Checks for what a caller may rely on in each result, whatever the reply. Missing fields must be absent. */
const FIELDS: Record<string, unknown> = {
  ...{ id: aText, taskId: aText, file_id: aText, uri: aText, fileId: aText, url: aText, prompt: aText, kind: aText },
  ...{
    word: expect.any(String),
    reason: expect.any(String),
    download_url: expect.any(String),
    code: expect.any(Number),
  },
  ...{ backup_download_url: expect.any(String), state: expect.stringMatching(/^(running|succeeded|failed)$/) },
  ...{ width: expect.any(Number), height: expect.any(Number), usage: expect.any(Object), status: expect.any(Object) },
};

function expectSound(value: unknown, what: string): void {
  for (const one of [value].flat()) {
    for (const [name, inner] of Object.entries(Object(one)))
      if (name in FIELDS) expect(inner, what).toEqual(FIELDS[name]);
    if (Object(one).status) expectSound(Object(one).status, what);
  }
}

describe("a reply with one property wrong", () => {
  test.each(GOOD)("of $root $operationId is an error or a valid result", async ({ root, operationId, reply, id }) => {
    for (const bent of bentIn(reply)) {
      const what = `${bent.path} ${bent.wrong}`;
      const { value, error, sent } = await outcomeOf(root, operationId, id, async () => Response.json(bent.reply));
      if (error) {
        const isOpen = sortOf(operationId) !== "read";
        expect(error, what).toMatchObject(errorOf(operationId, id, { name: "ApiError", status: 200 }, isOpen));
        expect(sent, what).toBeLessThanOrEqual(isOpen ? 1 : 3);
      } else expectSound(value, what);
    }
  });

  test.each<[Name, string, string, unknown, object | "fails"]>([
    ["minimax", "queryVideoGenerationTask", "task_id", undefined, { state: "succeeded" }],
    ["minimax", "queryVideoGenerationTask", "status", "dreaming", { state: "running", word: "dreaming" }],
    ["minimax", "queryVideoGenerationTask", "status", undefined, "fails"],
    ["minimax", "queryVideoGenerationTask", "file_id", 7, { state: "succeeded", fileId: "7" }],
    ["minimax", "videoGenerationV2Query", "task.status", "dreaming", { state: "running", word: "dreaming" }],
    ["minimax", "videoGenerationV2Query", "task", undefined, "fails"],
    ["minimax", "retrieveFile", "file", undefined, "fails"],
    ["aimanyi", "videoGeneration", "data.task_id", undefined, "fails"],
    ["aimanyi", "queryVideoGenerationTask", "data.data", undefined, { state: "succeeded", word: "SUCCESS" }],
    ["aimanyi", "queryVideoGenerationTask", "data.data.status", "", { state: "succeeded", word: "SUCCESS" }],
  ])("of %s %s: %s is %j", async (root, operationId, path, wrong, expected) => {
    const examples = operationsOf(root).find((one) => one.operationId === operationId)?.responses ?? {};
    const reply = examples.enveloped ?? examples.success ?? examples.succeeded ?? Object.values(examples)[0];
    const bent = withValue(reply, path.split("."), wrong);
    const { value, error } = await outcomeOf(root, operationId, idIn(reply), async () => Response.json(bent));
    if (expected === "fails") expect(error).toBeDefined();
    else expect(value).toMatchObject(expected);
  });
});

const server = fakeServer();
const unknown = { name: "ApiError", kind: "unknown", status: 200 };
const lost = { name: "ConnectionError", sent: "maybe" };

/** What may arrive instead of a reply, and the expected error. */
const INSTEAD: [string, Answer, object][] = [
  ["an empty object", json({}), unknown],
  ["a list", json([]), unknown],
  ["null", json("null"), unknown],
  ["a string", json(JSON.stringify(PROMPT)), unknown],
  ["an empty body", json(""), unknown],
  ["half a JSON document", json(`{"prompt":"${PROMPT}`), unknown],
  ["a page under HTTP 200", html(200, `<html>${PROMPT}</html>`), unknown],
  ["a page under HTTP 502", html(502, `<title>502 Bad Gateway</title>${PROMPT}`), { kind: "service", status: 502 }],
  ["HTTP 204", (response) => response.writeHead(204).end(), { ...unknown, status: 204 }],
  ["a cut connection", cut, lost],
  ["a body that ends too early", cutBody, lost],
  ["a redirect", (response) => response.writeHead(307, { location: "/elsewhere" }).end(), lost],
];

describe.each(INSTEAD)("%s instead of a reply", (_, answer, facts) => {
  test.each(GOOD)("of $root $operationId", async ({ root, operationId, id }) => {
    server.next(answer);
    const { error, sent } = await outcomeOf(root, operationId, id, fetch, server.url);
    expect(error).toMatchObject(errorOf(operationId, id, facts, true));
    expect(sent).toBe(ATTEMPTS.unknown?.[sortOf(operationId)]);
  });
});

test("a good reply with another content type is accepted", async () => {
  for (const { root, operationId, reply, id } of GOOD) {
    const headers = { "content-type": "text/plain" };
    const { error } = await outcomeOf(
      root,
      operationId,
      id,
      async () => new Response(JSON.stringify(reply), { headers }),
    );
    expect(error, operationId).toBeUndefined();
  }
});

describe("a refusal of version 2 with one property wrong", () => {
  const KINDS: Record<number, string> = {
    400: "invalid_request",
    401: "authentication",
    429: "rate_limited",
    500: "service",
  };

  test.each(Object.entries(KINDS))("keeps its kind if the rest can be read: HTTP %s", async (status, kind) => {
    const operationId = "videoGenerationV2Query";
    const replies = operationsOf("minimax").find((one) => one.operationId === operationId)?.replies ?? [];
    const [reply] = Object.values(replies.find((one) => one.status === Number(status))?.examples ?? {});
    expect(reply).toBeDefined();
    for (const bent of bentIn(reply)) {
      const { error } = await outcomeOf("minimax", operationId, "7", async () =>
        Response.json(bent.reply, { status: Number(status) }),
      );
      expect(error, `${bent.path} ${bent.wrong}`).toMatchObject({ name: "ApiError", kind });
    }
  });

  test.each(["constructor", "__proto__"])("has no kind for the type %s", async (type) => {
    const reply = { type: "error", error: { type, message: "no", http_code: "500" } };
    const { error } = await outcomeOf("minimax", "videoGenerationV2Query", "7", async () =>
      Response.json(reply, { status: 500 }),
    );
    expect(error).toMatchObject({ name: "ApiError", kind: "service", status: 500 });
  });
});
