/** Tests how the site renders the Markdown of this repository. */
import { createMarkdownRenderer, disposeMdItInstance } from "vitepress";
import { beforeAll, expect, test } from "vitest";
import { configOf } from "./config.js";

const sources = { "index.md": "README.md", "guides/mock.md": "docs/mock.md", "guides/index.md": "docs/README.md" };
type Render = (markdown: string, page?: string, repository?: string) => string;
let render: Render;
beforeAll(async () => {
  const rendererOf = async (repository?: string) => {
    // Otherwise, VitePress would return the first renderer again.
    disposeMdItInstance();
    const site = { pages: "/pages", out: "/out", base: "/base/", sources, sidebar: {}, repository };
    return createMarkdownRenderer("/pages", configOf(site).markdown, "/base/");
  };
  const renderers = { here: await rendererOf(), web: await rendererOf("https://example.com/repository") };
  render = (markdown, page = "guides/mock.md", repository) => {
    const env = { path: `/pages/${page}`, relativePath: page, cleanUrls: false };
    return (repository ? renderers.web : renderers.here).render(markdown, env).trim();
  };
});

test.each([
  ["[a](../README.md)", 'href="/base/"'],
  ["[a](../README.md#install)", 'href="/base/#install"'],
  ["[a](README.md)", 'href="/base/guides/"'],
  ["[a](mock.md#play-a-failure)", 'href="/base/guides/mock.html#play-a-failure"'],
  ["[a](#here)", 'href="#here"'],
  ["[a](https://example.com/b.md)", 'href="https://example.com/b.md"'],
])("%s leads to the page of the file", (markdown, link) => {
  expect(render(markdown)).toContain(link);
});

test("a link to another file leads to the repository on the web, or becomes text if there is no address", () => {
  const markdown = "See [the *sources*](../openapi/SOURCES.md#first) and [more](mock.md).";
  const more = '<a href="/base/guides/mock.html">more</a>';
  expect(render(markdown)).toBe(`<p>See the <em>sources</em> and ${more}.</p>`);
  expect(render(markdown, "guides/mock.md", "web")).toContain(
    'href="https://example.com/repository/blob/main/openapi/SOURCES.md#first"',
  );
});

test("a link to a file that does not exist fails", () => {
  expect(() => render("[a](nowhere.md)")).toThrow("docs/mock.md: there is no nowhere.md");
  expect(() => render("[a](docs/nowhere.md)", "index.md")).toThrow("README.md: there is no docs/nowhere.md");
});

test("headings have the anchors that GitHub gives them", () => {
  expect(render("## What's `a_b`? 2.3 & more")).toContain('id="whats-a_b-23--more"');
});

test("braces and angle brackets are shown as they are", () => {
  expect(render("Text {{ 1 + 1 }} and `{{ code }} <R>`")).toBe(
    "<p>Text &#123;&#123; 1 + 1 }} and <code>&#123;&#123; code }} &lt;R&gt;</code></p>",
  );
});

test.each([
  ["a list of { operation, check }", "a list of { operation, check }</p>"],
  ["| `--accept` |\n|---|\n| a list of { operation, check } |", "<td>a list of { operation, check }</td>"],
  ["*word*{.class}", "<em>word</em>{.class}"],
])("braces at the end set no attributes: %j", (markdown, html) => {
  expect(render(markdown)).toContain(html);
});

test("a local address becomes text, and other addresses become links", () => {
  expect(render("| a |\n|---|\n| Default http://127.0.0.1 and http://localhost:4020/a |")).toContain(
    "<td>Default http://127.0.0.1 and http://localhost:4020/a</td>",
  );
  expect(render("See https://example.com/a.")).toContain('href="https://example.com/a"');
});
