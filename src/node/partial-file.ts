import { randomUUID } from "node:crypto";
import { mkdir, open, realpath, rename, rm, rmdir, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";

/** A file that comes into being as a whole or not at all: written beside its place, under a name that nobody can guess. */
export interface PartialFile {
  /** @throws what a full disk says, when it evidently has less room than this. */
  assertRoom(bytes: number): Promise<void>;
  /** Resolves when the next bytes may come, which may be before these are on the disk. */
  write(bytes: Uint8Array): Promise<void>;
  /** What was written is void. */
  restart(): Promise<void>;
  /** Puts it in its place, safe from a power cut. */
  finish(): Promise<void>;
  /** Leaves nothing behind of what was not finished, nor any folder that was made for it. */
  discard(): Promise<void>;
}

/** Bytes that are written at a time, while as many more come in. */
const BATCH = 1024 * 1024;
/** Bytes after which the disk begins to take them to heart, while more come in: at the end, all but the last is done. */
const FLUSHED = 16 * BATCH;

/**
 * Opens it; missing folders are made.
 * @throws what the file system says.
 */
export async function partialFile(path: string): Promise<PartialFile> {
  // A link is followed, and stays what it is.
  const target = await realpath(resolve(path)).catch(() => resolve(path));
  const folder = dirname(target);
  // Not the whole name: it may be as long as a name can be.
  const partial = join(folder, `.${basename(target).slice(0, 40)}.${randomUUID()}.part`);
  const made = foldersFrom(folder, await mkdir(folder, { recursive: true }));
  const file = await assertPlace(path, target)
    .then(() => open(partial, "wx"))
    .catch(async (cause) => {
      await removeFolders(made);
      throw cause;
    });
  let batch: Uint8Array[] = [];
  let collected = 0;
  let position = 0;
  let writing = Promise.resolve();
  let flushing: Promise<void> | undefined;
  let unflushed = 0;
  let finished = false;

  /** Begins to write what was collected, once what came before is written. */
  async function flush(): Promise<void> {
    const [chunks, size] = [batch, collected];
    batch = [];
    collected = 0;
    await writing;
    writing = writeAll(chunks, size);
    // Told to whoever waits for it next.
    writing.catch(() => {});
  }

  async function writeAll(chunks: Uint8Array[], size: number): Promise<void> {
    let left = chunks;
    for (let missing = size; missing > 0; ) {
      const { bytesWritten } = await file.writev(left, position);
      position += bytesWritten;
      missing -= bytesWritten;
      // A disk that gets full takes a part; at the next try it tells.
      if (missing > 0) left = [Buffer.concat(left).subarray(bytesWritten)];
    }
    unflushed += size;
    if (unflushed < FLUSHED || flushing) return;
    unflushed = 0;
    flushing = file.datasync().then(() => {
      flushing = undefined;
    });
    flushing.catch(() => {});
  }

  return {
    async assertRoom(bytes) {
      const { bfree, bsize, blocks } = await statfs(folder).catch(() => ({ bfree: 0, bsize: 0, blocks: 0 }));
      // Some file systems of networks tell nothing.
      if (blocks === 0 || bfree * bsize >= bytes) return;
      const [needed, free] = [bytes, bfree * bsize].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`);
      throw diskFault("ENOSPC", `${needed} are needed, ${free} are free`);
    },
    async write(bytes) {
      collected += bytes.length;
      if (batch.push(bytes) && collected >= BATCH) await flush();
    },
    async restart() {
      batch = [];
      collected = 0;
      await writing;
      await file.truncate(0);
      position = 0;
    },
    async finish() {
      await flush();
      await writing;
      await flushing;
      // Before it has its name: after a power cut a name without its bytes could stand there, and a journal point to it.
      await file.sync();
      await file.close();
      await rename(partial, target);
      finished = true;
      for (const changed of [folder, ...made.map(dirname)]) await syncFolder(changed).catch(() => {});
    },
    async discard() {
      if (finished) return;
      await writing.catch(() => {});
      await flushing?.catch(() => {});
      await file.close().catch(() => {});
      await rm(partial, { force: true }).catch(() => {});
      await removeFolders(made);
    },
  };
}

/** @throws when there can be no file of that name, known now rather than after the download. */
async function assertPlace(path: string, target: string): Promise<void> {
  if (path.endsWith("/") || path.endsWith(sep)) throw diskFault("EISDIR", "it ends with a slash");
  const there = await stat(target).catch((cause) => {
    if (cause.code !== "ENOENT") throw cause;
  });
  if (there?.isDirectory()) throw diskFault("EISDIR", "a folder is there");
  // A rename would put a file in the place of /dev/null.
  if (there && !there.isFile()) throw diskFault("EINVAL", "what is there is a device, a pipe or a socket");
}

/** The folders that were made, the innermost first. */
function foldersFrom(folder: string, outermost: string | undefined): string[] {
  const folders: string[] = [];
  for (let made = folder; outermost && made.length >= outermost.length; made = dirname(made)) folders.push(made);
  return folders;
}

/** As far as nobody else has put something there. */
async function removeFolders(folders: string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => {});
}

/** Makes names safe from a power cut. Windows does so by itself; a file system that refuses has done its best. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}

function diskFault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
