import type { WebhookHandler } from "./webhook-handler.js";

/** The part of a Fastify request that is used. Its body is already parsed. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly "content-length"?: string | undefined };
  readonly body: unknown;
}

export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

/**
 * Makes a route for Fastify: `fastify.post("/callbacks", fastifyRoute(handler))`. Fastify reads the body, under its own limits.
 */
export function fastifyRoute({ receiver }: Pick<WebhookHandler, "receiver">) {
  return async ({ method, url, headers, body }: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    const admitted = await receiver.admit({ method, url, length: headers["content-length"] });
    const answer = "status" in admitted ? admitted : await receiver.receive(body, admitted);
    reply.code(answer.status);
    reply.headers(answer.headers);
    reply.send(answer.body);
    return reply;
  };
}
