/**
 * Finds the differences that SOURCES.md has decided on. A comment there (`<!-- known …`) marks them, below the heading that explains
 * them. A line has the root, the operation, the place and the aspect, such as `minimax POST /v1/x request.callback_url pattern`, and
 * their value as JSON (`theirs="string"`). Without it, it covers a fact that they do not mention. `*` matches anything.
 */
import type { Difference } from "../compare/outlines.js";

export interface Known {
  heading: string;
  /** The line, with `*`. */
  marker: string;
}

/** Finds every marker in the text of SOURCES.md. */
export function knownIn(sources: string): Known[] {
  return sources.split(/^(?=#+ )/m).flatMap((section) => {
    const heading = /^#+ (.*)/.exec(section)?.[1] ?? "";
    const comments = [...section.matchAll(/<!--\s*known:?\s([\s\S]*?)-->/g)];
    const lines = comments.flatMap(([, text = ""]) => text.split("\n").map((line) => line.trim()));
    return lines.filter(Boolean).map((marker) => ({ heading, marker }));
  });
}

/** The line that marks a difference as known. */
export function markerFor(root: string, { operation, place, aspect, theirs }: Difference): string {
  const value = theirs !== undefined && `theirs=${JSON.stringify(theirs)}`;
  return [root, operation, place, aspect, value].filter(Boolean).join(" ");
}

/** Finds the marker that covers a difference, if there is one. */
export function knownFor(root: string, difference: Difference, known: Known[]): Known | undefined {
  const [about = "", theirs] = markerFor(root, difference).split(VALUE);
  return known.find(({ marker }) => {
    const [wanted = "", value] = marker.split(VALUE);
    const pattern = wanted.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".*")}$`).test(about) && value === theirs;
  });
}

const VALUE = / theirs=(.*)/;
