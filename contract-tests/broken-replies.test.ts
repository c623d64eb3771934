/** Replies that break the contract: each property of each good one, what is no answer at all, and refusals that are no good ones. */
import { describe, expect, test } from "vitest";
import { type Broken, brokenFrom } from "./helpers/broken.js";
import {
  FRAGILE,
  FRAGILE_CALLBACKS,
  FRAGILE_FAILURES,
  type Fragile,
  type Outcome,
  STATUSES,
} from "./helpers/broken-replies.js";
import { calledBack, errorOf, outcomeOf } from "./helpers/called.js";
import {
  documentOf,
  JSON_TYPE,
  type Name,
  names,
  type Operation,
  operation,
  operationsOf,
} from "./helpers/documents.js";
import { type Answer, cut, cutBody, fakeServer, html, json } from "./helpers/fake-server.js";
import { AGAIN, CALLBACKS, callOf, PROMPT, VALUES } from "./helpers/replies.js";

const NOWHERE = "https://api.example.com";

const unknown = (retryable: boolean) => ({ name: "ApiError", kind: "unknown", status: 200, retryable });

interface Row {
  root: Name;
  operationId: string;
  /** Of the good reply. */
  name: string;
  parts: Fragile["parts"];
  broken: Broken[];
}

const rows = names.flatMap((root) => rowsOf(root, FRAGILE[root]));
const failures = rowsOf("minimax", FRAGILE_FAILURES);

function rowsOf(root: Name, fragile: Record<string, Fragile>): Row[] {
  return Object.entries(fragile).map(([operationId, { of: name, parts }]) => {
    const { schema, examples } = repliesOf(operation(root, operationId), 200);
    return { root, operationId, name, parts, broken: brokenFrom(documentOf(root), schema, examples[name]) };
  });
}

function repliesOf({ replies }: Operation, status: number) {
  // Each operation that is looked at has JSON under each status that is looked at.
  return replies.find((one) => one.status === status && one.mediaType === JSON_TYPE) as Operation["replies"][number];
}

/** Every way in which each part is broken. */
function partsIn(broken: Broken[]): Map<string, Broken[]> {
  const parts = new Map<string, Broken[]>();
  for (const one of broken) parts.set(one.part, [...(parts.get(one.part) ?? []), one]);
  return parts;
}

test("whoever answers JSON is looked at, and each property that is named is one", () => {
  const answering = names.flatMap((root) => operationsOf(root).map(({ operationId }) => `${root} ${operationId}`));
  // Its answer is bytes: see files.test.ts.
  const others = answering.filter((one) => one !== "minimax retrieveFileContent");
  expect(rows.map(({ root, operationId }) => `${root} ${operationId}`).sort()).toEqual(others.sort());
  for (const { parts, broken } of [...rows, ...failures])
    expect([...partsIn(broken).keys()]).toEqual(expect.arrayContaining(Object.keys(parts)));
});

describe.each([...rows, ...failures])("$root $operationId: $name", ({ root, operationId, name, parts, broken }) => {
  const asked = { root, operationId, name };
  const good = VALUES[root][operationId]?.[name];
  const { sort } = callOf(operationId);

  test.each([...partsIn(broken)])("with %s missing, of another type, empty or odd", async (part, all) => {
    for (const one of all) {
      const { value, error, sent } = await outcomeOf(asked, NOWHERE, async () => Response.json(one.reply));
      const expected = expectedOf(parts[part], one);
      const found = `${one.wrong}: ${error ?? JSON.stringify(value)}`;
      if (typeof expected === "object" || expected === "fails" || expected === "refused") {
        const again = expected === "fails" && sort === "read";
        const facts = { ...unknown(expected === "fails"), ...Object(Object(expected).refused) };
        expect(error, found).toMatchObject(errorOf(asked, facts, true));
        expect(sent, found).toBe(again ? 3 : 1);
      } else {
        expect(error, found).toBeUndefined();
        // Strictly: nothing is there as `undefined`.
        expect(value, found).toStrictEqual(expected === "same" ? good : expected(good as never, one.said));
      }
    }
  });
});

const callbacks = Object.entries(FRAGILE_CALLBACKS).flatMap(([operationId, { of: name, parts }]) => {
  const asking = operationsOf("minimax").find((one) =>
    one.callbacks.some((called) => called.operationId === operationId),
  );
  const body = asking?.callbacks[0]?.body;
  const broken = brokenFrom(documentOf("minimax"), body?.schema, body?.examples[name]);
  return [...partsIn(broken)].map(([part, all]) => ({
    create: asking?.operationId ?? "",
    name,
    part,
    all,
    line: parts[part],
  }));
});

test.each(callbacks)("a callback of $create with $part missing, of another type, empty or odd", async (row) => {
  const { create, name, all, line } = row;
  const { made = "video", kind, says } = CALLBACKS[create] ?? {};
  for (const one of all) {
    const { http, heard } = await calledBack(made, one.reply);
    const expected = expectedOf(line, one);
    const isUnheard = expected === "fails" || expected === "refused";
    const status = typeof expected === "function" ? expected(says?.[name] as never, one.said) : says?.[name];
    expect([http, heard], one.wrong).toStrictEqual(isUnheard ? [400, []] : [200, [{ status, kind }]]);
  }
});

function expectedOf(line: Fragile["parts"][string] = "same", { wrong }: Broken): Outcome {
  return typeof line === "object" && "else" in line ? (line[wrong] ?? line.else) : line;
}

const server = fakeServer();

/** What comes instead of an answer: the error behind it, where there is one. */
const instead: Record<string, { answer: Answer; facts: object }> = {
  "an empty object": { answer: json({}), facts: unknown(true) },
  "an empty list": { answer: json([]), facts: unknown(true) },
  null: { answer: json("null"), facts: unknown(true) },
  "a text": { answer: json(JSON.stringify(PROMPT)), facts: unknown(true) },
  "an empty body": { answer: json(""), facts: unknown(true) },
  "half a JSON": { answer: json(`{"prompt":"${PROMPT}`), facts: unknown(true) },
  "a page under HTTP 200": { answer: html(200, `<html>${PROMPT}</html>`), facts: unknown(true) },
  "HTTP 204": { answer: (response) => response.writeHead(204).end(), facts: { ...unknown(true), status: 204 } },
  "a page under HTTP 502": {
    answer: html(502, `<html><title>502 Bad Gateway</title>${PROMPT}</html>`),
    facts: { name: "ApiError", kind: "service", status: 502, retryable: true },
  },
  "a cut connection": { answer: cut, facts: { name: "ConnectionError", sent: "maybe" } },
  "a body that ends too early": { answer: cutBody, facts: { name: "ConnectionError", sent: "maybe" } },
  "a redirect": {
    answer: (response) => response.writeHead(307, { location: "/elsewhere" }).end(),
    facts: { name: "ConnectionError", sent: "maybe" },
  },
};

describe.each(Object.entries(instead))("%s instead of an answer", (_, { answer, facts }) => {
  test.each(rows)("of $root $operationId", async (row) => {
    server.next(answer);
    const { error, sent } = await outcomeOf(row, server.url, fetch);
    expect(error).toMatchObject(errorOf(row, facts, true));
    expect(sent).toBe(callOf(row.operationId).sort === "read" ? 3 : 1);
  });
});

test.each(rows)("a good answer of $root $operationId under another type is one", async (row) => {
  const { root, operationId, name } = row;
  const reply = repliesOf(operation(root, operationId), 200).examples[name];
  const plain = async () => new Response(JSON.stringify(reply), { headers: { "content-type": "text/plain" } });
  const { value, error } = await outcomeOf(row, NOWHERE, plain);
  expect([value, error]).toEqual([VALUES[root][operationId]?.[name], undefined]);
});

test.each(["constructor", "__proto__"])("a type that is a word of JavaScript, %s, is none of the API", async (type) => {
  const reply = { type: "error", error: { type, message: "no", http_code: "500" } };
  const asked = { root: "minimax", operationId: "videoGenerationV2Create", name: "success" } as const;
  const { error } = await outcomeOf(asked, NOWHERE, async () => Response.json(reply, { status: 500 }));
  expect(error).toMatchObject(errorOf(asked, { name: "ApiError", kind: "service", status: 500 }, true));
});

describe("a refusal of version 2 with one thing wrong in it is still understood by the rest", () => {
  const refusals = rows
    .filter(({ operationId }) => operationId.includes("V2"))
    .flatMap(({ root, operationId, name }) =>
      Object.entries(STATUSES).flatMap(([status, kind]) => {
        const said = repliesOf(operation(root, operationId), Number(status));
        return said ? [{ root, operationId, name, status: Number(status), kind, said }] : [];
      }),
    );

  test.each(refusals)("$operationId: $status", async ({ status, kind, said: { schema, examples }, ...asked }) => {
    const [example] = Object.values(examples);
    for (const { part, wrong, reply } of brokenFrom(documentOf(asked.root), schema, example)) {
      const answer = async () => Response.json(reply, { status });
      const { error, sent } = await outcomeOf(asked, NOWHERE, answer);
      const isUnread = part === "type" || part === "error";
      // An HTTP 422 that says nothing of why may be about any parameter.
      const expected = isUnread && status === 422 ? "invalid_request" : kind;
      const again = AGAIN[expected];
      const facts = { name: "ApiError", kind: expected, status, retryable: again !== undefined };
      expect(error, `${part} ${wrong}`).toMatchObject(errorOf(asked, facts, expected === "service"));
      expect(sent, `${part} ${wrong}`).toBe(again?.[callOf(asked.operationId).sort] ?? 1);
    }
  });
});
