import type { MiniMax } from "../client.js";
import type { TaskStatus } from "../engine/status.js";
import { WebhookError } from "../errors.js";
import type { TaskKind } from "../task.js";
import { createDelivery } from "./deliver.js";
import { type Answer, createReceiver, type Receiver } from "./receive.js";
import { memoryStore, type WebhookStore } from "./store.js";
import { textOf } from "./text.js";
import { type Secret, signersOf } from "./token.js";

export interface WebhookOptions {
  /** That of `webhookUrl`; of several, any one. */
  secret: Secret;
  /**
   * Hears of each status once, in order, never of a running one after the end. What it gives is awaited: when it fails, the
   * callback is answered with HTTP 500, and the same status is delivered when it comes again.
   */
  onStatus: (status: TaskStatus, about: { kind: TaskKind }) => unknown;
  /** Confirms the end of a task, and its waits in this process hear of callbacks. Default none: whoever has a URL is believed. */
  client?: Pick<MiniMax, "callbacks"> | undefined;
  /** Whether an end is confirmed by one query before anybody hears of it. Default true where there is a client. */
  confirm?: boolean | undefined;
  /** What was delivered. Default `memoryStore()`; for several processes one that they share. */
  store?: WebhookStore | undefined;
  /** Told of what `onStatus`, a query or the store threw. Default `console.error`. */
  onError?: ((error: unknown) => void) | undefined;
  /** Bytes of a body at most. Default 65,536; those of MiniMax have some hundred. */
  maxBytes?: number | undefined;
  /** Milliseconds for a body to come in. Default 10,000. */
  bodyTimeout?: number | undefined;
  /** Milliseconds after which a status is answered though `onStatus` still works. Default 2,500. Challenges never wait. */
  answerWithin?: number | undefined;
  /** For tests: milliseconds since 1970. */
  now?: (() => number) | undefined;
}

/** A route for POST wherever requests and responses are those of the web: Next.js, Hono, Deno, Bun, workers. */
export interface WebhookHandler {
  (request: Request): Promise<Response>;
  /** For hosts with requests of their own: see `nodeListener` and `fastifyRoute`. */
  readonly receiver: Receiver;
}

/**
 * Receives what MiniMax calls back, at addresses of `webhookUrl` and no other. Contacts nobody but through `client`.
 * @throws {WebhookError} for a secret that could be guessed, and options that contradict each other.
 */
export function createWebhookHandler(options: WebhookOptions): WebhookHandler {
  const { client, confirm = client !== undefined, store = memoryStore(), onError = say, now = Date.now } = options;
  const { secret, onStatus, maxBytes = 65_536, bodyTimeout = 10_000, answerWithin = 2_500 } = options;
  if (typeof onStatus !== "function") throw new WebhookError("onStatus must be a function: it is told what comes in");
  if (confirm && !client) throw new WebhookError("confirm needs a client, which is who asks");
  for (const [name, value] of Object.entries({ maxBytes, bodyTimeout, answerWithin }))
    if (!(value > 0)) throw new WebhookError(`${name} takes a number above 0`);
  const signers = signersOf(secret);
  const deliver = createDelivery({ onStatus, client, confirm, store, onError });
  const receiver = createReceiver({ signers, deliver, maxBytes, bodyTimeout, answerWithin, now });
  client?.callbacks.expect().catch(onError);
  return Object.assign((request: Request) => respond(receiver, request), { receiver });
}

async function respond(receiver: Receiver, request: Request): Promise<Response> {
  const { method, url, headers } = request;
  const head = { method, url, type: headers.get("content-type"), length: headers.get("content-length") };
  const admitted = await receiver.admit(head);
  if ("status" in admitted) return responseOf(admitted);
  const text = await textOf(request, receiver);
  return responseOf(typeof text === "string" ? await receiver.receive(text, admitted) : text);
}

function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}

function say(error: unknown): void {
  console.error("minimax-video: a callback could not be delivered:", error);
}
