import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.js";
import { arrayOf } from "../base/record.js";
import { insteadOf, meantField } from "../check/meant-request.js";
import {
  ARGUMENTS,
  type CommandName,
  EXCLUSIVE,
  type NumberRule,
  OPTIONS,
  type Option,
  type Parsed,
  type Values,
} from "./command-options.js";
import { UsageError } from "./process.js";

type Options = Record<string, Option>;

const ALL: Options = Object.assign({}, ...Object.values(OPTIONS));

const tokensOf = (args: readonly string[], options: Options) =>
  parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true }).tokens;

/** Finds the command, such as "files upload", the remaining arguments, and all words that are not options. Options may come first. */
export function commandIn(argv: readonly string[]): { command?: CommandName; args: string[]; words: string[] } {
  const [word, ...more] = tokensOf(argv, ALL).filter((token) => token.kind === "positional");
  const first = word?.value ?? "";
  const below = more.find(({ value }) => isCommand(`${first} ${value}`));
  const command = below ? `${first} ${below.value}` : first;
  const args = argv.filter((_, index) => index !== word?.index && index !== below?.index);
  return { ...(isCommand(command) ? { command } : {}), args, words: [first, ...more.map(({ value }) => value)] };
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(OPTIONS, word);
}

/** Names that other programs use for our commands and options, if they do not resemble ours. Undefined: we have none like it. */
const SYNONYMS: Record<string, string | undefined> = {
  ...{ create: "generate", video: "generate", run: "generate", make: "generate" },
  ...{ status: "task", wait: "task", download: "task", query: "task", get: "task", list: "tasks", history: "tasks" },
  ...{ price: "check", cost: "check", validate: "check", serve: "mock", callbacks: "listen", test: "contract" },
  ...{ output: "out", o: "out", dir: "out", overwrite: "force", silent: "quiet" },
  ...{ input: "request", file: "request", body: "request", face: "subject" },
  ...{ url: "server", host: "server", region: "server", endpoint: "server", "base-url": "server" },
  ...{ verbose: undefined, debug: undefined, yes: undefined, login: undefined, auth: undefined, config: undefined },
};

function meant(word: string, known: readonly string[]): string | undefined {
  return Object.hasOwn(SYNONYMS, word) ? known.find((name) => name === SYNONYMS[word]) : nearest(word, known);
}

/** The same for an option, which may be named like a field of another API. */
function meantOption(name: string, known: readonly string[]): string | undefined {
  const option = meantField(name)?.replace(/_image$|(?<=reference)_\w+$|(?<=^subject)_reference$/, "");
  return known.find((one) => one === option?.replaceAll("_", "-")) ?? meant(name, known);
}

/** What may follow a word to make a command, such as "list" after "files". */
export function subcommandsOf(word: string): string[] {
  return Object.keys(OPTIONS).flatMap((name) => (name.startsWith(`${word} `) ? [name.slice(word.length + 1)] : []));
}

export function unknownCommand([word = "", next]: readonly string[]): UsageError {
  const below = subcommandsOf(word);
  if (below.length > 0 && next) return notAmong(next, below, `${word} `);
  if (below.length > 0) return new UsageError(`${word} needs one of ${below.join(", ")}`);
  const first = [...new Set(Object.keys(OPTIONS).map((name) => name.replace(/ .*/, "")))];
  if (!word) return new UsageError(`Choose a command: ${first.join(", ")}`);
  if (/\s/.test(word))
    return new UsageError("Put the prompt after the command: minimax-video generate 'a red fox runs'");
  return notAmong(word, first);
}

function notAmong(word: string, known: readonly string[], group = ""): UsageError {
  const close = meant(word, known);
  const advice = close ? `did you mean ${close}?` : `choose one of ${known.join(", ")}`;
  // It may be a prompt or a key, which must not be repeated.
  const shown = /^[\w-]{1,40}$/.test(word) && !isSecret(word) ? word : "…";
  return new UsageError(`Unknown command ${group}${shown}; ${advice}`);
}

export function parse<Name extends CommandName>(name: Name, args: readonly string[]): Parsed<Name> {
  const options: Options = OPTIONS[name];
  const values: Record<string, unknown> = {};
  const words: string[] = [];
  for (const token of tokensOf(args, options)) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) throw unknownOption(name, token);
    const value = typedValue(token, option);
    const earlier = values[token.name];
    if (earlier !== undefined && !option.multiple) throw new UsageError(`${token.rawName} can only be given once`);
    values[token.name] = option.multiple ? [...arrayOf(earlier), value] : value;
  }
  const both = EXCLUSIVE.find((pair) => pair.every((option) => values[option] !== undefined));
  if (both) throw new UsageError(`--${both.join(" and --")} cannot be used together`);
  const { most = 1, needs } = ARGUMENTS[name] ?? { most: 0 };
  if (words.length > most) throw tooMany(name, words, values);
  if (needs !== undefined && !words[0]) throw new UsageError(`${name} needs ${needs}`);
  // Each value has the type that its option declares.
  return { values: values as Values<Name>, argument: words[0], words };
}

function tooMany(name: CommandName, words: readonly string[], { url }: Record<string, unknown>): UsageError {
  if (name === "tasks") return unknownCommand([name, ...words]);
  if (!ARGUMENTS[name]) return new UsageError(`${name} takes no arguments, only options`);
  const advice = "it prints the link to the video. To choose a server, use --server";
  if (url) return new UsageError(`--url takes no value: ${advice}`);
  return new UsageError(`${name} takes one argument but got ${words.length}: put text with spaces in quotes`);
}

type OptionToken = { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined };

function typedValue({ name, rawName, value, inlineValue }: OptionToken, option: Option): string | number | true {
  if (option.type === "boolean") {
    if (value === undefined) return true;
    throw new UsageError(`${rawName} takes no value`);
  }
  // An unset shell variable leaves a blank, which must not select a default. A blank text is checked with its request.
  if (value === undefined || (!value.trim() && option.value !== "TEXT"))
    throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}`);
  if (name === "key" && isSecret(value)) throw secretRefusal(`This ${rawName}`);
  if (option.number) return numberIn(name, value, option.number);
  if (/^-./.test(value) && !inlineValue)
    throw new UsageError(`${rawName} needs a value; one that starts with a dash is written ${rawName}=-…`);
  return value;
}

/** Whether a name may be an API key: those of this service start like this, or are at least this long. */
export const isSecret = (name: string) => /^(sk-|eyJ)|^\S{64,}$/.test(name);

/** The error for an argument that may be an API key. */
export function secretRefusal(what: string): UsageError {
  return new UsageError(
    `${what} is refused, because every process on this machine can read the command line. Set MINIMAX_API_KEY instead.`,
  );
}

function unknownOption(command: CommandName, { rawName, name }: OptionToken): UsageError {
  if (/^(api-?)?(key|token)$/i.test(name)) return secretRefusal(rawName);
  if (Object.hasOwn(ALL, name))
    return new UsageError(`${command} does not take ${rawName}; --help --all lists its options`);
  const close = meantOption(name, Object.keys(OPTIONS[command]));
  const advice = close
    ? `did you mean --${close}?`
    : "--help --all lists the options. Put -- before a text that starts with a dash: -- '-5 degrees, snow'";
  const instead = insteadOf(name);
  // It may be a prompt that starts with dashes, so only the first word is repeated.
  return new UsageError(`Unknown option ${rawName.replace(/\s.*/s, "…")}${instead ? `: ${instead}` : `; ${advice}`}`);
}

/** How many characters of a wrong number are repeated. */
const SHOWN = 40;

function numberIn(option: string, typed: string, { least, most, whole, wanted }: NumberRule): number {
  const number = (whole ? /^\d+$/ : /^(\d+(\.\d*)?|\.\d+)$/).test(typed) ? Number(typed) : Number.NaN;
  if (number >= least && number <= most) return number;
  const shown = typed.length > SHOWN ? `${typed.slice(0, SHOWN)}…` : typed;
  throw new UsageError(`--${option} takes ${wanted} (got "${shown}")`);
}
