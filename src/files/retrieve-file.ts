import { withFacts } from "../base/errors.js";
import { aSignal, assertOptions } from "../base/options.js";
import { isRecord, nonEmptyString } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import type { RetrievedFile } from "../generated/minimax.js";
import { missingField, wrongSubject } from "../http/parse-response.js";
import { sendRead } from "../http/retry.js";
import type { Call, HttpContext } from "../http/transport.js";

/**
 * A file and its short-lived link. Free of charge; retried after a transient failure.
 * @throws {ApiError} if there is no such file.
 */
export async function retrieveFile(
  context: HttpContext,
  fileId: string,
  options: CallOptions = {},
): Promise<RetrievedFile> {
  const { signal } = assertOptions("files.retrieve", options, { signal: aSignal });
  const { server } = context;
  const path = `/v1/files/retrieve?file_id=${encodeURIComponent(fileId)}`;
  const call: Call = { operation: "retrieveFile", method: "GET", path, signal };
  try {
    return await sendRead(context, call, ({ file }) => {
      if (!isRecord(file)) throw missingField("file", call, server);
      const said = nonEmptyString(file.file_id);
      if (said !== undefined && said !== fileId) throw wrongSubject("file", fileId, said, call, server);
      return retrievedFrom(file, fileId);
    });
  } catch (error) {
    throw withFacts(error, { fileId });
  }
}

/** The id and the links are what their types say, because the client relies on them. The other fields are passed on. */
function retrievedFrom(file: Record<string, unknown>, file_id: string): RetrievedFile {
  const { download_url, backup_download_url, ...rest } = file;
  return {
    ...rest,
    file_id,
    ...(typeof download_url === "string" ? { download_url } : {}),
    ...(typeof backup_download_url === "string" ? { backup_download_url } : {}),
  };
}
