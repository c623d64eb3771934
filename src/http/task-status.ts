import { defined, type Fields, isRecord, nonEmptyString } from "../base/record.js";
import type { TaskStatus } from "../base/task.js";
import { statusCodes } from "../generated/codes.js";
import { redact } from "./redact.js";
import { rowsByType } from "./reply-shapes.js";
import { namedId } from "./task-evidence.js";

/** The final status words of API v1, its callbacks, API v2 and gateways, in lower case. */
const SUCCEEDED = /^(success(ful)?|succeed(ed)?|completed?|finished|done)$/;
const FAILED =
  /^(fail(ed|ure)?|error|rejected|cancell?ed|expired|aborted|terminated|time(d_)?out|unsuccessful|deleted)$/;

/** Reads the status from a reply in the official shape. An unknown word means "still running". `reason` repeats no secret. */
export function statusFrom(content: Fields, taskId: string, secrets: readonly string[] = []): TaskStatus {
  const word = nonEmptyString(content.status)?.trim() ?? "";
  // TASK_STATUS_SUCCEED, "Failed: no reason", "canceled by user"
  const known = word
    .toLowerCase()
    .replace(/^task_?status_?/, "")
    .replace(/^(?!error)(\w+)[\s:(].*$/s, "$1");
  if (FAILED.test(known)) return { state: "failed", taskId, word, ...reasonFrom(content, secrets) };
  if (!SUCCEEDED.test(known)) return { state: "running", taskId, word };
  const { file_id, video_url, video_width, video_height, prompt, usage } = content;
  return defined({
    state: "succeeded" as const,
    taskId,
    word,
    fileId: namedId(file_id) || undefined,
    // Some services write "pending" until there is a link.
    url: nonEmptyString(video_url)?.match(/(?<!\S)\S*\/\/\S+|^\/\S+/)?.[0],
    prompt: nonEmptyString(prompt),
    usage: isRecord(usage) && Object.keys(usage).length > 0 ? usage : undefined,
    width: pixels(video_width),
    height: pixels(video_height),
  });
}

/** Reads a size, for which the service writes 0 if it is unknown. */
const pixels = (value: unknown): number | undefined => (typeof value === "number" && value > 0 ? value : undefined);

/** Why a task failed: from its code in `base_resp` or its type, else from the message of a gateway. */
function reasonFrom(content: Fields, secrets: readonly string[]) {
  const { base_resp, fail_reason, error_type } = content;
  const { status_code: code, status_msg } = isRecord(base_resp) ? base_resp : {};
  const isCode = typeof code === "number" && code > 0;
  const { kind = "unknown" as const, meaning } = (isCode ? statusCodes[code] : rowsByType.get(error_type)) ?? {};
  const words = (isCode && nonEmptyString(status_msg)) || nonEmptyString(fail_reason);
  const reason = (isCode && meaning) || (words && redact(words, secrets));
  return { kind, ...(isCode && { code }), ...(reason && { reason }) };
}
