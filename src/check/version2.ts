import type { RequestNameV2 } from "../generated/validators.js";
import { isRecord } from "../record.js";

/** What a create of version 2 makes: a video, a video made anew in another resolution, or an expanded prompt. */
type WishV2 = "video" | "regeneration" | "prompt";

/** The mode that a body in the words of the wire evidently means: by the roles and kinds of its items. */
export function modeOfV2(body: Record<string, unknown>, wish: WishV2): RequestNameV2 {
  if (wish === "regeneration")
    return body.source_task_id === undefined ? "VideoRegenerationBaseVideoReq" : "VideoRegenerationSourceTaskReq";
  const scene = sceneOf(body.content);
  return wish === "prompt" ? `${scene}ToPrompt` : `${scene}ToVideoV2`;
}

function sceneOf(content: unknown): "Text" | "Frames" | "References" {
  const roles = rolesIn(content);
  if ([...roles].some((role) => role.startsWith("reference"))) return "References";
  return [...roles].some((role) => role !== "text") ? "Frames" : "Text";
}

/** What items are: their role; of one that names none, its type. */
function rolesIn(content: unknown): Set<string> {
  const items = Array.isArray(content) ? content.filter(isRecord) : [];
  return new Set(items.map(({ role, type }) => String(role ?? type)));
}
