/** What V2 makes of a valid request: its inputs, what the task reports and produces, and what is charged. */

import { isRecord } from "../base/record.js";
import type { TaskKind } from "../base/task.js";
import type { MediaFacts } from "../media/media.js";
import { exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { itemsIn, type JsonObject, promptOf } from "./mock-request.js";
import { currentFile, isExpired, type MockCall, type MockState, type MockTask, type Plan } from "./mock-state.js";
import { type Aspect, h3Clip, imageSizeIn, isAspect, nearestAspect } from "./video-clips.js";

/** An image, video or sound. Sides and seconds are known for uploads, only sides for images in data URLs, and neither for links. */
export interface ContentInput {
  kind: MediaFacts["kind"];
  role: unknown;
  uploadId: string | undefined;
  facts: { width?: number; height?: number; seconds?: number | undefined };
}

const KINDS = ["image", "video", "audio"] as const;

/** All inputs of a request, in order. */
export function inputsOf(mock: MockState, body: JsonObject): ContentInput[] {
  return itemsIn(body).flatMap(({ role, ...item }) =>
    KINDS.flatMap((kind) => {
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

/** What a task of V2 reports, produces and costs. `source`: the task that a regeneration names. */
export function planV2(kind: TaskKind, body: JsonObject, inputs: ContentInput[], source?: MockTask): Plan {
  if (kind === "h3_context_ir") return promptPlan(body, inputs);
  if (kind === "regeneration") return regenerationPlan(body, inputs, source);
  const requested = { ...optionsIn(body, inputs), resolution: String(body.resolution) };
  // That of the first frame if its size is known; otherwise 16:9, as for references and links.
  const aspect = isAspect(requested.ratio) ? requested.ratio : nearestAspect(inputs.find(isFrame)?.facts ?? {});
  return videoPlan(inputs, requested, aspect);
}

function promptPlan(body: JsonObject, inputs: ContentInput[]): Plan {
  const requested = optionsIn(body, inputs);
  const prompt = expandPrompt(promptOf(body), requested.duration);
  // Most of the input is the model's own instructions: 5650 and 5664 tokens in the vendor's examples.
  return { requested, result: { content: { prompt }, usage: usageOf(5_650, Math.ceil(prompt.length / 4)) } };
}

function regenerationPlan(body: JsonObject, inputs: ContentInput[], source?: MockTask): Plan {
  const base = inputs.find(({ role }) => role === "base_video");
  const seconds = Math.floor(base?.facts.seconds ?? USUAL_SECONDS);
  const duration = source?.requested.duration ?? Math.min(15, Math.max(4, seconds));
  // An empty ratio, as in the official example: the video has the aspect ratio of its source.
  const requested = { model: String(body.model), resolution: String(body.resolution), duration, ratio: "" };
  const others = inputs.filter((input) => input !== base);
  return videoPlan(others, requested, source?.clip?.aspect ?? "16:9");
}

function optionsIn({ model, duration, ratio }: JsonObject, inputs: readonly ContentInput[]) {
  // With frames, every ratio is treated as adaptive.
  const isAdaptive = ratio === undefined || inputs.some(isFrame);
  return { model: String(model), duration: Number(duration), ratio: isAdaptive ? "adaptive" : String(ratio) };
}

function isFrame({ kind, role }: ContentInput): boolean {
  return kind === "image" && (role === undefined || String(role).endsWith("_frame"));
}

// The length of the sample videos on the vendor's pages, for inputs of unknown length.
const USUAL_SECONDS = 5;
// From the official example: 260,390 tokens for five seconds at 2K, 13,500 for an image and six seconds of sound.
const TOKENS_PER_SECOND = 52_078;
const TOKENS_PER_INPUT = 6_750;

function videoPlan(inputs: readonly ContentInput[], requested: Required<Plan["requested"]>, aspect: Aspect): Plan {
  const { duration, resolution, ratio } = requested;
  const all = (kind: ContentInput["kind"]) => inputs.filter((input) => input.kind === kind);
  const secondsOf = (kind: ContentInput["kind"]) =>
    Math.round(all(kind).reduce((sum, { facts }) => sum + (facts.seconds ?? USUAL_SECONDS), 0));
  const [input_seconds, input_audio_seconds] = [secondsOf("video"), secondsOf("audio")];
  const usage = {
    total_seconds: input_seconds + duration,
    input_seconds,
    output_seconds: duration,
    input_image_count: all("image").length,
    ...(input_audio_seconds > 0 && { input_audio_seconds }),
    ...usageOf(TOKENS_PER_INPUT * inputs.length, TOKENS_PER_SECOND * duration),
  };
  const result = { usage, ...(ratio === "adaptive" && { ratio: aspect }) };
  return { requested, result, clip: h3Clip(resolution, aspect, duration) };
}

function usageOf(prompt_tokens: number, completion_tokens: number) {
  return { total_tokens: prompt_tokens + completion_tokens, prompt_tokens, completion_tokens };
}

/** The given text, without mock tokens, in the structure of the expanded prompt that the vendor shows. */
function expandPrompt(prompt: string, seconds: number): string {
  const text = prompt.replace(/\{mock:[^{}]*\}/g, "").trim();
  return [
    `integrated_multimodal_description: [Shot 1] ${text} The scene lasts ${seconds} seconds.`,
    "overall_soundscape: The natural sounds of the scene, close and clear.",
    "non_diegetic_music: None.",
  ].join("\n");
}
