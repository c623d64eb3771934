import type { WebhookHandler } from "./handler.js";
import { isLater } from "./later.js";
import { type Admitted, ANSWERS, type Answer, type Receiver } from "./receive.js";

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
  on(event: "data", listener: (chunk: Bytes) => void): unknown;
  on(event: "end" | "error", listener: () => void): unknown;
  read(): Bytes | null;
  pause(): unknown;
  resume(): unknown;
}

type Bytes = Uint8Array & { toString(encoding: "utf8"): string };

/** As much of its ServerResponse. */
export interface NodeResponse {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * A handler for `createServer` of node:http, and for Express: `app.post("/callbacks", nodeListener(handler))`. Makes no Request
 * and no Response, which cost four times as much as all the rest.
 */
export function nodeListener({ receiver }: Pick<WebhookHandler, "receiver">) {
  return (request: NodeRequest, response: NodeResponse): void => {
    // What comes until we listen as well would be theirs alone.
    if (request.readableFlowing) request.pause();
    const { method, url, rawHeaders } = request;
    const type = headerIn(rawHeaders, "content-type");
    const admitted = receiver.admit({ method, url, type, length: headerIn(rawHeaders, "content-length") });
    if (isLater(admitted)) void admitted.then(goOn, () => send(response, ANSWERS.notOurs));
    else goOn(admitted);

    function goOn(admitted: Admitted | Answer): void {
      if ("status" in admitted) turnAway(response, admitted);
      // Somebody else's parser has been here.
      else if (request.readableEnded) reply(request.body, admitted);
      else
        read(request, receiver, (body) =>
          typeof body === "string" ? reply(body, admitted) : turnAway(response, body),
        );
    }

    function reply(body: unknown, admitted: Admitted): void {
      const answer = receiver.receive(body, admitted);
      if (isLater(answer)) void answer.then((answer) => send(response, answer));
      else send(response, answer);
    }
  };
}

type Limits = Pick<Receiver, "maxBytes" | "bodyTimeout">;

function read(request: NodeRequest, limits: Limits, done: (body: string | Answer) => void): void {
  // What comes in one packet with its head is there by the next turn. To listen to it, under a timer, costs a quarter of all.
  setImmediate(() => {
    if (request.complete && request.readableLength <= limits.maxBytes) done(request.read()?.toString("utf8") ?? "");
    else if (!request.destroyed) listen(request, limits, done);
  });
}

function listen(request: NodeRequest, { maxBytes, bodyTimeout }: Limits, done: (body: string | Answer) => void): void {
  const chunks: Bytes[] = [];
  let size = 0;
  let isDone = false;
  const finish = (body: string | Answer) => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    if (typeof body !== "string") request.pause();
    done(body);
  };
  const timer = setTimeout(finish, bodyTimeout, ANSWERS.tooSlow);
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size > maxBytes) finish(ANSWERS.tooLarge);
    else chunks.push(chunk);
  });
  request.on("end", () => finish(textOf(chunks)));
  // Cut: nobody is left to answer.
  request.on("error", () => finish(""));
  request.resume();
}

/** Nearly always there is one. */
function textOf(chunks: Bytes[]): string {
  const [only] = chunks;
  if (only && chunks.length === 1) return only.toString("utf8");
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
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

/** What is left of its body is not read: the connection ends with the answer. */
function turnAway(response: NodeResponse, { status, headers, body }: Answer): void {
  send(response, { status, headers: { ...headers, connection: "close" }, body });
}
