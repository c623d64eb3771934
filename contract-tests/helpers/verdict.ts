/** Validates any request with the generated validators. */
import { isRecord } from "../../src/base/record.js";
import { serverFrom } from "../../src/base/server.js";
import { type RequestName, validators } from "../../src/generated/validators.js";
import { kinds } from "../../src/kinds/kinds.js";
import { modeOf } from "../../src/kinds/mode.js";
import type { Name } from "./documents.js";
import { validatorsOf } from "./scenes.js";

const FILES: Record<string, RequestName> = { uploadFile: "UploadFileReq", deleteFile: "DeleteFileReq" };
const ofV2 = Object.values(kinds).filter(({ version }) => version === 2);
const rules = Object.fromEntries(
  await Promise.all(ofV2.map(async ({ create, rules }) => [create.operation, await rules()] as const)),
);

/** Whether the validator of the body's most likely mode accepts it, as a request of this operation. */
export function validatorTakes(name: Name, operationId: string, body: unknown): boolean {
  const mode = FILES[operationId] ?? rules[operationId]?.modeOf(isRecord(body) ? body : {}, serverFrom("global"));
  // The mode belongs to API v2 or to files, because no other operations have one here.
  if (mode) return validatorsOf[mode as keyof typeof validatorsOf](body);
  return validators[name][modeOf(body, name)]?.(body) ?? false;
}
