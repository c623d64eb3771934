import { type AddressInfo, createServer, type Server } from "node:net";

/** Starts a server on a free port of this machine. Resolves with its base URL, for HTTP. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A free port, for programs that cannot choose one themselves. */
export async function freePort(): Promise<string> {
  const server = createServer();
  const { port } = new URL(await listening(server));
  await new Promise((resolve) => server.close(resolve));
  return port;
}
