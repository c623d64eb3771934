/** A report as an entry of a changelog. */
import type { Change } from "./change.js";
import type { Report } from "./compare.js";
import type { RootReport } from "./root.js";
import { TITLES } from "./text.js";

/** `date` as 2026-11-26. Roots that are the same are not mentioned. */
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
