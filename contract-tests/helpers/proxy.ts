/** A local HTTP proxy that connects every host, even an unknown one, to one server. */
import { createServer, type IncomingMessage, request as send } from "node:http";
import { connect } from "node:net";
import { forAll } from "./fake-server.js";

export interface Proxied {
  /** "CONNECT api.example:443", or the method and the whole URL. */
  line: string;
  authorization: string | undefined;
}

/** Starts the proxy before the tests of a file. It connects to the servers on these ports. */
export function proxyServer(port: () => number, tunnelled = port) {
  const seen: Proxied[] = [];
  let refuse = 0;
  const note = ({ method, url, headers }: IncomingMessage) =>
    seen.push({ line: `${method} ${url?.replace(/\?.*/, "")}`, authorization: headers["proxy-authorization"] });
  const server = createServer((request, response) => {
    note(request);
    if (refuse) return void response.writeHead(refuse).end();
    const { pathname, search } = new URL(request.url ?? "");
    const { method, headers } = request;
    const onward = send({ host: "127.0.0.1", port: port(), method, headers, path: pathname + search }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
      reply.on("error", () => response.destroy());
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.on("connect", (request, socket) => {
    note(request);
    if (refuse) return void socket.end(`HTTP/1.1 ${refuse} No\r\n\r\n`);
    const onward = connect(tunnelled(), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [onward, socket]) one.on("error", () => onward.destroy() && socket.destroy());
  });
  const url = forAll(server);
  return {
    seen,
    get url() {
      return url();
    },
    /** Clears `seen`, and refuses every further request with this status, or none if it is 0. */
    next(status = 0) {
      seen.length = 0;
      refuse = status;
    },
  };
}
