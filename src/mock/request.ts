/** What a request says of itself: its version, its mode, what it is about, and the words in which scenarios are looked for. */
import type { EngineRequest } from "./engine.js";

/** A JSON object of unknown fields. */
export type JsonObject = Record<string, unknown>;

/** Narrows to a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a path is one of V2, which refuses in a manner of its own. */
export function isV2(path: string): boolean {
  return path.startsWith("/v2/");
}

/** The mode that a body of `/v1/video_generation` is meant for, judged by its fields alone, as the service does. */
export function modeOf(body: JsonObject) {
  if (body.subject_reference !== undefined) return "SubjectReferenceToVideo";
  if (body.last_frame_image !== undefined) return "FirstLastFrameToVideo";
  if (body.first_frame_image !== undefined) return "ImageToVideo";
  return "TextToVideo";
}

/** The items of a `content` of V2 that are objects; none where it is something else. */
export function itemsOf({ content }: JsonObject): JsonObject[] {
  return Array.isArray(content) ? content.filter(isObject) : [];
}

/** The prompt of a create, the text inputs of a template, or the texts among the content of V2, one a line. */
export function wordsOf(body: JsonObject): string {
  const inputs = Array.isArray(body.text_inputs) ? body.text_inputs.filter(isObject) : [];
  const texts = [body.prompt, ...inputs.map(({ value }) => value), ...itemsOf(body).map(({ text }) => text)];
  return texts.filter((text) => typeof text === "string").join("\n");
}

/** The id of the task or file that is asked for: at the end of the path, in the query or in the body. Empty without any. */
export function idOf({ path, query, body }: EngineRequest): string {
  const { task_id, file_id } = { ...query, ...(isObject(body) && body) };
  return String(/\/(\d+)$/.exec(path)?.[1] ?? task_id ?? file_id ?? "");
}
