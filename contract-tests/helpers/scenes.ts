/** Builders for requests of API v2. */
import type { Json } from "../../openapi/documents.js";
import type { RequestNameV2, Validator } from "../../src/generated/validators.js";
import { validatorsFiles } from "../../src/generated/validators-files.js";
import { validatorsGeneration } from "../../src/generated/validators-generation.js";
import { validatorsPrompts } from "../../src/generated/validators-prompts.js";
import { validatorsRegeneration } from "../../src/generated/validators-regeneration.js";

export const text = { type: "text", text: "a fox" };

export function image(role?: string, url = "https://example.com/fox.png"): Json {
  return { type: "image_url", image_url: { url }, ...(role && { role }) };
}

export function video(role = "reference_video", url = "https://example.com/fox.mp4"): Json {
  return { type: "video_url", video_url: { url }, role };
}

export function audio(url = "https://example.com/fox.mp3"): Json {
  return { type: "audio_url", audio_url: { url }, role: "reference_audio" };
}

/** The paths of the V2 creates. */
export const PATHS = {
  video: "/v2/video_generation",
  prompt: "/v2/h3_context_ir",
  regeneration: "/v2/video_regeneration",
};

/** A request for a video, a prompt or a regeneration with this content. `more` adds or replaces fields. */
export function videoOf(content: Json[], more: Json = {}): Json {
  return { model: "MiniMax-H3", content, resolution: "768P", duration: 5, ratio: "16:9", ...more };
}

export function promptOf(content: Json[], more: Json = {}): Json {
  return { model: "MiniMax-H3", content, duration: 5, ratio: "16:9", ...more };
}

export function regenerationOf(content: Json[], more: Json = {}): Json {
  return { model: "MiniMax-H3", content, resolution: "2K", ...more };
}

/** The generated validators of V2 and files together, by the name of their schema. */
export const validatorsOf: Record<RequestNameV2, Validator> = {
  ...validatorsGeneration,
  ...validatorsPrompts,
  ...validatorsRegeneration,
  ...validatorsFiles,
};
