/** A plain file server, like the host of a site. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { listening } from "../../contract-tests/helpers/listening.js";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".woff2": "font/woff2",
};

/** Serves a folder under a path such as "/minimax-video/". */
export async function staticServer(folder: string, base: string) {
  const server = createServer(({ url = "" }, response) => {
    const path = decodeURI(url.split("?")[0] ?? "");
    const file = join(folder, path.slice(base.length), path.endsWith("/") ? "index.html" : "");
    try {
      if (!path.startsWith(base)) throw new Error("Not below the base");
      const bytes = readFileSync(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  return { url: `${await listening(server)}${base}`, close: () => server.close() };
}
