import type { Span } from "./byte-reader.js";
import { base64Length } from "./media.js";

const NOT_BASE64 = /[^A-Za-z0-9+/]/g;

/** Reads a data URL of this form, without decoding more of it than `bytes` is asked for. */
export function dataUrlOf(value: unknown, form: RegExp) {
  if (typeof value !== "string") return undefined;
  const [prefix, declared] = form.exec(value.slice(0, 64)) ?? [];
  if (!prefix || !declared) return undefined;
  // Searching megabytes takes milliseconds. They are copied only if something is found.
  NOT_BASE64.lastIndex = prefix.length;
  const end = NOT_BASE64.exec(value)?.index ?? value.length;
  const isPlain = /^={0,2}$/.test(value.slice(end, end + 3));
  const letters = isPlain ? value.slice(prefix.length, end) : inStandardAlphabet(value.slice(prefix.length));
  const bytes = ({ from, to }: Span): Uint8Array => {
    // Four letters encode three bytes, so decoding begins at the last multiple of three before `from`.
    const over = from % 3;
    const start = base64Length(from - over);
    return decoded(letters.slice(start, start + base64Length(to - from + over))).subarray(over, to - from + over);
  };
  return {
    declared: declared.toLowerCase(),
    size: Math.floor((letters.length * 3) / 4),
    isCut: letters.length % 4 === 1 || letters === "",
    isForeign: !isPlain && letters.search(NOT_BASE64) >= 0,
    /** Upper case, white space, other padding or another alphabet. */
    isLoose: !isPlain || prefix !== prefix.toLowerCase() || (value.length - prefix.length) % 4 !== 0,
    bytes,
  };
}

/** The characters of standard base64 that these escapes and characters stand for. */
const ESCAPED = { "%09": " ", "%0A": " ", "%0D": " ", "%20": " ", "%2B": "+", "%2F": "/", "%3D": "=" };
const MEANT: Record<string, string> = { ...ESCAPED, "-": "+", _: "/" };

/** Rewrites base64 in the alphabet of RFC 4648, section 4, without white space and padding. */
function inStandardAlphabet(letters: string): string {
  // One by one, because `replace` takes ten seconds for 21 MB of escapes.
  const codes = new Uint8Array(letters.length);
  let length = 0;
  for (let at = 0; at < letters.length; at++) {
    const given = letters.charAt(at);
    const escaped = given === "%" ? MEANT[letters.slice(at, at + 3).toUpperCase()] : undefined;
    if (escaped) at += 2;
    const letter = escaped ?? MEANT[given] ?? given;
    if (!/\s/.test(letter)) codes[length++] = Math.min(letter.charCodeAt(0), 127);
  }
  while (codes[length - 1] === 61) length--;
  return new TextDecoder().decode(codes.subarray(0, length));
}

function decoded(letters: string): Uint8Array {
  try {
    const binary = atob(letters);
    const bytes = new Uint8Array(binary.length);
    // Much faster than Uint8Array.from with a function: 1.4 ms instead of 27 for 128 KiB.
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch {
    return new Uint8Array();
  }
}
