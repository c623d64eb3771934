import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { type FileHandle, link, lstat, mkdir, mkdtemp, open, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file beside `path`, then calls `move` to put it in its place. Leaves nothing behind if that fails. `mode`: permissions. */
export async function writeBeside<Moved>(
  path: string,
  mode: number | undefined,
  write: (file: FileHandle) => Promise<void>,
  move: (temporary: string) => Promise<Moved>,
): Promise<Moved> {
  // Only the start of the name, which may already have the maximum length.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}.part`);
  const file = await open(temporary, "wx", mode);
  try {
    // The umask has reduced the mode. Some file systems have no permissions.
    if (mode !== undefined) await file.chmod(mode).catch(() => {});
    await write(file);
    // Flushed before it gets its name, because otherwise a power cut could leave the name without the bytes.
    await file.sync();
    await file.close();
    return await move(temporary);
  } finally {
    await file.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/**
 * Creates a file that only its owner can read. Resolves with false if the file already exists. If its name cannot be flushed, the
 * file is removed. `unique` means that nobody else uses this name; then no hard links are needed.
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
 * Replaces a file if its text is still `read`, in place if the disk has no room for another file. Readers see either the old file or
 * the new one. Resolves with false if the file has changed or is gone.
 */
export async function exchangeFile(path: string, read: string, text: string): Promise<boolean> {
  try {
    return await writeFile(path, text, async (temporary) => {
      // Synchronous, so that nothing in this process runs in between. Another process could still interfere for a few microseconds.
      const isSame = readFileSync(path, "utf8") === read;
      if (isSame) renameSync(temporary, path);
      return isSame;
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    if (overwriteFile(path, read, text)) return true;
    throw error;
  }
}

/** Returns false if the file has changed, is too short, or cannot be written. Smaller than a page, it changes for readers at once. */
function overwriteFile(path: string, read: string, text: string): boolean {
  const spare = Buffer.byteLength(read) - Buffer.byteLength(text);
  let file: number | undefined;
  try {
    file = openSync(path, "r+");
    // Reads through the open file, because another process may replace the path in the meantime.
    if (spare < 0 || readFileSync(file, "utf8") !== read) return false;
    writeSync(file, text.replace(/\n$/, `${" ".repeat(spare)}\n`), 0);
    fsyncSync(file);
    return true;
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function writeFile(path: string, text: string, move: (temporary: string) => Promise<boolean>): Promise<boolean> {
  const isPlaced = await writeBeside(path, 0o600, (file) => file.writeFile(text), move);
  if (isPlaced) await syncFolder(dirname(path));
  return isPlaced;
}

/**
 * Makes a folder and its parents. Resolves with those it made, the innermost first. Makes them one by one, because Node's `recursive`
 * tries forever inside a folder that cannot hold others, such as /proc.
 */
export async function makeFolders(folder: string, mode?: number): Promise<string[]> {
  const make = async () => {
    try {
      await mkdir(folder, mode);
      return [folder];
    } catch (error) {
      // It exists, or another process has just made it.
      if ((await stat(folder).catch(() => undefined))?.isDirectory()) return [];
      throw error;
    }
  };
  try {
    return await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw error;
    const parents = await makeFolders(dirname(folder), mode);
    return [...(await make()), ...parents];
  }
}

/**
 * Checks that something can be made in a folder, or in its nearest existing parent, and leaves nothing behind. It really tries,
 * because permissions say little about root and about file systems such as /proc.
 * @throws the error of the system.
 */
export async function probeFolder(folder: string): Promise<void> {
  const there = await lstat(folder).catch(() => undefined);
  if (!there && dirname(folder) !== folder) return probeFolder(dirname(folder));
  await rmdir(await mkdtemp(join(folder, ".probe-")));
}

/** Flushes the names in a folder. Windows needs no such flush. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems refuse, but write names through anyway.
    if (!["EINVAL", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await handle.close();
  }
}
