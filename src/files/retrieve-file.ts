import { aSignal, assertOptions } from "../base/options.js";
import { isRecord, nonEmptyString } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import type { RetrievedFile } from "../generated/minimax.js";
import { missingField, wrongSubject } from "../http/parse-response.js";
import { sendRead } from "../http/retry.js";
import { namedId } from "../http/task-evidence.js";
import type { Call, HttpContext } from "../http/transport.js";

/** Retrieves a file and its short-lived link. */
export async function retrieveFile(context: HttpContext, id: string, options?: CallOptions): Promise<RetrievedFile> {
  const { signal } = assertOptions("files.retrieve", options, { signal: aSignal });
  const { server } = context;
  const path = `/v1/files/retrieve?file_id=${encodeURIComponent(id)}`;
  const call: Call = { operation: "retrieveFile", method: "GET", path, about: { fileId: id }, signal };
  return sendRead(context, call, ({ file: inner, base_resp: _, ...reply }) => {
    // Some gateways leave out the envelope.
    const file = inner ?? (reply.download_url === undefined ? undefined : reply);
    if (!isRecord(file)) throw missingField("file", call, server);
    const said = namedId(file.file_id);
    if (said && said !== id) throw wrongSubject("file", id, said, call, server);
    // Checks only the id and the links, which the client relies on. Passes on the other fields.
    const { download_url, backup_download_url, ...rest } = file;
    const links = Object.entries({ download_url, backup_download_url }).filter(([, link]) => nonEmptyString(link));
    // Uploads may have no link. A video has one, but the link, or even the file, may appear late.
    const wantsLink = download_url !== undefined || rest.purpose === "video_generation";
    if (wantsLink && links.length === 0) throw missingField("download_url", call, server);
    return { ...rest, file_id: id, ...Object.fromEntries(links) };
  });
}
