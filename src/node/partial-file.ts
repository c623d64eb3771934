import { type FileHandle, link, lstat, open, realpath, rename, rmdir } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { makeFolders, syncFolder, writeBeside } from "./atomic-file.js";

/**
 * Writes chunks to a file beside `path`, and moves it there once it is complete. Makes missing folders. Resolves with the number of
 * bytes. If it fails, it leaves neither a file nor a new folder.
 * @param chunksOf the source, which calls `restart` to drop what it has yielded. Its errors are passed on.
 * @param fail throws the error for one of the file system.
 * @param replace whether a file at `path` may be replaced, even one that appears in the meantime.
 */
export async function writeChunks(
  path: string,
  chunksOf: (restart: () => Promise<void>) => AsyncIterable<Uint8Array>,
  fail: (cause: Error) => never,
  replace = true,
): Promise<number> {
  // If the path is a symbolic link, replaces its target.
  const target = await realpath(resolve(path)).catch(() => resolve(path));
  const folder = dirname(target);
  const made = await makeFolders(folder).catch(fail);
  let size = 0;
  /** Whether the source is at work, so that an error is its own. */
  let isReading = false;
  async function write(file: FileHandle): Promise<void> {
    const restart = async () => {
      await file.truncate(0).catch(fail);
      size = 0;
    };
    isReading = true;
    for await (const chunk of chunksOf(restart)) {
      isReading = false;
      // A disk that is almost full accepts only a part, and fails on the next write.
      for (let left = chunk; left.length > 0; ) {
        const { bytesWritten } = await file.write(left, 0, left.length, size);
        size += bytesWritten;
        left = left.subarray(bytesWritten);
      }
      isReading = true;
    }
    isReading = false;
  }
  try {
    const mode = await assertPlace(path, target, replace);
    await writeBeside(target, mode, write, (temporary) => (replace ? rename : moveNew)(temporary, target));
  } catch (error) {
    // Those that are no longer empty stay.
    for (const one of made) await rmdir(one).catch(() => {});
    throw isReading ? error : fail(error as Error);
  }
  for (const changed of [folder, ...made.map(dirname)]) await syncFolder(changed).catch(() => {});
  return size;
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

const isThere = () => diskFault(TAKEN, "it must not be replaced");

function diskFault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
