/** Tries each witness with a fresh ajv, the generated validators, the client's check, and Prism. */
import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { dereference, strictAjv } from "../openapi/documents.js";
import { placesOf } from "../openapi/operations.js";
import { serverFrom } from "../src/base/server.js";
import type { TaskKind } from "../src/base/task.js";
import { check } from "../src/check/check.js";
import { asParameter, examplesFor } from "../src/contract/request-samples.js";
import { createTarget } from "../src/contract/target-server.js";
import type { OperationRow } from "../src/generated/operations.js";
import { witnesses } from "../src/generated/witnesses.js";
import { kinds } from "../src/kinds/kinds.js";
import { documentOf, LIKE, names } from "./helpers/documents.js";
import { validatorTakes } from "./helpers/verdict.js";

/** Rules that are JSON Schema keywords. All others are handwritten, and may refuse what the schema accepts. */
const KEYWORDS = new Set(
  "required enum const type pattern minLength maxLength minItems maxItems contains unevaluatedProperties additionalProperties".split(
    " ",
  ),
).add("false schema");

describe.each(names)("%s", (name) => {
  const document = documentOf(name);
  const places = placesOf(document);

  test("every place of the document has witnesses that obey and that break it, or constrains nothing", () => {
    expect(witnesses[name].length).toBeGreaterThan(10);
    for (const { operationId, name: place, schema } of places.filter(({ name }) => name === "request")) {
      const own = witnesses[name].filter((one) => one.operationId === operationId && one.place === place);
      if (name !== "minimax" && own.length === 0) expect(isShared(schema)).toBe(true);
      else expect([own.some(({ obeys }) => obeys), own.some(({ obeys }) => !obeys)]).toEqual([true, true]);
    }
  });

  test("a strict ajv agrees with the verdict of each", () => {
    const judges = new Map(
      places.map(({ operationId, name: place, schema }) => [
        `${operationId} ${place}`,
        strictAjv().compile(dereference(document, schema)),
      ]),
    );
    const wrong = witnesses[name].filter(
      ({ operationId, place, value, obeys }) => judges.get(`${operationId} ${place}`)?.(value) !== obeys,
    );
    expect(wrong.map(({ of }) => of)).toEqual([]);
  });

  const requests = witnesses[name].filter(({ place }) => place === "request");

  test("the generated validator of its mode agrees on each request", () => {
    const wrong = requests.filter(
      ({ operationId, value, obeys }) => validatorTakes(name, operationId, value) !== obeys,
    );
    expect(wrong.map(({ of }) => of)).toEqual([]);
  });

  test("the client's check refuses each body that breaks the schema, and finds no schema errors in the others", async () => {
    const server = serverFrom({ baseUrl: "https://witness.example", like: LIKE[name] });
    const wrong: string[] = [];
    for (const { operationId, value, obeys, of } of requests) {
      const kind = (Object.keys(kinds) as TaskKind[]).find((kind) => kinds[kind].create.operation === operationId);
      if (!kind) continue;
      const { ok, issues } = await check(value, server, kind);
      const bySchema = issues.filter(({ rule }) => KEYWORDS.has(rule));
      if (obeys ? bySchema.length > 0 : ok) wrong.push(of);
    }
    expect(wrong).toEqual([]);
  });

  test("Prism agrees on each request and parameter", async () => {
    const server = { baseUrl: inject("prism")[name] as string, like: LIKE[name] };
    const prism = createTarget({ server, apiKey: "test", free: true });
    const wrong: string[] = [];
    for (const { operationId, place, value, obeys, of } of witnesses[name]) {
      const [kind, parameter = ""] = place.split(" ");
      const row = prism.operations[operationId] as OperationRow;
      if (kind !== "request" && kind !== "query" && kind !== "path") continue;
      const parameters = { ...examplesFor(row), ...(kind === "request" ? {} : { [parameter]: asParameter(value) }) };
      const ask = () => prism.ask(operationId, { parameters, ...(kind === "request" ? { body: value } : {}) });
      const first = await ask();
      // Prism may close an idle connection while a request is on its way.
      const { status } = first.status === 0 ? await ask() : first;
      // A refusal of the content has 422, or 400 if that is declared. Other codes would be about something else.
      if (obeys ? status !== 200 : status !== 422 && status !== 400) wrong.push(`${status} for ${operationId} ${of}`);
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  /** If a gateway uses the official schema, the witnesses of its requests are in the official spec. */
  function isShared(schema: { $ref?: string }): boolean {
    const official = documentOf("minimax").components.schemas;
    const own = schema.$ref?.split("/").at(-1) ?? "";
    return JSON.stringify(official[own]) === JSON.stringify(document.components.schemas[own]);
  }
});

test("the compiler's file has every request, and lines that it must refuse (tsc checks that file)", () => {
  const text = readFileSync(new URL("generated/compiler.ts", import.meta.url), "utf8");
  const requests = names.flatMap((name) => witnesses[name].filter(({ place }) => place === "request"));
  // A form cannot be written as a literal.
  const literals = requests.filter(({ operationId }) => operationId !== "uploadFile");
  expect(text.match(/^take</gm)?.length).toBe(literals.length);
  const refused = text.match(/^\/\/ @ts-expect-error$/gm)?.length ?? 0;
  expect(refused).toBeGreaterThan(50);
  // A body that breaks a rule that types cannot express compiles, but the schema refuses it.
  expect(requests.filter(({ obeys }) => !obeys).length).toBeGreaterThan(refused);
});
