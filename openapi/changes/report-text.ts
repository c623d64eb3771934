/** A report as text: an entry for a changelog, a verdict on the version numbers, annotations for GitHub. */
import type { Change } from "./changes.js";
import type { Report, RootReport } from "./report.js";

const TITLES = { major: "Breaks", minor: "Adds or loosens", patch: "Words" };

/** For a terminal; `date` as 2026-11-26. */
export function textOf(report: Report, date: string): string {
  const { ref, commit, impact, roots } = report;
  const verdicts = roots.map((root) => `${root.name}: ${verdictOn(root)}\n`).join("");
  return `openapi/ at ${ref} (${commit}) and in the working tree: ${impact}\n\n${markdownOf(report, date)}\n${verdicts}`;
}

/** The version number of a root, and what it must be. */
export function verdictOn({ state, impact, was, is, asks, enough }: RootReport): string {
  if (state === "new") return `new, info.version ${is}`;
  if (state === "gone") return `gone, info.version was ${was}`;
  if (state === "same") return `nothing changed, info.version ${is}`;
  const numbers = `info.version was ${was} and is ${is}`;
  if (impact === "patch") return `${numbers}: enough for words; ${asks} is due with the next release`;
  return `${numbers}: ${enough ? "enough" : `it must be at least ${asks}`}`;
}

/** The entry alone. Roots that are the same are not mentioned. */
export function markdownOf({ roots }: Report, date: string): string {
  const parts = roots.filter(({ state }) => state !== "same").map(rootMarkdown);
  return `${[`## Specs, ${date}`, ...(parts.length ? parts : ["Nothing changed."])].join("\n\n")}\n`;
}

function rootMarkdown({ name, state, was, is, asks, enough, changes }: RootReport): string {
  if (state === "new") return `### ${name} ${is}, new`;
  if (state === "gone") return `### ${name}, gone\n\nIt was ${was}.`;
  const sections = Object.entries(TITLES).flatMap(([impact, title]) => {
    const lines = changes.filter((change) => change.impact === impact).map((change) => `- ${lineOf(change)}`);
    return lines.length ? [`**${title}**\n\n${lines.join("\n")}`] : [];
  });
  return [`### ${name} ${enough ? is : asks} (was ${was})`, ...sections].join("\n\n");
}

function lineOf({ place, message, file }: Change): string {
  return `\`${place}\`: ${escapedMarkdown(message)}${file ? ` (${file})` : ""}`;
}

/** Values stand between backticks; the rest must not be read as Markdown or HTML. */
function escapedMarkdown(message: string): string {
  return message.replace(/`[^`]*`|[\\*_[\]<>`|]/g, (part) => (part.length > 1 ? part : `\\${part}`));
}

/** Lines that GitHub shows beside the changed files of a pull request: breaking changes as warnings, a low version as an error. */
export function annotationsOf({ roots }: Report): string {
  const lines = roots.flatMap((root) => {
    const breaking = root.changes.filter(({ impact }) => impact === "major");
    return [
      ...breaking.map(({ place, message, file }) => {
        return annotation("warning", { ...(file && { file }), title: `${root.name} breaks` }, `${place}: ${message}`);
      }),
      ...(root.state === "gone" ? [annotation("warning", { title: root.name }, "The whole root is gone.")] : []),
      ...(root.enough ? [] : [annotation("error", { title: root.name }, verdictOn(root))]),
    ];
  });
  return lines.join("");
}

function annotation(level: string, properties: Record<string, unknown>, message: string): string {
  const named = Object.entries(properties).map(([name, value]) => `${name}=${escaped(String(value), /[%\r\n:,]/g)}`);
  return `::${level} ${named.join(",")}::${escaped(message, /[%\r\n]/g)}\n`;
}

/** Each special character as GitHub reads it: % and its code. */
function escaped(text: string, special: RegExp): string {
  return text.replace(special, encodeURIComponent);
}
