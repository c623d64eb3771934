/** Redis servers for tests: the local `redis-server` on a free port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "./listening.js";

/** What to do if there is no Redis, in one line. */
export const NEEDED = "npm run test:redis needs redis-server (apt-get install redis-server), or REDIS_URL";

export interface RedisServer {
  readonly url: string;
  /** Kills the server and starts it again with its data on disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws {Error} if `redis-server` is not installed. */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-redis-"));
  const port = await freePort();
  let child: ChildProcess;
  const url = `redis://127.0.0.1:${port}`;

  async function start(): Promise<void> {
    const words = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--logfile", "", ...options];
    child = spawn("redis-server", words, { stdio: "ignore" });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", () => reject(new Error(NEEDED))));
    const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on("error", () => {});
    // A Redis that requires a password is ready too, although it refuses the ping.
    await client.ping().catch(() => {});
    client.disconnect();
  }
  async function kill(): Promise<void> {
    if (child.signalCode) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
  await start();
  return {
    url,
    async restart() {
      await kill();
      await start();
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
