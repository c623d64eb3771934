/** A vendor's page as the OpenAPI documents that it holds. */
import { parseDocument } from "yaml";
import { DocumentError } from "../compare/resolve.js";
import type { Json } from "../documents.js";

export interface Found {
  /** What was read, as `the OpenAPI block at line 14`. */
  what: string;
  document: Json;
}

/** A fenced block, as CommonMark reads it: it ends with a fence at least as long as the one that began it, or with the page. */
const FENCE = /^([ \t]*)(`{3,}|~{3,})([^`\n]*)\n([\s\S]*?)(?:^[ \t]*\2[`~]*[ \t]*$|$(?![\s\S]))/gm;
const KEY = /(^|[{,])\s*["']?(openapi|swagger)["']?\s*:/m;

/** Every OpenAPI document of the page; throws a {@link DocumentError} that says what was looked for when there is none. */
export function documentsIn(page: string): Found[] {
  const text = page.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (/^\s*<(!doctype|html)\b/i.test(text)) throw new DocumentError(HTML);
  if (isWhole(text)) return [{ what: "an OpenAPI document", document: parse(text, 1) }];
  const blocks = [...text.matchAll(FENCE)].map(({ 3: info = "", 4: inside = "", index }) => {
    return { info: info.trim(), inside, line: text.slice(0, index).split("\n").length + 1 };
  });
  const found = blocks.filter(({ info, inside }) => /^(ya?ml|jsonc?|openapi)?(\s|$)/i.test(info) && KEY.test(inside));
  if (found.length === 0) {
    const seen = blocks.map(({ info, line }) => `${info.split(" ")[0] || "no language"} at line ${line}`).join(", ");
    throw new DocumentError(
      `it has no OpenAPI: neither is it a document that says "openapi: 3.…" (YAML or JSON), nor is there a fenced block that holds one (of ${blocks.length} blocks${seen && `: ${seen}`}). ${ELSEWHERE}`,
    );
  }
  return found.map(({ inside, line }) => ({
    what: `the OpenAPI block at line ${line}`,
    document: parse(inside, line),
  }));
}

/** JSON, or YAML that says what it is before any block of Markdown. */
function isWhole(text: string): boolean {
  const [head = ""] = text.split(/^(?:```|~~~)/m);
  return text.trimStart().startsWith("{") || /^["']?(openapi|swagger)["']?\s*:/m.test(head);
}

function parse(text: string, line: number): Json {
  const document = parseDocument(text, { logLevel: "silent" });
  const [error] = document.errors;
  if (error) {
    const at = line + (error.linePos?.[0].line ?? 1) - 1;
    const reason = error.message.split("\n")[0]?.replace(/ at line .*/, "");
    throw new DocumentError(`line ${at} is not YAML or JSON: ${reason}`);
  }
  const json = plain(() => document.toJS({ maxAliasCount: 1000 }), line);
  const version = json?.openapi ?? json?.swagger;
  if (/^3\./.test(version)) return json;
  if (version === undefined)
    throw new DocumentError(`the document at line ${line} has no "openapi: 3.…". ${ELSEWHERE}`);
  throw new DocumentError(`the document at line ${line} is of version ${version}; 3.0 and 3.1 are understood`);
}

/** Aliases may multiply without end, which the parser refuses only now. */
function plain(read: () => Json, line: number): Json {
  try {
    return read();
  } catch (error) {
    throw new DocumentError(
      `the document at line ${line} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

const ELSEWHERE = "MiniMax's pages have theirs at the same address with .md";
const HTML = `it is an HTML page, perhaps an error or a login; wanted is Markdown or OpenAPI. ${ELSEWHERE}`;
