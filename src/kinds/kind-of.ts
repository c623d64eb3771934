import { arrayOf, isOfFields, isRecord } from "../base/record.js";
import type { TaskKind } from "../base/task.js";

/** What a caller wants. A prompt must be asked for, because its create accepts the same requests as that of a video. */
export type Wish = "video" | "template" | "h3_context_ir";

/** The kind of task that a request creates. */
export function kindOf(request: unknown, wish: Wish = "video"): TaskKind {
  if (wish !== "video" || !isOfFields(request)) return wish;
  const { model, content, source_task_id } = request;
  if (source_task_id !== undefined || rolesIn(content).has("base_video")) return "regeneration";
  const isVersion2 = content !== undefined || (typeof model === "string" && /^MiniMax-H\d/.test(model));
  return isVersion2 ? "generation" : "video";
}

/** The same for a request of which nothing else is known. */
export function kindOfAny(request: unknown): TaskKind {
  const kind = kindOf(request);
  return kind === "video" && isRecord(request) && request.template_id !== undefined ? "template" : kind;
}

/** The roles of the items of `content`; the type of an item without a role. */
export function rolesIn(content: unknown): Set<string> {
  const items = arrayOf(content).filter(isRecord);
  return new Set(items.map(({ role, type }) => String(role ?? type)));
}
