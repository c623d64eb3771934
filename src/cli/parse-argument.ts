import { lstat, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isRecord } from "../base/record.js";
import { noSecret, OPTIONS } from "./command-options.js";
import { UsageError } from "./exit-codes.js";
import type { Io } from "./io.js";
import { readJson } from "./read-input.js";

/** What to make a video of, as far as words say it. */
export type Asked = { prompt: string | undefined } | { request: RequestSource };

/** A whole request as JSON. */
export interface RequestSource {
  /** A path, or "-" for stdin. */
  path: string;
  /** What named it, for messages: the argument itself, or "--request". */
  named: string;
}

interface Given {
  prompt?: string | undefined;
  request?: string | undefined;
}

/**
 * What generate, check and demo are asked for. The argument is a request if it is "-" (stdin) or ends in .json, else the prompt.
 * --prompt and --request say which of the two is meant.
 * @throws {UsageError} for an argument that is hardly a prompt: it would be paid for as one.
 */
export async function askedFor(given: Given, argument: string | undefined, io: Pick<Io, "env">): Promise<Asked> {
  if (given.prompt === "-")
    throw new UsageError("--prompt takes the text itself; the argument - reads a request as JSON from stdin");
  const path = argument !== undefined && isRequest(argument) ? argument : undefined;
  if (path !== undefined && given.request !== undefined)
    throw new UsageError(`Give one request: ${wordOf(path) ?? "the argument"} or --request`);
  if (path !== undefined) return { request: { path, named: wordOf(path) ?? "The argument" } };
  if (argument !== undefined) await assertPrompt(argument, io);
  if (given.request !== undefined) return { request: { path: given.request, named: "--request" } };
  if (argument !== undefined && given.prompt !== undefined)
    throw new UsageError("Give one prompt: the argument or --prompt");
  return { prompt: argument ?? given.prompt };
}

/** @throws {UsageError} if there is no such file, or no JSON object in it. Quotes nothing of the file. */
export async function readRequest({ path, named }: RequestSource, io: Io): Promise<unknown> {
  if (path === "") throw new UsageError("--request takes a file, or - for stdin");
  const isArgument = named !== "--request" && path !== "-";
  if (isArgument && path !== path.trim())
    throw new UsageError(`The argument ends in .json, and has blanks around it: leave them out. ${asPrompt()}`);
  if (isArgument && !(await kindOf(path))) {
    const word = wordOf(path);
    const missing = word ? `${word}: there is no such file` : `${named} ends in .json, and there is no such file`;
    throw new UsageError(`${missing}. ${asPrompt(word)}`);
  }
  const wanted = `A request is an object such as ${EXAMPLE}; a text is a prompt: --prompt TEXT`;
  const body = await readJson(path, io).catch((error) => {
    throw error instanceof UsageError ? new UsageError(`${error.message}. ${wanted}`, { cause: error }) : error;
  });
  if (!isRecord(body)) throw new UsageError(`${path === "-" ? "stdin" : path} holds no JSON object. ${wanted}`);
  return body;
}

const EXAMPLE = '{ "model": "T2V-01", "prompt": "a red fox runs" }';

function isRequest(argument: string): boolean {
  const text = argument.trim();
  return argument === "-" || (/\.json$/i.test(text) && !ODDITIES.some(({ looks }) => looks(text)));
}

function asPrompt(word = "TEXT"): string {
  return `To use it as the prompt, write --prompt${word.startsWith("-") ? "=" : " "}${word}`;
}

interface Doubt {
  /** Of the argument without the blanks around it, and for a second time without quotes and the like. */
  looks: (text: string) => boolean;
  /** What it seems to be, and what to write if it is. */
  says: string;
}

/** What people write who mean a file, but not as it is written here. */
const ODDITIES: Doubt[] = [
  { looks: isJson, says: "is JSON: save the request in a file that ends in .json, or pipe it to -" },
  {
    looks: (text) => /^@(\S+|.*\.json)$/is.test(text),
    says: "looks like curl's @file: write the name without the @",
  },
  {
    looks: (text) => /^([a-z][\w+.-]*:\/\/|(https?|data|file):)\S*$/i.test(text),
    says: "is an address: an image goes behind --first-frame, a request into a file on this machine",
  },
];

const BY_REQUEST = "--request FILE reads a request from any file";

/** What is hardly a prompt, most of it a single word. */
const DOUBTS: Doubt[] = [
  ...ODDITIES,
  { looks: (text) => /^[-–—]+$/.test(text), says: "is a dash: - alone reads a request from stdin" },
  { looks: (text) => /^\d+$/.test(text), says: "may be the id of a task: minimax-video task ID waits for one" },
  {
    looks: (text) => [...Object.keys(OPTIONS), "help", "version"].includes(text.toLowerCase()),
    says: "is a command: it goes first, as in minimax-video COMMAND --help",
  },
  {
    looks: (text) => /^(undefined|null|none|nan|true|false|\[object Object\])$/i.test(text),
    says: "is what a script writes that has no text",
  },
  {
    looks: (text) => /^(\$\(.*\)|\$\w+|\$\{[^}]*\}|%\w+%|`.*`)$/.test(text),
    says: "is a variable or a command that no shell has replaced",
  },
  {
    // It ends like a file, begins like a path, or has a slash among letters without accents.
    looks: (text) => /^(\S*\.[a-z][a-z\d]{1,7}|(\.{1,2}|~)?[\\/]\S*|[\w.-]+([\\/][\w.-]*)+)$/i.test(text),
    says: `looks like a file: ${BY_REQUEST}`,
  },
];

async function assertPrompt(argument: string, { env }: Pick<Io, "env">): Promise<void> {
  if (argument === env.MINIMAX_API_KEY || /^(sk-|eyJ)\S{8,}$/.test(argument)) throw noSecret("This argument");
  const kind = await kindOf(argument);
  const says = kind ? `is a ${kind} here: ${BY_REQUEST}` : doubtAbout(argument.trim());
  if (!says) return;
  const word = wordOf(argument);
  const advice = word ? says.replace("FILE", word) : says;
  throw new UsageError(`${word ?? "The argument"} ${advice}. ${asPrompt(word)}`);
}

function doubtAbout(text: string): string | undefined {
  // Quotes that a shell did not take for its own, as those of Windows do not with single ones; the stop behind a path in a text.
  const bare = text.replace(/^["'“”„‘’«»<]+|["'“”‘’«»>.,;:!?]+$/g, "");
  return DOUBTS.find(({ looks }) => looks(text) || looks(bare))?.says;
}

/** "{mock:fail}" is a prompt; braces with a quote behind them are not, even where the rest is missing. */
function isJson(text: string): boolean {
  if (/^\{\s*"/.test(text)) return true;
  if (!/^[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What lies at a path, also without the blanks around it; undefined if there is nothing. */
async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  if (!path.trim()) return undefined;
  for (const name of new Set([path, path.trim()])) {
    const place = resolve(name);
    // A link that leads nowhere is a name of a file as well.
    const there = await stat(place).catch(() => lstat(place).catch(() => undefined));
    if (there) return there.isDirectory() ? "folder" : "file";
  }
  return undefined;
}

/** An argument that may be repeated: the name of a file, and neither a sentence nor an address with a secret in it. */
function wordOf(argument: string): string | undefined {
  return /^[\w.~@+\\/-]{1,200}$/.test(argument) ? argument : undefined;
}
