/** What each create of V2 makes of a valid request: what the task reports, what it produces, and what is charged. */
import { type ContentInput, inputSeconds, inputsOf, totalSeconds, uploadFacts } from "./content-inputs.js";
import { promptOf } from "./mock-request.js";
import type { MockState } from "./mock-state.js";
import type { KindV2, TaskV2 } from "./mock-tasks.js";
import type { JsonObject } from "./prism-engine.js";
import { imageSizeIn } from "./uploaded-media.js";
import { type Aspect, h3Clip, isAspect, nearestAspect } from "./video-clips.js";

type PlanV2 = Pick<TaskV2, "requested" | "outcome" | "usage">;

/** What a task of V2 reports, produces and costs. `source` is the task that a regeneration names. */
export const plansV2: Record<KindV2, (state: MockState, body: JsonObject, source?: TaskV2) => PlanV2> = {
  generation(state, body) {
    const inputs = inputsOf(body);
    const requested = { ...optionsIn(body, inputs), resolution: String(body.resolution) };
    const aspect = isAspect(requested.ratio) ? requested.ratio : aspectOfFrame(state, inputs);
    return { requested, ...videoPlan(state, inputs, aspect, requested) };
  },
  regeneration(state, body, source) {
    const inputs = inputsOf(body);
    const base = inputs.find(({ role }) => role === "base_video");
    const seconds = base && inputSeconds(state, base);
    const duration = source?.requested.duration ?? Math.min(15, Math.max(4, Math.floor(seconds ?? 5)));
    const ratio = source && "ratio" in source.outcome ? source.outcome.ratio : "16:9";
    // An empty ratio, as in the official example: the video has the aspect ratio of its source.
    const requested = { model: String(body.model), resolution: String(body.resolution), duration, ratio: "" };
    const others = inputs.filter((input) => input !== base);
    return { requested, ...videoPlan(state, others, isAspect(ratio) ? ratio : "16:9", requested) };
  },
  h3_context_ir(_, body) {
    const inputs = inputsOf(body);
    const requested = optionsIn(body, inputs);
    const prompt = expandPrompt(promptOf(body), inputs, requested.duration);
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
function aspectOfFrame(state: MockState, inputs: readonly ContentInput[]): Aspect {
  const frame = inputs.find(isFrameInput);
  const facts = frame && (uploadFacts(state, frame) ?? imageSizeIn(frame.url));
  return facts && "width" in facts ? nearestAspect(facts) : "16:9";
}

// From the official example: 260,390 tokens for five seconds at 2K, 13,500 for an image and six seconds of sound.
const TOKENS_PER_SECOND = 52_078;
const TOKENS_PER_INPUT = 6_750;

function videoPlan(
  state: MockState,
  inputs: readonly ContentInput[],
  aspect: Aspect,
  { resolution, duration }: { resolution: string; duration: number },
): Omit<PlanV2, "requested"> {
  const input_seconds = totalSeconds(state, inputs, "video");
  const input_audio_seconds = totalSeconds(state, inputs, "audio");
  const prompt_tokens = TOKENS_PER_INPUT * inputs.length;
  const completion_tokens = TOKENS_PER_SECOND * duration;
  const usage = {
    total_seconds: input_seconds + duration,
    input_seconds,
    output_seconds: duration,
    input_image_count: inputs.filter(({ kind }) => kind === "image").length,
    ...(input_audio_seconds > 0 && { input_audio_seconds }),
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens,
    completion_tokens,
  };
  return { outcome: { clip: h3Clip(resolution, aspect, duration), ratio: aspect }, usage };
}

/** An expanded prompt, built like the vendor's example: a shot for each sentence, then sound and music. Without mock tokens. */
export function expandPrompt(prompt: string, inputs: readonly ContentInput[], seconds: number): string {
  const text =
    prompt
      .replace(/\{mock:[^{}]*\}/g, "")
      .replace(/\s+/g, " ")
      .trim() || "A scene without words";
  const sentences = text.match(/[^.!?。！？]+[.!?。！？]*/gu) ?? [text];
  const shots = sentences.map((sentence, index) => `[Shot ${index + 1}] ${sentence.trim()}`);
  const references = inputs.map(
    ({ kind, role }, index) => `<${kind} ${index + 1}> is the ${(role ?? "first_frame").replace("_", " ")}.`,
  );
  return [
    `integrated_multimodal_description: ${[...references, ...shots].join(" ")} The scene lasts ${seconds} seconds.`,
    "overall_soundscape: The natural sounds of the scene, close and clear.",
    "non_diegetic_music: None.",
  ].join("\n");
}

/** The approximate number of tokens in a text: one for each Chinese character, and for four other letters. */
export function tokensIn(text: string): number {
  const signs = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return signs + Math.ceil((text.length - signs) / 4);
}
