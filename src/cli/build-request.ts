import { defined } from "../base/record.js";
import { fields, type Values } from "./command-options.js";
import { UsageError } from "./exit-codes.js";
import type { Io } from "./io.js";
import { parseArgument, readRequest } from "./parse-argument.js";
import { imageFrom, type Reference, referenceFrom } from "./read-input.js";

/** The body of a request, and a note about what was chosen for the user. */
export interface Request {
  body: unknown;
  note?: string;
}

/**
 * Builds the body for a video from a request file or from the options. Only the model has a default.
 * @throws {UsageError} if nothing says what to show, or if a request file comes with options that it would override.
 */
export async function requestFrom(values: Values<"check">, argument: string | undefined, io: Io): Promise<Request> {
  const asked = await parseArgument(values, argument, io);
  if ("path" in asked) {
    const given = Object.keys(fields).filter((name) => Object.hasOwn(values, name));
    const isPrompt = argument !== undefined && argument !== asked.path;
    const beside = [...(isPrompt ? ["the prompt"] : []), ...given.map((name) => `--${name}`)].join(", ");
    if (beside)
      throw new UsageError(`${asked.named} is the whole request: leave out ${beside}, or put it into the JSON`);
    return { body: await readRequest(asked, io) };
  }
  if (!saysWhatToShow(values, argument))
    throw new UsageError(`Say what to show: give a prompt, --${SHOWN.join(", --")} or --request FILE.json`);
  if (values.image !== undefined && values["first-frame"] !== undefined)
    throw new UsageError("--image and --first-frame are the same: use only one");
  const model = values.model ?? defaultModel(values);
  const body = await videoBodyFrom(values, asked.prompt, model);
  return values.model === undefined
    ? { body, note: `Model ${model}, the default here; --model chooses another.` }
    : { body };
}

const SHOWN = ["first-frame", "image", "last-frame", "subject", "reference"] as const;

/** Whether the command line says what to show. */
export function saysWhatToShow(values: Values<"check">, argument: string | undefined): boolean {
  return argument !== undefined || ["prompt", "request", ...SHOWN].some((option) => Object.hasOwn(values, option));
}

/** The default model: the only one of its mode, otherwise the newest of version 1. */
function defaultModel(values: Values<"check">): string {
  if (values.subject !== undefined) return "S2V-01";
  // No other model takes these.
  if (values.reference !== undefined || values.ratio !== undefined) return "MiniMax-H3";
  return values["last-frame"] === undefined ? "MiniMax-Hailuo-2.3" : "MiniMax-Hailuo-02";
}

/** The options as fields of the API. Contains only what was typed. */
export async function videoBodyFrom(
  values: Values<"check">,
  prompt: string | undefined,
  model: string,
): Promise<object> {
  const image = (option: "first-frame" | "image" | "last-frame" | "subject") =>
    values[option] === undefined ? undefined : imageFrom(option, values[option]);
  const subject = await image("subject");
  const references = await Promise.all((values.reference ?? []).map(referenceFrom));
  const referencesOf = (wanted: Reference["kind"]) => {
    const files = references.flatMap(({ kind, file }) => (kind === wanted ? [file] : []));
    return files.length > 0 ? files : undefined;
  };
  return defined({
    model,
    prompt,
    first_frame_image: (await image("first-frame")) ?? (await image("image")),
    last_frame_image: await image("last-frame"),
    subject_reference: subject === undefined ? undefined : [{ type: "character", image: [subject] }],
    reference_images: referencesOf("image"),
    reference_videos: referencesOf("video"),
    reference_audios: referencesOf("audio"),
    ratio: values.ratio,
    duration: values.duration === undefined ? undefined : numberOrText(values.duration),
    resolution: values.resolution,
    prompt_optimizer: values["no-prompt-optimizer"] ? false : undefined,
    fast_pretreatment: values["fast-pretreatment"],
    aigc_watermark: values.watermark,
    callback_url: values["callback-url"],
  });
}

/** "10" is a number. Anything else is passed on as typed, and the check says what would be accepted. */
function numberOrText(typed: string): number | string {
  return /^-?\d{1,9}(\.\d{1,9})?$/.test(typed) ? Number(typed) : typed;
}
