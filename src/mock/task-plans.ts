/** What each create of V2 makes of a valid request: what the task reports, what it produces, and what is charged. */
import type { ContentInput } from "./content-inputs.js";
import { type JsonObject, promptOf } from "./mock-request.js";
import type { KindV2, TaskV2 } from "./mock-state.js";
import { type Aspect, h3Clip, isAspect, nearestAspect } from "./video-clips.js";

type PlanV2 = Pick<TaskV2, "requested" | "outcome" | "usage">;

/** What a task of V2 reports, produces and costs. `source` is the task that a regeneration names. */
export const plansV2: Record<KindV2, (body: JsonObject, inputs: ContentInput[], source?: TaskV2) => PlanV2> = {
  generation(body, inputs) {
    const requested = { ...optionsIn(body, inputs), resolution: String(body.resolution) };
    const aspect = isAspect(requested.ratio) ? requested.ratio : aspectOfFrame(inputs);
    return { requested, ...videoPlan(inputs, aspect, requested) };
  },
  regeneration(body, inputs, source) {
    const base = inputs.find(({ role }) => role === "base_video");
    const seconds = Math.floor(base?.facts.seconds ?? USUAL_SECONDS);
    const duration = source?.requested.duration ?? Math.min(15, Math.max(4, seconds));
    const ratio = source && "ratio" in source.outcome ? source.outcome.ratio : "16:9";
    // An empty ratio, as in the official example: the video has the aspect ratio of its source.
    const requested = { model: String(body.model), resolution: String(body.resolution), duration, ratio: "" };
    const others = inputs.filter((input) => input !== base);
    return { requested, ...videoPlan(others, isAspect(ratio) ? ratio : "16:9", requested) };
  },
  h3_context_ir(body, inputs) {
    const requested = optionsIn(body, inputs);
    const prompt = expandPrompt(promptOf(body), requested.duration);
    // Most of the input are the model's own instructions: 5650 and 5664 tokens in the vendor's examples.
    const [prompt_tokens, completion_tokens] = [5_600 + tokensIn(promptOf(body)), tokensIn(prompt)];
    const usage = { total_tokens: prompt_tokens + completion_tokens, prompt_tokens, completion_tokens };
    return { requested, outcome: { prompt }, usage };
  },
};

function optionsIn({ model, duration, ratio }: JsonObject, inputs: readonly ContentInput[]) {
  // With frames every ratio counts as adaptive.
  const isAdaptive = ratio === undefined || inputs.some(isFrameInput);
  return { model: String(model), duration: Number(duration), ratio: isAdaptive ? "adaptive" : String(ratio) };
}

function isFrameInput({ kind, role }: ContentInput): boolean {
  return kind === "image" && (role === undefined || role.endsWith("_frame"));
}

/** The aspect ratio of the first frame if its size is known; otherwise 16:9, also for references and links. */
function aspectOfFrame(inputs: readonly ContentInput[]): Aspect {
  const { width, height } = inputs.find(isFrameInput)?.facts ?? {};
  return width && height ? nearestAspect({ width, height }) : "16:9";
}

// The length of the sample videos on the vendor's pages, for inputs of unknown length.
const USUAL_SECONDS = 5;
// From the official example: 260,390 tokens for five seconds at 2K, 13,500 for an image and six seconds of sound.
const TOKENS_PER_SECOND = 52_078;
const TOKENS_PER_INPUT = 6_750;

function videoPlan(
  inputs: readonly ContentInput[],
  aspect: Aspect,
  { resolution, duration }: { resolution: string; duration: number },
): Omit<PlanV2, "requested"> {
  const all = (kind: ContentInput["kind"]) => inputs.filter((input) => input.kind === kind);
  const secondsOf = (kind: ContentInput["kind"]) =>
    Math.round(all(kind).reduce((sum, { facts }) => sum + (facts.seconds ?? USUAL_SECONDS), 0));
  const [input_seconds, input_audio_seconds] = [secondsOf("video"), secondsOf("audio")];
  const [prompt_tokens, completion_tokens] = [TOKENS_PER_INPUT * inputs.length, TOKENS_PER_SECOND * duration];
  const usage = {
    total_seconds: input_seconds + duration,
    input_seconds,
    output_seconds: duration,
    input_image_count: all("image").length,
    ...(input_audio_seconds > 0 && { input_audio_seconds }),
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens,
    completion_tokens,
  };
  return { outcome: { clip: h3Clip(resolution, aspect, duration), ratio: aspect }, usage };
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

/** A rough number of tokens. */
function tokensIn(text: string): number {
  return Math.ceil(text.length / 4);
}
