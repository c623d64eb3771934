/** The fenced blocks of a Markdown page, as CommonMark reads them: a fence ends with one at least as long. */
export interface Fence {
  /** What stands behind the opening fence, such as `yaml /openapi.json POST /v1/videos`. */
  info: string;
  text: string;
  /** Line of the page on which the text begins; the first is 1. */
  line: number;
}

export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  let open: (Fence & { mark: string; indent: number; lines: string[] }) | undefined;
  for (const [index, line] of page.split("\n").entries()) {
    const [, indent = "", mark, info = ""] = /^([ \t]*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (open && mark?.startsWith(open.mark) && info.trim() === "") {
      fences.push({ info: open.info, text: open.lines.join("\n"), line: open.line });
      open = undefined;
    } else if (open) {
      open.lines.push(line.replace(new RegExp(`^[ \\t]{0,${open.indent}}`), ""));
    } else if (mark && !(mark.startsWith("`") && info.includes("`"))) {
      open = { info: info.trim(), text: "", line: index + 2, mark, indent: indent.length, lines: [] };
    }
  }
  // A block that nobody closes ends with the page.
  return open ? [...fences, { info: open.info, text: open.lines.join("\n"), line: open.line }] : fences;
}
