import { link, lstat, open, realpath, rename, rmdir } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { makeFolders, syncFolder, temporaryFile } from "./atomic-file.js";

/**
 * Opens a large file beside `path`, to write bytes as they arrive and move it to `path` once it is complete. Makes missing
 * folders. `replace`: whether a file at `path` may be replaced, even one that appears in the meantime.
 * @throws the error of the file system.
 */
export async function partialFile(path: string, replace = true) {
  // If the path is a symbolic link, replaces its target.
  const target = await realpath(resolve(path)).catch(() => resolve(path));
  const folder = dirname(target);
  const made = await makeFolders(folder);
  const file = await assertPlace(path, target, replace)
    .then((mode) => temporaryFile(target, mode))
    .catch(async (cause) => {
      await removeFolders(made);
      throw cause;
    });
  let size = 0;
  let isFinished = false;

  return {
    async write(bytes: Uint8Array): Promise<void> {
      // A disk that is almost full accepts only a part, and fails on the next write.
      for (let left = bytes; left.length > 0; ) {
        const { bytesWritten } = await file.handle.write(left, 0, left.length, size);
        size += bytesWritten;
        left = left.subarray(bytesWritten);
      }
    },
    /** Drops everything written so far. */
    async restart(): Promise<void> {
      await file.handle.truncate(0);
      size = 0;
    },
    /** Flushes the file and moves it to its place. Resolves with its size. */
    async finish(): Promise<number> {
      await file.place((temporary) => (replace ? rename(temporary, target) : moveNew(temporary, target)));
      isFinished = true;
      for (const changed of [folder, ...made.map(dirname)]) await syncFolder(changed).catch(() => {});
      return size;
    },
    /** Removes an unfinished file, and the folders that were made for it. */
    async discard(): Promise<void> {
      await file.discard();
      if (!isFinished) await removeFolders(made);
    },
  };
}

/** The code of the error if a file is there that must not be replaced. */
export const TAKEN = "TAKEN";

/** Resolves with the permissions of a file that will be replaced. @throws before the download, if no file can have that name. */
async function assertPlace(path: string, target: string, replace: boolean): Promise<number | undefined> {
  if (path.endsWith("/") || path.endsWith(sep)) throw diskFault("EISDIR", "it ends with a slash");
  const there = await lstat(target).catch((cause) => {
    if (cause.code !== "ENOENT") throw cause;
    return undefined;
  });
  if (!there) return undefined;
  if (there.isDirectory()) throw diskFault("EISDIR", "a folder is there");
  // A rename would replace even /dev/null, or a link to nothing, with a file.
  if (!there.isFile()) throw diskFault("EINVAL", "a device, a pipe, a socket or a link to nothing is there");
  if (!replace) throw isThere();
  // Opened, because in Deno `access` needs one more permission, and ends the process without it.
  await (await open(target, "r+")).close();
  return there.mode & 0o777;
}

/** Moves a file to a path that must be free. A link, unlike a rename, never replaces another file. */
async function moveNew(from: string, to: string): Promise<void> {
  await link(from, to).catch(async () => {
    if (await lstat(to).catch(() => undefined)) throw isThere();
    // Some file systems have no hard links.
    await rename(from, to);
  });
}

/** Removes folders, except those that are no longer empty. */
async function removeFolders(folders: string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => {});
}

const isThere = () => diskFault(TAKEN, "it must not be replaced");

function diskFault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
