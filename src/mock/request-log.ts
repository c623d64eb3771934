/** The log of received requests, for tests: `GET /__mock/requests`. */
import { jsonReply, type MockReply } from "./mock-reply.js";
import type { MockRequest } from "./mock-request.js";

const PATH = "/__mock/requests";
/** The header by which a test marks its requests. */
const TEST = "x-mock-test";
/** How many requests are kept, and how many characters of a body. */
const KEPT = 1000;
const LONGEST_BODY = 100_000;

/** Keeps the last requests of a mock, without keys, signatures and the bytes of media. */
export class RequestLog {
  #requests: object[] = [];

  add({ method, path, query, headers, body }: MockRequest, { status, note }: MockReply): void {
    const { Signature: _, ...rest } = query;
    const text = JSON.stringify(body, (_, value) =>
      typeof value === "string" && value.startsWith("data:") ? `${value.slice(0, value.indexOf(",") + 1)}[…]` : value,
    );
    const shown = text === undefined || text.length > LONGEST_BODY ? undefined : JSON.parse(text);
    const entry = {
      at: new Date().toISOString(),
      test: headers[TEST],
      method: method.toUpperCase(),
      path,
      query: rest,
    };
    this.#requests.push({ ...entry, body: shown, status, note });
    if (this.#requests.length > KEPT) this.#requests.shift();
  }

  /** The reply to a request for the log; undefined for any other request. DELETE empties the log. */
  answer({ method, path, query: { test } }: MockRequest): MockReply | undefined {
    if (path !== PATH) return undefined;
    const isMeant = (one: object) => test === undefined || Object(one).test === test;
    const requests = this.#requests.filter(isMeant);
    if (method === "delete") this.#requests = this.#requests.filter((one) => !isMeant(one));
    return jsonReply({ requests }, { note: "the log" });
  }
}
