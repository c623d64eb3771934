/** A report as annotations, which GitHub shows beside the changed lines of a pull request. */
import type { Report } from "./compare.js";
import { verdictOn } from "./text.js";

/** What breaks as warnings, because a version number may allow it; a number that is too low as an error. */
export function annotationsOf({ roots }: Report): string {
  const lines = roots.flatMap((root) => {
    const breaking = root.changes.filter(({ impact }) => impact === "major");
    return [
      ...breaking.map(({ place, message, file, line }) => {
        // What is gone lies in a file of the other commit, where no line can be marked.
        const at = file?.startsWith("openapi/") ? { file, line } : {};
        return command("warning", { ...at, title: `${root.name} breaks` }, `${place}: ${message}`);
      }),
      ...(root.state === "gone" ? [command("warning", { title: root.name }, "The whole root is gone.")] : []),
      ...(root.enough ? [] : [command("error", { title: root.name }, verdictOn(root))]),
    ];
  });
  return lines.join("");
}

function command(level: string, properties: Record<string, unknown>, message: string): string {
  const named = Object.entries(properties).map(([name, value]) => `${name}=${escaped(String(value), /[%\r\n:,]/g)}`);
  return `::${level} ${named.join(",")}::${escaped(message, /[%\r\n]/g)}\n`;
}

/** Each character as % and its code, as GitHub reads them. */
function escaped(text: string, special: RegExp): string {
  return text.replace(
    special,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
