/** The generated validators as one judge of any request. */

import { isRecord } from "../src/base/record.js";
import { validators } from "../src/generated/validators.js";
import { modeOf } from "../src/kinds/mode.js";
import { modeOfV2 } from "../src/kinds/version2.js";
import type { Name } from "./documents.js";
import { validatorsOf } from "./scenes.js";

/** Whether the validator of the mode that a body evidently means takes it, as a request of this operation. */
export function validatorTakes(name: Name, operationId: string, body: unknown): boolean {
  if (operationId === "uploadFile") return validatorsOf.UploadFileReq(body);
  if (operationId === "deleteFile") return validatorsOf.DeleteFileReq(body);
  if (!/V2Create$/.test(operationId)) return validators[name][modeOf(body, name)]?.(body) ?? false;
  const record = isRecord(body) ? body : {};
  const wish =
    operationId === "h3ContextIRV2Create"
      ? "prompt"
      : operationId === "videoRegenerationV2Create"
        ? "regeneration"
        : "video";
  return validatorsOf[modeOfV2(record, wish)](body);
}
