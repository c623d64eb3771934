import { isRecord } from "../base/record.js";
import type { TaskStatus } from "../base/task.js";
import { type ErrorKind, statusCodes } from "../generated/codes.js";
import { redact } from "./redact.js";

/** Every spelling known of V1 (`Success`, `Fail`), its callbacks (`success`, `failed`), V2 and gateways, in lower case. */
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
 * A reply in the official shape, understood. A word that nobody knows means that the task still runs. `secrets` is what the
 * service's reason for a failure must not repeat.
 */
export function statusFrom(
  content: Record<string, unknown>,
  taskId: string,
  secrets: readonly string[] = [],
): TaskStatus {
  const word = typeof content.status === "string" ? content.status : "";
  const state = FINAL.get(word.toLowerCase()) ?? "running";
  if (state === "running") return { state, taskId, word };
  if (state === "failed") return { state, taskId, word, ...reasonOf(content, secrets) };
  const { file_id, video_url, video_width, video_height, prompt, usage } = content;
  return {
    state,
    taskId,
    word,
    ...(typeof file_id === "string" && file_id ? { fileId: file_id } : {}),
    ...(typeof video_url === "string" && video_url ? { url: video_url } : {}),
    ...(typeof prompt === "string" && prompt ? { prompt } : {}),
    ...(isRecord(usage) && Object.keys(usage).length > 0 ? { usage } : {}),
    ...(typeof video_width === "number" && video_width > 0 ? { width: video_width } : {}),
    ...(typeof video_height === "number" && video_height > 0 ? { height: video_height } : {}),
  };
}

function reasonOf(
  { base_resp, fail_reason }: Record<string, unknown>,
  secrets: readonly string[],
): {
  kind: ErrorKind;
  code?: number;
  reason?: string;
} {
  const { status_code: code, status_msg } = isRecord(base_resp) ? base_resp : {};
  if (typeof code === "number" && code !== 0) {
    const row = statusCodes[code];
    return {
      kind: row?.kind ?? "unknown",
      code,
      reason: row?.meaning ?? redact(typeof status_msg === "string" ? status_msg : "", secrets),
    };
  }
  return {
    kind: "unknown",
    ...(typeof fail_reason === "string" && fail_reason ? { reason: redact(fail_reason, secrets) } : {}),
  };
}
