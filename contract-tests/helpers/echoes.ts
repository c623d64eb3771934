/** Answers that repeat the key in every manner that a server might, and what finds it in a text. */
import type { Answer, Seen } from "./fake-server.js";

/** Long enough for a secret, with capitals, digits, and what URLs, JSON and base64 write in another way. */
export const KEY = "sk-Quartz7/Jumble+vow.9x_Hickory";

/** An answer; the status is 200 unless it says so. */
export interface Echo {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

export const base_resp = { status_code: 0, status_msg: "success" };
export const reply = (value: unknown, headers: Record<string, string> = {}): Echo => ({
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});
const page = (body: string): Echo => ({ headers: { "content-type": "text/html" }, body });
const hexOf = (text: string) => Buffer.from(text).toString("hex");
export const base64 = (text: string) => Buffer.from(text).toString("base64");
const each = (text: string, written: (code: number) => string) =>
  [...text].map((letter) => written(letter.charCodeAt(0))).join("");
const unicode = (text: string) => each(text, (code) => `\\u${code.toString(16).padStart(4, "0")}`);
const percent = (text: string) => each(text, (code) => `%${code.toString(16)}`);
const pieces = (text: string, size: number) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));

/** What the server makes of the key that it was sent. */
export const MANNERS: [title: string, echo: (key: string) => Echo][] = [
  ["as it is, in a message", (key) => reply({ base_resp: { status_code: 2013, status_msg: `no such key: ${key}` } })],
  ["as the header, deep in JSON", (key) => reply({ base_resp, debug: [{ headers: { a: [`Bearer ${key}`] } }] })],
  ["as a name in JSON", (key) => reply({ base_resp, [key]: { [`Bearer ${key}`]: 1 } })],
  ["as every id and status", (key) => reply({ base_resp, task_id: key, status: key, file_id: key, files: [key] })],
  ["as the message of version 2", (key) => ({ ...reply({ error: { type: key, message: key } }), status: 400 })],
  ["as JSON within JSON within JSON", (key) => reply({ a: JSON.stringify({ b: JSON.stringify({ c: key }) }) })],
  ["with escapes for each letter", (key) => ({ ...reply(0), body: `{"a":"${unicode(key)}"}` })],
  ["with doubled escapes", (key) => reply({ a: `{"b":"${unicode(key)}"}` })],
  ["with escaped slashes", (key) => ({ ...reply(0), body: JSON.stringify({ a: key }).replaceAll("/", "\\/") })],
  ["letter by letter", (key) => reply({ a: [...key] })],
  ["in JSON that breaks off", (key) => ({ ...reply(0), body: `{"a":"${key}` })],
  ["encoded for a URL", (key) => reply({ a: encodeURIComponent(key) })],
  ["encoded twice", (key) => reply({ a: encodeURIComponent(encodeURIComponent(key)) })],
  ["each letter encoded", (key) => reply({ a: percent(key), b: percent(key).toUpperCase() })],
  ["in upper case", (key) => reply({ a: `BEARER ${key.toUpperCase()}` })],
  ["in lower case", (key) => reply({ a: key.toLowerCase() })],
  ["in base64", (key) => reply({ a: base64(key) })],
  ["the header in base64", (key) => reply({ a: base64(`Bearer ${key}`) })],
  [
    "as a password in base64",
    (key) => reply({ a: base64(`u:${key}`), b: base64(`me:${key}`), c: base64(`you:${key}`) }),
  ],
  ["in JSON in base64", (key) => reply({ a: base64(JSON.stringify({ header: { key } })) })],
  ["in base64 for URLs", (key) => reply({ a: Buffer.from(`u:${key}`).toString("base64url") })],
  ["in base64 on several lines", (key) => page(pieces(base64(`Bearer ${key}`), 20).join("\r\n"))],
  ["in hexadecimal", (key) => reply({ a: hexOf(key), b: hexOf(key).toUpperCase() })],
  ["on a page", (key) => page(`<pre title="${key}">authorization: Bearer ${key}</pre>`)],
  [
    "with entities",
    (key) => page(`<p>${each(key, (code) => `&#${code};`)} ${each(key, (code) => `&#x${code.toString(16)};`)}`),
  ],
  ["in a link on a page", (key) => page(`<a href="/?key=${encodeURIComponent(key)}&amp;a=1">`)],
  ["in words", (key) => ({ headers: { "content-type": "text/plain" }, body: `You are ${key}, aren't you?` })],
  ["with spaces", (key) => ({ headers: { "content-type": "text/plain" }, body: pieces(key, 4).join(" ") })],
  ["without a type", (key) => ({ headers: {}, body: key })],
  ["as bytes", (key) => ({ headers: { "content-type": "application/octet-stream" }, body: key })],
  ["as its type", (key) => ({ headers: { "content-type": `application/${key.replace(/\W/g, "-")}` }, body: "x" })],
  ["as a header", (key) => reply({ base_resp }, { "x-echo": `Bearer ${key}`, "set-cookie": `key=${key}` })],
  ["as the name of a header", (key) => reply({ base_resp }, { [`x-${key.replace(/[^\w-]/g, "-")}`]: "1" })],
  [
    "halved over two headers",
    (key) => reply({ base_resp }, { "x-a": key.slice(0, 16), "x-m": "between", "x-z": key.slice(16) }),
  ],
  [
    "cut into pieces over headers",
    (key) => reply({ base_resp }, Object.fromEntries(pieces(key, 5).map((piece, at) => [`x-part-${at}`, piece]))),
  ],
  ["as base64 in a header", (key) => reply({ base_resp }, { "x-echo": `Basic ${base64(`user:${key}`)}` })],
  ["in a redirect", (key) => ({ status: 302, headers: { location: `/other?key=${encodeURIComponent(key)}` } })],
  [
    "in a redirect elsewhere",
    (key) => ({ status: 307, headers: { location: `http://127.0.0.1:9/${percent(key)}/x` } }),
  ],
];

/** A server that repeats the key in this manner, for `fakeServer`. */
export function echoing(manner: (key: string, seen: Seen) => Echo): Answer {
  return (response, seen) => {
    const key = /^Bearer (.*)$/.exec(seen.headers.authorization ?? "")?.[1] ?? "nobody";
    const { status = 200, headers = {}, body = "" } = manner(key, seen);
    response.writeHead(status, headers).end(body);
  };
}

/** Whether a text shows a third of the key or more: as it is, or behind what anybody would undo. */
export function shows(text: string): boolean {
  const own = letters(KEY);
  const third = Math.ceil(own.length / 3);
  const holds = (text: string, needle: string, run: number) => {
    const found = new Set(parts(needle, run));
    return parts(text, run).some((part) => found.has(part));
  };
  const plain = letters(undone(text));
  if (holds(plain, own, third) || holds(plain, letters(hexOf(KEY)), 2 * third)) return true;
  const words = text.replace(/\\[rn]|\s/g, "").match(/[\w+/-]{12,}/g) ?? [];
  return words.some((word) =>
    [0, 1, 2, 3].some((at) => holds(letters(Buffer.from(word.slice(at), "base64").toString("latin1")), own, third)),
  );
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function parts(text: string, length: number): string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => text.slice(at, at + length));
}

function undone(text: string): string {
  return text
    .replace(/\\+u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/%25/g, "%")
    .replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}
