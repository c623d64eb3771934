import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TaskStatus } from "../base/task.js";
import { createWebhookHandler, nodeListener, type WebhookStore, webhookUrl } from "../webhooks/index.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { type Io, plain } from "./io.js";
import { cannotListen } from "./mock.js";
import type { Parsed } from "./parse-command-line.js";
import { progressOn } from "./progress.js";

const PORT = 4020;

/** Remembers nothing, so that every callback is shown, repeated and out of order as it may be. */
const forgetful: WebhookStore = { has: () => false, put: () => true, remove: () => true };

/** `minimax-video listen`: prints callbacks as they arrive, until Ctrl-C. */
export async function listen({ values }: Parsed<"listen">, io: Io): Promise<number> {
  const { host = "127.0.0.1", path = "/callbacks", json = false } = values;
  if (!/^\/[\w./~-]*$/.test(path))
    throw new UsageError("--path takes a path that starts with a slash and has no query");
  const secret = values.secret ?? (io.env.MINIMAX_WEBHOOK_SECRET || randomBytes(32).toString("hex"));
  const progress = progressOn({ ...io, isTTY: false }, values);
  const print = (line: object, text: string) => io.stdout.write(`${json ? JSON.stringify(line) : plain(text)}\n`);

  const handler = createWebhookHandler({
    secret,
    store: forgetful,
    onStatus(status, { kind }) {
      const at = new Date();
      // A signed link gives access to the video.
      const hidden = "url" in status ? { url: "[…]" } : {};
      const time = at.toLocaleTimeString("en-GB");
      print({ at: at.toISOString(), kind, ...status, ...hidden }, `${time}  ${statusText(status)}`);
    },
  });
  const receive = nodeListener(handler);
  const server = createServer((request, response) => {
    const isThere = request.url?.split("?")[0] === path;
    response.once("finish", () => {
      const { statusCode } = response;
      if (statusCode !== 200)
        progress.say(`${request.method} refused: HTTP ${isThere ? statusCode : "404, another path"}`);
    });
    if (isThere) receive(request, response);
    else response.writeHead(404, { connection: "close" }).end();
  });
  await once(server.listen(values.port ?? PORT, host), "listening").catch((cause) => {
    throw cannotListen(`${host}:${values.port ?? PORT}`, cause);
  });
  const { port } = server.address() as AddressInfo;
  const base = values["public-url"] ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  try {
    const url = await webhookUrl(base.replace(/\/+$/, "") + path, { secret });
    print({ url }, url);
    progress.say(
      `Use this URL as the callback_url (generate … --callback-url). Listening on port ${port}.\n` +
        "Callbacks are printed as they arrive and are not verified by a query. Press Ctrl-C to stop.",
    );
    if (!io.signal.aborted) await once(io.signal, "abort");
  } finally {
    server.close();
    server.closeAllConnections();
  }
  progress.say("Stopped listening.");
  return EXIT.done;
}

function statusText(status: TaskStatus): string {
  const { taskId, word, state } = status;
  let more = "";
  if (state === "succeeded" && status.fileId) more = `  file ${status.fileId}`;
  if (state === "failed") more = `  ${[status.code, status.reason].filter(Boolean).join(" ")}`;
  return `${taskId}  ${word}${word.toLowerCase() === state ? "" : ` (${state})`}${more}`;
}
