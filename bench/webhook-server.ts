/** The measured process of bench/webhook.ts: `webhook-server.mjs <URL of the built library> <way>`. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type Listening, serve } from "./serve.js";

export type Way = "nodeListener" | "a URL for each task" | "Request and Response";

/** Sent once the server listens: where to send callbacks. */
export interface Ready extends Listening {
  paths: string[];
}

/** Sent after a batch. */
export interface Cost {
  microseconds: number;
  /** The number of events delivered. */
  events: number;
}

const [, , library = "", way = "plain"] = process.argv;
// The built library has the types of its source.
const { createWebhookHandler, nodeListener, webhookUrl } = (await import(
  library
)) as typeof import("../src/webhooks/index.js");
const secret = "a secret of the benchmark, of no use elsewhere";
const BASE = "http://127.0.0.1";
let events = 0;

const handler = createWebhookHandler({ secret, onStatus: () => void events++ });
const listeners: Record<string, RequestListener> = {
  plain,
  nodeListener: nodeListener(handler),
  "a URL for each task": nodeListener(handler),
  "Request and Response": bridge,
};
const urls = Array.from({ length: way === "a URL for each task" ? 3_000 : 1 }, () =>
  webhookUrl(`${BASE}/callbacks`, { secret }),
);
const paths = (await Promise.all(urls)).map((url) => url.slice(BASE.length));

serve(listeners[way], { paths });

let begun = process.cpuUsage();
process.on("message", (message) => {
  if (message === "begin") {
    events = 0;
    begun = process.cpuUsage();
    return;
  }
  const { user, system } = process.cpuUsage(begun);
  process.send?.({ microseconds: user + system, events } satisfies Cost);
});

/** A receiver without any check, as a user would write it by hand. */
function plain(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { task_id, status } = JSON.parse(Buffer.concat(chunks).toString());
    if (task_id && status) events++;
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"status":"success"}');
  });
}

/** Does what a host does that converts each request into a Request. */
async function bridge(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = new ReadableStream({
    async start(controller) {
      for await (const chunk of request) controller.enqueue(chunk);
      controller.close();
    },
  });
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]);
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
  const answer = await handler(new Request(BASE + request.url, init));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(await answer.text());
}
