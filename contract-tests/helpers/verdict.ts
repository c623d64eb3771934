/** The generated validators as one judge of any request. */

import { isRecord } from "../../src/base/record.js";
import { serverFrom } from "../../src/base/server.js";
import type { TaskKind } from "../../src/base/task.js";
import { validators } from "../../src/generated/validators.js";
import { kinds } from "../../src/kinds/kinds.js";
import { modeOf } from "../../src/kinds/mode.js";
import type { Name } from "./documents.js";
import { validatorsOf } from "./scenes.js";

const KINDS: Record<string, TaskKind> = {
  h3ContextIRV2Create: "h3_context_ir",
  videoRegenerationV2Create: "regeneration",
  videoGenerationV2Create: "generation",
};
const rules = Object.fromEntries(
  await Promise.all(Object.entries(KINDS).map(async ([id, kind]) => [id, await kinds[kind].rules()] as const)),
);

/** Whether the validator of the mode that a body evidently means accepts it, as a request of this operation. */
export function validatorTakes(name: Name, operationId: string, body: unknown): boolean {
  if (operationId === "uploadFile") return validatorsOf.UploadFileReq(body);
  if (operationId === "deleteFile") return validatorsOf.DeleteFileReq(body);
  const mode = rules[operationId]?.modeOf(isRecord(body) ? body : {}, serverFrom("global"));
  // Of API v2, because only its kinds have rules here.
  if (mode) return validatorsOf[mode as keyof typeof validatorsOf](body);
  return validators[name][modeOf(body, name)]?.(body) ?? false;
}
