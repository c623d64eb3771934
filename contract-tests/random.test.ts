/**
 * Bodies that nobody wrote, thousands of them: validators, Prism and the compiler never disagree on one. A failure prints its
 * seed and the smallest body; `SEED=… npx vitest run contract-tests/random.test.ts` tries others.
 */
import fc from "fast-check";
import { generate } from "json-schema-faker";
import { describe, expect, inject, test } from "vitest";
import { dereference, type Json } from "../openapi/documents.js";
import { candidatesFor } from "../openapi/witnesses/candidates.js";
import { type Place, placesOf } from "../openapi/witnesses/places.js";
import { sayableJudge } from "../openapi/witnesses/print.js";
import { modeOf } from "../src/check/mode.js";
import { validators } from "../src/generated/validators.js";
import { refusedLines } from "./compile.js";
import { documentOf, type Name, names, operationsOf } from "./documents.js";

const seed = Number(process.env.SEED ?? 20_261_126);
const requests = names.flatMap((name) =>
  placesOf(documentOf(name))
    .filter((place) => place.name === "request")
    .map((place) => ({ name, place, title: `${place.operationId} of ${name}` })),
);

/** Legal bodies of a generator that knows nothing of ours. */
async function legalBodies(name: Name, { schema }: Place, count: number): Promise<Json[]> {
  const plain = dereference(documentOf(name), schema);
  return Promise.all(Array.from({ length: count }, (_, index) => generate(plain, { seed: seed + index })));
}

/** Legal bodies and examples, with some fields replaced by whatever the schema or a careless user has for them, or gone. */
async function anyBody(name: Name, place: Place): Promise<fc.Arbitrary<Json>> {
  const candidates = candidatesFor(dereference(documentOf(name), place.schema, { annotated: true }), place.examples);
  const values = new Map<string, Json[]>();
  for (const { value } of candidates)
    for (const [field, one] of Object.entries<Json>(value ?? {}))
      values.set(field, [...(values.get(field) ?? []), one]);
  const edit = fc
    .constantFrom(...values.keys())
    .chain((field) =>
      fc.record({ field: fc.constant(field), value: fc.constantFrom(...new Set(values.get(field)), GONE) }),
    );
  const start = fc.constantFrom(...place.examples, ...(await legalBodies(name, place, 60)));
  return fc.tuple(start, fc.array(edit, { maxLength: 4 })).map(([body, edits]) => edits.reduce(edited, body));
}

const GONE = Symbol("gone");

function edited(body: Json, { field, value }: { field: string; value: Json }): Json {
  const { [field]: _, ...rest } = body;
  return value === GONE ? rest : { ...rest, [field]: value };
}

function validatorTakes(name: Name, body: Json): boolean {
  return validators[name][modeOf(body, name)]?.(body) ?? false;
}

async function prismTakes(name: Name, { operationId }: Place, body: Json): Promise<boolean> {
  const path = operationsOf(name).find((operation) => operation.operationId === operationId)?.path;
  const headers = { authorization: "Bearer test", "content-type": "application/json" };
  const response = await fetch(`${inject("prism")[name]}${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  expect([200, 422]).toContain(response.status);
  return response.status === 200;
}

describe.each(requests)("$title", ({ name, place }) => {
  test("whatever a generator makes of the schema is taken", async () => {
    for (const body of await legalBodies(name, place, 200)) {
      expect(validatorTakes(name, body), JSON.stringify(body)).toBe(true);
      expect(await prismTakes(name, place, body), JSON.stringify(body)).toBe(true);
    }
  });

  test("validator and Prism agree on any body", async () => {
    const verdicts = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(await anyBody(name, place), async (body) => {
        const verdict = validatorTakes(name, body);
        verdicts.add(verdict);
        expect(await prismTakes(name, place, body)).toBe(verdict);
      }),
      { seed, numRuns: name === "minimax" ? 1500 : 500 },
    );
    expect(verdicts.size).toBe(2);
  }, 60_000);
});

test("the compiler takes exactly what obeys as much of the schema as types can say", async () => {
  const bodies: { name: Name; place: Place; body: Json }[] = [];
  for (const { name, place } of requests)
    for (const body of fc.sample(await anyBody(name, place), { seed, numRuns: 400 }))
      bodies.push({ name, place, body });
  const judges = new Map(requests.map(({ name, place }) => [place, sayableJudge(documentOf(name), place.schema)]));
  const expected = bodies.map(({ place, body }) => judges.get(place)?.(body) === true);
  expect(new Set(expected).size).toBe(2);
  const disagree = (some: typeof bodies) => {
    const refused = refusedLines(some.map(({ name, place, body }) => line(name, place, body)));
    return some.filter(({ place, body }, index) => refused.has(index) === judges.get(place)?.(body));
  };
  const [wrong] = disagree(bodies);
  expect(
    wrong &&
      `seed ${seed}: ${JSON.stringify(smallest(wrong.body, (body) => disagree([{ ...wrong, body }]).length > 0))}`,
  ).toBe(undefined);
}, 60_000);

function line(name: Name, { schema }: Place, body: Json): string {
  return `take<import("../src/generated/${name}.js").${schema.$ref.split("/").at(-1)}>(${JSON.stringify(body)});`;
}

/** A body without every field that the failure does not need. */
function smallest(body: Json, fails: (body: Json) => boolean): Json {
  for (const field of Object.keys(body)) {
    const { [field]: _, ...rest } = body;
    if (fails(rest)) return smallest(rest, fails);
  }
  return body;
}
