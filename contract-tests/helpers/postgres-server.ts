/** A PostgreSQL for tests: the local installation on a free port, or the server at POSTGRES_URL. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./listening.js";

const NEEDED = "npm run test:postgres needs postgresql (apt-get install postgresql), or POSTGRES_URL";
const DEBIAN = "/usr/lib/postgresql";

export interface PostgresServer {
  /** The URL of an empty database. */
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws {Error} if PostgreSQL is not installed. */
export async function startPostgres(): Promise<PostgresServer> {
  if (process.env.POSTGRES_URL) return { url: process.env.POSTGRES_URL, stop: async () => {} };
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
  const programs = versions[0] && join(DEBIAN, versions[0], "bin");
  if (!programs || !existsSync(join(programs, "initdb"))) throw new Error(NEEDED);
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-postgres-"));
  const data = join(folder, "data");
  // PostgreSQL refuses to run as root. Debian creates a user for it.
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  const user = process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  execFileSync(join(programs, "initdb"), ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync"], {
    ...user,
    stdio: "pipe",
  });
  const port = await freePort();
  const options = ["-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-k", folder];
  const child = spawn(join(programs, "postgres"), options, { ...user, stdio: "ignore" });
  const isReady = () => {
    try {
      execFileSync(join(programs, "pg_isready"), ["-h", "127.0.0.1", "-p", port], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  while (!isReady()) {
    if (child.exitCode !== null) throw new Error(`postgres exited with ${child.exitCode}`);
    await pause(50);
  }
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      const exit = once(child, "exit");
      child.kill("SIGQUIT");
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
