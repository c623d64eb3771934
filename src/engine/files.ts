import { withFacts } from "../errors.js";
import type { RetrievedFile } from "../generated/minimax.js";
import { isRecord } from "../record.js";
import type { Engine } from "./engine.js";
import { otherShape } from "./reply.js";
import { sendRead } from "./send.js";

export interface CallOptions {
  /** Ends the call at once; its reason passes through untouched. */
  signal?: AbortSignal | undefined;
}

/**
 * A file and its short-lived link. Free of charge; sent again after a passing fault.
 * @throws {ApiError} when there is no such file.
 */
export async function retrieveFile(
  engine: Engine,
  fileId: string,
  { signal }: CallOptions = {},
): Promise<RetrievedFile> {
  const path = `/v1/files/retrieve?file_id=${encodeURIComponent(fileId)}`;
  const call = { operation: "retrieveFile", method: "GET", path, signal };
  try {
    return await sendRead(engine, call, ({ file }) => {
      if (!isRecord(file)) throw otherShape("file", call, engine.server);
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
