import { arrayOf, isRecord } from "../base/record.js";
import type { TaskKind } from "../base/task.js";

/** What a caller wants. A prompt must be asked for, because its create accepts the same requests as that of a video. */
export type Wish = "video" | "template" | "h3_context_ir";

/** The kind of task that a request creates. */
export function kindOf(request: unknown, wish: Wish = "video"): TaskKind {
  if (wish !== "video" || !isVersion2(request)) return wish;
  const isRegeneration = request.source_task_id !== undefined || rolesIn(request.content).has("base_video");
  return isRegeneration ? "regeneration" : "generation";
}

/** The same for a request of which nothing else is known. */
export function kindOfAny(request: unknown): TaskKind {
  const kind = kindOf(request);
  return kind === "video" && isRecord(request) && request.template_id !== undefined ? "template" : kind;
}

/** Whether a request is one of API v2: by its model, or by a field that only v2 has. */
function isVersion2(request: unknown): request is Record<string, unknown> {
  if (!isRecord(request)) return false;
  const { model, content, source_task_id } = request;
  return (
    content !== undefined || source_task_id !== undefined || (typeof model === "string" && /^MiniMax-H\d/.test(model))
  );
}

/** The roles of the items of `content`; the type of an item without a role. */
export function rolesIn(content: unknown): Set<string> {
  return new Set(
    arrayOf(content)
      .filter(isRecord)
      .map(({ role, type }) => String(role ?? type)),
  );
}
