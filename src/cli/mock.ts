import { once } from "node:events";
import type { Mock, MockOptions } from "../mock/index.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { type Io, plain } from "./io.js";
import { parse } from "./parse-command-line.js";
import { progressOn } from "./progress.js";

const PORT = 4010;

/** `minimax-video mock`: runs a local MiniMax until Ctrl-C. */
export async function mock(args: readonly string[], io: Io): Promise<number> {
  const { values } = parse("mock", args, { most: 0 });
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
    const place = `${options.host ?? "127.0.0.1"}:${options.port ?? 0}`;
    if (cause.code === "EADDRINUSE")
      throw new UsageError(`${place} is taken, perhaps by another mock: choose another port with --port`, { cause });
    if (cause.syscall === "listen" || cause.syscall === "getaddrinfo")
      throw new UsageError(`The mock cannot listen on ${place}: ${cause.code}`, { cause });
    if (cause.cause?.code === "ERR_MODULE_NOT_FOUND") throw new UsageError(cause.message, { cause });
    throw cause;
  });
}
