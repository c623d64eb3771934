import { arrayOf, isOfFields, isRecord, nonEmptyString } from "../base/record.js";
import type { TaskKind } from "../base/task.js";

/** What a caller wants. The request does not tell a prompt from a video, because both creates accept the same requests. */
export type Wish = "video" | "template" | "h3_context_ir";

/** Determines the kind of task that a request creates. */
export function kindOf(request: unknown, wish: Wish = "video"): TaskKind {
  if (wish !== "video" || !isOfFields(request)) return wish;
  const { model, content, source_task_id } = request;
  if (source_task_id !== undefined || rolesIn(content).has("base_video")) return "regeneration";
  const isVersion2 = content !== undefined || (typeof model === "string" && /^MiniMax-H\d/.test(model));
  return isVersion2 ? "generation" : "video";
}

/** Like `kindOf`, for a request that may also be one for a template. */
export function kindOfAny(request: unknown): TaskKind {
  const kind = kindOf(request);
  return kind === "video" && isRecord(request) && request.template_id !== undefined ? "template" : kind;
}

/** The roles of the items of `content`. An item without a role counts by its type. */
export function rolesIn(content: unknown): Set<string> {
  const items = arrayOf(content).filter(isRecord);
  return new Set(items.map(({ role, type }) => nonEmptyString(role ?? type) ?? ""));
}
