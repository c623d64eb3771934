/** An invalid request of V1 in MiniMax's manner: which example of the spec answers it, and in what words. */
import { type Cells, cells, expects } from "../generated/offers.js";
import type { Violation } from "./refused.js";
import { isObject, type JsonObject, modeOf } from "./request.js";

/** The example to answer with, and the `status_msg` to put into it. */
export interface Refusal {
  example: string;
  message: string;
}

/** The refusal of a request by what Prism found. Words seen live where there are any, else the rule that was broken. */
export function refusalOf(violations: Violation[], path: string, body: unknown): Refusal {
  const isVideo = path === "/v1/video_generation" && isObject(body);
  return (isVideo ? seenLive(body) : undefined) ?? ruleBroken(violations);
}

function seenLive(body: JsonObject): Refusal | undefined {
  const mode = modeOf(body);
  const { model, prompt } = body;
  if (mode === "TextToVideo" && model === "MiniMax-Hailuo-2.3-Fast")
    return refusal(`model ${model} does not support Text-to-Video mode`, "fastWithoutFrame");
  if (mode === "TextToVideo" && (prompt === undefined || prompt === ""))
    return refusal("text to video: prompt can't be empty", "emptyPrompt");
  const models = cells.minimax[mode] ?? {};
  const offer = models[String(model)];
  if (offer) return outsideOffer(body, offer);
  return model === undefined
    ? undefined
    : refusal(`model: must be one of ${Object.keys(models).join(", ")} in this mode`);
}

/** What is wrong with duration and resolution, by the matrix: Prism only knows which branches do not fit. */
function outsideOffer({ model, ...body }: JsonObject, offer: Cells): Refusal | undefined {
  if (offer.accepts.length === 0) {
    const surplus = ["duration", "resolution"].find((field) => body[field] !== undefined);
    return surplus === undefined ? undefined : refusal(`${surplus}: ${NOT_TAKEN}`);
  }
  const resolution = String(body.resolution ?? offer.resolution);
  const supported = [...new Set(offer.accepts.flatMap(([, resolutions]) => resolutions))];
  if (!supported.includes(resolution)) {
    const instead = `supported resolutions: ${supported.join(", ")}`;
    return refusal(`model ${model} does not support resolution ${resolution}, ${instead}`, "unsupportedResolution");
  }
  const duration = body.duration ?? offer.duration;
  if (offer.accepts.some(([seconds, sizes]) => seconds === duration && sizes.includes(resolution))) return undefined;
  if (duration !== 6 && duration !== 10) return refusal("duration: must be 6 or 10");
  const pair = `the combination of duration ${duration}s and resolution ${resolution}`;
  return refusal(`model ${model} does not support ${pair}`, "unsupportedCombination");
}

function refusal(message: string, example = "invalidParameters"): Refusal {
  return { example, message: `invalid params, ${message}` };
}

const NOT_TAKEN = "is not taken in this mode";

// Prism lists what is wrong in every branch of every oneOf. The keywords that say most about the body come first.
const telling = ["type", "minLength", "maxLength", "pattern", "minItems", "maxItems"];
const rank = [...telling, "unevaluatedProperties", "additionalProperties", "enum", "false schema", "required", "const"];

/** The most telling violation: of the first keyword by rank the one that most branches agree on. Wording ours. */
function ruleBroken(violations: Violation[]): Refusal {
  // Already judged by the matrix, or what chose the mode: other modes complain of them in vain.
  const settled = ["model", "duration", "resolution", "subject_reference", "last_frame_image"];
  const serious = violations.filter(
    ({ location, code }) => telling.includes(code) || location.length !== 2 || !settled.includes(location[1] ?? ""),
  );
  const place = ({ code, location }: Violation) => {
    // Only the mode that is meant looks inside a field.
    if (location.length > 2) return -1;
    return rank.includes(code) ? rank.indexOf(code) : rank.length;
  };
  const votes = (one: Violation) => serious.filter(({ message }) => message === one.message).length;
  const [worst] = serious.toSorted((a, b) => place(a) - place(b) || votes(b) - votes(a));
  if (!worst) return refusal("body: not in any mode");
  return refusal(`${worst.location.slice(1).join(".") || worst.location[0] || "body"}: ${wordsFor(worst)}`);
}

function wordsFor({ code, message }: Violation): string {
  if (code === "false schema") return NOT_TAKEN;
  const [, pattern = ""] = /must match pattern "(.*)"$/.exec(message) ?? [];
  if (expects[pattern]) return `must ${expects[pattern]}`;
  const rule = message.indexOf(" must ");
  return rule < 0 ? message : message.slice(rule + 1);
}
