import { createHash, randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where the journal lies when nobody says otherwise. */
export function defaultFolder(env: NodeJS.ProcessEnv, platform: string = process.platform): string {
  const { MINIMAX_JOURNAL: named, XDG_STATE_HOME: state, LOCALAPPDATA: local, HOME: home } = env;
  if (named && named !== "off") return named;
  if (platform === "win32" && local) return join(local, "minimax-video");
  // The XDG specification: a relative path is invalid and to be ignored.
  return join(state && isAbsolute(state) ? state : join(home || homedir(), ".local", "state"), "minimax-video");
}

/** The id for a key: the same at the same server, so that two processes meet in the file system; shows neither. */
export function idOfKey({ server, key }: { server: string; key: string }): string {
  return `key-${createHash("sha256")
    .update(JSON.stringify([server, key]))
    .digest("hex")
    .slice(0, 32)}`;
}

/** An id for a create without a key: in the order of time, and never twice. */
export function newId({ submittedAt }: { submittedAt: number }): string {
  return `${new Date(submittedAt).toISOString().replace(/[-:.]/g, "")}-${randomBytes(8).toString("hex")}`;
}
