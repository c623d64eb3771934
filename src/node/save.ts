import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Video } from "../engine/video.js";
import { DownloadError } from "../errors.js";

export interface SaveOptions {
  /** Ends the download at once; nothing half is left. */
  signal?: AbortSignal | undefined;
  /** Called as bytes arrive; `total` is absent when the host does not tell. */
  onProgress?: ((progress: { bytes: number; total?: number }) => void) | undefined;
  /** Default: the global `fetch`. The key is never among what it is given. */
  fetch?: typeof fetch | undefined;
}

/** Times that a broken or expired download is taken up again. */
const RETRIES = 3;

/**
 * Saves a finished video: written beside `path` and renamed when whole, so that `path` never holds half of it. A cut
 * connection is resumed where the host allows it, an expired link is asked for anew. Folders are made.
 * @throws {DownloadError} when the bytes cannot be had or written. The video is still there: call it again.
 */
export async function saveVideo(
  video: Video,
  path: string,
  options: SaveOptions = {},
): Promise<{ path: string; bytes: number }> {
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(partial, "wx");
    try {
      const bytes = await download(video, file, options);
      await file.sync();
      await file.close();
      await rename(partial, path);
      return { path, bytes };
    } finally {
      await file.close().catch(() => {});
    }
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (cause instanceof DownloadError) throw cause;
    const code = (cause as { code?: string }).code ?? String(cause);
    throw failure(video, `it cannot be written to ${path}: ${code}`, cause);
  } finally {
    // What cannot be removed was most likely never made; the error that matters is already on its way.
    await rm(partial, { force: true }).catch(() => {});
  }
}

type File = Awaited<ReturnType<typeof open>>;
interface Part {
  /** Bytes written so far. */
  bytes: number;
  total?: number | undefined;
  /** Marks the version of the file at its host. */
  etag?: string | undefined;
}

async function download(
  video: Video,
  file: File,
  { fetch: send = fetch, signal, onProgress }: SaveOptions,
): Promise<number> {
  const part: Part = { bytes: 0 };
  for (let attempt = 0; ; attempt++) {
    try {
      const url = await video.url({ fresh: attempt > 0, signal });
      await fetchRest(url, part, file, { send, signal, onProgress });
      if (part.total !== undefined && part.bytes !== part.total)
        throw new Error(`${part.bytes} of ${part.total} bytes arrived`);
      return part.bytes;
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      if (attempt >= RETRIES || isDiskError(cause))
        throw isDiskError(cause) ? cause : failure(video, reasonOf(cause), cause);
    }
  }
}

type Through = { send: typeof fetch; signal?: AbortSignal | undefined; onProgress?: SaveOptions["onProgress"] };

/** Fetches what is missing; begins anew when the host ignores the range or the file there has changed. */
async function fetchRest(url: string, part: Part, file: File, { send, signal, onProgress }: Through): Promise<void> {
  const headers = part.bytes && part.etag ? { range: `bytes=${part.bytes}-`, "if-range": part.etag } : {};
  const response = await send(url, { headers, ...(signal ? { signal } : {}) });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new DownloadError(`HTTP ${response.status}`, { status: response.status });
  }
  if (response.status !== 206) {
    await file.truncate(0);
    part.bytes = 0;
    part.total = Number(response.headers.get("content-length")) || undefined;
    part.etag = response.headers.get("etag") ?? undefined;
  }
  for await (const chunk of response.body) {
    await file.write(chunk, 0, chunk.length, part.bytes);
    part.bytes += chunk.length;
    onProgress?.({ bytes: part.bytes, ...(part.total === undefined ? {} : { total: part.total }) });
  }
}

function isDiskError(error: unknown): boolean {
  return (
    error instanceof Error &&
    "syscall" in error &&
    /^(write|open|truncate|ftruncate|fsync)$/.test(String(error.syscall))
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function failure({ taskId, fileId, task }: Video, why: string, cause: unknown): DownloadError {
  const status = cause instanceof DownloadError ? cause.status : undefined;
  return new DownloadError(`The video of task ${taskId} was not saved: ${why}`, {
    taskId,
    fileId,
    task,
    status,
    cause,
  });
}
