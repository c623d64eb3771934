/** A report for a terminal. */
import type { Change } from "./change.js";
import type { Report } from "./compare.js";
import type { RootReport } from "./root.js";
import { atLeast, type Impact, reaches } from "./version.js";

/** What each impact is called for readers. */
export const TITLES: Record<Exclude<Impact, "none">, string> = {
  major: "Breaks",
  minor: "Adds or changes",
  patch: "Words",
};

export function textOf(report: Report): string {
  const { ref, commit, uncommitted, impact, roots } = report;
  const dirty = uncommitted.length ? `, with ${uncommitted.length} files that are not committed` : "";
  return [
    `openapi/ at ${ref} (${commit}) and in the working tree${dirty}`,
    ...roots.map(rootText),
    `In all: ${impact}. ${packageText(report)}`,
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}

function rootText(root: RootReport): string {
  const sections = Object.entries(TITLES).flatMap(([impact, title]) => {
    const changes = root.changes.filter((change) => change.impact === impact);
    return changes.length ? [`  ${title}`, ...changes.map((change) => `    ${changeText(change)}`)] : [];
  });
  return [headOf(root), ...sections].join("\n");
}

function headOf({ name, state, impact, was, is, asks, enough }: RootReport): string {
  if (state === "new") return `${name}: new, info.version ${is}`;
  if (state === "gone") return `${name}: gone, was info.version ${was}; whoever reads it loses it`;
  if (state === "same") return `${name}: nothing changed`;
  const verdict = enough ? `${is} is enough` : `${is} is not enough; it has to be ${asks} at least`;
  return `${name}: ${impact}; info.version was ${was}, ${verdict}`;
}

function changeText({ place, message, file, line }: Change): string {
  return `${place}: ${message}${file ? ` (${file}:${line})` : ""}`;
}

/** What the version of the package has to do with it. */
export function packageText({ impact, package: { was, is, asks } }: Report): string {
  if (!was || !asks || !atLeast(impact, "patch")) return `The package is ${is}.`;
  if (reaches(is, asks)) return `The package was ${was} and is ${is}: enough.`;
  return `The package was ${was} and is ${is}; as its code is generated from the specs, its next release is ${asks} at least.`;
}
