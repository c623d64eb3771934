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
    const { file } = await sendRead(engine, call);
    if (!isRecord(file)) throw otherShape("file", call, engine.server);
    // Checked as far as the client relies on it; the rest is the service's word.
    return file as RetrievedFile;
  } catch (error) {
    throw withFacts(error, { fileId });
  }
}
