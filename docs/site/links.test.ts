/** Tests the check for dead links in the built site. */
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../contract-tests/helpers/temporary-folder.js";
import { deadLinks } from "./links.js";

const folder = temporaryFolder();

/** The problems of a page, next to other/index.html with the anchor "there", and a.png. */
function complaintsAbout(html: string, base?: string): string[] {
  mkdirSync(folder.join("other"));
  writeFileSync(folder.join("other/index.html"), '<h1 id="there">Other</h1>');
  writeFileSync(folder.join("a.png"), "");
  writeFileSync(folder.join("page.html"), html);
  return deadLinks(folder.path, base);
}

test.each([
  '<a href="other/index.html">',
  '<a href="/other/">',
  '<a href="/other/#there">',
  '<p id="here"><a href="#here">',
  '<p id="größe"><a href="#gr%C3%B6%C3%9Fe">',
  '<a href="https://example.com/nowhere">',
  '<img src="a.png">',
  '<script>const text = `<a href="nowhere.html">`</script>',
  '<a href="">',
])("accepts %s", (html) => {
  expect(complaintsAbout(html)).toEqual([]);
});

test.each([
  ['<a href="nowhere.html">', "nowhere.html leads to no file"],
  ['<a class="link" href="/nowhere/">', "/nowhere/ leads to no file"],
  ['<a href="/other/#here">', "/other/#here leads to no anchor"],
  ['<a href="#here">', "#here leads to no anchor"],
  ['<img src="b.png">', "b.png leads to no file"],
  ['<script type="module" src="/b.js"></script>', "/b.js leads to no file"],
])("reports %s", (html, complaint) => {
  expect(complaintsAbout(html)).toEqual([`page.html: ${complaint}`]);
});

test("with a base, absolute links must begin with it", () => {
  expect(complaintsAbout('<a href="/site/other/"><a href="/other/">', "/site/")).toEqual([
    "page.html: /other/ is not below /site/",
  ]);
});
