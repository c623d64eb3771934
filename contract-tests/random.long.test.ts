/**
 * Validators, Prism and the compiler must agree on thousands of random bodies. A failure prints its seed and the smallest body.
 * `SEED=… npx vitest run contract-tests/random.long.test.ts` tries others.
 */
import fc from "fast-check";
import { generate } from "json-schema-faker";
import { beforeAll, describe, expect, test } from "vitest";
import { dereference, type Json } from "../openapi/documents.js";
import { type Place, placesOf } from "../openapi/operations.js";
import { candidatesFor } from "../openapi/witnesses/candidates.js";
import { sayableJudge } from "../openapi/witnesses/files.js";
import { refusedLines } from "./helpers/compile.js";
import { documentOf, type Name, names, operationsOf } from "./helpers/documents.js";
import { type Judge, prismJudges } from "./helpers/judge.js";
import { validatorTakes } from "./helpers/verdict.js";

const seed = Number(process.env.SEED ?? 20_261_126);
const requests = names.flatMap((name) =>
  placesOf(documentOf(name))
    .filter(({ name, form }) => name === "request" && !form)
    .map((place) => ({ name, place, title: `${place.operationId} of ${name}` })),
);

/** Bodies from json-schema-faker. If a schema counts the items of a list, some are illegal. */
async function generated(name: Name, { schema }: Place, count: number): Promise<Json[]> {
  const plain = dereference(documentOf(name), schema);
  return Promise.all(Array.from({ length: count }, (_, index) => generate(plain, { seed: seed + index })));
}

/** Whether a schema counts the items of a list, which the generator ignores. */
function counts(name: Name, { schema }: Place): boolean {
  return JSON.stringify(dereference(documentOf(name), schema)).includes('"contains"');
}

const bodies = new Map<Place, fc.Arbitrary<Json>>();

/** Generated bodies and examples with some fields removed, or replaced by values from the schema or typical mistakes. */
async function anyBody(name: Name, place: Place): Promise<fc.Arbitrary<Json>> {
  const known = bodies.get(place);
  if (known) return known;
  const values = new Map<string, Map<string, Json>>();
  const examples = [...place.examples.values()];
  for (const value of candidatesFor(dereference(documentOf(name), place.schema, { annotated: true }), examples))
    for (const [field, one] of Object.entries<Json>(value ?? {}))
      values.set(field, (values.get(field) ?? new Map()).set(JSON.stringify(one), one));
  const edits = [...values].map(([field, ones]) =>
    fc.record({ field: fc.constant(field), value: fc.constantFrom(...ones.values(), GONE) }),
  );
  const start = fc.constantFrom(...examples, ...(await generated(name, place, 60)));
  const body = fc
    .tuple(start, fc.array(fc.oneof(...edits), { maxLength: 4 }))
    .map(([body, edits]) => edits.reduce(edited, body));
  bodies.set(place, body);
  return body;
}

const GONE = Symbol("gone");

function edited(body: Json, { field, value }: { field: string; value: Json }): Json {
  const { [field]: _, ...rest } = body;
  return value === GONE ? rest : { ...rest, [field]: value };
}

let judges: Record<Name, Judge>;
beforeAll(async () => {
  judges = await prismJudges();
});

function prismTakes(name: Name, { operationId }: Place, body: Json): Promise<boolean> {
  const path = operationsOf(name).find((operation) => operation.operationId === operationId)?.path as string;
  return judges[name](path, body);
}

describe.each(requests)("$title", ({ name, place }) => {
  test("a generated body gets the same verdict from validator and Prism", async () => {
    for (const body of await generated(name, place, 100)) {
      const verdict = validatorTakes(name, place.operationId, body);
      expect(verdict || counts(name, place), JSON.stringify(body)).toBe(true);
      expect(await prismTakes(name, place, body), JSON.stringify(body)).toBe(verdict);
    }
  }, 60_000);

  test("an edited body gets the same verdict from validator and Prism", async () => {
    const verdicts = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(await anyBody(name, place), async (body) => {
        const verdict = validatorTakes(name, place.operationId, body);
        verdicts.add(verdict);
        expect(await prismTakes(name, place, body)).toBe(verdict);
      }),
      { seed, numRuns: name === "minimax" ? 600 : 300 },
    );
    expect(verdicts.size).toBe(2);
  }, 60_000);
});

test("the compiler accepts exactly the bodies that obey the part of the schema that types can express", async () => {
  const bodies: { name: Name; place: Place; body: Json }[] = [];
  for (const { name, place } of requests)
    for (const body of fc.sample(await anyBody(name, place), { seed, numRuns: 400 }))
      bodies.push({ name, place, body });
  const judges = new Map(requests.map(({ name, place }) => [place, sayableJudge(documentOf(name), place.schema)]));
  const expected = bodies.map(({ place, body }) => judges.get(place)?.(body) === true);
  expect(new Set(expected).size).toBe(2);
  const disagree = async (some: typeof bodies) => {
    const refused = await refusedLines(some.map(({ name, place, body }) => line(name, place, body)));
    return some.filter(({ place, body }, index) => refused.has(index) === judges.get(place)?.(body));
  };
  const [wrong] = await disagree(bodies);
  const least =
    wrong && (await smallest(wrong.body, async (body) => (await disagree([{ ...wrong, body }])).length > 0));
  expect(wrong && `seed ${seed}: ${JSON.stringify(least)}`).toBe(undefined);
}, 60_000);

function line(name: Name, { schema }: Place, body: Json): string {
  return `take<import("../src/generated/${name}.js").${schema.$ref.split("/").at(-1)}>(${JSON.stringify(body)});`;
}

/** Removes every field that the failure does not need. */
async function smallest(body: Json, fails: (body: Json) => Promise<boolean>): Promise<Json> {
  for (const field of Object.keys(body)) {
    const { [field]: _, ...rest } = body;
    if (await fails(rest)) return smallest(rest, fails);
  }
  return body;
}
