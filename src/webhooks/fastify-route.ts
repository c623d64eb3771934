import { ANSWERS, type Answer, type Receiver } from "./callback-receiver.js";
import type { WebhookHandler } from "./webhook-handler.js";

/** As much of a Fastify request as is needed; its body is parsed. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly "content-type"?: string | undefined; readonly "content-length"?: string | undefined };
  readonly body: unknown;
}

export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

/** `fastify.post("/callbacks", fastifyRoute(handler))`. Fastify reads the body, under its own limits. */
export function fastifyRoute({ receiver }: Pick<WebhookHandler, "receiver">) {
  return async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    const answer = await answerTo(request, receiver).catch(() => ANSWERS.failed);
    reply.code(answer.status);
    reply.headers(answer.headers);
    reply.send(answer.body);
    return reply;
  };
}

async function answerTo(request: FastifyRequestLike, receiver: Receiver): Promise<Answer> {
  const { method, url, headers, body } = request;
  const head = { method, url, type: headers["content-type"], length: headers["content-length"] };
  const admitted = await receiver.admit(head);
  return "status" in admitted ? admitted : receiver.receive(body, admitted);
}
