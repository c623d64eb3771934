import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Session } from "./session.js";

/** What opens a file in its default program. Not `start` on Windows: that needs a shell, which would interpret the path. */
const OPENERS: Partial<Record<string, string>> = { darwin: "open", win32: "explorer" };
/** Milliseconds to wait for an opener to fail. Some keep running for as long as the video is shown. */
const PATIENCE = 1500;

/** Opens a saved video. If that fails, prints why and goes on, because the video is saved. */
export async function openFile(path: string, { io, progress }: Pick<Session, "io" | "progress">): Promise<void> {
  const opener = OPENERS[process.platform] ?? "xdg-open";
  const child = spawn(opener, [resolve(path)], { detached: true, stdio: "ignore", env: io.env });
  const failure = await new Promise<string | undefined>((settle) => {
    child.once("error", ({ message }) => settle(/ENOENT/.test(message) ? "is not installed" : `failed: ${message}`));
    // Explorer exits with 1 even if it succeeds.
    child.once("exit", (code) => settle(code && opener !== "explorer" ? `exited with code ${code}` : undefined));
    setTimeout(settle, PATIENCE, undefined);
  });
  child.unref();
  if (failure) progress.say(`The video is saved, but could not be opened: ${opener} ${failure}.`);
}
