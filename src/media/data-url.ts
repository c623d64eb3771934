import type { Span } from "./byte-reader.js";
import { base64Length } from "./media.js";

/** What base64 does not consist of; its padding is removed first. */
const OTHER = /[^A-Za-z0-9+/]/g;

/**
 * What is known about a data URL without decoding it: the type that it declares, its size in bytes, whether its base64 ends
 * within a byte or has other characters in it, whether it is in a loose form (upper case, white space, another padding or
 * alphabet), and its bytes in a span, which are none if it is not base64. Undefined if the value is not a data URL of this form.
 */
export function dataUrlOf(value: unknown, form: RegExp) {
  if (typeof value !== "string") return undefined;
  const [prefix, declared] = form.exec(value.slice(0, 64)) ?? [];
  if (!prefix || !declared) return undefined;
  // Megabytes are searched in milliseconds, and copied only if something is found.
  OTHER.lastIndex = prefix.length;
  const end = OTHER.exec(value)?.index ?? value.length;
  const isPlain = /^={0,2}$/.test(value.slice(end, end + 3));
  const letters = isPlain ? value.slice(prefix.length, end) : inStandardAlphabet(value.slice(prefix.length));
  const bytes = ({ from, to }: Span): Uint8Array => {
    // Four letters are three bytes: decoding begins at the last such border before `from`.
    const over = from % 3;
    const start = base64Length(from - over);
    return decoded(letters.slice(start, start + base64Length(to - from + over))).subarray(over, to - from + over);
  };
  return {
    declared: declared.toLowerCase(),
    size: Math.floor((letters.length * 3) / 4),
    isCut: letters.length % 4 === 1 || letters === "",
    isForeign: !isPlain && letters.search(OTHER) >= 0,
    isLoose: !isPlain || prefix !== prefix.toLowerCase() || (value.length - prefix.length) % 4 !== 0,
    bytes,
  };
}

/** The same letters in the alphabet of RFC 4648, section 4, without anything between or behind them. */
function inStandardAlphabet(letters: string): string {
  const typed = letters.replace(/%(0[9AD]|20|2B|2F|3D)/gi, (code) => decodeURIComponent(code));
  return typed.replace(/\s+/g, "").replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
}

function decoded(letters: string): Uint8Array {
  try {
    const binary = atob(letters);
    const bytes = new Uint8Array(binary.length);
    // Many times as fast as Uint8Array.from with a function: 1.4 ms instead of 27 for 128 KiB.
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch {
    return new Uint8Array();
  }
}
