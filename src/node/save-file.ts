import { callUser, DownloadError } from "../base/errors.js";
import { aFunction, assertOptions, type Rules } from "../base/options.js";
import type { FileContent } from "../files/file-content.js";
import { partialFile } from "./partial-file.js";
import { wordsOn } from "./save.js";

export interface FileSaveOptions {
  /** Called as bytes arrive; `total` is absent when the service does not tell. */
  onProgress?: ((progress: { bytes: number; total?: number }) => void) | undefined;
}

const SAVE_OPTIONS: Rules<FileSaveOptions> = { onProgress: aFunction };

/**
 * Saves what `files.content` gave: written beside `path` and renamed when whole, so that `path` never holds half of it. Folders
 * are made. The `signal` of `files.content` ends it, and nothing half is left.
 * @throws {DownloadError} when the bytes cannot be written; {ConnectionError} when they do not come to their end.
 */
export async function saveFile(
  { stream, size }: Pick<FileContent, "stream" | "size">,
  path: string,
  options: FileSaveOptions = {},
): Promise<{ path: string; bytes: number }> {
  assertOptions("saveFile", options, SAVE_OPTIONS);
  const { onProgress } = options;
  const onDisk = <T>(step: Promise<T>) =>
    step.catch((cause) => {
      throw new DownloadError(`The file ${wordsOn(path, cause)}; it is still there`, { cause });
    });
  let bytes = 0;
  const reader = stream.getReader();
  try {
    const file = await onDisk(partialFile(path));
    try {
      if (size !== undefined) await onDisk(file.assertRoom(size));
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        await onDisk(file.write(next.value));
        bytes += next.value.length;
        const progress = { bytes, ...(size === undefined ? {} : { total: size }) };
        if (onProgress) callUser("onProgress", () => onProgress(progress), {});
      }
      await onDisk(file.finish());
    } finally {
      await file.discard();
    }
  } finally {
    // Should the disk have refused it: nobody reads on.
    await reader.cancel().catch(() => {});
  }
  return { path, bytes };
}
