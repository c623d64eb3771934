import { callSafely, WebhookError } from "../base/errors.js";
import { aBoolean, aDuration, aFunction, anObjectWith, aPositiveNumber, mustBe, type Rules } from "../base/options.js";
import type { TaskKind, TaskStatus } from "../base/task.js";
import type { MiniMax } from "../client.js";
import { createDelivery } from "./callback-delivery.js";
import { payloadIn } from "./callback-payload.js";
import { ANSWERS, type Answer, answer, type Receiver, readBody } from "./callback-receiver.js";
import { aSecret, claimsIn, type Secret, signersOf } from "./callback-token.js";
import type { WebhookStore } from "./webhook-store.js";
import { assertWebhookOptions } from "./webhook-url.js";

/** Options of `createWebhookHandler`. Only `secret` and `onStatus` are required. */
export interface WebhookOptions {
  /** The secret passed to `webhookUrl`. If there are several, each is accepted. */
  secret: Secret;
  /**
   * Called once per status, in order, and never with a running status after the end. Its return value is awaited. The callback is
   * answered with 200 if it succeeds, and with 500 if it fails; it is then called again when the status comes again. If it takes
   * longer than `answerWithin`, the answer is 503, and it continues. `reference` is the one passed to `webhookUrl`.
   */
  onStatus: (status: TaskStatus, about: { kind: TaskKind; reference?: string }) => unknown;
  /** Confirms the end of a task, and wakes the waits of this process. Default: none, so every caller with a URL is trusted. */
  client?: Pick<MiniMax, "callbacks"> | undefined;
  /** Whether to confirm the end of a task by a query before it is delivered. Default true if there is a client. */
  confirm?: boolean | undefined;
  /** Remembers deliveries. Default `memoryStore()`. Several processes need a store that they share. */
  store?: WebhookStore | undefined;
  /** Called with errors of `onStatus`, of a query and of the store. Its own errors are ignored. Default `console.error`. */
  onError?: ((error: unknown) => unknown) | undefined;
  /** The maximum size of a body in bytes. Default 65,536. MiniMax sends a few hundred. */
  maxBytes?: number | undefined;
  /** Milliseconds in which a body must arrive. Default 10,000. */
  bodyTimeout?: number | undefined;
  /** Milliseconds after which a callback is answered with 503 if its status is not delivered yet. Default 2,500. */
  answerWithin?: number | undefined;
  /** For tests: milliseconds since 1970. */
  now?: (() => number) | undefined;
}

const RULES: Rules<WebhookOptions> = {
  secret: aSecret,
  onStatus: aFunction,
  client: mustBe("a client of createClient", (client) => typeof Object(Object(client).callbacks).heard === "function"),
  confirm: aBoolean,
  store: anObjectWith("has", "put", "remove"),
  onError: aFunction,
  maxBytes: aPositiveNumber,
  bodyTimeout: aDuration,
  answerWithin: aDuration,
  now: aFunction,
};

/** A POST route for hosts with web-standard requests: Next.js, Hono, Deno, Bun, workers. */
export interface WebhookHandler {
  (request: Request): Promise<Response>;
  /** The receiver for other hosts, see `nodeListener` and `fastifyRoute`. */
  readonly receiver: Receiver;
}

/**
 * Creates a handler that receives the callbacks of MiniMax at URLs made by `webhookUrl`, and refuses all others. Challenges are
 * answered at once. It sends requests only through `client`.
 * @throws {WebhookError} with every problem of the options, such as a secret that could be guessed.
 */
export function createWebhookHandler(options: WebhookOptions): WebhookHandler {
  const { client, confirm = client !== undefined } = options ?? {};
  const more = confirm === true && client === undefined ? ["confirm: needs a client to make the query"] : [];
  assertWebhookOptions("createWebhookHandler", options, RULES, { required: ["secret", "onStatus"], more });
  const { secret, onStatus, store, onError = logError, now = Date.now } = options;
  const { maxBytes = 65_536, bodyTimeout = 10_000, answerWithin = 2_500 } = options;
  const tell = (error: unknown) => callSafely(() => onError(error));
  const deliver = createDelivery({ onStatus, client, confirm, store, answerWithin, now, tell });
  const signers = signersOf(secret);
  if (client) callSafely(() => client.callbacks.expect(), tell);

  const receiver: Receiver = {
    maxBytes,
    bodyTimeout,
    async admit({ method, url = "", length }) {
      try {
        if (method !== "POST") return ANSWERS.otherMethod;
        const claims = await claimsIn(url, signers);
        // Not "expires <= now()": if the clock returns NaN, nothing may be admitted.
        if (!(claims && claims.expires > now())) return ANSWERS.notOurs;
        return Number(length ?? 0) > maxBytes ? ANSWERS.tooLarge : claims;
      } catch (error) {
        tell(error);
        return ANSWERS.failed;
      }
    },
    async receive(body, admitted) {
      if (body === undefined) {
        tell(new WebhookError(ALREADY_READ));
        return ANSWERS.failed;
      }
      const payload = payloadIn(body);
      if (!payload) return ANSWERS.notUnderstood;
      // This must come first, because a create waits at most three seconds for the answer to its challenge.
      if ("challenge" in payload) return answer(200, `{"challenge":${payload.challenge}}`);
      const { status, kind = admitted.kind } = payload;
      return ANSWERS[await deliver(status, { ...admitted, kind })];
    },
  };
  async function handler(request: Request): Promise<Response> {
    const { status, headers, body } = await answerTo(request, receiver).catch((error) => {
      tell(error);
      return ANSWERS.failed;
    });
    return new Response(body, { status, headers });
  }
  return Object.assign(handler, { receiver });
}

const logError = (error: unknown) => console.error("minimax-video: a callback could not be delivered:", error);

const ALREADY_READ =
  "The body of a callback was read before the handler got it. Give the handler a copy (request.clone()), or remove what reads it";

async function answerTo(request: Request, receiver: Receiver): Promise<Answer> {
  const { method, url, headers } = request;
  const admitted = await receiver.admit({ method, url, length: headers.get("content-length") });
  if ("status" in admitted) return admitted;
  if (request.bodyUsed || request.body?.locked) return receiver.receive(undefined, admitted);
  const reader = request.body?.getReader();
  const body = reader ? await readBody(() => reader.read(), receiver) : "";
  if (typeof body === "string") return receiver.receive(body, admitted);
  // Not awaited: it may hang like the body, or fail as it did.
  reader?.cancel().catch(() => {});
  return body;
}
