import { randomUUID } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Makes a folder, and those above it, that survive the loss of power. Only its owner may look into it. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let made = folder; first && made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/**
 * Writes a file that nobody sees before it is whole. False: there is one already, and it stays as it is. What was not
 * flushed is not left. `unique`: nobody else has this name, which spares file systems without hard links.
 */
export async function createFile(path: string, text: string, { unique = false } = {}): Promise<boolean> {
  let there = false;
  try {
    return await placed(path, text, async (whole) => {
      // A link, unlike a rename, never takes the place of another file: of two processes, one is told.
      await (unique ? rename(whole, path) : link(whole, path));
      there = true;
      return true;
    });
  } catch (error) {
    if (there) await rm(path, { force: true }).catch(() => {});
    else if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Writes a file in the place of the one that was `read`: at any moment the old or the new one is there, as a whole. False: it
 * has changed since, and stays as it is. Rejects with ENOENT when it is gone.
 */
export async function exchangeFile(path: string, read: string, text: string): Promise<boolean> {
  return placed(path, text, async (whole) => {
    // Nothing of this process comes between the two; of another one, what does so has to come within microseconds.
    const same = readFileSync(path, "utf8") === read;
    if (same) renameSync(whole, path);
    return same;
  });
}

/** The text of a file; undefined when there is none, nor perhaps a folder for it. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** Writes and flushes a file beside its place, puts it there, and flushes the folder, which holds the names. */
async function placed(path: string, text: string, place: (whole: string) => Promise<boolean>): Promise<boolean> {
  const whole = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const file = await open(whole, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    const done = await place(whole);
    if (done) await syncFolder(dirname(path));
    return done;
  } finally {
    await rm(whole, { force: true }).catch(() => {});
  }
}

/** Where a platform flushes no folders (Windows), it needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const file = await open(folder, "r");
  try {
    await file.sync();
  } catch (error) {
    // Some network file systems refuse; they write names through.
    if (!["EINVAL", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await file.close();
  }
}
