import { isRecord } from "./gateways.js";
import type { FileObject } from "./generated/minimax.js";
import { otherShape } from "./reply.js";
import { sendRead } from "./send.js";
import type { Connection } from "./transport.js";

export interface CallOptions {
  /** Ends the call at once; its reason passes through untouched. */
  signal?: AbortSignal | undefined;
}

/**
 * A file and its short-lived link. Free of charge; sent again after a passing fault.
 * @throws {ApiError} when there is no such file.
 */
export async function retrieveFile(
  connection: Connection,
  fileId: string,
  { signal }: CallOptions = {},
): Promise<FileObject> {
  const path = `/v1/files/retrieve?file_id=${encodeURIComponent(fileId)}`;
  const call = { operation: "retrieveFile", method: "GET", path, signal };
  const { file } = await sendRead(connection, call);
  if (!isRecord(file)) throw otherShape("file", call, connection.server);
  // Checked as far as the client relies on it; the rest is the service's word.
  return file as FileObject;
}

/** `minimax.files`. */
export interface Files {
  /** A file and its download link, which lives about an hour: `files.retrieve(video.fileId)`. */
  retrieve(fileId: string, options?: CallOptions): Promise<FileObject>;
}

export function filesOf(connection: Connection): Files {
  return { retrieve: (fileId, options) => retrieveFile(connection, fileId, options) };
}
