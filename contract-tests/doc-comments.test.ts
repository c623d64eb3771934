import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ENTRIES } from "../docs/site/library.js";
import { STRICT } from "./helpers/compile.js";
import { documentedIn, weaknessOf } from "./helpers/doc-comments.js";

const root = fileURLToPath(new URL("..", import.meta.url));

test("every exported name, and every member and option of it, has a doc comment that stands on its own", () => {
  const files = Object.entries(ENTRIES).map(([name, file]) => [name, join(root, "src", file)]);
  const documented = documentedIn(Object.fromEntries(files), STRICT);
  expect(documented.length).toBeGreaterThan(600);
  const weak = documented.flatMap((one) => (weaknessOf(one) ? [`${one.name} ${weaknessOf(one)}`] : []));
  expect([...new Set(weak)]).toEqual([]);
});
