import type { TaskKind } from "../base/task.js";
import { isVersion2, wishOf } from "./version2.js";

/** What is asked for. Only what is no video has to be said: the create of a prompt takes what that of a video takes. */
export type Wish = "video" | "template" | "h3_context_ir";

/** Which create a request goes to. */
export function kindOf(request: unknown, wish: Wish = "video"): TaskKind {
  if (wish !== "video" || !isVersion2(request)) return wish;
  return wishOf(request) === "regeneration" ? "regeneration" : "generation";
}
