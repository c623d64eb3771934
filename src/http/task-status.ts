import { defined, finiteNumber, isRecord, nonEmptyString } from "../base/record.js";
import type { TaskStatus } from "../base/task.js";
import { type ErrorKind, statusCodes } from "../generated/codes.js";
import { redact } from "./redact.js";

/** Every known final word, in lower case: of API v1 (`Success`, `Fail`), its callbacks (`success`, `failed`), v2, gateways. */
const FINAL = new Map<string, "succeeded" | "failed">([
  ["success", "succeeded"],
  ["succeeded", "succeeded"],
  ["completed", "succeeded"],
  ["fail", "failed"],
  ["failed", "failed"],
  ["failure", "failed"],
  ["cancelled", "failed"],
  ["canceled", "failed"],
  ["expired", "failed"],
]);

/**
 * The status that a reply in the official shape describes. An unknown word means that the task is still running. `secrets`
 * are what the service's reason for a failure must not repeat.
 */
export function statusFrom(
  content: Record<string, unknown>,
  taskId: string,
  secrets: readonly string[] = [],
): TaskStatus {
  const word = nonEmptyString(content.status) ?? "";
  const state = FINAL.get(word.toLowerCase()) ?? "running";
  if (state === "running") return { state, taskId, word };
  if (state === "failed") return { state, taskId, word, ...reasonFrom(content, secrets) };
  const { file_id, video_url, video_width, video_height, prompt, usage } = content;
  return defined({
    state,
    taskId,
    word,
    fileId: nonEmptyString(file_id),
    url: nonEmptyString(video_url),
    prompt: nonEmptyString(prompt),
    usage: isRecord(usage) && Object.keys(usage).length > 0 ? usage : undefined,
    width: positive(video_width),
    height: positive(video_height),
  });
}

/** The service writes 0 for a size that it does not know. */
function positive(value: unknown): number | undefined {
  const number = finiteNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

function reasonFrom(
  { base_resp, fail_reason }: Record<string, unknown>,
  secrets: readonly string[],
): { kind: ErrorKind; code?: number; reason?: string } {
  const { status_code: code, status_msg } = isRecord(base_resp) ? base_resp : {};
  if (typeof code === "number" && code !== 0) {
    const row = statusCodes[code];
    return {
      kind: row?.kind ?? "unknown",
      code,
      reason: row?.meaning ?? redact(nonEmptyString(status_msg) ?? "", secrets),
    };
  }
  const reason = nonEmptyString(fail_reason);
  return { kind: "unknown", ...(reason ? { reason: redact(reason, secrets) } : {}) };
}
