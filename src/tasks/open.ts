import type { TaskKind } from "../base/task.js";
import { APIS } from "../kinds/kinds.js";

/** Whether the service can list tasks of this kind. */
export function isListed(kind: TaskKind): boolean {
  return APIS[kind].version === 2;
}

/** What somebody can do of whose create it is not known what has become. */
export function howToKnow(kind: TaskKind): string {
  const where = isListed(kind)
    ? "look for it with videos.reconcile(error)"
    : "this API can neither list nor cancel it. Look at the usage page of the console";
  return `A task may have been made and may be charged; ${where} before you send the request again.`;
}
