import type { TaskKind } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";

/** Advice for a caller whose create may or may not have been accepted. */
export function adviceForUnknown(kind: TaskKind): string {
  const where = kinds[kind].isListed
    ? "look for it with videos.reconcile(error)"
    : "API v1 cannot list or cancel it. Check the usage page of the console";
  return `A task may have been created and may be charged; ${where} before you send the request again.`;
}
