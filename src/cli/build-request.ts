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
  if ("request" in asked) {
    const { path, named } = asked.request;
    const given = Object.keys(fields).filter((name) => Object.hasOwn(values, name));
    const isPrompt = argument !== undefined && argument !== path;
    const beside = [...(isPrompt ? ["the prompt"] : []), ...given.map((name) => `--${name}`)];
    if (beside.length > 0)
      throw new UsageError(`${named} is the whole request: leave out ${beside.join(", ")}, or put it into the JSON`);
    return { body: await readRequest(asked.request, io) };
  }
  const { prompt } = asked;
  if (!saysWhatToShow(values, argument))
    throw new UsageError(`Say what to show: give a prompt, --${SHOWN.join(", --")} or --request FILE.json`);
  if (values.image !== undefined && values["first-frame"] !== undefined)
    throw new UsageError("--image and --first-frame are the same: use one of them");
  const model = values.model ?? defaultModel(values);
  const note = values.model === undefined ? `Model ${model}, the default here; --model chooses another.` : undefined;
  return { body: await videoBodyFrom(values, prompt, model), ...(note ? { note } : {}) };
}

const SHOWN = ["first-frame", "image", "last-frame", "subject", "reference"] as const;

/** Whether the command line says what to show. */
export function saysWhatToShow(values: Values<"check">, argument: string | undefined): boolean {
  return [argument, values.prompt, values.request, ...SHOWN.map((option) => values[option])].some(
    (given) => given !== undefined,
  );
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
  const image = async (option: "first-frame" | "image" | "last-frame" | "subject") => {
    const value = values[option];
    return value === undefined ? undefined : imageFrom(option, value);
  };
  const subject = await image("subject");
  return onlyGiven({
    model,
    prompt,
    first_frame_image: (await image("first-frame")) ?? (await image("image")),
    last_frame_image: await image("last-frame"),
    subject_reference: subject === undefined ? undefined : [{ type: "character", image: [subject] }],
    ...(await referencesFrom(values.reference ?? [])),
    ratio: values.ratio,
    duration: values.duration === undefined ? undefined : numberOrText(values.duration),
    resolution: values.resolution,
    prompt_optimizer: values["no-prompt-optimizer"] ? false : undefined,
    fast_pretreatment: values["fast-pretreatment"],
    aigc_watermark: values.watermark,
    callback_url: values["callback-url"],
  });
}

type Kind = Reference["kind"];

/** The reference lists, each in the order of the options. Empty lists are left out. */
async function referencesFrom(typed: readonly string[]): Promise<Record<string, unknown>> {
  const references = await Promise.all(typed.map(referenceFrom));
  const listOf = (wanted: Kind) => {
    const files = references.flatMap(({ kind, file }) => (kind === wanted ? [file] : []));
    return files.length > 0 ? files : undefined;
  };
  return {
    reference_images: listOf("image"),
    reference_videos: listOf("video"),
    reference_audios: listOf("audio"),
  };
}

/** Drops undefined fields, because a field that is present counts for the check and when spread. */
export function onlyGiven(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** "10" is a number. Anything else is passed on as typed, and the check says what would be accepted. */
function numberOrText(typed: string): number | string {
  return /^-?\d{1,9}(\.\d{1,9})?$/.test(typed) ? Number(typed) : typed;
}
