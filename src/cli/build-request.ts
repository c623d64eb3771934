import { resolve } from "node:path";
import { defined, isRecord } from "../base/record.js";
import { imageFile } from "../node/index.js";
import { fields, OPTIONS, type Values } from "./command-options.js";
import { secretRefusal } from "./parse-command-line.js";
import { type Io, UsageError } from "./process.js";
import { fileFrom, type Reference, readJson, referenceFrom } from "./read-input.js";
import { statOf } from "./save-target.js";

/** The body of a request, and a note about a default that was chosen for the user. */
export interface Request {
  body: unknown;
  note?: string | undefined;
}

/**
 * Builds the body for a video. The argument is a whole request as JSON if it is "-" (stdin) or ends in .json, otherwise the
 * prompt. Only the model has a default.
 * @throws {UsageError} if nothing says what to show, if a request comes with options that it would override, or if the argument
 * does not look like a prompt, because it would be paid for as one.
 */
export async function requestFrom(values: Values<"check">, argument: string | undefined, io: Io): Promise<Request> {
  const { prompt = argument, request } = values;
  if (values.prompt === "-")
    throw new UsageError("--prompt takes the text itself. To read a request as JSON from stdin, use - as the argument");
  const isFile = argument !== undefined && isRequest(argument);
  if (argument !== undefined && !isFile) await assertPrompt(argument, io);
  if (isFile && request !== undefined)
    throw new UsageError(`Give the request either as ${shown(argument)} or with --request, not both`);
  const path = isFile ? argument : request;
  if (path !== undefined) {
    const options = Object.keys(fields).filter((name) => Object.hasOwn(values, name));
    const given = [...(argument === undefined || isFile ? [] : ["the prompt"]), ...options.map((name) => `--${name}`)];
    const whole = `${isFile ? shown(argument) : "--request"} is the whole request`;
    if (given.length > 0) throw new UsageError(`${whole}: leave out ${given.join(", ")}, or put it into the JSON`);
    return { body: await readRequest(path, isFile ? shown(path) : path, io) };
  }
  if (argument !== undefined && values.prompt !== undefined)
    throw new UsageError("Give the prompt either as the argument or with --prompt, not both");
  if (!saysWhatToShow(values, argument))
    throw new UsageError(`Say what to show: give a prompt, --${SHOWN.join(", --")} or --request FILE.json`);
  const model = values.model ?? defaultModel(values);
  const note = values.model ? undefined : `Model ${model}, the default here; --model chooses another.`;
  return { body: await videoBodyFrom({ ...values, prompt, model }), note };
}

const SHOWN = ["first-frame", "image", "last-frame", "subject", "reference"] as const;

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

/** Converts the options to fields of the API. Contains only what was typed. */
export async function videoBodyFrom(values: Values<"check">): Promise<object> {
  const image = async (option: "first-frame" | "image" | "last-frame" | "subject") =>
    values[option] === undefined ? undefined : fileFrom(option, values[option], imageFile);
  const subject = await image("subject");
  const references = await Promise.all((values.reference ?? []).map(referenceFrom));
  const referencesOf = (wanted: Reference["kind"]) => {
    const files = references.flatMap(({ kind, file }) => (kind === wanted ? [file] : []));
    return files.length > 0 ? files : undefined;
  };
  const { duration } = values;
  return defined({
    model: values.model,
    prompt: values.prompt,
    first_frame_image: (await image("first-frame")) ?? (await image("image")),
    last_frame_image: await image("last-frame"),
    subject_reference: subject && [{ type: "character", image: [subject] }],
    reference_images: referencesOf("image"),
    reference_videos: referencesOf("video"),
    reference_audios: referencesOf("audio"),
    ratio: values.ratio,
    // Anything but a number is passed on as typed, and the check says what would be accepted.
    duration: duration !== undefined && /^-?\d{1,9}(\.\d{1,9})?$/.test(duration) ? Number(duration) : duration,
    resolution: values.resolution,
    prompt_optimizer: values["no-prompt-optimizer"] ? false : undefined,
    fast_pretreatment: values["fast-pretreatment"],
    aigc_watermark: values.watermark,
    callback_url: values["callback-url"],
  });
}

/** @throws {UsageError} if an argument looks like a prompt, which the message must not repeat, or a path. The client checks ids. */
export function idArgument(argument: string, what = "task"): string {
  const says = /\s/.test(argument) ? "it contains spaces" : "it looks like a path, and there is no such file";
  if (/\s|\.json$|^\.{0,2}[\\/]/i.test(argument))
    throw new UsageError(`${shown(argument)} is not a ${what} id: ${says}`);
  return argument;
}

/** Reads a request. @throws {UsageError} if the file is missing or not a JSON object. Never quotes the file. */
async function readRequest(path: string, name: string, io: Io): Promise<unknown> {
  const wanted = `A request is a JSON object such as ${EXAMPLE}. To give a prompt, use --prompt TEXT`;
  const body = await readJson(path, io, name).catch((error) => {
    throw error instanceof UsageError ? new UsageError(`${error.message}. ${wanted}`, { cause: error }) : error;
  });
  if (!isRecord(body)) throw new UsageError(`${path === "-" ? "stdin" : name} is not a JSON object. ${wanted}`);
  return body;
}

const EXAMPLE = '{ "model": "MiniMax-Hailuo-2.3", "prompt": "a red fox runs" }';

function isRequest(argument: string): boolean {
  const text = argument.trim();
  return argument === "-" || (/\.json$/i.test(text) && !ODDITIES.some(([looks]) => looks.test(text)));
}

/** A pattern for arguments that are probably not prompts, and advice about them. */
type Doubt = [looks: RegExp, says: string];

/** Arguments that were likely meant as a request or an image. */
const ODDITIES: Doubt[] = [
  // JSON, complete or cut off. "{mock:fail}" and "[Push in]" are prompts.
  [/^(\{\s*["}]|\[\s*["{[\]])/, "is JSON: save the request in a file that ends in .json, or pipe it to -"],
  [/^@(\S+|.*\.json)$/is, "looks like curl's @file: write the name without the @"],
  [
    /^([a-z][\w+.-]*:\/\/|(https?|data|file):)\S*$/i,
    "is a URL: pass an image with --first-frame, or save a request to a local file",
  ],
];

const BY_REQUEST = "to read a request from it, use --request FILE";
const WORDS = [...Object.keys(OPTIONS), "files", "help", "version"];

/** Arguments that are unlikely to be a prompt, most of them single words. */
const DOUBTS: Doubt[] = [
  ...ODDITIES,
  [/^[-–—]+$/, "is a dash: - alone reads a request from stdin"],
  [/^\d+$/, "looks like a task id: to wait for that task, use minimax-video task ID"],
  [new RegExp(`^(${WORDS.join("|")})$`, "i"), "is a command: put it first, as in minimax-video COMMAND --help"],
  [/^(undefined|null|none|nan|true|false|\[object Object\])$/i, "is what a script passes when it has no text"],
  [/^(<[^<>]*>|\{\{.*\}\}|\$\{\{.*\}\})$/s, "is a placeholder that nothing has filled in"],
  [/^\{.*\}$/s, `looks like a request in JSON that lost its quotes: ${BY_REQUEST}`],
  [/^Bearer\s/i, "is an HTTP header"],
  [/^(\$env:\w+|\$\(.*\)|\$\w+|\$\{[^}]*\}|%\w+%|`.*`)$/, "is a variable or command that no shell expanded"],
  [
    // It has a file extension, starts like a path, or contains a slash between plain letters.
    /^(\S*\.[a-z][a-z\d]{1,7}|(\.{1,2}|~)?[\\/]\S*|[\w.-]+([\\/][\w.-]*)+)$/i,
    `looks like a file: ${BY_REQUEST}`,
  ],
];

async function assertPrompt(argument: string, { env }: Pick<Io, "env">): Promise<void> {
  if (argument === env.MINIMAX_API_KEY || /^(sk-|eyJ)\S{8,}$/.test(argument)) throw secretRefusal("This argument");
  const text = argument.trim();
  // Quotes that the shell left in place (Windows keeps single quotes), and a full stop after a path.
  const bare = text.replace(/^["'“”„‘’«»<]+|["'“”‘’«»>.,;:!?]+$/g, "");
  const there = text ? ((await statOf(resolve(argument))) ?? (await statOf(resolve(text)))) : undefined;
  const path = there?.isDirectory() ? "is a folder" : `is a file: ${BY_REQUEST}`;
  const says = there ? path : DOUBTS.find(([looks]) => looks.test(text) || looks.test(bare))?.[1];
  if (!says) return;
  const word = wordOf(argument);
  const advice = word ? says.replace("FILE", word) : says;
  const asPrompt = `--prompt${word?.startsWith("-") ? "=" : " "}${word ?? "TEXT"}`;
  throw new UsageError(`${shown(argument)} ${advice}. To use it as the prompt, write ${asPrompt}`);
}

/** The argument if it may be repeated in a message: a file name, not a sentence or a URL with a secret. */
function wordOf(argument: string): string | undefined {
  return /^[\w.~@+\\/-]{1,200}$/.test(argument) ? argument : undefined;
}

const shown = (argument: string) => wordOf(argument) ?? "The argument";
