import { withFacts } from "../base/errors.js";
import { aSignal, assertOptions, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import type { RetrievedFile } from "../generated/minimax.js";
import { otherAnswer, otherShape } from "../http/parse-response.js";
import { sendRead } from "../http/retry.js";
import type { Engine } from "../tasks/engine.js";

export const CALL_OPTIONS: Rules<CallOptions> = { signal: aSignal };

/**
 * A file and its short-lived link. Free of charge; sent again after a passing fault.
 * @throws {ApiError} when there is no such file.
 */
export async function retrieveFile(engine: Engine, fileId: string, options: CallOptions = {}): Promise<RetrievedFile> {
  assertOptions("files.retrieve", options, CALL_OPTIONS);
  const { signal } = options;
  const path = `/v1/files/retrieve?file_id=${encodeURIComponent(fileId)}`;
  const call = { operation: "retrieveFile", method: "GET", path, signal };
  try {
    return await sendRead(engine, call, ({ file }) => {
      if (!isRecord(file)) throw otherShape("file", call, engine.server);
      const { file_id } = file;
      if (typeof file_id === "string" && file_id && file_id !== fileId)
        throw otherAnswer("file", fileId, file_id, call, engine.server);
      return fileFrom(file, fileId);
    });
  } catch (error) {
    throw withFacts(error, { fileId });
  }
}

/** What the client relies on is what the type says: the id, else that which was asked for, and links. The rest is the service's word. */
function fileFrom(file: Record<string, unknown>, asked: string): RetrievedFile {
  const { file_id, download_url, backup_download_url, ...rest } = file;
  return {
    ...rest,
    file_id: typeof file_id === "string" && file_id ? file_id : asked,
    ...(typeof download_url === "string" ? { download_url } : {}),
    ...(typeof backup_download_url === "string" ? { backup_download_url } : {}),
  };
}
