/** What the mock answers besides the API: the playground at `/`, and the log of requests, for tests. */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { byteReply, jsonReply, type MockReply } from "./mock-reply.js";
import type { MockRequest } from "./mock-request.js";

const UNBUILT = "The playground is not built yet. In a clone of the repository, run: npm run build";

/** The playground, if a browser asks for `/`. Other clients get what MiniMax answers there. */
export async function playgroundReply({ method, path, headers }: MockRequest): Promise<MockReply | undefined> {
  if (method !== "get" || path !== "/" || !headers.accept?.includes("text/html")) return undefined;
  // The path is the same from dist/mock and from src/mock.
  const file = await readFile(new URL("../../dist/mock/playground.html.gz", import.meta.url)).catch(() => undefined);
  if (!file) return byteReply("text/plain; charset=utf-8", `${UNBUILT}\n`, { status: 503, note: UNBUILT });
  return byteReply("text/html; charset=utf-8", gunzipSync(file), { note: "the playground" });
}

/** How many requests are kept, and how many characters of a body. */
const KEPT = 1000;
const LONGEST_BODY = 100_000;

/** The last requests of a mock, without keys, signatures and the bytes of media. */
export function requestLog() {
  let requests: object[] = [];

  function add({ method, path, query, headers, body }: MockRequest, { status, note }: MockReply): void {
    const { Signature: _, ...rest } = query;
    const text = JSON.stringify(body, (_, value) =>
      typeof value === "string" && value.startsWith("data:") ? `${value.slice(0, value.indexOf(",") + 1)}[…]` : value,
    );
    const shown = text === undefined || text.length > LONGEST_BODY ? undefined : JSON.parse(text);
    const sent = { method: method.toUpperCase(), path, query: rest, body: shown };
    const entry = { at: new Date().toISOString(), test: headers["x-mock-test"], ...sent, status, note };
    requests = [...requests, entry].slice(-KEPT);
  }

  /** The reply to a request for the log; undefined for any other request. DELETE empties the log. */
  function answer({ method, path, query: { test } }: MockRequest): MockReply | undefined {
    if (path !== "/__mock/requests") return undefined;
    const isMeant = (one: object) => test === undefined || Object(one).test === test;
    const meant = requests.filter(isMeant);
    if (method === "delete") requests = requests.filter((one) => !isMeant(one));
    return jsonReply({ requests: meant }, { note: "the log" });
  }

  return { add, answer };
}
