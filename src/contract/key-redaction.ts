import { hexadecimal } from "../base/record.js";
import { errorTypes, statusCodes } from "../generated/codes.js";
import { operations } from "../generated/operations.js";
import { lettersIn, runsOf } from "../http/redact.js";

/** Removes a key from a text. If the text still repeats a part of the key, the result is `instead`. */
export type KeyRedactor = (text: string, instead?: string) => string;

/** A key with fewer letters and digits, such as "any", occurs in ordinary words and is not a secret. */
const SHORTEST = 8;
/** How many letters and digits in a row give a key away. */
const RUN = 12;

/**
 * Cuts a key out of what a server repeats, if it is plain or in one of the usual encodings. Text that repeats it in any other way
 * (in pieces, in another case, escaped, within base64 or hexadecimal) is not shown at all.
 */
export function keyRedactor(key = ""): KeyRedactor {
  const { length } = lettersIn(key);
  if (length < SHORTEST) return (text) => text;
  const bytes = new TextEncoder().encode(key);
  const encoded = [0, 1, 2].map((offset) => base64At(offset, bytes));
  const run = Math.min(RUN, length);
  const hidden = [key, hexadecimal(bytes), ...encoded].map((text) => lettersIn(text));
  const parts = new Set(hidden.flatMap((text) => runsOf(text, run)).filter(isTelling));
  const written = [key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1), ...encoded];
  return (text, instead = "[not shown: it repeats the key]") => {
    // The mark is also legal in a URL and in the name of a header.
    const cut = written.reduce((rest, one) => rest.replaceAll(one, "redacted"), text);
    // Most texts have no escapes, accents or other scripts, and are read a hundred times faster.
    const letters = /[^\0-\x7f]|[\\%&]/.test(cut) ? lettersIn(cut) : cut.toLowerCase().replace(/[^a-z0-9]+/g, "");
    for (let at = 0; at + run <= letters.length; at++) if (parts.has(letters.slice(at, at + run))) return instead;
    return cut;
  };
}

/** The base64 characters that depend only on the key if `offset` bytes (modulo 3) precede it. */
function base64At(offset: number, bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(offset), ...bytes)).replace(/=+$/, "");
  const isWhole = (offset + bytes.length) % 3 === 0;
  return text.slice([0, 2, 3][offset], isWhole ? undefined : -1);
}

/** Digits alone may belong to an id, and words of the specs to any reply. */
function isTelling(part: string): boolean {
  return /[a-z]/.test(part) && new Set(part).size > 2 && !WORDS.includes(part);
}

const WORDS = lettersIn(JSON.stringify([operations, statusCodes, errorTypes]));
