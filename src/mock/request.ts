/** What the body of a create says of itself: its mode, and the words in which scenarios are looked for. */

/** A JSON object of unknown fields. */
export type JsonObject = Record<string, unknown>;

/** Narrows to a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The mode that a body of `/v1/video_generation` is meant for, judged by its fields alone, as the service does. */
export function modeOf(body: JsonObject) {
  if (body.subject_reference !== undefined) return "SubjectReferenceToVideo";
  if (body.last_frame_image !== undefined) return "FirstLastFrameToVideo";
  if (body.first_frame_image !== undefined) return "ImageToVideo";
  return "TextToVideo";
}

/** The prompt of a create, or the text inputs of a template, one a line. Empty when there are none. */
export function wordsOf(body: JsonObject): string {
  const inputs = Array.isArray(body.text_inputs) ? body.text_inputs : [];
  const texts = [body.prompt, ...inputs.map((input: unknown) => (isObject(input) ? input.value : undefined))];
  return texts.filter((text) => typeof text === "string").join("\n");
}
