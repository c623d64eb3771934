/** A report for people: an entry of a changelog, with a verdict on the numbers. */
import type { Change } from "./change.js";
import type { Report } from "./compare.js";
import type { RootReport } from "./root.js";

const TITLES = { major: "Breaks", minor: "Adds or loosens", patch: "Words" };

/** For a terminal; `date` as 2026-11-26. */
export function textOf(report: Report, date: string): string {
  const { ref, commit, impact, roots } = report;
  const verdicts = roots.map((root) => `${root.name}: ${verdictOn(root)}\n`).join("");
  return `openapi/ at ${ref} (${commit}) and in the working tree: ${impact}\n\n${markdownOf(report, date)}\n${verdicts}`;
}

/** What the version number of a root has to be, beside what it is. */
export function verdictOn({ state, impact, was, is, asks, enough }: RootReport): string {
  if (state === "new") return `new, info.version ${is}`;
  if (state === "gone") return `gone, info.version was ${was}`;
  if (state === "same") return `nothing changed, info.version ${is}`;
  const numbers = `info.version was ${was} and is ${is}`;
  if (impact === "patch") return `${numbers}: enough for words; ${asks} is due with the next release`;
  return `${numbers}: ${enough ? "enough" : `it has to be ${asks} at least`}`;
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

function lineOf({ place, message, file, line }: Change): string {
  return `\`${place}\`: ${escaped(message)}${file ? ` (${file}:${line})` : ""}`;
}

/** Redocly's messages mark names by backticks; what stands outside of them is not to become Markdown or HTML. */
function escaped(message: string): string {
  return message
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[\\*_[\]<>`|]/g, "\\$&")))
    .join("");
}
