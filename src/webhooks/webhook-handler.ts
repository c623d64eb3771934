import { aBoolean, aDuration, aFunction, anObjectWith, aPositiveNumber, mustBe, type Rules } from "../base/options.js";
import type { TaskKind, TaskStatus } from "../base/task.js";
import type { MiniMax } from "../client.js";
import { createDelivery } from "./callback-delivery.js";
import { ANSWERS, type Answer, createReceiver, type Receiver } from "./callback-receiver.js";
import { aSecret, type Secret, signersOf } from "./callback-token.js";
import { textOf } from "./text.js";
import { assertWebhookOptions } from "./webhook-options.js";
import { memoryStore, type WebhookStore } from "./webhook-store.js";

export interface WebhookOptions {
  /** The secret of `webhookUrl`; with several, any of them. */
  secret: Secret;
  /**
   * Called once per status, in order, and never with a running status after the end. Its return value is awaited: the callback
   * is answered with HTTP 200 once it has succeeded. If it fails, the answer is 500, and the same status is delivered when it
   * comes again. If it takes longer than `answerWithin`, the answer is 503; it goes on, and is not called again for that status
   * unless it fails.
   */
  onStatus: (status: TaskStatus, about: { kind: TaskKind }) => unknown;
  /** Confirms the end of a task, and hands callbacks to the waits of this process. Default none: whoever has a URL is believed. */
  client?: Pick<MiniMax, "callbacks"> | undefined;
  /** Whether an end is confirmed by one query before it is delivered. Default true if there is a client. */
  confirm?: boolean | undefined;
  /** Remembers what has been delivered. Default `memoryStore()`; several processes need one that they share. */
  store?: WebhookStore | undefined;
  /** Called with what `onStatus`, a query or the store threw. What it throws itself is ignored. Default `console.error`. */
  onError?: ((error: unknown) => unknown) | undefined;
  /** Bytes of a body at most. Default 65,536; those of MiniMax have a few hundred. */
  maxBytes?: number | undefined;
  /** Milliseconds for a body to come in. Default 10,000. */
  bodyTimeout?: number | undefined;
  /** Milliseconds after which a status that is not delivered yet is answered with 503. Default 2,500. Challenges never wait. */
  answerWithin?: number | undefined;
  /** For tests: milliseconds since 1970. */
  now?: (() => number) | undefined;
}

const RULES: Rules<WebhookOptions> = {
  secret: aSecret,
  onStatus: aFunction,
  client: mustBe("a client of createClient", (client) => hasCallbacks(client)),
  confirm: aBoolean,
  store: anObjectWith("has", "put", "remove"),
  onError: aFunction,
  maxBytes: aPositiveNumber,
  bodyTimeout: aDuration,
  answerWithin: aDuration,
  now: aFunction,
};

function hasCallbacks(client: unknown): boolean {
  const { callbacks } = Object(client);
  return typeof Object(callbacks).heard === "function";
}

/** A route for POST wherever requests and responses are those of the web: Next.js, Hono, Deno, Bun, workers. */
export interface WebhookHandler {
  (request: Request): Promise<Response>;
  /** For hosts with requests of their own: see `nodeListener` and `fastifyRoute`. */
  readonly receiver: Receiver;
}

/**
 * Receives what MiniMax calls back, at addresses of `webhookUrl` and no other. Contacts nobody but through `client`.
 * @throws {WebhookError} with everything that is wrong with the options, such as a secret that could be guessed.
 */
export function createWebhookHandler(options: WebhookOptions): WebhookHandler {
  const { client, confirm = client !== undefined } = options ?? {};
  const more = confirm === true && client === undefined ? ["confirm: needs a client, which makes the query"] : [];
  assertWebhookOptions("createWebhookHandler", options, RULES, { required: ["secret", "onStatus"], more });
  const { secret, onStatus, store = memoryStore(), onError = say, now = Date.now } = options;
  const { maxBytes = 65_536, bodyTimeout = 10_000, answerWithin = 2_500 } = options;
  const tell = (error: unknown) => void told(onError, error);
  const isShared = options.store !== undefined;
  const deliver = createDelivery({ onStatus, client, confirm, store, isShared, answerWithin, now, tell });
  const receiver = createReceiver({ signers: signersOf(secret), deliver, maxBytes, bodyTimeout, now, tell });
  if (client) expectCallbacks(client).catch(tell);

  return Object.assign(
    async (request: Request) => {
      const { status, headers, body } = await answerTo(request, receiver).catch((error) => {
        tell(error);
        return ANSWERS.failed;
      });
      return new Response(body, { status, headers });
    },
    { receiver },
  );
}

async function answerTo(request: Request, receiver: Receiver): Promise<Answer> {
  const { method, url, headers } = request;
  const head = { method, url, type: headers.get("content-type"), length: headers.get("content-length") };
  const admitted = await receiver.admit(head);
  if ("status" in admitted) return admitted;
  const text = await textOf(request, receiver);
  return typeof text === "string" ? receiver.receive(text, admitted) : text;
}

async function expectCallbacks({ callbacks }: Pick<MiniMax, "callbacks">): Promise<void> {
  await callbacks.expect();
}

async function told(onError: (error: unknown) => unknown, error: unknown): Promise<void> {
  try {
    await onError(error);
  } catch {
    // Nobody is left to tell, and the host has callbacks to answer.
  }
}

function say(error: unknown): void {
  console.error("minimax-video: a callback could not be delivered:", error);
}
