import { isRecord } from "../base/record.js";
import type { RequestNameV2, Validator } from "../generated/validators.js";

/** What a create of version 2 makes: a video, a video made anew in another resolution, or an expanded prompt. */
export type WishV2 = "video" | "regeneration" | "prompt";

/** Whether a request is one of version 2: by the model, or by a field that only version 2 has. */
export function isVersion2(request: unknown): request is Record<string, unknown> {
  if (!isRecord(request)) return false;
  const { model, content, source_task_id } = request;
  return (
    content !== undefined || source_task_id !== undefined || (typeof model === "string" && /^MiniMax-H\d/.test(model))
  );
}

/** What a request for a video evidently wants: one made anew names its source, or brings it along. */
export function wishOf({ source_task_id, content }: Record<string, unknown>): "video" | "regeneration" {
  return source_task_id !== undefined || rolesIn(content).has("base_video") ? "regeneration" : "video";
}

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

/** The validator of a mode, loaded with those that it is met with. */
export async function validatorOf(mode: RequestNameV2): Promise<Validator> {
  if (mode.endsWith("ToVideoV2")) return own((await import("../generated/validators-v2.js")).validatorsV2, mode);
  if (mode.endsWith("ToPrompt"))
    return own((await import("../generated/validators-prompts.js")).validatorsPrompts, mode);
  return own((await import("../generated/validators-regeneration.js")).validatorsRegeneration, mode);
}

function own(validators: Record<string, Validator>, mode: string): Validator {
  // The groups are those of the table in openapi/matrix.ts.
  return validators[mode] as Validator;
}
