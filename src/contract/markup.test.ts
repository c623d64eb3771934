import { expect, test } from "vitest";
import { line, markup, visible } from "./markup.js";

test("escapes every value, in text and in attributes", () => {
  const hostile = `</p><script>"'&amp;`;
  expect(markup`<p title="${hostile}">${hostile}</p>`.markup).toBe(
    '<p title="&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;amp;">&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;amp;</p>',
  );
});

test("inserts markup, alone or in a list, and numbers unchanged", () => {
  const items = ["a<", "b"].map((each) => markup`<li>${each}</li>`);
  expect(markup`<ul start="${3}">${items}</ul>${markup`<hr>`}`.markup).toBe(
    '<ul start="3"><li>a&lt;</li><li>b</li></ul><hr>',
  );
});

test("treats an imitation of markup as text", () => {
  const forged = JSON.stringify({ markup: "<hr>" });
  expect(markup`${forged}`.markup).toBe("{&quot;markup&quot;:&quot;&lt;hr&gt;&quot;}");
});

test.each([
  ["\u202eevil\u202c", "\\u{202e}evil\\u{202c}"],
  ["\u0000\u001b[31m\u009b\r", "\\u{0}\\u{1b}[31m\\u{9b}\\u{d}"],
  ["zero\u200bwidth\ufeff \u2028", "zero\\u{200b}width\\u{feff} \\u{2028}"],
  ["\ud800 \udfff", "\\u{d800} \\u{dfff}"],
  ["\ufffe\uffff", "\\u{fffe}\\u{ffff}"],
  ["a\tb\n中文 😀 é", "a\tb\n中文 😀 é"],
])("shows %j as %j", (text, shown) => {
  expect(visible(text)).toBe(shown);
  expect(markup`${text}`.markup).toBe(shown);
});

test("joins several lines into one", () => {
  expect(line(" a\n\n\tb\u0007 ")).toBe("a b\\u{7}");
});
