import { errorTypes, statusCodes } from "../generated/codes.js";
import { operations } from "../generated/operations.js";
import { lettersIn } from "../http/redact.js";
import { parsedJson } from "./recorded-exchange.js";

/** Removes a key however a server repeats it: plain, escaped, encoded, in pieces. Everything else stays as it was. */
export interface Redactor {
  /** JSON stays JSON. */
  text(text: string): string;
  /** The result is still a valid address. */
  url(url: string): string;
  /** Names and values together, because one value may continue another. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
}

const MARK = "[…]";
/** For addresses and names of headers, where brackets are not always legal. */
const PLAIN_MARK = "redacted";

/** A key with fewer letters and digits, such as "any", occurs in ordinary words and is not a secret. */
const SHORTEST = 8;

export function redactorOf(key = ""): Redactor {
  const needles = needlesOf(key);
  const cut = (text: string, mark: string) => replaced(text, spansIn(text, needles), mark);
  const text = needles.size > 0 || !key ? (text: string) => cut(text, MARK) : bearerRedactor(key);
  return {
    text,
    url: (url) => cut(url, PLAIN_MARK),
    headers(headers) {
      // No header holds a line break.
      const names = cut(Object.keys(headers).join("\n"), PLAIN_MARK).split("\n");
      const values = text(Object.values(headers).join("\n")).split("\n");
      return Object.fromEntries(Object.keys(headers).map((_, at) => [names[at], values[at]]));
    },
  };
}

/** Removes a short key only after "Bearer". */
function bearerRedactor(key: string): (text: string) => string {
  const literal = key.replace(/[\\^$.|?*+()[\]{}/-]/g, "\\$&");
  const pattern = new RegExp(`(\\bbearer\\s+)${literal}(?!\\w)`, "gi");
  return (text) => text.replace(pattern, `$1${MARK}`);
}

/** Runs of letters and digits that give the key away, by their length. */
type Needles = ReadonlyMap<number, ReadonlySet<string>>;

/** Runs of the key itself, of its base64 at any offset, and of its hexadecimal. */
function needlesOf(key: string): Needles {
  const needles = new Map<number, Set<string>>();
  const add = (text: string, most: number, gives: (part: string) => boolean = () => true) => {
    const run = Math.min(most, text.length);
    const parts = Array.from({ length: text.length - run + 1 }, (_, at) => text.slice(at, at + run));
    needles.set(run, new Set([...(needles.get(run) ?? []), ...parts.filter(gives)]));
  };
  const bytes = new TextEncoder().encode(key);
  // The two differ if a part of the key looks like an escape.
  for (const own of [plainLettersOf(key), lettersIn(key).letters]) {
    if (own.length < SHORTEST) return new Map();
    add(own, own.length);
    // A third of a key gives much of it away; at least 8 characters, because fewer are an ordinary word, and 12 always suffice.
    add(own, Math.min(12, Math.max(SHORTEST, Math.ceil(own.length / 3))), isTelling);
  }
  for (const offset of [0, 1, 2])
    add(
      base64At(offset, bytes)
        .toLowerCase()
        .replace(/[^a-z0-9]/g, ""),
      12,
    );
  add(hexOf(bytes), 16);
  return needles;
}

/** Digits alone may belong to an id, and invented keys are made of words: those of the specs may stay. */
function isTelling(part: string): boolean {
  return /[a-z]/.test(part) && new Set(part).size > 2 && !OWN_WORDS.includes(part);
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function plainLettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

const OWN_WORDS = plainLettersOf(JSON.stringify([operations, statusCodes, errorTypes]));

/** The base64 characters that depend on the key alone if `offset` bytes (modulo 3) precede it. */
function base64At(offset: number, bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(offset), ...bytes));
  const first = [0, 2, 3][offset];
  const isWhole = (offset + bytes.length) % 3 === 0;
  return text.replace(/=+$/, "").slice(first, isWhole ? undefined : -1);
}

/** Characters between two letters of a key that are not the structure of JSON or HTML. */
const PUNCTUATION = /^(?:[^\s"'\\{}[\],:<>]|\\{1,9}u00[0-9a-f]{2}){0,40}$/i;

type Span = readonly [from: number, to: number];

/** The parts of a text that give the key away, with the punctuation within them. */
function spansIn(text: string, needles: Needles): Span[] {
  if (needles.size === 0) return [];
  const { letters, starts, ends } = lettersIn(text);
  const isShown = new Uint8Array(letters.length);
  for (const [run, parts] of needles)
    for (let at = 0; at + run <= letters.length; at++)
      if (parts.has(letters.slice(at, at + run))) isShown.fill(1, at, at + run);
  const spans: [from: number, to: number][] = [];
  for (let at = isShown.indexOf(1); at >= 0; at = isShown.indexOf(1, at + 1)) {
    // Each letter has both.
    const [from, to] = [starts[at] as number, ends[at] as number];
    const last = spans.at(-1);
    const isNext = last && isShown[at - 1] === 1 && PUNCTUATION.test(text.slice(last[1], from));
    if (last && isNext) last[1] = to;
    else spans.push([from, to]);
  }
  return spans;
}

function replaced(text: string, spans: readonly Span[], mark: string): string {
  if (spans.length === 0) return text;
  const bare = parsedJson(text) !== undefined ? bareTokensOf(text) : [];
  let result = "";
  let done = 0;
  let next = 0;
  for (const [from, to] of spans) {
    if (from < done) continue;
    while ((bare[next]?.[1] ?? text.length) <= from) next++;
    const [begin = text.length, end = 0] = bare[next] ?? [];
    const isBare = begin <= from;
    // JSON has no place for a mark outside strings: a number becomes 0, and `true` gives nothing away.
    const instead = !isBare ? mark : /[-\d]/.test(text.charAt(begin)) ? "0" : text.slice(begin, end);
    result += text.slice(done, isBare ? begin : from) + instead;
    done = isBare ? end : to;
  }
  return result + text.slice(done);
}

/** The numbers and literals of JSON, which stand between its strings. */
function bareTokensOf(json: string): Span[] {
  const strings = [...stringsIn(json), [json.length, json.length] as const];
  return strings.flatMap(([from], index) => {
    const [, begin] = strings[index - 1] ?? [0, 0];
    const tokens = json.slice(begin, from).matchAll(/[^\s{}[\],:]+/g);
    return [...tokens].map(({ index, 0: { length } }): Span => [begin + index, begin + index + length]);
  });
}

/** The strings of JSON with their quotes. Not by a regular expression, because a string may have megabytes. */
export function stringsIn(json: string): Span[] {
  const found: Span[] = [];
  for (let from = json.indexOf('"'); from >= 0; from = json.indexOf('"', found.at(-1)?.[1])) {
    let end = json.indexOf('"', from + 1);
    while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
    found.push([from, end + 1]);
  }
  return found;
}

function isEscaped(json: string, at: number): boolean {
  let before = at;
  while (json[before - 1] === "\\") before--;
  return (at - before) % 2 === 1;
}
