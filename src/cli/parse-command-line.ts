import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.js";
import { type CommandName, OPTIONS, type Option, type Values } from "./command-options.js";
import { UsageError } from "./exit-codes.js";

type Options = Record<string, Option>;

/** The command that a command line names, such as "generate" or "files upload", and the arguments that are left for it. */
export function commandIn([first = "", ...rest]: readonly string[]): { command?: CommandName; args: string[] } {
  const second = rest.findIndex((word) => isCommand(`${first} ${word}`));
  const command = second < 0 ? first : `${first} ${rest[second]}`;
  const args = rest.filter((_, index) => index !== second);
  return isCommand(command) ? { command, args } : { args };
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(OPTIONS, word);
}

/** The refusal of a command line without a known command. */
export function unknownCommand(word: string): UsageError {
  const known = Object.keys(OPTIONS);
  const below = known.filter((name) => name.startsWith(`${word} `));
  if (below.length > 0) return new UsageError(`Use ${below.join(", ")}`);
  if (!word) return new UsageError(`Choose a command: ${known.join(", ")}`);
  // It may be a prompt, which must not be repeated.
  if (/\s/.test(word))
    return new UsageError("Put the prompt after the command: minimax-video generate 'a red fox runs'");
  const close = nearest(word, known);
  return new UsageError(
    `Unknown command ${word}; ${close ? `did you mean ${close}?` : `choose one of ${known.join(", ")}`}`,
  );
}

interface Positional {
  /** How many positional arguments the command takes. */
  most?: number;
  /** What its argument is, if it cannot do without. */
  needs?: string;
}

/** Parses the arguments of a command. @throws {UsageError} */
export function parse<Name extends CommandName>(
  name: Name,
  args: readonly string[],
  { most = 1, needs }: Positional = {},
): { values: Values<Name>; argument: string | undefined; words: string[] } {
  const options: Options = OPTIONS[name];
  refuseUnknown(args, options);
  const { values, positionals } = parsed(args, options);
  if (positionals.length > most && most === 0) throw new UsageError(`${name} takes options only`);
  if (positionals.length > most)
    throw new UsageError(`${name} takes one argument but got ${positionals.length}: put text with spaces in quotes`);
  if (needs !== undefined && !positionals[0]) throw new UsageError(`${name} takes ${needs}`);
  const typed = Object.entries(values).map(([option, value]) => {
    const rule = options[option]?.number;
    return [option, rule && typeof value === "string" ? numberIn(option, value, rule) : value];
  });
  // Each value has the type that its option declares.
  return { values: Object.fromEntries(typed) as Values<Name>, argument: positionals[0], words: positionals };
}

function parsed(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    // Node's own message about a missing or superfluous value. It does not quote the value.
    throw new UsageError((cause as Error).message.replaceAll("\n", " "), { cause });
  }
}

/** Refuses unknown and repeated options, which parseArgs describes poorly or accepts. */
function refuseUnknown(args: readonly string[], options: Options): void {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value = "" } = token;
    const known = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!known && /^(api-?)?(key|token)$/i.test(name)) throw secretRefusal(rawName);
    // --key takes a name. API keys of this service start like this, or are at least this long.
    if (name === "key" && /^(sk-|eyJ)|^\S{64,}$/.test(value)) throw secretRefusal(`This ${rawName}`);
    if (!known) throw unknownOption(rawName, name, Object.keys(options));
    if (seen.has(name) && !known.multiple) throw new UsageError(`${rawName} is given twice but takes one value`);
    seen.add(name);
  }
}

/** The refusal of an argument that may be an API key. */
export function secretRefusal(what: string): UsageError {
  return new UsageError(
    `${what} is refused, because every process on this machine can read the command line. Set MINIMAX_API_KEY instead.`,
  );
}

function unknownOption(rawName: string, name: string, known: string[]): UsageError {
  const close = nearest(name, known);
  const advice = close
    ? `did you mean --${close}?`
    : "put -- before a text that starts with a dash: -- '-5 degrees, snow'";
  // It may be a prompt that starts with dashes, so only the first word is repeated.
  return new UsageError(`Unknown option ${rawName.replace(/\s.*/s, "…")}; ${advice}`);
}

const SHOWN = 40;

function numberIn(
  option: string,
  typed: string,
  { least, most, whole, wanted }: NonNullable<Option["number"]>,
): number {
  const number = (whole ? /^\d+$/ : /^(\d+(\.\d*)?|\.\d+)$/).test(typed) ? Number(typed) : Number.NaN;
  if (number >= least && number <= most) return number;
  const shown = typed.length > SHOWN ? `${typed.slice(0, SHOWN)}…` : typed;
  throw new UsageError(`--${option} takes ${wanted} (got "${shown}")`);
}
