/** What the three creates of V2 make of a valid request: what the task tells, what comes of it, and what that is charged by. */
import { sizeInDataUrl } from "../picture.js";
import { type JsonObject, wordsOf } from "../request.js";
import type { World } from "../world.js";
import { clipOf, isShape, nearestShape, type Shape } from "./clip.js";
import { type Input, inputsOf, secondsOf, uploadOf } from "./inputs.js";
import { expanded, tokensIn } from "./prompt.js";
import type { KindV2, TaskV2 } from "./tasks.js";

type Plan = Pick<TaskV2, "asked" | "outcome" | "usage">;

/** By `task_type`. The task is the source of a regeneration that names one. */
export const plans: Record<KindV2, (world: World, body: JsonObject, source?: TaskV2) => Plan> = {
  generation(world, body) {
    const inputs = inputsOf(body);
    const asked = { ...askedIn(body, inputs), resolution: String(body.resolution) };
    const shape = isShape(asked.ratio) ? asked.ratio : shapeOf(world, inputs);
    return { asked, ...videoPlan(world, inputs, shape, asked) };
  },
  regeneration(world, body, source) {
    const inputs = inputsOf(body);
    const base = inputs.find(({ role }) => role === "base_video");
    const lasts = base && uploadOf(world, base)?.seconds;
    const duration = source?.asked.duration ?? Math.min(15, Math.max(4, Math.floor(lasts ?? 5)));
    const ratio = source && "ratio" in source.outcome ? source.outcome.ratio : "16:9";
    // "" as in the official example: it has the shape of its source.
    const asked = { model: String(body.model), resolution: String(body.resolution), duration, ratio: "" };
    const others = inputs.filter((input) => input !== base);
    return { asked, ...videoPlan(world, others, isShape(ratio) ? ratio : "16:9", asked) };
  },
  h3_context_ir(_, body) {
    const inputs = inputsOf(body);
    const asked = askedIn(body, inputs);
    const prompt = expanded(wordsOf(body), inputs, asked.duration);
    // The model's own instructions are most of the input: 5650 and 5664 tokens in the vendor's examples.
    const [prompt_tokens, completion_tokens] = [5_600 + tokensIn(wordsOf(body)), tokensIn(prompt)];
    const usage = { total_tokens: prompt_tokens + completion_tokens, prompt_tokens, completion_tokens };
    return { asked, outcome: { prompt }, usage };
  },
};

function askedIn({ model, duration, ratio }: JsonObject, inputs: readonly Input[]) {
  // With frames every ratio counts as adaptive.
  const isAdaptive = ratio === undefined || inputs.some(isFrame);
  return { model: String(model), duration: Number(duration), ratio: isAdaptive ? "adaptive" : String(ratio) };
}

function isFrame({ kind, role }: Input): boolean {
  return kind === "image" && (role === undefined || role.endsWith("_frame"));
}

/** The shape of the first frame, as far as it can be read; 16:9 for references, and for links. */
function shapeOf(world: World, inputs: readonly Input[]): Shape {
  const frame = inputs.find(isFrame);
  const size = frame && (uploadOf(world, frame)?.size ?? sizeInDataUrl(frame.url));
  return size ? nearestShape(size) : "16:9";
}

// Of the official example: 260,390 tokens for five seconds at 2K, 13,500 for an image and six seconds of sound.
const TOKENS_A_SECOND = 52_078;
const TOKENS_AN_INPUT = 6_750;

function videoPlan(
  world: World,
  inputs: readonly Input[],
  shape: Shape,
  { resolution, duration }: { resolution: string; duration: number },
): Omit<Plan, "asked"> {
  const [input_seconds, input_audio_seconds] = [secondsOf(world, inputs, "video"), secondsOf(world, inputs, "audio")];
  const prompt_tokens = TOKENS_AN_INPUT * inputs.length;
  const completion_tokens = TOKENS_A_SECOND * duration;
  const usage = {
    total_seconds: input_seconds + duration,
    input_seconds,
    output_seconds: duration,
    input_image_count: inputs.filter(({ kind }) => kind === "image").length,
    ...(input_audio_seconds > 0 && { input_audio_seconds }),
    ...{ total_tokens: prompt_tokens + completion_tokens, prompt_tokens, completion_tokens },
  };
  return { outcome: { clip: clipOf(resolution, shape, duration), ratio: shape }, usage };
}
