import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** Sent once a server listens. */
export interface Listening {
  port: number;
  baseUrl: string;
}

/** Serves on a free port of this machine, tells the process that started this one, and ends with it. `more`: what else to tell. */
export function serve(listener: RequestListener | undefined, more: object = {}): void {
  const server = createServer(listener).listen(0, "127.0.0.1", () => {
    // The address of a listening TCP server has this type.
    const { port } = server.address() as AddressInfo;
    process.send?.({ ...more, port, baseUrl: `http://127.0.0.1:${port}` } satisfies Listening);
  });
  process.once("disconnect", () => process.exit());
}
