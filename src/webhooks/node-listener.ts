import { after } from "../base/clock.js";
import { ANSWERS, type Answer, type Receiver } from "./callback-receiver.js";
import type { WebhookHandler } from "./webhook-handler.js";

/** As much of node:http's IncomingMessage as is needed, so that nobody else has to know its types. Express adds `body`. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names and values in turn. The object `headers` would be made only for us. */
  readonly rawHeaders: readonly string[];
  readonly readableEnded: boolean;
  /** Whether somebody else listens to its body. */
  readonly readableFlowing: boolean | null;
  /** Whether all of it has come. */
  readonly complete: boolean;
  readonly readableLength: number;
  readonly destroyed: boolean;
  readonly body?: unknown;
  on(event: "data", listener: (chunk: Chunk) => void): unknown;
  on(event: "end" | "error", listener: () => void): unknown;
  read(): Chunk | null;
  pause(): unknown;
  resume(): unknown;
}

/** Text where somebody has called `setEncoding`. */
type Chunk = string | (Uint8Array & { toString(encoding: "utf8"): string });

/** As much of its ServerResponse. */
export interface NodeResponse {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * A handler for `createServer` of node:http, and for Express: `app.post("/callbacks", nodeListener(handler))`. It makes no
 * Request and no Response, which would cost four times as much as everything else.
 */
export function nodeListener({ receiver }: Pick<WebhookHandler, "receiver">) {
  return (request: NodeRequest, response: NodeResponse): void => {
    void respond(request, response, receiver);
  };
}

async function respond(request: NodeRequest, response: NodeResponse, receiver: Receiver): Promise<void> {
  const answer = await answerTo(request, receiver).catch(() => closing(ANSWERS.failed));
  try {
    if (answer) send(response, answer);
  } catch {
    // The host's response is not one that can be answered.
  }
}

/** Undefined if nobody is left to answer. */
async function answerTo(request: NodeRequest, receiver: Receiver): Promise<Answer | undefined> {
  // Somebody else is listening to the body, and would be the only one to get what comes before we listen as well.
  if (request.readableFlowing) request.pause();
  const { method, url, rawHeaders } = request;
  const type = headerIn(rawHeaders, "content-type");
  const admitted = await receiver.admit({ method, url, type, length: headerIn(rawHeaders, "content-length") });
  if ("status" in admitted) return closing(admitted);
  // Somebody else's parser has been here.
  if (request.readableEnded) return receiver.receive(request.body, admitted);
  // A body that came in one packet with its head is there by the next turn. Listening for it would cost a quarter of all.
  await new Promise(setImmediate);
  if (request.complete && request.readableLength <= receiver.maxBytes)
    return receiver.receive(request.read()?.toString("utf8") ?? "", admitted);
  if (request.destroyed) return undefined;
  const body = await bodyOf(request, receiver);
  return typeof body === "string" ? receiver.receive(body, admitted) : closing(body);
}

function bodyOf(
  request: NodeRequest,
  { maxBytes, bodyTimeout }: Pick<Receiver, "maxBytes" | "bodyTimeout">,
): Promise<string | Answer> {
  return new Promise((resolve) => {
    const chunks: Chunk[] = [];
    let size = 0;
    const timer = after(bodyTimeout, () => refuse(ANSWERS.tooSlow));
    request.on("data", (chunk) => {
      size += chunk.length;
      if (size > maxBytes) refuse(ANSWERS.tooLarge);
      else chunks.push(chunk);
    });
    request.on("end", () => finish(textOf(chunks)));
    // The connection was cut: nobody is left to answer.
    request.on("error", () => finish(""));
    request.resume();

    function finish(body: string | Answer): void {
      clearTimeout(timer);
      resolve(body);
    }

    function refuse(answer: Answer): void {
      request.pause();
      finish(answer);
    }
  });
}

function textOf(chunks: Chunk[]): string {
  const decoder = new TextDecoder();
  const text = chunks.map((chunk) => (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })));
  return text.join("") + decoder.decode();
}

function headerIn(rawHeaders: readonly string[], name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index] as string;
    if (given.length === name.length && given.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}

function send(response: NodeResponse, { status, headers, body }: Answer): void {
  // Somebody else was faster, as hosts are that give up on a request after a while.
  if (response.headersSent) return;
  response.writeHead(status, headers);
  response.end(body);
}

/** The rest of the body is not read: the connection ends with the answer. */
function closing({ status, headers, body }: Answer): Answer {
  return { status, headers: { ...headers, connection: "close" }, body };
}
