import { invalid } from "../base/errors.js";

/**
 * A connected client of `ioredis` (also of a cluster), which has `call`, or of `redis` (node-redis, no cluster), which has
 * `sendCommand`. It remains yours: this package does not connect, configure or close it.
 */
export type RedisClient =
  | { call(command: string, ...args: string[]): Promise<unknown> }
  | { sendCommand(command: string[]): Promise<unknown> };

/** Sends one Redis command. */
export type Command = (...words: [command: string, ...args: (string | number)[]]) => Promise<unknown>;

/** @throws {ValidationError} if the client cannot send commands. */
export function commandsOf(call: string, client: RedisClient): Command {
  const { call: ofIoredis, sendCommand: ofNodeRedis }: { call?: unknown; sendCommand?: unknown } = Object(client);
  if (typeof ofIoredis !== "function" && typeof ofNodeRedis !== "function")
    throw invalid(`${call} cannot use this client`, "client", "must be a client of ioredis or of redis (node-redis)");
  return async (command, ...args) => {
    const words = args.map(String);
    return "call" in client ? client.call(command, ...words) : client.sendCommand([command, ...words]);
  };
}

/** Runs a script that may be sent again after a lost reply. All its keys have the same hash tag, so that a cluster can run it. */
export function runScript(send: Command, script: string, keys: string[], args: (string | number)[]): Promise<unknown> {
  return send("EVAL", script, keys.length, ...keys, ...args);
}

/** The default prefix of keys in Redis. */
export const PREFIX = "minimax-video";
