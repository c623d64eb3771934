/** What V2 makes of a valid request: its inputs, what the task reports and produces, and what is charged. */
import { isRecord } from "../base/record.js";
import type { TaskKind } from "../base/task.js";
import type { MediaFacts } from "../media/media.js";
import { exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { itemsIn, type JsonObject, promptOf } from "./mock-request.js";
import { currentFile, isExpired, type MockCall, type MockTask, type Plan } from "./mock-state.js";
import { aspectOf, h3Clip, imageSizeIn } from "./video-clips.js";

/** An image, video or sound. Sides and seconds are known for uploads, only sides for images in data URLs, and neither for links. */
export interface ContentInput {
  kind: MediaFacts["kind"];
  role: unknown;
  uploadId: string | undefined;
  facts: { width?: number; height?: number; seconds?: number | undefined };
}

/** All inputs of a request, in order. */
export function inputsOf({ mock }: MockCall, body: JsonObject): ContentInput[] {
  return itemsIn(body).flatMap(({ role, ...item }) =>
    (["image", "video", "audio"] as const).flatMap((kind) => {
      const place = item[`${kind}_url`];
      if (!isRecord(place)) return [];
      const uploadId = /^mm_file:\/\/(.+)$/s.exec(String(place.url))?.[1];
      const facts = uploadId === undefined ? imageSizeIn(place.url) : currentFile(mock, uploadId)?.media;
      return [{ kind, role, uploadId, facts: facts ?? {} }];
    }),
  );
}

/** The refusal of a request that names a missing or expired upload, or one of another kind; undefined if all are available. */
export function unavailableInput(call: MockCall, inputs: readonly ContentInput[]): MockReply | undefined {
  const { files, now } = call.mock;
  for (const { uploadId, kind } of inputs) {
    if (uploadId === undefined) continue;
    const file = files.get(uploadId);
    if (file && isExpired(file, now())) return exampleReply(call, "fileExpired");
    // Our words. No document says whether V2 accepts uploads for other purposes.
    if (file?.purpose !== "video_generation_input") return invalidParams(call, `file ${uploadId} not found`);
    if (file.media?.kind !== kind)
      return invalidParams(call, `file ${uploadId}: must be of type ${kind} (it is ${file.media?.kind})`);
  }
  return undefined;
}

// The length of the sample videos on the vendor's pages, for inputs of unknown length.
const USUAL_SECONDS = 5;

/** What a task reports, produces and costs. `source`: the task that a regeneration names. */
export function planV2(kind: TaskKind, body: JsonObject, inputs: ContentInput[], source?: MockTask): Plan {
  const base = inputs.find(({ role }) => role === "base_video");
  const frames = inputs.filter(({ role }) => role === undefined || String(role).endsWith("_frame"));
  const frame = frames.find((input) => input.kind === "image");
  const length = Math.floor(base?.facts.seconds ?? USUAL_SECONDS);
  const duration = Number(body.duration ?? source?.requested.duration ?? Math.min(15, Math.max(4, length)));
  // With frames, every ratio is treated as adaptive. That of a regeneration is empty, as in the official example.
  const ratio = frame ? "adaptive" : String(body.ratio ?? "adaptive");
  const requested = { model: String(body.model), duration, ratio: kind === "regeneration" ? "" : ratio };
  if (kind === "h3_context_ir") {
    const prompt = expandedPrompt(promptOf(body), duration);
    // Most of the input is the model's own instructions: 5650 and 5664 tokens in the vendor's examples.
    return { requested, result: { content: { prompt }, usage: tokens(5_650, Math.ceil(prompt.length / 4)) } };
  }
  const resolution = String(body.resolution);
  const aspect = source?.clip?.aspect ?? aspectOf(ratio, frame?.facts);
  const others = inputs.filter((input) => input !== base);
  const result = { usage: usageOf(others, duration), ...(requested.ratio === "adaptive" && { ratio: aspect }) };
  return { requested: { ...requested, resolution }, result, clip: h3Clip(resolution, aspect, duration) };
}

/** What is charged. The tokens are as in the official example: 260,390 for five seconds at 2K, 13,500 for an image and a sound. */
function usageOf(inputs: readonly ContentInput[], output_seconds: number): JsonObject {
  const all = (kind: ContentInput["kind"]) => inputs.filter((input) => input.kind === kind);
  const secondsOf = (kind: ContentInput["kind"]) =>
    Math.round(all(kind).reduce((sum, { facts }) => sum + (facts.seconds ?? USUAL_SECONDS), 0));
  const [input_seconds, input_audio_seconds] = [secondsOf("video"), secondsOf("audio")];
  return {
    total_seconds: input_seconds + output_seconds,
    input_seconds,
    output_seconds,
    input_image_count: all("image").length,
    ...(input_audio_seconds > 0 && { input_audio_seconds }),
    ...tokens(6_750 * inputs.length, 52_078 * output_seconds),
  };
}

function tokens(prompt_tokens: number, completion_tokens: number): JsonObject {
  return { total_tokens: prompt_tokens + completion_tokens, prompt_tokens, completion_tokens };
}

/** The given text, without mock tokens, in the structure of the expanded prompt that the vendor shows. */
function expandedPrompt(prompt: string, seconds: number): string {
  const text = prompt.replace(/\{mock:[^{}]*\}/g, "").trim();
  return [
    `integrated_multimodal_description: [Shot 1] ${text} The scene lasts ${seconds} seconds.`,
    "overall_soundscape: The natural sounds of the scene, close and clear.",
    "non_diegetic_music: None.",
  ].join("\n");
}
