/** Finished HTML or XML. Only `markup` makes it, so that no text can pass for it. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | readonly Markup[];

/** A template of HTML or XML. Every value is escaped as text, unless it is `Markup` or a list of it. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const filled = parts.map((part, index) => filling(part) + (strings[index + 1] ?? ""));
  return { markup: (strings[0] ?? "") + filled.join("") };
}

/** An empty text. */
export const NOTHING = markup``;

function filling(part: Part): string {
  if (typeof part === "string" || typeof part === "number")
    return visible(String(part)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
  return "markup" in part ? part.markup : part.map((each) => each.markup).join("");
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * A text as a reader should see it: characters that a page, a terminal or a parser would obey, hide or refuse (control and bidi
 * characters, halves of pairs) are written out, such as `\u{202e}`. New lines and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** The same, in one line. */
export function line(text: string): string {
  return visible(text).replace(/\s+/g, " ").trim();
}
