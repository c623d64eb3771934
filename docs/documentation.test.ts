/** Checks the README, in English and Chinese, and the links of all guides. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { blocksOf, chinese, documents } from "../contract-tests/helpers/documentation.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const readme = documents.get("README.md") ?? "";
const all = new Map([...documents, ["README.zh-CN.md", chinese]]);

/** The level of each heading, and the code and links below it. */
function outline(document: string) {
  return document.split(/^(?=#{1,3} )/m).map((section) => ({
    level: /^#*/.exec(section)?.[0],
    code: ["ts", "sh"].flatMap((language) => blocksOf(language, section)),
    links: [...section.matchAll(/\]\((docs\/[^)]*|openapi\/[^)]*)\)/g)].map(([, link]) => link).toSorted(),
  }));
}

test("the README has at most 200 lines", () => {
  for (const text of [readme, chinese]) expect(text.split("\n").length).toBeLessThanOrEqual(201);
});

test("the Chinese README has the sections, the code and the links of the English one", () => {
  expect(outline(readme).length).toBeGreaterThan(12);
  expect(outline(chinese)).toEqual(outline(readme));
});

test("the README in Chinese is in Chinese", () => {
  const prose = chinese.replace(/^```[\s\S]*?^```$/gm, "").split(/^(?=## )/m);
  for (const section of prose) expect(section).toMatch(/\p{Script=Han}{4}/u);
});

test("each guide begins with a title and is in the list of guides", () => {
  for (const [path, text] of documents) {
    expect(text, path).toMatch(/^# \S.*\n\n/);
    if (path.startsWith("docs/") && path !== "docs/README.md")
      expect(documents.get("docs/README.md")).toContain(`](${path.slice("docs/".length)})`);
  }
});

/** The anchors that GitHub generates for the headings of a document. */
function anchorsOf(document: string): string[] {
  const headings = document.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the links", () => {
  test.each([...all])("of %s lead to a file and a heading that exist", (path, text) => {
    for (const [, link = ""] of text.matchAll(/\]\((?!https?:)([^)]*)\)/g)) {
      const [file = "", anchor] = link.split("#");
      const target = file ? join(dirname(path), file) : path;
      expect(existsSync(join(root, target)), `${path}: ${link}`).toBe(true);
      if (anchor) expect(anchorsOf(all.get(target) ?? ""), `${path}: ${link}`).toContain(anchor);
    }
  });
});
