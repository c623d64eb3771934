/** Reads a vendor's page from a file, the standard input or a URL, and finds the OpenAPI documents in it. */
import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { parse, YAMLError } from "yaml";
import type { Io } from "../command.js";
import { type Json, Refusal } from "../documents.js";

const ACCEPT = "text/markdown, application/yaml, application/json, text/plain, */*;q=0.1";

/** Reads the text of the page. Throws a {@link Refusal} that names the source, without the query of a URL. */
export async function pageFrom(source: string, { stdin }: Pick<Io, "stdin">, timeout = 20_000): Promise<string> {
  if (/^[a-z][a-z+.-]+:\/\//i.test(source) && !isAddress(source))
    throw new Refusal("An address must begin with https:// or http://.");
  try {
    if (source === "-") return await textOf(stdin);
    if (!isAddress(source)) return await readFile(source, "utf8");
    const response = await fetch(source, { signal: AbortSignal.timeout(timeout), headers: { accept: ACCEPT } });
    if (response.ok) return await response.text();
    throw new Refusal(`answered HTTP ${response.status}`);
  } catch (error) {
    const reason = error instanceof Refusal ? error.message : `cannot be read: ${causeOf(error)}`;
    throw new Refusal(`${sourceName(source)} ${reason}.`);
  }
}

/** The name of a source in messages. */
export function sourceName(source: string): string {
  if (source === "-") return "standard input";
  return isAddress(source) ? source.replace(/[?#].*/, "").replace(/\/\/[^/]*@/, "//") : source;
}

function isAddress(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** An error code such as `ENOENT`, for errors of fetch from their cause. Never a message, because it may quote the URL. */
function causeOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "it did not answer in time";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "the connection failed";
}

export interface Found {
  /** The part of the page, such as `the OpenAPI block at line 14`. */
  what: string;
  document: Json;
}

/** A fenced block as in CommonMark: it ends with a fence at least as long as its opening fence, or at the end of the page. */
const FENCE = /^([ \t]*)(`{3,}|~{3,})([^`\n]*)\n([\s\S]*?)(?:^[ \t]*\2[`~]*[ \t]*$|$(?![\s\S]))/gm;
const KEY = /(^|[{,])\s*["']?(openapi|swagger)["']?\s*:/m;

/** Finds every OpenAPI document on the page. If there is none, the {@link Refusal} says what was searched for. */
export function documentsIn(page: string): Found[] {
  const text = page.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (/^\s*<(!doctype|html)\b/i.test(text)) throw new Refusal(HTML);
  if (isWhole(text)) return [{ what: "an OpenAPI document", document: parsed(text, 1) }];
  const blocks = [...text.matchAll(FENCE)].map(({ 3: info = "", 4: inside = "", index }) => {
    return { info: info.trim(), inside, line: text.slice(0, index).split("\n").length + 1 };
  });
  const found = blocks.filter(({ info, inside }) => /^(ya?ml|jsonc?|openapi)?(\s|$)/i.test(info) && KEY.test(inside));
  if (found.length > 0)
    return found.map(({ inside, line }) => {
      return { what: `the OpenAPI block at line ${line}`, document: parsed(inside, line) };
    });
  const seen = blocks.map(({ info, line }) => `${info.split(" ")[0] || "no language"} at line ${line}`).join(", ");
  throw new Refusal(
    `it has no OpenAPI: it is not a document with "openapi: 3.…" (YAML or JSON), and no fenced block holds one (of ${blocks.length} blocks${seen && `: ${seen}`}). ${ELSEWHERE}`,
  );
}

/** Whether the text is JSON, or YAML with an `openapi` key before any Markdown block. */
function isWhole(text: string): boolean {
  const [head = ""] = text.split(/^(?:```|~~~)/m);
  return text.trimStart().startsWith("{") || /^["']?(openapi|swagger)["']?\s*:/m.test(head);
}

function parsed(text: string, line: number): Json {
  let json: Json;
  try {
    // To find duplicates, yaml compares each key of a map with all others, which takes minutes for a large page.
    const uniqueKeys = text.length < 200_000;
    json = parse(text, { logLevel: "error", maxAliasCount: 1000, merge: true, uniqueKeys });
  } catch (error) {
    const at = line + ((error instanceof YAMLError && error.linePos?.[0].line) || 1) - 1;
    const reason = error instanceof Error ? error.message.split("\n")[0]?.replace(/ at line .*/, "") : error;
    throw new Refusal(`line ${at} is not YAML or JSON: ${reason}`);
  }
  const version = json?.openapi ?? json?.swagger;
  if (/^3\./.test(version)) return json;
  if (version === undefined) throw new Refusal(`the document at line ${line} has no "openapi: 3.…". ${ELSEWHERE}`);
  throw new Refusal(`the document at line ${line} has version ${version}; only 3.0 and 3.1 are supported`);
}

const ELSEWHERE = "MiniMax publishes the OpenAPI of a page at its address plus .md";
const HTML = `it is an HTML page, perhaps an error or login page; pass Markdown or OpenAPI instead. ${ELSEWHERE}`;
