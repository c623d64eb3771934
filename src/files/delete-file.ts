import { ApiError, withFacts } from "../base/errors.js";
import { assertOptions } from "../base/options.js";
import { isRecord } from "../base/record.js";
import { otherShape, successOf } from "../http/parse-response.js";
import { afterRead, repeated } from "../http/retry.js";
import type { Call } from "../http/transport.js";
import type { Engine } from "../tasks/engine.js";
import { assertNone, namingIssues, PURPOSE_OPTIONS, type PurposeOptions } from "./file-issues.js";
import { openOutcome } from "./outcome.js";

const OPERATION = "deleteFile";

/** Sent again after a passing fault: what is gone already is refused, and nothing is lost by that. */
export async function deleteFile(engine: Engine, fileId: string, options: PurposeOptions): Promise<void> {
  assertOptions("files.delete", options, PURPOSE_OPTIONS);
  const { purpose, signal }: Partial<PurposeOptions> = options ?? {};
  assertNone("Nothing was deleted:", namingIssues({ fileId: fileId ?? "", purpose }), engine.server, OPERATION);
  // By hand: an int64 does not fit the numbers of JavaScript. Both were looked at.
  const body = `{"file_id":${fileId},"purpose":"${purpose}"}`;
  const call: Call = { operation: OPERATION, method: "POST", path: "/v1/files/delete", body, signal };
  let tries = 0;
  try {
    await repeated(engine, call, afterRead(engine), async () => {
      tries++;
      const { file_id, base_resp } = successOf(await engine.exchange(call), call, engine.server);
      // Documented, but not required: a success says enough.
      const deleted = file_id === undefined && isRecord(base_resp) ? fileId : file_id;
      if (deleted !== fileId) throw otherShape(`file_id ${fileId}`, call, engine.server);
    });
  } catch (error) {
    const again = tries > 1 && error instanceof ApiError && error.kind === "invalid_request";
    const words = `An earlier try may have deleted it: files.list({ purpose: "${purpose}" }) shows what is left`;
    throw withFacts(again ? openOutcome(error, words) : error, { fileId });
  }
}
