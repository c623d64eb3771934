/**
 * The text of a rendered page, without any OpenAPI: what its first curl command sends and is answered, and the rows of
 * Apifox's tables (name, type, whether required, each on a line of its own). Nothing else is guessed.
 */
import type { Json } from "../documents.js";

/** What a heading says of the rows below it. */
const SECTIONS = {
  request: /^Body (参数|param)/i,
  query: /^Query (参数|param)/i,
  reply: /^(返回响应|响应参数|responses?\b)/i,
  other: /^(Header|Path|Cookie) (参数|param)/i,
};
const TYPES = /^(string|integer|number|boolean|object|array)\b/;
const MARKS = /^(必需|必填|required|可选|optional)$/i;

type Section = keyof typeof SECTIONS;
type Row = { section: Section; name: string; type: string; required: boolean };

/** The page as an OpenAPI document; nothing when it has no curl command. */
export function textDocument(page: string): Json | undefined {
  const text = page.slice(Math.max(page.search(/\bcurl\s+-/), 0));
  const [address = ""] = /https?:\/\/[^\s'"\\]+/.exec(text) ?? [];
  if (!/^curl\s/.test(text) || !URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  const [command, sent, answer] = commandAt(text);
  const method = /(?:--request|-X)\s+([A-Za-z]+)/.exec(command)?.[1] ?? (sent === undefined ? "get" : "post");
  const rows = rowsIn(page);
  const reply = answer ?? replyIn(page);
  const parameters = rows.filter(({ section }) => section === "query");
  return {
    openapi: "3.1.0",
    servers: [{ url: origin }],
    ...(/authorization:\s*bearer/i.test(command) && BEARER),
    paths: {
      [pathname]: {
        [method.toLowerCase()]: {
          // The badge that Mintlify puts below the title.
          deprecated: /^deprecated$/im.test(page),
          parameters: parameters.map(({ name, type, required }) => ({ in: "query", name, required, schema: { type } })),
          ...(sent !== undefined && { requestBody: { required: true, content: contentOf(rows, "request", sent) } }),
          responses: reply === undefined ? {} : { 200: { content: contentOf(rows, "reply", reply) } },
        },
      },
    },
  };
}

/** Of a document whose operations want a bearer token. */
export const BEARER = {
  security: [{ bearer: [] }],
  components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
};

/** The command up to its body, the body, and the JSON that stands directly behind its closing quote. */
function commandAt(text: string): [command: string, sent: Json, answer: Json] {
  const [, command] = /^([\s\S]*?(?:--data\S*|-d)\s+')\s*\{/.exec(text) ?? [];
  if (command === undefined) return [text.slice(0, text.search(/\n\s*\n|$/)), undefined, undefined];
  const [sent, end] = jsonAt(text, text.indexOf("{", command.length));
  const [, gap] = /^(\s*'\s*)\{/.exec(text.slice(end)) ?? [];
  const [answer] = gap === undefined ? [] : jsonAt(text, end + gap.length);
  return [command, sent, answer];
}

function replyIn(page: string): Json {
  const lines = page.split("\n");
  const heading = lines.findIndex((line) => SECTIONS.reply.test(line));
  const rest = heading < 0 ? "" : lines.slice(heading).join("\n");
  return jsonAt(rest, rest.indexOf("{"))[0];
}

/** The object that begins at `start`, and where it ends; nothing when it is none. */
function jsonAt(text: string, start: number): [value: Json, end: number] {
  let depth = 0;
  for (const { 0: mark, index } of text.slice(Math.max(start, 0)).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    depth += mark === "{" ? 1 : mark === "}" ? -1 : 0;
    if (depth > 0) continue;
    const end = start + index + mark.length;
    try {
      return [JSON.parse(text.slice(start, end)), end];
    } catch {
      return [undefined, end];
    }
  }
  return [undefined, text.length];
}

function rowsIn(page: string): Row[] {
  const lines = page.split("\n").map((line) => line.trim());
  let section: Section = "other";
  return lines.flatMap((name, at) => {
    const found = Object.entries(SECTIONS).find(([, heading]) => heading.test(name));
    // The keys of the table are its sections.
    if (found) section = found[0] as Section;
    const [type = ""] = TYPES.exec(lines[at + 1] ?? "") ?? [];
    const [mark] = MARKS.exec(lines[at + 2] ?? "") ?? [];
    if (!/^\w+$/.test(name) || !type || !mark) return [];
    return [{ section, name, type, required: /^(必|req)/i.test(mark) }];
  });
}

function contentOf(rows: Row[], section: Section, example: Json): Json {
  const own = rows.filter((row) => row.section === section);
  const schema = {
    type: "object",
    required: own.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(own.map(({ name, type }) => [name, { type }])),
  };
  return { "application/json": { example, ...(own.length && { schema }) } };
}
