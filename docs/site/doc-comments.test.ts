/** Checks that everything the package exports has a doc comment, which editors and the site show. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { STRICT } from "../../contract-tests/helpers/compile.js";
import { folderForAll } from "../../contract-tests/helpers/temporary-folder.js";
import { documentedIn, weaknessOf } from "./doc-comments.js";
import { ENTRIES } from "./library.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = folderForAll();

test("every exported name, and every member and option of it, has a doc comment that stands on its own", () => {
  const files = Object.entries(ENTRIES).map(([name, file]) => [name, join(root, "src", file)]);
  const documented = documentedIn(Object.fromEntries(files), STRICT);
  expect(documented.length).toBeGreaterThan(900);
  const weak = documented.flatMap((one) => (weaknessOf(one) ? [`${one.name} ${weaknessOf(one)}`] : []));
  expect([...new Set(weak)]).toEqual([]);
});

test("every entry of the package that contains code is checked, and has a page", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const entries = Object.keys(exports).filter((name) => exports[name].types);
  expect(Object.keys(ENTRIES)).toEqual(entries.map((name) => name.replace(/^\./, "minimax-video")));
  for (const [name, file] of Object.entries(ENTRIES))
    expect(exports[name.replace("minimax-video", ".")].types).toBe(`./dist/${file.replace(/ts$/, "d.ts")}`);
});

const MODULE = `
interface Hidden { inherited: string }
/** What a caller may choose. */
export interface Options extends Hidden {
  /** Seconds of video. Default 6. */
  good?: number;
  bare: string;
  /** See \`good\`. */
  referring?: {
    /** Words of its own. */
    fine: string;
    inner: string;
  };
  kind: "tag";
  forbidden?: never;
}
/** The length. */
export type Length = number;
/** Its \`start\`, and more. */
export type Range = { start: number; end: number };
/** A class of things. */
export class Thing { #secret = 1; private own = 2; shown = this.#secret + this.own; method(): void {} }
export const loose = 1;
/** Two of them, made from \`size\`. */
export function pair(options: { size: number; depth: number }): number { return options.size * options.depth; }
`;

test("members are checked, including inherited ones and those of inline types, but not tags and private ones", () => {
  const file = join(folder, "src", "module.ts");
  mkdirSync(join(folder, "src"));
  writeFileSync(file, MODULE);
  const weak = documentedIn({ it: file }, STRICT).filter((one) => weaknessOf(one));
  expect(weak.map(({ name }) => name).toSorted()).toEqual([
    "it: Length",
    "it: Options.bare",
    "it: Options.inherited",
    "it: Options.referring",
    "it: Options.referring.inner",
    "it: Range.end",
    "it: Thing.method",
    "it: Thing.shown",
    "it: loose",
    "it: pair.depth",
  ]);
});

test.each([
  ["", "has no doc comment"],
  [" \n", "has no doc comment"],
  ["The max retries.", "only repeats its name"],
  ["Max. retries", "only repeats its name"],
  ["See `fetch`.", "only refers to another comment"],
  ["How often a read is sent again.", undefined],
  ["Retries, see `fetch`: at most three.", undefined],
])("of maxRetries, %j %s", (text, weakness) => {
  expect(weaknessOf({ name: "minimax-video: Options.maxRetries", text })).toBe(weakness);
});
