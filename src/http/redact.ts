import { defined } from "../base/record.js";
import { codeIn } from "./network-errors.js";

const LONGEST = 300;
/** How many letters and digits in a row count as a repetition of a secret. A shorter secret must be repeated as a whole. */
const RUN = 12;
/** The same for scripts that write a word with one or two characters. */
const RUN_OF_IDEOGRAPHS = 6;
/** Shorter secrets are ignored, because any word may contain them. */
const SHORTEST = 4;

/**
 * Cuts secrets (key and prompts), data URLs, signed queries and keys from the words of a service or a runtime, and shows at most 300
 * characters. Words that repeat twelve letters or digits of a secret, whatever their case and escapes, are not shown at all.
 */
export const redact = (words: string, secrets: readonly string[] = []) => redactorOf(secrets)(words);

/** `redact` for several texts, because reading a long secret takes milliseconds. */
function redactorOf(secrets: readonly string[]): (words: string) => string {
  const known = secrets.filter((secret) => secret.trim().length >= SHORTEST);
  const all = known.map(runsIn);
  return (words) => {
    const text = known
      .reduce((text, secret) => text.replaceAll(secret, "[…]"), words.slice(0, 10 * LONGEST))
      .replace(/data(?::|%3A)[\w/+.\\&#%-]+[;,%][^\s"']*/gi, "[data URL]")
      .replace(/((?:\/|%2F)[^\s"'?]*?)(?:\?|%3F|&#63;)[^\s"']+/gi, "$1?[…]")
      .replace(/(:\/\/)[^\s/@"']+@/g, "$1[…]@")
      .replace(/\b(Bearer\s+|sk-|eyJ)[\w.~+/-]+=*/gi, "[key]")
      .replace(/[\w+/-]{100,}=*/g, "[data]");
    const letters = lettersIn(text);
    const isRepeated = all.some(({ length, runs }) => runsOf(letters, length).some((run) => runs.has(run)));
    return isRepeated ? "[not shown: it repeats a part of the request]" : text.slice(0, LONGEST);
  };
}

/** The parts of a secret that no text may repeat, however they are written. */
function runsIn(secret: string): { length: number; runs: ReadonlySet<string> } {
  const inner = lettersIn(secret);
  const isIdeographic = /\p{Script=Han}|\p{Script=Hira}|\p{Script=Hang}/u.test(inner);
  const length = Math.min(inner.length, isIdeographic ? RUN_OF_IDEOGRAPHS : RUN);
  return { length, runs: new Set(length < SHORTEST ? [] : runsOf(inner, length)) };
}

export function runsOf(letters: string, length: number): string[] {
  return Array.from({ length: Math.max(0, letters.length - length + 1) }, (_, at) => letters.slice(at, at + length));
}

const PERCENT = "%(?:25){0,9}";
const NEXT = `${PERCENT}[89ab]H`;
const LETTER_OR_ESCAPE = [
  String.raw`((?:\\{1,9}ud[89ab]HH)?\\{1,9}uH{4})|\\{1,9}(?:x(HH)|[nrtbf])`,
  `(${PERCENT}(?:[cd]H${NEXT}|eH(?:${NEXT}){2}|fH(?:${NEXT}){3}|HH))`,
  "&(?:amp;){0,9}#(?:x0{0,9}(H{1,6})|0{0,9}([0-9]{1,7}));?|&(?:([a-z])(?:acute|grave|circ|uml|tilde|ring|cedil|caron)|[a-z]{2,7});",
  String.raw`([\p{L}\p{N}])`,
];
const LETTERS = new RegExp(LETTER_OR_ESCAPE.join("|").replaceAll("H", "[0-9a-f]"), "giu");

/** The letters and digits of a text without case and accents. Undoes the escapes of JSON, URLs and HTML at any depth. */
export function lettersIn(text: string): string {
  let letters = "";
  for (const [, json, hex, percent, entity = hex, decimal, accented, letter = accented] of text.matchAll(LETTERS))
    letters += baseLetters(letter ?? unescaped(json, percent, entity, decimal));
  return letters;
}

/** Turns "É" and "Ｅ" into "e", and drops anything that is neither a letter nor a digit. */
function baseLetters(text: string): string {
  if (/^[a-z0-9\u4e00-\u9fff]$/i.test(text)) return text.toLowerCase();
  const parts = text.toLowerCase().normalize("NFKD");
  return parts.replace(/[^\p{L}\p{N}]/gu, "").normalize("NFC");
}

function unescaped(json?: string, percent?: string, hex?: string, decimal?: string): string {
  try {
    if (json) return JSON.parse(`"${json.replace(/\\+/g, "\\")}"`);
    if (percent) return decodeURIComponent(percent.replace(/%(?:25)+/g, "%"));
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
  } catch {
    // Not UTF-8, not a code point, or not the escape of a letter.
    return "";
  }
}

/**
 * A copy of an error that is safe to keep as a cause: redacted, and without other properties, into which runtimes put links and
 * whole replies. Frames are redacted too, because a line of the message may look like one.
 */
export function redactedError(error: unknown, secrets: readonly string[], hide = redactorOf(secrets), at = 0): Error {
  const { name = "Error", message = error, stack, cause, errors } = error instanceof Error ? (error as Parts) : {};
  const inner = (one: unknown) => redactedError(one, secrets, hide, at + 1);
  const isDeepest = at > 3;
  const options = cause === undefined || isDeepest ? {} : { cause: inner(cause) };
  const copy = new Error(hide(asText(message).trim()), options);
  const shown = hide(asText(name)).slice(0, 64);
  const lines = asText(stack ?? "").split("\n");
  const frames = lines.filter((line) => /^\s+at [^"'?]+$/.test(line) && hide(line) === line);
  return Object.assign(copy, {
    name: shown,
    stack: [`${shown}: ${copy.message}`, ...frames].join("\n"),
    ...defined({ code: codeIn(error) }),
    ...(Array.isArray(errors) && errors.length > 0 && !isDeepest ? { errors: errors.map(inner) } : {}),
  });
}

/** The parts of an error that are kept. A library may have put anything into them. */
type Parts = Partial<Record<"name" | "message" | "stack" | "cause" | "errors", unknown>>;

/** A thrown value need not be an error, and may even throw when it is converted. */
function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "";
  }
}
