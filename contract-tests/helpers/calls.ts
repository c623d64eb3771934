import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A receiver of callbacks that records them, answers what it is told to, and counts the callers that hung up. */
export async function receive(answer: (call: Record<string, unknown>) => unknown) {
  const calls: Record<string, unknown>[] = [];
  let broken = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = JSON.parse(Buffer.concat(chunks).toString());
    calls.push(call);
    response.once("close", () => {
      if (!response.writableEnded) broken += 1;
    });
    response.end(JSON.stringify(await answer(call)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, calls, broken: () => broken, close };
}
