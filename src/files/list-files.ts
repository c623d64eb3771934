import { assertOptions } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { FileObject } from "../generated/minimax.js";
import { otherShape } from "../http/parse-response.js";
import { sendRead } from "../http/retry.js";
import type { Call } from "../http/transport.js";
import type { Engine } from "../tasks/engine.js";
import { assertNone, namingIssues, PURPOSE_OPTIONS, type PurposeOptions } from "./file-issues.js";

const OPERATION = "listFiles";

/** All files of a purpose, as the service tells of them; what has no id is left out. */
export async function listFiles(engine: Engine, options: PurposeOptions): Promise<FileObject[]> {
  assertOptions("files.list", options, PURPOSE_OPTIONS);
  const { purpose, signal }: Partial<PurposeOptions> = options ?? {};
  assertNone("No files were asked for:", namingIssues({ purpose }), engine.server, OPERATION);
  const call: Call = { operation: OPERATION, method: "GET", path: `/v1/files/list?purpose=${purpose}`, signal };
  const listed = await sendRead(engine, call, ({ files, data, base_resp }) => {
    // The documentation says `files`, and the vendor's own command line reads `data` (SOURCES.md, "List of files"). Without
    // either there are none, but only in an answer that is one.
    const listed = files ?? data ?? (isRecord(base_resp) ? [] : undefined);
    if (!Array.isArray(listed)) throw otherShape("files", call, engine.server);
    return listed;
  });
  return listed.filter(
    (file): file is FileObject => isRecord(file) && typeof file.file_id === "string" && file.file_id !== "",
  );
}
