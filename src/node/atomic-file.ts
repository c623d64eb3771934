import { randomUUID } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import { type FileHandle, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A file written beside its place, under a name nobody can guess, and moved there once it is complete. */
export interface TemporaryFile {
  readonly handle: FileHandle;
  /** Flushes and closes the file, then calls `move` with its path. Resolves with what `move` returns. */
  place<Moved>(move: (temporary: string) => Promise<Moved>): Promise<Moved>;
  /** Closes and removes the file. Does nothing once it has been moved. */
  discard(): Promise<void>;
}

/** Creates a temporary file in the folder of `path`. `mode`: its permissions. */
export async function temporaryFile(path: string, mode?: number): Promise<TemporaryFile> {
  // Not the whole name: it may already be as long as a name can be.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}.part`);
  const handle = await open(temporary, "wx", mode);
  return {
    handle,
    async place(move) {
      // Flushed before it gets its name. Otherwise a power cut could leave the name without the bytes.
      await handle.sync();
      await handle.close();
      return move(temporary);
    },
    async discard() {
      await handle.close().catch(() => {});
      await rm(temporary, { force: true }).catch(() => {});
    },
  };
}

/**
 * Creates a file that only its owner can read. Resolves with false if the file already exists, and leaves it as it is. If the
 * file cannot be flushed, it is removed. `unique` says that nobody else uses this name; it then works without hard links.
 */
export async function createFile(path: string, text: string, { unique = false } = {}): Promise<boolean> {
  let isPlaced = false;
  try {
    return await writeFile(path, text, async (temporary) => {
      // A link, unlike a rename, never replaces another file: of two processes, only one succeeds.
      await (unique ? rename(temporary, path) : link(temporary, path));
      isPlaced = true;
      return true;
    });
  } catch (error) {
    if (isPlaced) await rm(path, { force: true }).catch(() => {});
    else if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Replaces a file if its text is still `read`. Readers see either the old file or the new one. Resolves with false if the file
 * has changed. Rejects with ENOENT if it is gone.
 */
export async function exchangeFile(path: string, read: string, text: string): Promise<boolean> {
  return writeFile(path, text, async (temporary) => {
    // Synchronous, so that nothing in this process runs in between. Another process has a few microseconds.
    const isSame = readFileSync(path, "utf8") === read;
    if (isSame) renameSync(temporary, path);
    return isSame;
  });
}

/** The text of a file, or undefined if the file or its folder does not exist. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

async function writeFile(path: string, text: string, move: (temporary: string) => Promise<boolean>): Promise<boolean> {
  const file = await temporaryFile(path, 0o600);
  try {
    await file.handle.writeFile(text);
    const isPlaced = await file.place(move);
    if (isPlaced) await syncFolder(dirname(path));
    return isPlaced;
  } finally {
    await file.discard();
  }
}

/** Makes a folder and its parents. Resolves with the folders it made, the innermost first. */
export async function makeFolders(folder: string, mode?: number): Promise<string[]> {
  const outermost = await mkdir(folder, { recursive: true, mode });
  const made: string[] = [];
  for (let next = folder; outermost && next.length >= outermost.length; next = dirname(next)) made.push(next);
  return made;
}

/** Flushes the names in a folder. Windows needs no such flush. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems refuse, and write names through anyway.
    if (!["EINVAL", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await handle.close();
  }
}
