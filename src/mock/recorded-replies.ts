/** Answers like a recorded server, from traffic.ndjson of the contract suite: one exchange per line. */
import { isRecord } from "../base/record.js";
import { byteReply, jsonReply, type MockReply } from "./mock-reply.js";
import { type MockRequest, queryOf } from "./mock-request.js";

/**
 * Reads recorded traffic. A request gets the reply to the same request, else to one with another body, else to one that also
 * differs in its query and ids. Several replies are given in their order, and the last one is repeated.
 * @throws {SyntaxError} with the number of a line that is not an exchange.
 */
export function replayOf(traffic: string): (request: MockRequest) => MockReply {
  const replies = new Map<string, MockReply[]>();
  for (const [at, line] of traffic.split("\n").entries()) {
    if (!line.trim()) continue;
    const { request, reply } = exchangeIn(line.trim(), at + 1);
    for (const name of namesOf(request)) replies.set(name, [...(replies.get(name) ?? []), reply]);
  }
  return (request) => {
    const name = namesOf(request).find((one) => replies.has(one)) ?? "";
    const found = replies.get(name) ?? [];
    const reply = found.length > 1 ? found.shift() : found[0];
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
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).toSorted()) : inner,
  );
}

/** The text of a recorded body, because ids of 18 digits would lose some as numbers. */
const BODY = /,"response":\{"status":\d+,"headers":\{.*?\},"body":(.*)\}\}$/;

function exchangeIn(line: string, number: number): { request: Asked; reply: MockReply } {
  try {
    const { request, response } = JSON.parse(line);
    const { pathname: path, search } = new URL(request.url);
    const [, text = JSON.stringify(response.body ?? null)] = BODY.exec(line) ?? [];
    const asked = { method: String(request.method), path, query: queryOf(search), body: request.body };
    return { request: asked, reply: replyFrom(response.status, response.headers ?? {}, text) };
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
