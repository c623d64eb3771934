import { ANSWERS, type Answer, type Receiver, readBody } from "./callback-receiver.js";
import type { WebhookHandler } from "./webhook-handler.js";

/** The part of node:http's IncomingMessage that is used, so that Node's types are not needed. Express adds `body`. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly readableEnded: boolean;
  /** True if the whole body has arrived. */
  readonly complete: boolean;
  readonly readableLength: number;
  readonly body?: unknown;
  read(): { toString(encoding: "utf8"): string } | null;
  pause(): unknown;
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array | string>;
}

/** The part of node:http's ServerResponse that is used. */
export interface NodeResponse {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * Makes a listener for `createServer` of node:http, and for Express: `app.post("/callbacks", nodeListener(handler))`. Creates no
 * Request and no Response, which would cost four times as much as everything else.
 */
export function nodeListener({ receiver }: Pick<WebhookHandler, "receiver">) {
  return (request: NodeRequest, response: NodeResponse): void => {
    void respond(request, response, receiver);
  };
}

async function respond(request: NodeRequest, response: NodeResponse, receiver: Receiver): Promise<void> {
  const { status, headers, body } = await answerTo(request, receiver).catch(() => closing(ANSWERS.failed));
  try {
    // The host may already have answered, perhaps because of its own timeout.
    if (response.headersSent) return;
    response.writeHead(status, headers);
    response.end(body);
  } catch {
    // The response of the host cannot be answered.
  }
}

async function answerTo(request: NodeRequest, receiver: Receiver): Promise<Answer> {
  // Other code may listen to the body. Without a pause, only that code would get the chunks that arrive before we listen.
  request.pause();
  const { method, url } = request;
  // Its length is not looked up, because Node builds `headers` only when it is read, and too long a body is noticed anyway.
  const admitted = await receiver.admit({ method, url, length: undefined });
  if ("status" in admitted) return closing(admitted);
  // A body parser has already run.
  if (request.readableEnded) return receiver.receive(request.body, admitted);
  // If a body arrived in one packet with its head, it is available in the next turn. Iterating would cost a quarter of the total.
  await new Promise(setImmediate);
  if (request.complete && request.readableLength <= receiver.maxBytes)
    return receiver.receive(request.read()?.toString("utf8") ?? "", admitted);
  const chunks = request[Symbol.asyncIterator]();
  const body = await readBody(() => chunks.next(), receiver);
  return typeof body === "string" ? receiver.receive(body, admitted) : closing(body);
}

/** Closes the connection after the answer, so that the rest of the body need not be read. */
function closing({ status, headers, body }: Answer): Answer {
  return { status, headers: { ...headers, connection: "close" }, body };
}
