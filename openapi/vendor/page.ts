/** A vendor's page, whatever its form, as the OpenAPI documents that it holds. */
import { parseDocument } from "yaml";
import { DocumentError } from "../compare/resolve.js";
import type { Json } from "../documents.js";
import { apifoxDocument } from "./apifox.js";
import { type Fence, fencesOf } from "./markdown.js";
import { textDocument } from "./text.js";

export interface Found {
  /** What was read, as `the YAML at line 14`. */
  what: string;
  document: Json;
  /** Such a page leaves things out, so that what it does not say means nothing. */
  partial: boolean;
}

const KEY = /(^|[{,])\s*["']?(openapi|swagger)["']?\s*:/m;

const LANGUAGE = /^(ya?ml|jsonc?|openapi)?(\s|$)/i;

/** Every OpenAPI document of the page; throws a {@link DocumentError} that says what was looked for when there is none. */
export function documentsIn(page: string): Found[] {
  const text = page.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (/^\s*<(!doctype|html)\b/i.test(text)) throw new DocumentError(HTML);
  if (isWhole(text)) return [{ what: "an OpenAPI document", document: parse(text, 1), partial: false }];
  const fences = fencesOf(text);
  const blocks = fences.filter(({ info, text }) => LANGUAGE.test(info) && KEY.test(text));
  if (blocks.length)
    return blocks.map(({ text, line }) => {
      return { what: `the OpenAPI block at line ${line}`, document: parse(text, line), partial: false };
    });
  const apifox = apifoxDocument(text);
  if (apifox) return [{ what: "no OpenAPI, but the JSON of an Apifox page", document: apifox, partial: false }];
  const plain = textDocument(text);
  if (plain) return [{ what: "no OpenAPI, but the commands and tables of a page", document: plain, partial: true }];
  throw new DocumentError(nothingIn(text, fences));
}

/** JSON, or YAML that begins with a key and says what it is before any block of Markdown. */
function isWhole(text: string): boolean {
  const [first = ""] = text.split("\n").filter((line) => line.trim() && !/^(#|---|%)/.test(line));
  if (first.trimStart().startsWith("{")) return KEY.test(text) || text.trimEnd().endsWith("}");
  const [head = ""] = text.split(/^(?:```|~~~)/m);
  return /^["']?[\w-]+["']?\s*:(\s|$)/.test(first) && /^["']?(openapi|swagger)["']?\s*:/m.test(head);
}

function parse(text: string, line: number): Json {
  const parsed = parseDocument(text, { logLevel: "silent" });
  const [error] = parsed.errors;
  if (error) {
    const at = line + (error.linePos?.[0].line ?? 1) - 1;
    throw new DocumentError(
      `line ${at} is not YAML or JSON: ${error.message.split("\n")[0]?.replace(/ at line .*/, "")}`,
    );
  }
  let document: Json;
  try {
    document = parsed.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    throw new DocumentError(
      `the document at line ${line} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
  const version = document?.openapi ?? document?.swagger;
  if (/^3\./.test(version)) return document;
  if (version === undefined) throw new DocumentError(`the document at line ${line} has no "openapi: 3.…"`);
  throw new DocumentError(`the document at line ${line} is of version ${version}; 3.0 and 3.1 are understood`);
}

const HTML =
  "it is an HTML page, perhaps an error or a login; wanted is Markdown or OpenAPI. MiniMax's pages give theirs at the same address with .md";

function nothingIn(text: string, fences: Fence[]): string {
  const lines = text.split("\n").length;
  const seen = fences.map(({ info, line }) => `${info.split(/\s/)[0] || "no language"} at line ${line}`).join(", ");
  return [
    `it has no OpenAPI. Looked for in its ${lines} lines: a document that begins with "openapi: 3.…" (YAML or JSON)`,
    `a fenced block that holds one (there are ${fences.length}${seen && `: ${seen}`})`,
    "an Apifox page's JSON with a jsonSchema",
    "a curl command",
  ].join("; ");
}
