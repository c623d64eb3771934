/** Formats a comparison as text or JSON, without secrets that a page may contain. */
import { plain } from "../../src/cli/process.js";
import { redact } from "../../src/http/redact.js";
import type { Difference } from "../compare/outlines.js";
import { grouped, type Json } from "../documents.js";
import type { Comparison } from "./compare-page.js";
import { markerFor } from "./known-differences.js";

const MOST_CHARACTERS = 160;

export function pagesJson(source: string, comparisons: Comparison[]): string {
  const report = { source, new: countOf(comparisons), pages: comparisons };
  return `${JSON.stringify(report, (_, value) => (typeof value === "string" ? clean(value) : value), 2)}\n`;
}

export function pagesText(source: string, comparisons: Comparison[]): string {
  const parts = comparisons.map((comparison) => pageText(source, comparison));
  const [marker] = comparisons.flatMap(({ root, news }) => news.map((one) => markerFor(root, one)));
  const verdict = marker
    ? `New: ${countOf(comparisons)}. Change the YAML, or decide against it under a heading of openapi/SOURCES.md, with a comment such as\n  <!-- known: ${clean(marker)} -->\n`
    : "Nothing is new.\n";
  return [...parts, verdict].join("\n");
}

export function countOf(comparisons: Comparison[]): number {
  return comparisons.reduce((sum, { news }) => sum + news.length, 0);
}

function pageText(source: string, { what, root, operations, news, known }: Comparison): string {
  const section = (title: string, differences: Difference[], indent = "") => {
    const lines = differences.map((one) => `${indent}  ${lineText(one, operations.length > 1)}`);
    return lines.length ? [[indent + title, ...lines].join("\n")] : [];
  };
  const headings = grouped(known, ({ heading }) => heading);
  const decided = [...headings].flatMap(([heading, own]) => section(heading, own, "  "));
  const isOurs = ({ theirs }: Difference) => theirs === undefined;
  const isTheirs = ({ ours }: Difference) => ours === undefined;
  const both = news.filter((one) => !isTheirs(one) && !isOurs(one));
  const paragraphs = [
    `${source}: ${what}, ${operations.join(", ")}; compared with ${root}`,
    ...section("They say, we do not", news.filter(isTheirs)),
    ...section("We say, they do not", news.filter(isOurs)),
    ...section("Both say it, differently", both),
    ...(decided.length ? [["Known: decided in openapi/SOURCES.md", ...decided].join("\n")] : []),
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

/** "POST /v1/videos  request.prompt  maxLength: they 2000, we 1500". */
function lineText({ operation, place, aspect, theirs, ours }: Difference, several: boolean): string {
  const [they, we] = [theirs, ours].map(valueText);
  const values = theirs === undefined ? we : ours === undefined ? they : `they ${they}, we ${we}`;
  return [several && operation, place, `${aspect}: ${values}`].filter(Boolean).join("  ");
}

function valueText(value: Json): string {
  const list = Array.isArray(value) ? value : [value];
  const text = list.map((one) => clean(typeof one === "string" && one ? one : (JSON.stringify(one) ?? ""))).join(", ");
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function clean(text: string): string {
  return redact(plain(text).replaceAll("\n", " "));
}
