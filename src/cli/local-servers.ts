import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { defined, isRecord } from "../base/record.js";
import type { TaskStatus } from "../base/task.js";
import type { CallbackReceiver } from "../contract/index.js";
import { parsedJson } from "../contract/recorded-exchange.js";
import type { SpecName } from "../generated/servers.js";
import type { Mock, MockOptions } from "../mock/index.js";
import { aSecret } from "../webhooks/callback-token.js";
import { createWebhookHandler, nodeListener, type WebhookStore, webhookUrl } from "../webhooks/index.js";
import type { Parsed } from "./command-options.js";
import { aborted, EXIT, type Io, plain, UsageError } from "./process.js";
import { progressOn } from "./progress.js";
import { readText } from "./read-input.js";

const PORTS = { mock: 4010, listen: 4020 };

/** The hosts that are this machine. */
export const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

export async function mock({ values }: Parsed<"mock">, io: Io): Promise<number> {
  const { say } = progressOn({ ...io, isTTY: false }, values);
  const { port = PORTS.mock, host, speed, strict, tls, replay } = values;
  const { url, certificate, close } = await startMock({
    port,
    ...defined({ host, speed, strict, tls, replay: replay && (await readText(replay, io)) }),
    onRequest: ({ method, path, status, note }) =>
      say(`${method} ${path} ${status || "cut"}${note ? `  ${plain(note)}` : ""}`),
  });
  const folder = certificate && (await mkdtemp(join(tmpdir(), "minimax-video-mock-")));
  const file = folder && join(folder, "certificate.pem");
  if (file) await writeFile(file, certificate);
  const others = "curl --cacert, requests' verify= and others take the same file";
  const trust = `A client on Node trusts it with (${others}):\n  export NODE_EXTRA_CA_CERTS=${file}\n`;
  io.stdout.write(`${url}\n`);
  say(
    `A MiniMax mock is listening there; open it in a browser for a playground. Point a client at it with:\n  export MINIMAX_SERVER=${url} MINIMAX_API_KEY=anything\n` +
      `${file ? trust : ""}` +
      "minimax-video mock --help --all lists the failures it can simulate. Press Ctrl-C to stop.",
  );
  await aborted(io.signal);
  await close();
  if (folder) await rm(folder, { recursive: true, force: true });
  say("The mock has stopped.");
  return EXIT.done;
}

/** Starts a mock, and loads Prism for it. @throws {UsageError} if the port is taken or Prism is not installed. */
export async function startMock(options: MockOptions): Promise<Mock> {
  const { startMock: start } = await import("../mock/index.js");
  return start(options).catch((cause) => {
    if (cause.cause?.code === "ERR_MODULE_NOT_FOUND" || cause instanceof SyntaxError)
      throw new UsageError(cause.message, { cause });
    const isAddress = ["listen", "getaddrinfo"].includes(cause.syscall);
    throw isAddress ? cannotListen(`${options.host ?? "127.0.0.1"}:${options.port ?? 0}`, cause) : cause;
  });
}

/** Starts Prism's command line with a spec. @throws {UsageError} if it is not installed or does not start. */
export async function startPrism(spec: SpecName): Promise<Pick<Mock, "url" | "close">> {
  let program: string;
  try {
    program = createRequire(import.meta.url).resolve("@stoplight/prism-cli");
  } catch (cause) {
    const install = "npm install --save-dev @stoplight/prism-cli@5.14.2";
    throw new UsageError(`Prism's command line is not installed. Install it: ${install}`, { cause });
  }
  const text = await readFile(new URL(`../../dist/openapi/${spec}.json`, import.meta.url), "utf8").catch((cause) => {
    throw new UsageError("The specs are not bundled yet. In a clone of the repository, run: npm run bundle", { cause });
  });
  const folder = await mkdtemp(join(tmpdir(), "minimax-video-"));
  const file = join(folder, `${spec}.json`);
  // Without callbacks: Prism would post a random example to them as soon as a create arrives.
  await writeFile(file, JSON.stringify(JSON.parse(text, (key, value) => (key === "callbacks" ? undefined : value))));
  const options = ["mock", file, "--port", "0", "--errors", "--multiprocess", "false"];
  // If this process is killed, nobody ends the child, so it ends itself when its stdin closes.
  const withParent = ["--import", "data:text/javascript,process.stdin.on('close', () => process.exit()).resume()"];
  const child = spawn(process.execPath, [...withParent, program, ...options], { stdio: ["pipe", "pipe", "ignore"] });
  const close = async () => {
    if (child.kill()) await once(child, "exit");
    await rm(folder, { recursive: true });
  };
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /Prism is listening on (http:\S+)/.exec(line) ?? [];
    // Otherwise the pipe would fill up.
    if (url) return child.stdout.resume() && { url, close };
  }
  await close();
  throw new UsageError("Prism did not start");
}

/** Starts a receiver of callbacks on this machine, for the contract suite. It echoes challenges, and keeps what arrives. */
export async function startReceiver(): Promise<CallbackReceiver & { close(): void }> {
  const arrived: { path: string | undefined; body: unknown }[] = [];
  const { port, close } = await listening("127.0.0.1", 0, async (request, response) => {
    const sent = await text(request);
    const body = parsedJson(sent);
    arrived.push({ path: request.url, body });
    const isChallenge = isRecord(body) && "challenge" in body;
    response.writeHead(200, { "content-type": "application/json" }).end(isChallenge ? sent : '{"status":"success"}');
  });
  return { url: `http://127.0.0.1:${port}`, received: () => [...arrived], close };
}

/** Starts a server for this run. @throws {UsageError} if it cannot listen there */
async function listening(host: string, wanted: number, listener: RequestListener) {
  const server = createServer(listener);
  await once(server.listen(wanted, host), "listening").catch((cause) => {
    throw cannotListen(`${host}:${wanted}`, cause);
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  // The address of a listening TCP server has this type.
  return { port: (server.address() as AddressInfo).port, close };
}

function cannotListen(place: string, cause: { code: string }): UsageError {
  return new UsageError(`Cannot listen on ${place}: ${NO_LISTENING[cause.code] ?? cause.code}`, { cause });
}

const NO_LISTENING: Record<string, string> = {
  EADDRINUSE: "the port is taken; choose another with --port",
  EACCES: "this user may not use the port; choose one above 1023 with --port",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOTFOUND: "no such host",
};

/** Remembers nothing, so that every callback is shown, even if it is repeated or out of order. */
const forgetful: WebhookStore = { has: () => false, put: () => true, remove: () => true };

export async function listen({ values }: Parsed<"listen">, io: Io): Promise<number> {
  const { host = "127.0.0.1", path = "/callbacks", "public-url": publicUrl, json } = values;
  if (!/^\/[\w./~-]*$/.test(path))
    throw new UsageError("--path takes a path that starts with a slash and has no query");
  const secret = values.secret ?? (io.env.MINIMAX_WEBHOOK_SECRET || randomBytes(32).toString("hex"));
  if (aSecret(secret))
    throw new UsageError("The secret must have at least 32 characters; make one with: openssl rand -hex 32");
  if (publicUrl && !/^https?:\/\/./i.test(publicUrl)) throw new UsageError("--public-url takes an http(s) URL");
  const { say } = progressOn({ ...io, isTTY: false }, values);
  const unread = new AbortController();
  const print = (line: object, text: string) =>
    io.stdout.write(`${json ? JSON.stringify(line) : plain(text)}\n`, (error) => error && unread.abort());
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
  const { port, close } = await listening(host, values.port ?? PORTS.listen, (request, response) => {
    const isThere = request.url?.split("?")[0] === path;
    response.once("finish", () => {
      const why = isThere ? response.statusCode : "404, another path";
      if (why !== 200) say(`${request.method} refused: HTTP ${why}`);
    });
    if (isThere) receive(request, response);
    else response.writeHead(404, { connection: "close" }).end();
  });
  const base = publicUrl ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  try {
    const url = await webhookUrl(base.replace(/\/+$/, "") + path, { secret });
    print({ url }, url);
    say(
      `Use this URL as the callback_url (generate … --callback-url). Listening on port ${port}.\n` +
        "Callbacks are printed as they arrive and are not verified by a query. Press Ctrl-C to stop.",
    );
    await aborted(AbortSignal.any([io.signal, unread.signal]));
  } finally {
    close();
  }
  say("Stopped listening.");
  return EXIT.done;
}

function statusText(status: TaskStatus): string {
  const { taskId, word, state } = status;
  let more = "";
  if (state === "succeeded" && status.fileId) more = `  file ${status.fileId}`;
  if (state === "failed") more = `  ${[status.code, status.reason].filter(Boolean).join(" ")}`;
  return `${taskId}  ${word}${word.toLowerCase() === state ? "" : ` (${state})`}${more}`;
}
