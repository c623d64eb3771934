/** `npm run bundle`: each root as one file for other tools, with the matrix in each form. */
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

test("each root is written in three forms, and each is valid OpenAPI", async () => {
  const forms = names.flatMap((name) => [`${name}.json`, `${name}.plain.json`, `${name}.3.0.json`]);
  expect(readdirSync(folder).toSorted()).toEqual(forms.toSorted());
  await redocly(["lint", ...forms.map((name) => `${folder}/${name}`), "--max-problems", "5"]);
}, 60_000);

describe.each(names)("%s", (name) => {
  const formOf = (form: string): Document => files[`${name}${form}.json`];

  test("has no references to other files, and no defaults that tools fill in", () => {
    for (const form of ["", ".plain", ".3.0"]) {
      expect(/"\$ref":"[^#]/.test(JSON.stringify(formOf(form)))).toBe(false);
      expect(JSON.stringify(formOf(form).components.schemas).includes('"default":')).toBe(false);
    }
  });

  test("accepts and refuses the same without extensions", () => {
    const plain = formOf(".plain");
    const extended = [formOf(""), plain].map((document) => /"x-[\w-]+":/.test(JSON.stringify(document)));
    expect(extended).toEqual([true, false]);
    expect(bodiesRefusedWrongly(plain)).toEqual([]);
    expect(bodiesTakenWrongly(plain)).toEqual([]);
  });

  test("has every operation, reply and example in OpenAPI 3.0", () => {
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

  test("refuses no legal body in OpenAPI 3.0, and loses only rules that count items", () => {
    const old = formOf(".3.0");
    expect(bodiesRefusedWrongly(old)).toEqual([]);
    const taken = bodiesTakenWrongly(old);
    // TextAlone, because a text may now be the only item of the other modes. Branch 2 of the base video counts its items.
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
  /** The verdict of a form of the document on each body that obeys or breaks one constraint. */
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

test("the complete form equals Redocly's bundle", async () => {
  const texts = await bundledTexts();
  for (const name of names) expect(files[`${name}.json`]).toEqual(JSON.parse(texts[name] as string));
});
