import { type ParseArgsConfig, parseArgs } from "node:util";
import { nearest } from "../base/nearest.js";
import { UsageError } from "./exit-codes.js";

export type Options = NonNullable<ParseArgsConfig["options"]>;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const list = { type: "string", multiple: true } as const;

/** How to print. Every command takes these. */
const printing = { json: flag, quiet: flag, help: { ...flag, short: "h" } } as const;
/** Which server to use. */
const serving = { server: text, like: text } as const;
/** How to wait and where to save. */
const waiting = { out: text, force: flag, timeout: text, "poll-interval": text } as const;
const following = { ...waiting, "no-wait": flag } as const;
/** Whether and where requests are recorded. */
const journaling = { journal: text, "no-journal": flag } as const;
const buying = { key: text, ...journaling, ...following, "dry-run": flag } as const;
/** The fields of a request for a video. */
export const fields = {
  prompt: text,
  model: text,
  duration: text,
  resolution: text,
  "first-frame": text,
  image: text,
  "last-frame": text,
  subject: text,
  reference: list,
  ratio: text,
  "no-prompt-optimizer": flag,
  "fast-pretreatment": flag,
  watermark: flag,
  "callback-url": text,
} as const;

/** The options of each command. A test checks that its help names them all. */
export const OPTIONS = {
  generate: { ...fields, request: text, ...buying, ...serving, ...printing },
  template: { text: list, media: list, "callback-url": text, ...buying, ...serving, ...printing },
  task: { template: flag, kind: text, ...following, ...journaling, ...serving, ...printing },
  tasks: {
    status: text,
    model: text,
    kind: text,
    all: flag,
    forget: list,
    force: flag,
    "forget-finished": text,
    journal: text,
    ...serving,
    ...printing,
  },
  resume: { ...waiting, journal: text, ...serving, ...printing },
  check: { ...fields, request: text, ...serving, ...printing },
  files: { purpose: text, filename: text, out: text, force: flag, ...serving, ...printing },
  mock: { port: text, host: text, speed: text, strict: flag, quiet: flag, help: { ...flag, short: "h" } },
  listen: {
    port: text,
    host: text,
    path: text,
    secret: text,
    "public-url": text,
    ...printing,
  },
  contract: {
    free: flag,
    paid: flag,
    "paid-v2": flag,
    task: list,
    report: text,
    traffic: flag,
    "requests-per-minute": text,
    ...serving,
    ...printing,
  },
  demo: { ...fields, request: text, ...buying, ...serving, ...printing },
} as const satisfies Record<string, Options>;

export type CommandName = keyof typeof OPTIONS;

/** The values of a command's options, as typed. */
export type Values<Name extends CommandName> = ReturnType<
  typeof parseArgs<{ options: (typeof OPTIONS)[Name]; allowPositionals: true; strict: true }>
>["values"];

/** Parses the arguments of a command, which takes at most `most` positional ones. @throws {UsageError} */
export function parse<Name extends CommandName>(
  name: Name,
  args: readonly string[],
  { most = 1 } = {},
): { values: Values<Name>; argument: string | undefined; words: string[] } {
  const options: (typeof OPTIONS)[Name] = OPTIONS[name];
  refuseUnknown(args, options);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    if (positionals.length > most && most === 0) throw new UsageError(`${name} takes options only`);
    if (positionals.length > most)
      throw new UsageError(
        `${name} takes ${most === 1 ? "one argument" : `at most ${most} arguments`} but got ${positionals.length}: put text with spaces in quotes`,
      );
    for (const [option, value] of Object.entries(values))
      if (isNumber(option) && typeof value === "string") numberOf(option, value);
    return { values, argument: positionals[0], words: positionals };
  } catch (cause) {
    if (cause instanceof UsageError || !(cause instanceof Error)) throw cause;
    // Node's own message about a missing or superfluous value. It does not quote the value.
    throw new UsageError(cause.message.replaceAll("\n", " "), { cause });
  }
}

/** Refuses unknown and repeated options, which parseArgs describes poorly or accepts. */
function refuseUnknown(args: readonly string[], options: Options): void {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName } = token;
    const known = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!known && /^(api-?)?(key|token)$/i.test(name)) throw secretRefusal(rawName);
    if (name === "key" && looksSecret(token.value)) throw secretRefusal(`This ${rawName}`);
    if (!known) throw unknownOption(rawName, name, Object.keys(options));
    if (seen.has(name) && !known.multiple) throw new UsageError(`${rawName} is given twice but takes one value`);
    seen.add(name);
  }
}

/** --key takes a name. API keys of this service start like this, or are at least this long. */
function looksSecret(value = ""): boolean {
  return /^(sk-|eyJ)|^\S{64,}$/.test(value);
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

// The longest time that a timer can be set to.
const MOST_SECONDS = 2_147_483;
const seconds = { most: MOST_SECONDS, wanted: `a number of seconds above 0, at most ${MOST_SECONDS} (24 days)` };
const above0 = { most: 1e12, wanted: "a number above 0" };

/** The options with a number and what they accept. `parse` checks them before anything is sent or started. */
const NUMBERS = {
  timeout: seconds,
  "poll-interval": seconds,
  speed: above0,
  "requests-per-minute": { least: 0.01, most: 1e12, wanted: "a number from 0.01" },
  // 0 means any free port.
  port: { least: 0, most: 65_535, whole: true, wanted: "a number from 0 to 65535" },
  "forget-finished": { least: 0, most: 1e6, whole: true, wanted: "a number of days" },
} as const satisfies Record<string, NumberRule>;

interface NumberRule {
  /** Default: any number above zero. */
  least?: number;
  most: number;
  whole?: boolean;
  wanted: string;
}

type NumberOption = keyof typeof NUMBERS;

function isNumber(option: string): option is NumberOption {
  return Object.hasOwn(NUMBERS, option);
}

/** The number typed for an option, in decimal digits. @throws {UsageError} */
function numberOf(option: NumberOption, typed: string): number {
  const { least, most, whole, wanted }: NumberRule = NUMBERS[option];
  const number = (whole ? /^\d+$/ : /^(\d+(\.\d*)?|\.\d+)$/).test(typed) ? Number(typed) : Number.NaN;
  if ((least === undefined ? number > 0 : number >= least) && number <= most) return number;
  const shown = typed.length > SHOWN ? `${typed.slice(0, SHOWN)}…` : typed;
  throw new UsageError(`--${option} takes ${wanted} (got "${shown}")`);
}

const SHOWN = 40;

/** The number typed for an option; undefined if the option is absent. */
export function numberIn<Name extends NumberOption>(
  values: { [Option in Name]?: string },
  name: Name,
): number | undefined {
  const typed = values[name];
  return typed === undefined ? undefined : numberOf(name, typed);
}

/** What a word behind a command does. */
export interface Verb<Action, Option extends string> {
  act: Action;
  /** The argument it needs, such as "the id of a file". Default: none. */
  needs?: string;
  /** The options it takes, of those that not every verb takes. */
  takes: readonly Option[];
}

/** Finds what a command does for its words. @throws {UsageError} if the argument or an option does not fit the verb */
export function actionFor<Action, Option extends string>(
  command: string,
  verbs: Record<string, Verb<Action, Option>>,
  [name = "", argument, ...more]: readonly string[],
  values: { [Name in Option]?: unknown },
): Action {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) {
    const only = command === "tasks" ? ", or tasks with options only to list the journal" : "";
    throw new UsageError(`Use ${command} ${Object.keys(verbs).join(", ")}${only}`);
  }
  if (more.length > 0 || (verb.needs === undefined ? argument !== undefined : !argument))
    throw new UsageError(`${command} ${name} takes ${verb.needs ?? "options only"}`);
  for (const option of new Set(Object.values(verbs).flatMap(({ takes }) => takes)))
    if (values[option] !== undefined && !verb.takes.includes(option))
      throw new UsageError(`${command} ${name} does not take --${option}`);
  return verb.act;
}
