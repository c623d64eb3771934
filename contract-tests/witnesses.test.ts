/** Each witness before each judge: the specs as a fresh ajv reads them, the generated validators, the client's check, and Prism. */
import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { dereference, strictAjv } from "../openapi/documents.js";
import { placesOf } from "../openapi/witnesses/places.js";
import { modeOf } from "../src/check/mode.js";
import { validators } from "../src/generated/validators.js";
import { type Witness, witnesses } from "../src/generated/witnesses.js";
import { documentOf, names, operationsOf } from "./documents.js";

describe.each(names)("%s", (name) => {
  const document = documentOf(name);
  const places = placesOf(document);

  test("every place of the document has witnesses on both sides, or constrains nothing", () => {
    expect(witnesses[name].length).toBeGreaterThan(10);
    for (const { operationId, name: place, schema } of places.filter(({ name }) => name === "request")) {
      const own = witnesses[name].filter((one) => one.operationId === operationId && one.place === place);
      if (name !== "minimax" && own.length === 0) expect(isShared(schema)).toBe(true);
      else expect([own.some(({ obeys }) => obeys), own.some(({ obeys }) => !obeys)]).toEqual([true, true]);
    }
  });

  test("a strict ajv says of each what it says of itself", () => {
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
      ({ value, obeys }) => (validators[name][modeOf(value, name)]?.(value) ?? false) !== obeys,
    );
    expect(wrong.map(({ of }) => of)).toEqual([]);
  });

  test("Prism agrees on each request and parameter", async () => {
    const wrong: string[] = [];
    const asked = witnesses[name].filter(({ place }) => place === "request" || place.startsWith("query "));
    for (const witness of asked) {
      const status = await prismStatus(name, witness);
      // Everything that is refused for its content is a 422; other codes would mean that something else was judged.
      if (status !== (witness.obeys ? 200 : 422)) wrong.push(`${status} for ${witness.of}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  /** The requests of a gateway that takes the official schema have their witnesses there. */
  function isShared(schema: { $ref?: string }): boolean {
    const official = documentOf("minimax").components.schemas;
    const own = schema.$ref?.split("/").at(-1) ?? "";
    return JSON.stringify(official[own]) === JSON.stringify(document.components.schemas[own]);
  }
});

async function prismStatus(name: (typeof names)[number], { operationId, place, value }: Witness): Promise<number> {
  const operation = operationsOf(name).find((one) => one.operationId === operationId);
  if (!operation) throw new Error(`${name} has no ${operationId}`);
  const url = new URL(inject("prism")[name] + operation.path);
  const headers: Record<string, string> = { authorization: "Bearer test" };
  const [kind, parameter = ""] = place.split(" ");
  if (kind === "query") url.searchParams.set(parameter, String(value));
  const body = kind === "request" ? JSON.stringify(value) : null;
  if (body !== null) headers["content-type"] = "application/json";
  const response = await fetch(url, { method: operation.method, headers, body });
  await response.arrayBuffer();
  return response.status;
}

test("the compiler has every request, and lines that it must refuse (tsc reads that file)", () => {
  const text = readFileSync(new URL("generated/compiler.ts", import.meta.url), "utf8");
  const requests = names.flatMap((name) => witnesses[name].filter(({ place }) => place === "request"));
  expect(text.match(/^take</gm)?.length).toBe(requests.length);
  const refused = text.match(/^\/\/ @ts-expect-error$/gm)?.length ?? 0;
  expect(refused).toBeGreaterThan(50);
  // What has no words in types compiles, and is refused all the same.
  expect(requests.filter(({ obeys }) => !obeys).length).toBeGreaterThan(refused);
});
