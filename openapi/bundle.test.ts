/** `npm run bundle`: each root as one file, for tools of others; the matrix survives in each form. */
import { readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { documentOf, names } from "../contract-tests/helpers/documents.js";
import { folderForAll } from "../contract-tests/helpers/temporary-folder.js";
import { witnesses } from "../src/generated/witnesses.js";
import { bundledFiles } from "./bundle.js";
import { bundledTexts, type Document, dereference, type Json, redocly, strictAjv } from "./documents.js";
import { placesOf } from "./operations.js";

const folder = folderForAll();
let files: Record<string, Json>;
beforeAll(async () => {
  files = await bundledFiles();
  for (const [name, document] of Object.entries(files)) writeFileSync(`${folder}/${name}`, JSON.stringify(document));
});

test("there is one file in three forms for each root, and each is valid OpenAPI", async () => {
  const forms = names.flatMap((name) => [`${name}.json`, `${name}.plain.json`, `${name}.3.0.json`]);
  expect(readdirSync(folder).toSorted()).toEqual(forms.toSorted());
  await redocly(["lint", ...forms.map((name) => `${folder}/${name}`), "--max-problems", "5"]);
}, 60_000);

describe.each(names)("%s", (name) => {
  const formOf = (form: string): Document => files[`${name}${form}.json`];

  test("refers to nothing outside of itself, and fills in nothing", () => {
    for (const form of ["", ".plain", ".3.0"]) {
      expect(/"\$ref":"[^#]/.test(JSON.stringify(formOf(form)))).toBe(false);
      expect(JSON.stringify(formOf(form).components.schemas).includes('"default":')).toBe(false);
    }
  });

  test("without extensions, it is the same", () => {
    const plain = formOf(".plain");
    const extended = [formOf(""), plain].map((document) => /"x-[\w-]+":/.test(JSON.stringify(document)));
    expect(extended).toEqual([true, false]);
    expect(bodiesRefusedWrongly(plain)).toEqual([]);
    expect(bodiesTakenWrongly(plain)).toEqual([]);
  });

  test("in OpenAPI 3.0, it has every operation, reply and example", () => {
    const old = formOf(".3.0");
    const shape = (document: Document) =>
      Object.entries(document.paths).map(([path, item]) =>
        Object.entries<Json>(item).map(([method, { operationId, responses }]) => [
          ...[path, method, operationId, Object.keys(responses)],
        ]),
      );
    expect(shape(old)).toEqual(shape(documentOf(name)));
    expect((old.components as Json).examples).toEqual((formOf("").components as Json).examples);
    const text = JSON.stringify(old.components.schemas);
    for (const word of ["const", "contains", "if", "unevaluatedProperties", "contentMediaType", "examples"])
      expect(text.includes(`"${word}":`), word).toBe(false);
    expect(text.includes('"type":[')).toBe(false);
  });

  test("in OpenAPI 3.0, no legal body is refused, and only what counts items is lost", () => {
    const old = formOf(".3.0");
    expect(bodiesRefusedWrongly(old)).toEqual([]);
    const taken = bodiesTakenWrongly(old);
    // Of a text alone, because a text may now be the only item of the other modes. Branch 2 of the base video counts its items.
    const counting = /^TextAlone|\/properties\/content\b|^VideoRegenerationBaseVideoReq allOf without branch 2 /;
    expect(taken.filter((of) => !counting.test(of))).toEqual([]);
    expect(taken.length > 0).toBe(name === "minimax");
  });

  function bodiesRefusedWrongly(document: Document): string[] {
    return judged(document)
      .filter(({ obeys, taken }) => obeys && !taken)
      .map(({ of }) => of);
  }
  function bodiesTakenWrongly(document: Document): string[] {
    return judged(document)
      .filter(({ obeys, taken }) => !obeys && taken)
      .map(({ of }) => of);
  }
  /** What a form of the document says of each body that obeys or breaks one constraint. */
  function judged(document: Document) {
    const judges = new Map(
      placesOf(document).map(({ operationId, name: place, schema }) => [
        `${operationId} ${place}`,
        strictAjv().compile(dereference(document, schema)),
      ]),
    );
    return witnesses[name].flatMap(({ operationId, place, value, obeys, of }) => {
      const judge = judges.get(`${operationId} ${place}`);
      return place === "request" && judge ? [{ of, obeys, taken: judge(value) }] : [];
    });
  }
});

test("a bundle is what Redocly bundles, with its extensions", async () => {
  const texts = await bundledTexts();
  for (const name of names) expect(files[`${name}.json`]).toEqual(JSON.parse(texts[name] as string));
});
