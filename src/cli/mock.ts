import { once } from "node:events";
import type { Mock, MockOptions } from "../mock/index.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { type Io, plain } from "./io.js";
import type { Parsed } from "./parse-command-line.js";
import { progressOn } from "./progress.js";

const PORT = 4010;

/** `minimax-video mock`: runs a local MiniMax until Ctrl-C. */
export async function mock({ values }: Parsed<"mock">, io: Io): Promise<number> {
  const progress = progressOn({ ...io, isTTY: false }, values);
  const { url, close } = await startMock({
    port: values.port ?? PORT,
    speed: values.speed ?? 1,
    strict: values.strict ?? false,
    ...(values.host ? { host: values.host } : {}),
    onRequest: ({ method, path, status, note }) =>
      progress.say(`${method} ${path} ${status || "cut"}${note ? `  ${plain(note)}` : ""}`),
  });
  io.stdout.write(`${url}\n`);
  progress.say(
    `A MiniMax mock is listening there. Point a client at it with:\n  export MINIMAX_SERVER=${url} MINIMAX_API_KEY=anything\n` +
      "minimax-video mock --help lists the failures it can simulate. Press Ctrl-C to stop.",
  );
  if (!io.signal.aborted) await once(io.signal, "abort");
  await close();
  progress.say("The mock has stopped.");
  return EXIT.done;
}

/** Starts a mock, and loads Prism for it. @throws {UsageError} if the port is taken or Prism is not installed. */
export async function startMock(options: MockOptions): Promise<Mock> {
  const { startMock: start } = await import("../mock/index.js");
  return start(options).catch((cause) => {
    if (cause.cause?.code === "ERR_MODULE_NOT_FOUND") throw new UsageError(cause.message, { cause });
    const isAddress = ["listen", "getaddrinfo"].includes(cause.syscall);
    throw isAddress ? cannotListen(`${options.host ?? "127.0.0.1"}:${options.port ?? 0}`, cause) : cause;
  });
}

/** The refusal of an address at which a server cannot listen. */
export function cannotListen(place: string, cause: { code?: string }): UsageError {
  const { code = "" } = cause;
  return new UsageError(`Cannot listen on ${place}: ${NO_LISTENING[code] ?? code}`, { cause });
}

const NO_LISTENING: Record<string, string> = {
  EADDRINUSE: "the port is taken; choose another with --port",
  EACCES: "this user may not use the port; choose one above 1023 with --port",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOTFOUND: "no such host",
};
