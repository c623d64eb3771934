/** Formats a report as a changelog entry, a verdict on the version numbers, and annotations for GitHub. */
import type { Change } from "./rate-changes.js";
import type { Report, RootReport } from "./report.js";

const TITLES = { major: "Breaking", minor: "Other", patch: "Wording and examples" };

/** For a terminal. `date` is a day such as 2026-11-26. */
export function textOf(report: Report, date: string): string {
  const { ref, commit, impact, roots } = report;
  const verdicts = roots.map((root) => `${root.name}: ${verdictOn(root)}\n`).join("");
  return `openapi/ in the working tree, compared with ${ref} (${commit}): ${impact}\n\n${markdownOf(report, date)}\n${verdicts}`;
}

/** States the version number of a root, and what it must be. */
export function verdictOn({ state, impact, was, is, asks, enough }: RootReport): string {
  if (state === "new") return `new, info.version ${is}`;
  if (state === "gone") return `gone, info.version was ${was}`;
  if (state === "same") return `nothing changed, info.version ${is}`;
  const numbers = `info.version was ${was} and is ${is}`;
  if (impact === "patch") return `${numbers}: enough for wording; raise it to ${asks} with the next release`;
  return `${numbers}: ${enough ? "enough" : `it must be at least ${asks}`}`;
}

/** Only the changelog entry, without unchanged roots. */
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

/** Values are in backticks. The rest must not be read as Markdown or HTML. */
function escapedMarkdown(message: string): string {
  return message.replace(/`[^`]*`|[\\*_[\]<>`|]/g, (part) => (part.length > 1 ? part : `\\${part}`));
}

/** Lines that GitHub shows in the files of a pull request: breaking changes as warnings, a version that is too low as an error. */
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

/** Percent-encodes special characters, as GitHub expects. */
function escaped(text: string, special: RegExp): string {
  return text.replace(special, encodeURIComponent);
}
