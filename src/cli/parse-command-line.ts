import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.js";
import { insteadOf, meantField } from "../check/meant-request.js";
import { type CommandName, OPTIONS, type Option, type Values } from "./command-options.js";
import { UsageError } from "./exit-codes.js";

type Options = Record<string, Option>;

const ALL: Options = Object.assign({}, ...Object.values(OPTIONS));

/**
 * The command that a command line names, such as "generate" or "files upload", the arguments that are left for it, and all words
 * that are not options. Options may stand before it.
 */
export function commandIn(argv: readonly string[]): { command?: CommandName; args: string[]; words: string[] } {
  const { tokens } = parseArgs({ args: [...argv], options: ALL, allowPositionals: true, strict: false, tokens: true });
  const [word, ...more] = tokens.filter((token) => token.kind === "positional");
  const first = word?.value ?? "";
  const below = more.find(({ value }) => isCommand(`${first} ${value}`));
  const command = below ? `${first} ${below.value}` : first;
  const args = argv.filter((_, index) => index !== word?.index && index !== below?.index);
  return { ...(isCommand(command) ? { command } : {}), args, words: [first, ...more.map(({ value }) => value)] };
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(OPTIONS, word);
}

/** What other programs call our commands and options, where that does not resemble ours. Undefined: there is no such thing. */
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

/** The same for an option, which may have the name of a field in another API. */
function meantOption(name: string, known: readonly string[]): string | undefined {
  const option = meantField(name)?.replace(/_image$|(?<=reference)_\w+$|(?<=^subject)_reference$/, "");
  return known.find((one) => one === option?.replaceAll("_", "-")) ?? meant(name, known);
}

/** The refusal of a command line without a known command. */
export function unknownCommand([word = "", next]: readonly string[]): UsageError {
  const known = Object.keys(OPTIONS);
  const below = known.flatMap((name) => (name.startsWith(`${word} `) ? [name.slice(word.length + 1)] : []));
  if (below.length > 0 && next) return notAmong(next, below, `${word} `);
  if (below.length > 0) return new UsageError(`${word} needs one of ${below.join(", ")}`);
  if (!word) return new UsageError(`Choose a command: ${known.join(", ")}`);
  if (/\s/.test(word))
    return new UsageError("Put the prompt after the command: minimax-video generate 'a red fox runs'");
  if (word === "models") return new UsageError("minimax-video generate --help lists the models");
  return notAmong(word, known);
}

function notAmong(word: string, known: readonly string[], group = ""): UsageError {
  const close = meant(word, known);
  const advice = close ? `did you mean ${close}?` : `choose one of ${known.join(", ")}`;
  // It may be a prompt, which must not be repeated.
  return new UsageError(`Unknown command ${group}${word.replace(/\s.*/s, "…")}; ${advice}`);
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
  refuseUnknown(name, args, options);
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (name === "tasks" && positionals.length > 0) throw unknownCommand([name, ...positionals]);
  if (positionals.length > most && most === 0) throw new UsageError(`${name} takes no arguments, only options`);
  if (positionals.length > most)
    throw new UsageError(`${name} takes one argument but got ${positionals.length}: put text with spaces in quotes`);
  if (needs !== undefined && !positionals[0]) throw new UsageError(`${name} needs ${needs}`);
  const typed = Object.entries(values).map(([option, value]) => {
    const rule = options[option]?.number;
    return [option, rule && typeof value === "string" ? numberIn(option, value, rule) : value];
  });
  // Each value has the type that its option declares.
  return { values: Object.fromEntries(typed) as Values<Name>, argument: positionals[0], words: positionals };
}

/** Refuses unknown and repeated options, which parseArgs describes poorly or accepts. */
function refuseUnknown(command: CommandName, args: readonly string[], options: Options): void {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value = "" } = token;
    const known = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!known && /^(api-?)?(key|token)$/i.test(name)) throw secretRefusal(rawName);
    // --key takes a name. API keys of this service start like this, or are at least this long.
    if (name === "key" && /^(sk-|eyJ)|^\S{64,}$/.test(value)) throw secretRefusal(`This ${rawName}`);
    if (!known && Object.hasOwn(ALL, name))
      throw new UsageError(`${command} does not take ${rawName}; --help lists its options`);
    if (!known) throw unknownOption(rawName, name, Object.keys(options));
    if (known.type === "boolean" && token.value !== undefined) throw new UsageError(`${rawName} takes no value`);
    const isLikeOption = /^-./.test(value) && !token.inlineValue;
    if (known.type === "string" && (token.value === undefined || (isLikeOption && !known.number)))
      throw new UsageError(
        `${rawName} needs a value${isLikeOption ? `; one that starts with a dash is written ${rawName}=-…` : `: ${rawName} ${known.value}`}`,
      );
    if (isLikeOption && known.number) numberIn(name, value, known.number);
    if (seen.has(name) && !known.multiple) throw new UsageError(`${rawName} can only be given once`);
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
  const close = meantOption(name, known);
  const advice = close
    ? `did you mean --${close}?`
    : "--help lists the options. Put -- before a text that starts with a dash: -- '-5 degrees, snow'";
  const instead = insteadOf(name);
  // It may be a prompt that starts with dashes, so only the first word is repeated.
  return new UsageError(`Unknown option ${rawName.replace(/\s.*/s, "…")}${instead ? `: ${instead}` : `; ${advice}`}`);
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
