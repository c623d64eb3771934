import { isRecord } from "../base/record.js";
import { type Cells, cells } from "../generated/offers.js";
import type { SpecName } from "../generated/servers.js";
import type { RequestName } from "../generated/validators.js";

/** The names of the modes in messages. */
export const MODES: Record<RequestName, string> = {
  TextToVideo: "text to video",
  ImageToVideo: "image to video",
  FirstLastFrameToVideo: "last frame to video",
  SubjectReferenceToVideo: "subject reference to video",
  VideoTemplateGenerationReq: "a template",
  TextToVideoV2: "text to video",
  FramesToVideoV2: "frames to video",
  ReferencesToVideoV2: "references to video",
  TextToPrompt: "text to prompt",
  FramesToPrompt: "frames to prompt",
  ReferencesToPrompt: "references to prompt",
  VideoRegenerationSourceTaskReq: "regeneration of a task",
  VideoRegenerationBaseVideoReq: "regeneration of a video",
  UploadFileReq: "an upload",
  DeleteFileReq: "a deletion",
};

export function offerOf(models: Record<string, Cells> = {}, model: unknown): Cells | undefined {
  return typeof model === "string" && Object.hasOwn(models, model) ? models[model] : undefined;
}

/** The models of a mode, and the lengths and sizes of one of them. */
export function choicesOf(models: Record<string, Cells> = {}, chosen: unknown): Record<string, readonly unknown[]> {
  const { accepts = [] } = offerOf(models, chosen) ?? {};
  const resolution = [...new Set(accepts.flatMap(([, sizes]) => sizes))];
  const sizes = accepts.length > 0 ? { duration: accepts.map(([seconds]) => seconds), resolution } : {};
  return { model: Object.keys(models), ...sizes };
}

/** The mode that a body of API v1 was evidently meant for. */
export function modeOf(request: unknown, spec: SpecName = "minimax"): RequestName {
  if (isRecord(request) && request.template_id !== undefined) return "VideoTemplateGenerationReq";
  return videoModeOf(request, spec);
}

/** The mode of a video: the one that a field points to, else the first one that accepts the model, else text. */
export function videoModeOf(request: unknown, spec: SpecName = "minimax"): RequestName {
  if (!isRecord(request)) return "TextToVideo";
  if (request.subject_reference !== undefined) return "SubjectReferenceToVideo";
  if (request.last_frame_image !== undefined) return "FirstLastFrameToVideo";
  if (request.first_frame_image !== undefined) return "ImageToVideo";
  const { model } = request;
  const accepts = ([, models]: [string, object]) => typeof model === "string" && Object.hasOwn(models, model);
  // The keys of the table are the names of the mode schemas, text first.
  return (Object.entries(cells[spec]).find(accepts)?.[0] ?? "TextToVideo") as RequestName;
}
