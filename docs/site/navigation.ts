import { readFileSync } from "node:fs";

/** The guides, under the headings and in the order of docs/README.md. */
export const GUIDES: Record<string, string[]> = guidesIn(
  readFileSync(new URL("../README.md", import.meta.url), "utf8"),
);

function guidesIn(list: string): Record<string, string[]> {
  const [, ...parts] = list.split(/^\*\*(.+)\*\*$/m);
  const titles = parts.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(
    titles.map((title, index) => [
      title,
      [...(parts[index * 2 + 1] ?? "").matchAll(/^- \[.*\]\(([\w-]+\.md)\)/gm)].map(([, name = ""]) => name),
    ]),
  );
}
