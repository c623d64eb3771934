import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Session } from "./session.js";

/** What opens a file in the program that is set for it. The `start` of Windows is a word of its shell, which would read the path. */
const OPENERS: Partial<Record<string, string>> = { darwin: "open", win32: "explorer" };
/** Milliseconds in which an opener that cannot open it says so. Some stay for as long as the video is shown. */
const PATIENCE = 1500;

/** Shows a saved video. Says why if that fails, which changes nothing: the video is saved. */
export async function openFile(path: string, { io, progress }: Pick<Session, "io" | "progress">): Promise<void> {
  const opener = OPENERS[process.platform] ?? "xdg-open";
  const child = spawn(opener, [resolve(path)], { detached: true, stdio: "ignore", env: io.env });
  const failure = await new Promise<string | undefined>((settle) => {
    child.once("error", ({ message }) => settle(/ENOENT/.test(message) ? "is not installed" : `fails: ${message}`));
    // Explorer ends with 1 whatever it does.
    child.once("exit", (code) => settle(code && opener !== "explorer" ? `ends with code ${code}` : undefined));
    setTimeout(settle, PATIENCE, undefined);
  });
  child.unref();
  if (failure) progress.say(`The video is saved, but could not be opened: ${opener} ${failure}.`);
}
