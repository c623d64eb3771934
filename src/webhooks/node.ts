import type { WebhookHandler } from "./handler.js";
import { isLater } from "./later.js";
import { type Admitted, ANSWERS, type Answer } from "./receive.js";

/** As much of node:http's IncomingMessage as is needed, so that nobody else has to know its types. Express adds `body`. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly "content-type"?: string | undefined; readonly "content-length"?: string | undefined };
  readonly readableEnded: boolean;
  readonly body?: unknown;
  setEncoding(encoding: "utf8"): unknown;
  on(event: "data", listener: (chunk: string) => void): unknown;
  on(event: "end" | "error", listener: () => void): unknown;
  pause(): unknown;
}

/** As much of its ServerResponse. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * A handler for `createServer` of node:http, and for Express: `app.post("/callbacks", nodeListener(handler))`. Makes no Request
 * and no Response, which cost four times as much as all the rest.
 */
export function nodeListener({ receiver }: Pick<WebhookHandler, "receiver">) {
  return (request: NodeRequest, response: NodeResponse): void => {
    const { method, url, headers } = request;
    const head = { method, url, type: headers["content-type"], length: headers["content-length"] };
    const admitted = receiver.admit(head);
    if (isLater(admitted)) void admitted.then(goOn, () => send(response, ANSWERS.notOurs));
    else goOn(admitted);

    function goOn(admitted: Admitted | Answer): void {
      if ("status" in admitted) turnAway(response, admitted);
      // Somebody else's parser has been here.
      else if (request.readableEnded) reply(request.body, admitted);
      else
        read(request, receiver.maxBytes, receiver.bodyTimeout, (body) =>
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

function read(
  request: NodeRequest,
  maxLength: number,
  milliseconds: number,
  done: (body: string | Answer) => void,
): void {
  let text = "";
  let isDone = false;
  const finish = (body: string | Answer) => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    if (typeof body !== "string") request.pause();
    done(body);
  };
  const timer = setTimeout(finish, milliseconds, ANSWERS.tooSlow);
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    text += chunk;
    if (text.length > maxLength) finish(ANSWERS.tooLarge);
  });
  request.on("end", () => finish(text));
  // Cut: nobody is left to answer.
  request.on("error", () => finish(""));
}

function send(response: NodeResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** What is left of its body is not read: the connection ends with the answer. */
function turnAway(response: NodeResponse, { status, headers, body }: Answer): void {
  send(response, { status, headers: { ...headers, connection: "close" }, body });
}
