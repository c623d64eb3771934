/** A report as annotations, which GitHub shows beside the changed lines of a pull request. */
import type { Change } from "./change.js";
import type { Report } from "./compare.js";

/** What breaks as warnings, because a version number may allow it; a number that is too low as an error. */
export function annotationsOf({ roots }: Report): string {
  const lines = roots.flatMap(({ name, state, changes, enough, was, is, asks }) => [
    ...changes.filter(({ impact }) => impact === "major").map((change) => warning(name, change)),
    ...(state === "gone" ? [`::warning title=${property(name)}::${data(`The root ${name} is gone.`)}`] : []),
    ...(enough
      ? []
      : [
          `::error title=${property(name)}::${data(`info.version was ${was} and is ${is}; it has to be ${asks} at least.`)}`,
        ]),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

function warning(root: string, { place, message, file, line }: Change): string {
  // What is gone lies in a file of the other commit, where no line can be marked.
  const at = file?.startsWith("openapi/") ? [`file=${property(file)}`, `line=${line}`] : [];
  return `::warning ${[...at, `title=${property(`${root} breaks`)}`].join(",")}::${data(`${place}: ${message}`)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
