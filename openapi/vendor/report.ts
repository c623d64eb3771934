/** A comparison as a person reads it, and as a program does. */
import { plain } from "../../src/cli/progress.js";
import { redact } from "../../src/engine/reply.js";
import type { Difference } from "../compare/difference.js";
import type { Json } from "../documents.js";
import type { Comparison } from "./comparison.js";

const MOST_CHARACTERS = 160;

/** Both without what a page may quote and nobody should print: keys, data URLs, signed queries, escapes of a terminal. */
export function jsonOf(source: string, comparisons: Comparison[]): string {
  const report = { source, new: countOf(comparisons), pages: comparisons };
  return `${JSON.stringify(report, (_, value) => (typeof value === "string" ? clean(value) : value), 2)}\n`;
}

export function textOf(source: string, comparisons: Comparison[]): string {
  const parts = comparisons.map((comparison) => pageText(source, comparison));
  const count = countOf(comparisons);
  const example = comparisons.flatMap(({ news }) => news)[0]?.marker;
  const verdict = count
    ? `New: ${count}. Change the YAML, or decide against it under a heading of openapi/SOURCES.md, with a comment such as\n  <!-- known: ${clean(example ?? "")} -->\n`
    : "Nothing is new.\n";
  return [...parts, verdict].join("\n");
}

export function countOf(comparisons: Comparison[]): number {
  return comparisons.reduce((sum, { news }) => sum + news.length, 0);
}

function pageText(source: string, { what, partial, root, operations, news, known }: Comparison): string {
  const lineOf = (one: Difference) => lineText(one, operations.length > 1);
  const section = (title: string, differences: Difference[]) => {
    return differences.length ? ["", title, ...differences.map((one) => `  ${lineOf(one)}`)] : [];
  };
  const lines = [
    `${source}: ${what}, ${operations.join(", ")}; compared with ${root}`,
    ...(partial ? ["Only what they say is compared: such a page leaves things out."] : []),
    ...section(
      "They say, we do not",
      news.filter(({ ours }) => ours === undefined),
    ),
    ...section(
      "We say, they do not",
      news.filter(({ theirs }) => theirs === undefined),
    ),
    ...section(
      "Both say it, differently",
      news.filter(({ theirs, ours }) => theirs !== undefined && ours !== undefined),
    ),
    ...(known.length ? ["", "Known: decided in openapi/SOURCES.md"] : []),
    ...[...new Set(known.map(({ heading }) => heading))].flatMap((heading) => [
      `  ${heading}`,
      ...known.filter((one) => one.heading === heading).map((one) => `    ${lineOf(one)}`),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** "POST /v1/videos  request.prompt  maxLength: 2000, not 1500". */
function lineText({ operation, place, aspect, theirs, ours }: Difference, several: boolean): string {
  const [they, we] = [theirs, ours].map(valueText);
  const values = theirs === undefined ? we : ours === undefined ? they : `they ${they}, we ${we}`;
  return [several && operation, place, `${aspect}: ${values}`].filter(Boolean).join("  ");
}

function valueText(value: Json): string {
  const text = clean(
    typeof value === "string"
      ? value
      : Array.isArray(value)
        ? value.map(valueText).join(", ")
        : (JSON.stringify(value) ?? ""),
  );
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function clean(text: string): string {
  return redact(plain(text).replaceAll("\n", " "));
}
