/** Answers like a recorded server, from traffic.ndjson of the contract suite: one exchange per line. */
import { isRecord } from "../base/record.js";
import { byteReply, jsonReply, type MockReply } from "./mock-reply.js";
import { type MockRequest, queryOf } from "./mock-request.js";

/** The reply to a request. */
export type Replay = (request: MockRequest) => MockReply;

/**
 * Reads recorded traffic. A request gets the reply to the same request, else to one with another body, else to one that also
 * differs in its query and ids. Several replies are given in their order, and the last one is repeated.
 * @throws {SyntaxError} with the number of a line that is not an exchange.
 */
export function replayOf(traffic: string): Replay {
  const replies = new Map<string, MockReply[]>();
  for (const [at, line] of traffic.split("\n").entries()) {
    if (!line.trim()) continue;
    const { request, reply } = exchangeIn(line, at + 1);
    for (const name of namesOf(request)) replies.set(name, [...(replies.get(name) ?? []), reply]);
  }
  const played = new Map<string, number>();
  return (request) => {
    const name = namesOf(request).find((one) => replies.has(one));
    const [found, count] = name === undefined ? [[], 0] : [replies.get(name) ?? [], played.get(name) ?? 0];
    if (name !== undefined) played.set(name, count + 1);
    const reply = found[Math.min(count, found.length - 1)];
    if (reply) return { ...reply, note: "recorded" };
    const detail = `Nothing was recorded for ${request.method.toUpperCase()} ${barePath(request.path)}.`;
    return jsonReply({ title: "Not recorded", status: 404, detail }, { status: 404, note: "not recorded" });
  };
}

type Asked = Pick<MockRequest, "method" | "path" | "query" | "body">;

/** The names under which the reply to a request is looked up, the most exact first. */
function namesOf({ method, path, query, body }: Asked): string[] {
  const operation = `${method.toLowerCase()} ${barePath(path)}`;
  const asked = `${operation} ${sorted(query)}`;
  return [`${asked} ${sorted(body ?? null)}`, asked, operation.replace(/\d{4,}/g, "ID")];
}

/** A path without the prefix of a gateway. */
function barePath(path: string): string {
  return path.replace(/^.*?(?=\/(v\d|account)\/)/, "");
}

/** JSON that does not depend on the order of fields. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

function exchangeIn(line: string, number: number): { request: Asked; reply: MockReply } {
  try {
    const fields = rawFields(line);
    const { method, url, body } = JSON.parse(fields.request ?? "");
    const { status, headers, body: text = "null" } = rawFields(fields.response ?? "");
    const called = new URL(url);
    const request = { method: String(method), path: called.pathname, query: queryOf(called), body };
    return { request, reply: replyFrom(Number(status), JSON.parse(headers ?? "{}"), text) };
  } catch (cause) {
    throw new SyntaxError(`Line ${number} of the recorded traffic is not an exchange`, { cause });
  }
}

/** Headers that describe the transfer, not the content. */
const OF_THE_WIRE = /^(connection|keep-alive|transfer-encoding|content-(length|encoding|type)|date)$/;

function replyFrom(status: number, headers: Record<string, string>, text: string): MockReply {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new Error(`status ${status}`);
  // Text that was not JSON was recorded as a JSON string.
  const body = text === "null" ? "" : text.startsWith('"') ? String(JSON.parse(text)) : text;
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_WIRE.test(name));
  return byteReply(headers["content-type"] ?? "application/json", body, { status, headers: Object.fromEntries(kept) });
}

/** The fields of a JSON object, each as its text, because ids of 18 digits would lose some as numbers. */
function rawFields(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let [depth, name, start, key] = [0, "", 0, ""];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const isEnd = depth === 1 && (token === "," || token === "}");
    if (isEnd && name) found[name] = text.slice(start, index).trim();
    if (isEnd) name = "";
    if (depth === 1 && token === ":" && !name) [name, start] = [JSON.parse(key), index + 1];
    if (depth === 1 && token.startsWith('"')) key = token;
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
  }
  JSON.parse(text);
  return found;
}
