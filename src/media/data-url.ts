import type { Span } from "./byte-reader.js";
import { base64Length } from "./media.js";

/**
 * What is known about a data URL without decoding it: the type that it declares, its size in bytes, whether its base64 ends
 * within a byte, and its bytes in a span, which are none if the letters are not base64. Undefined if the value is not a data URL of
 * this form.
 */
export function dataUrlOf(value: unknown, form: RegExp) {
  if (typeof value !== "string") return undefined;
  const [prefix, declared] = form.exec(value.slice(0, 64)) ?? [];
  if (!prefix || !declared) return undefined;
  const letters = value.length - prefix.length;
  const padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
  const size = Math.floor((letters * 3) / 4) - padding;
  const isCut = letters % 4 !== 0 || !/^[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]{2}$/.test(value.slice(-4));
  const bytes = ({ from, to }: Span): Uint8Array => {
    // Four letters are three bytes: decoding begins at the last such border before `from`.
    const over = from % 3;
    const start = prefix.length + base64Length(from - over);
    return decoded(value.slice(start, start + base64Length(to - from + over))).subarray(over, to - from + over);
  };
  return { declared, size, isCut, bytes };
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
