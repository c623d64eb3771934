import { type Issue, refusal } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import { arrayOf, defined, type Fields, isRecord } from "../base/record.js";
import type { VideoRequest } from "../base/request-types.js";
import { kindOf } from "../kinds/kind-of.js";
import type { Media } from "../media/media.js";
import { audio, image, video } from "../media/media-input.js";
import type { VideoModelCall, VideoModelFile, VideoModelWarning } from "./sdk-types.js";

type NameIn<Request> = Request extends unknown ? keyof Request : never;
type FieldOf<Request, Name> = Request extends unknown ? (Name extends keyof Request ? Request[Name] : never) : never;
/** A type without Media, which is not JSON: files are options of the AI SDK, and links are strings. */
type Plain<Value> = Value extends Media
  ? never
  : Value extends object
    ? { [Name in keyof Value]: Plain<Value[Name]> }
    : Value;

/**
 * `providerOptions.minimax`: any field of a request, under its wire name, and these options.
 * @example
 * providerOptions: { minimax: { prompt_optimizer: false, key: "fox 17" } satisfies MiniMaxVideoOptions }
 */
export type MiniMaxVideoOptions = {
  [Name in Exclude<NameIn<VideoRequest>, "model">]?: Plain<FieldOf<VideoRequest, Name>>;
} & {
  /** Buys only once, however often the call is made, like the `key` of `videos.create`. Needs a journal. Use one key per video. */
  key?: string;
  /** As in `task.wait()`. Has no effect with `poll`, `webhook` and `experimental_startVideo`, where the AI SDK waits. */
  timeout?: number;
  /** Milliseconds between queries, as in `task.wait()`. */
  pollInterval?: number;
};

/** What to tell the caller: why the call is refused, and what is done in another way than it asks. */
interface Notes {
  readonly issues: Issue[];
  readonly warnings: VideoModelWarning[];
}

/**
 * Translates a call into a request, which is not checked yet. Drops nothing: anything that cannot be translated becomes an issue,
 * or a warning if the video is still the one requested.
 */
export async function requestFromCall(model: string, call: VideoModelCall, callback_url?: string) {
  const isVersion2 = kindOf({ model }) === "generation";
  const notes: Notes = { issues: [], warnings: [] };
  const { issues, warnings } = notes;
  const { minimax = {}, ...others } = call.providerOptions ?? {};
  for (const name of Object.keys(others))
    if (/^mini?[\W_]?max/i.test(name)) issues.push(refusal(`providerOptions.${name}`, "name", "did you mean minimax?"));
  if (!isRecord(minimax)) issues.push(refusal("providerOptions.minimax", "type", "must be an object"));
  const { key, timeout, pollInterval, ...fields }: Fields = isRecord(minimax) ? defined(minimax) : {};
  const files = await filesOf(call, isVersion2, notes);
  const hasFrame = ["first_frame_image", "last_frame_image"].some((name) => name in files || name in fields);
  const size = sizeOf(call, isVersion2, hasFrame, notes);
  const { prompt, duration } = call;
  const common: Fields = defined({ model, prompt, ...files, duration, ...size, callback_url });
  for (const name of Object.keys(fields))
    if (Object.hasOwn(common, name) && common[name] !== fields[name])
      issues.push(refusal(name, "twice", "differs in the call and in its providerOptions.minimax; pass it once"));
  if (call.n > 1)
    issues.push(refusal("n", "n", "each call makes one video; leave out maxVideosPerCall to make n calls"));
  warnings.push(...ineffective(call, isVersion2));
  return { request: { ...fields, ...common }, issues, warnings, key, waiting: defined({ timeout, pollInterval }) };
}

/** Warnings about options that the service does not have. */
function ineffective(call: VideoModelCall, isVersion2: boolean): VideoModelWarning[] {
  const { seed, fps, generateAudio = isVersion2, headers = {} } = call;
  const sound = isVersion2 ? "the model always adds sound" : "the model makes silent videos";
  const isOther = (name: string) => !/^(user-agent|idempotency-key)$/i.test(name);
  const options: [feature: string, isGiven: boolean, details: string][] = [
    ["seed", seed !== undefined, "there is no seed; each video differs"],
    ["fps", fps !== undefined, "the model chooses the frame rate"],
    ["generateAudio", generateAudio !== isVersion2, sound],
    ["headers", Object.keys(headers).some(isOther), "no headers are added; use the fetch of createMiniMaxVideo"],
  ];
  const given = options.filter(([, isGiven]) => isGiven);
  return given.map(([feature, , details]) => ({ type: "unsupported", feature, details }));
}

/** The resolution of a size, by its short side. */
const TIERS: Record<number, string> = { 480: "480P", 512: "512P", 720: "720P", 768: "768P", 1080: "1080P", 1440: "2K" };
const SHAPES = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
/** How much an aspect ratio may differ. MiniMax-H3 makes 1344 x 768 for 16:9, because sides are multiples of 32. */
const SAME_SHAPE = 0.04;

/**
 * Reads a size: `1366x768` means a resolution and a shape. Passes on unknown ones as they are, so that the check says what is
 * possible.
 */
function sizeOf(call: VideoModelCall, isVersion2: boolean, hasFrame: boolean, { issues, warnings }: Notes) {
  const { resolution, aspectRatio } = call;
  const [, width = 0, height = 0] = /^(\d+)x(\d+)$/.exec(resolution ?? "")?.map(Number) ?? [];
  const tier = TIERS[Math.min(width, height)] ?? resolution;
  let ratio = aspectRatio;
  if (width && height && hasFrame) {
    const details = `the video has the shape of its frame; ${resolution} only chooses ${tier}`;
    warnings.push({ type: "compatibility", feature: "resolution", details });
  } else if (width && height) {
    const shape = SHAPES.find((one) => isShape(one, width / height)) ?? `${width}:${height}`;
    ratio ??= shape;
    if (ratio !== shape) issues.push(refusal("aspectRatio", "shape", `is ${ratio}, but ${resolution} is ${shape}`));
  }
  // Version 1 has no field for the shape that it makes anyway.
  if (!isVersion2 && ratio === (hasFrame ? "adaptive" : "16:9")) ratio = undefined;
  return { resolution: tier, ratio };
}

function isShape(shape: string, aspect: number): boolean {
  const [width = 1, height = 1] = shape.split(":").map(Number);
  return Math.abs(Math.log((aspect * height) / width)) < SAME_SHAPE;
}

/** Makes the fields for the files of a call. */
async function filesOf(call: VideoModelCall, isVersion2: boolean, { issues, warnings }: Notes): Promise<Fields> {
  const { image: single, frameImages = [], inputReferences = [] } = call;
  const fields: Fields = {};
  const frames: { image: VideoModelFile; frameType: string }[] = [...frameImages];
  // The AI SDK repeats the first frame as `image`.
  if (single && !frames.some((frame) => frame.image === single))
    frames.push({ image: single, frameType: "first_frame" });
  for (const [at, { image: file, frameType }] of frames.entries()) {
    const field = /^(first|last)_frame$/.test(frameType) ? `${frameType}_image` : undefined;
    if (field && !(field in fields)) fields[field] = await sendable(field, "image", file, issues);
    else issues.push(refusal(field ?? `frameImages[${at}]`, "frameType", field ? "takes one image" : "not a frame"));
  }
  for (const [at, file] of inputReferences.entries()) {
    const path = `inputReferences[${at}]`;
    const [, named] = /^(video|audio)\//.exec(file.mediaType ?? "") ?? [];
    const kind = isVersion2 && named ? (named as "video" | "audio") : "image";
    if (file.mediaType === undefined)
      warnings.push({ type: "other", message: `${path} has no mediaType and is sent as an image` });
    const field = isVersion2 ? `reference_${kind}s` : "subject_reference";
    fields[field] = [...arrayOf(fields[field]), await sendable(path, kind, file, issues)];
  }
  const { subject_reference: image, ...others } = fields;
  return image ? { ...others, subject_reference: [{ type: "character", image }] } : fields;
}

const READERS = { image, video, audio };

/** Makes a link, a data URL, or Media from a file. The header of bytes decides their type. */
async function sendable(path: string, kind: keyof typeof READERS, file: VideoModelFile, issues: Issue[]) {
  const { mediaType = kind } = file;
  if (!mediaType.startsWith(kind)) issues.push(refusal(path, "mediaType", `must be ${kind}/* here (got ${mediaType})`));
  if (file.type === "url") return file.url;
  if (typeof file.data === "string") return `data:${mediaType};base64,${file.data}`;
  try {
    return await READERS[kind](file.data as Uint8Array<ArrayBuffer>);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    issues.push(...error.issues.map((issue) => ({ ...issue, path })));
    return undefined;
  }
}
