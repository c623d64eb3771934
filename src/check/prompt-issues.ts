import type { Issue } from "../base/check-result.js";
import { nearest } from "../base/nearest.js";
import { arrayOf, isRecord } from "../base/record.js";
import { cameraCommands, cameraModels, cells } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";
import { MODES } from "../kinds/mode.js";
import { LONGEST_TEXT } from "./schema-issues.js";

/** What is wrong with the texts of a request beyond their length: camera commands, and invisible characters. */
export function textIssues(
  { prompt, model, text_inputs, content }: Record<string, unknown>,
  mode: RequestName,
): Issue[] {
  return [
    ...visibilityIssues(prompt, "prompt"),
    ...(isReadable(prompt) ? cameraIssues(prompt, model, mode) : []),
    ...arrayOf(text_inputs).flatMap((input, at) =>
      isRecord(input) ? invisibleIssues(input.value, `text_inputs[${at}].value`) : [],
    ),
    ...arrayOf(content).flatMap((item, at) =>
      isRecord(item) ? visibilityIssues(item.text, `content[${at}].text`) : [],
    ),
  ];
}

/** UTF-16 units: the 2000 characters of the schema. Finding a similar command takes longest. */
const LONGEST_PROMPT = 4000;

/** A prompt that is ten times too long is refused for that, and not examined further. */
function isReadable(text: unknown): text is string {
  return typeof text === "string" && text.length <= LONGEST_TEXT;
}

/**
 * The error page says only "over 10 % invisible or illegal characters" (1042). These code points are counted: controls except
 * tab and line breaks; characters that fonts do not show (zero-width and bidirectional characters, soft hyphens, byte order
 * marks, fillers) except variation selectors; noncharacters and lone surrogates. Private and unassigned characters are not: a
 * font, or a newer Unicode, may show them.
 */
const INVISIBLE = /[\p{Cc}\p{DI}\p{NChar}\p{Cs}](?<![\t\n\r\p{VS}])/u;
const ALL_INVISIBLE = new RegExp(INVISIBLE, "gu");
/** The joiners and tags within an emoji. Bounded, so that a row of skin tones is not read over and over. */
const EMOJI =
  /\p{ExtPict}[\p{EMod}\p{VS}]{0,2}(?:\u200D\p{ExtPict}[\p{EMod}\p{VS}]{0,2})+|\u{1F3F4}[\u{E0020}-\u{E007F}]+/gu;

/** A visible character. The schema refuses white space and zero-width characters; this covers the rest of Unicode. */
const VISIBLE = /[^\s\p{Cc}\p{DI}\p{NChar}\p{Cs}]/u;

/** A prompt must be visible, and have no more invisible characters than the service accepts. */
function visibilityIssues(text: unknown, path: string): Issue[] {
  // The schema refuses white space.
  const showsNothing = isReadable(text) && /\S/u.test(text) && !VISIBLE.test(text);
  if (!showsNothing) return invisibleIssues(text, path);
  return [{ path, rule: "blank", severity: "error", message: "must not be blank" }];
}

/** A text must have no more invisible characters than the service accepts. */
function invisibleIssues(text: unknown, path: string): Issue[] {
  if (!isReadable(text) || !INVISIBLE.test(text)) return [];
  const count = text.replace(EMOJI, "").match(ALL_INVISIBLE)?.length ?? 0;
  const total = [...text].length;
  if (count * 10 <= total) return [];
  const message = `accepts at most 10 % invisible or control characters (got ${count} of ${total}); the service refuses more with code 1042`;
  return [{ path, rule: "invisibleCharacters", severity: "error", message }];
}

function cameraIssues(prompt: string, model: unknown, mode: RequestName): Issue[] {
  const brackets = prompt.length > LONGEST_PROMPT ? [] : bracketsOf(prompt);
  if (!brackets.length) return [];
  const most = Math.max(...brackets.map(({ readings }) => readings.filter(({ meant }) => meant).length));
  if (takesNone(model, mode)) return most ? [modelIssue(model, mode)] : [];
  const messages = new Set(brackets.flatMap(({ readings }) => readings.flatMap(({ message }) => message ?? [])));
  const issues = [...messages].map((message) => warning("cameraCommand", message));
  const wide = brackets.find((bracket) => bracket.wide)?.wide;
  if (wide) {
    const message = `camera commands are written in square brackets: [${wide.slice(1, -1)}], not ${wide}`;
    issues.push(warning("cameraBrackets", message));
  }
  if (most > 3) {
    const message = `at most 3 camera commands in one bracket are advised (got ${most}); later brackets follow one another`;
    issues.push(warning("cameraCommands", message));
  }
  return issues;
}

function warning(rule: string, message: string): Issue {
  return { path: "prompt", rule, severity: "warning", message };
}

/** A bracket that commands the camera, or was meant to. `wide`: how it looks if it is a wide one. */
interface Bracket {
  readings: Reading[];
  wide?: string;
}

/** Chinese text uses wide brackets for titles, so they count only if everything in them is a command. */
function bracketsOf(prompt: string): Bracket[] {
  const known = new Map<string, Reading>();
  const readingOf = (words: string) => {
    const reading = known.get(words) ?? read(words);
    known.set(words, reading);
    return reading;
  };
  return [...prompt.matchAll(/\[([^[\]]*)\]|([【［])([^【】［］]*)([】］])/g)].flatMap(
    ([, square, opening, inner = "", closing]) => {
      const words = (square ?? inner).split(/[,，]/).map(tidy).filter(Boolean);
      if (square === undefined && !(words.length && words.every(isCommand))) return [];
      const readings = words.map(readingOf);
      if (!words.some(isCommand) && readings.some(({ prose }) => prose)) return [];
      return square === undefined ? [{ readings, wide: `${opening}${words[0]}${closing}` }] : [{ readings }];
    },
  );
}

function takesNone(model: unknown, mode: RequestName): model is string {
  return typeof model === "string" && Object.hasOwn(cells.minimax[mode] ?? {}, model) && !cameraModels.includes(model);
}

function modelIssue(model: string, mode: RequestName): Issue {
  const takers = Object.keys(cells.minimax[mode] ?? {}).filter((name) => cameraModels.includes(name));
  const instead = takers.length
    ? `for ${MODES[mode]}, ${takers.join(", ")} do`
    : `no model for ${MODES[mode]} does; say it in plain words`;
  return warning("cameraModel", `${model} does not take camera commands; ${instead}`);
}

/** The words between two commas of a bracket: a command or meant as one, prose, or neither (then `message` says so). */
interface Reading {
  meant?: boolean;
  prose?: boolean;
  message?: string;
}

/**
 * Brackets are used for other things as well. Words count as an intended command if they resemble one and are few (five; eight
 * Chinese characters). If they resemble none, they are reported only if they could name a movement: two words of letters
 * (four characters). Anything else is prose, and a bracket with prose and without a command passes.
 */
function read(words: string): Reading {
  if (isCommand(words)) return { meant: true };
  const chinese = HAN.test(words);
  const length = spelt(words).split(" ").length;
  if (words.length > 40 || length > (chinese ? 8 : 5)) return { prose: true };
  const known = chinese ? CHINESE : ENGLISH;
  const problem = `[${words.replace(ALL_INVISIBLE, "\uFFFD")}] is not a camera command`;
  const close = suggestions(words, known);
  if (close.length) return { meant: true, message: `${problem}; did you mean ${close.join(" or ")}?` };
  if (length > (chinese ? 4 : 2) || !/^[\p{L} ]+$/u.test(words)) return { prose: true };
  return { message: `${problem}; the known ones are ${known.join(", ")}` };
}

const ENGLISH = cameraCommands.map(({ english }) => english);
const CHINESE = cameraCommands.map(({ chinese }) => chinese);
const NAMES = new Set([...ENGLISH, ...CHINESE].map((name) => name.toLowerCase()));
const HAN = /\p{Script=Han}/u;

function isCommand(words: string): boolean {
  return NAMES.has(words.toLowerCase());
}

/** Without the tokens of the mock, which concern only the mock. */
function tidy(words: string): string {
  return words
    .replace(/\{mock:[^{}]*\}/g, "")
    .trim()
    .replace(/\s+/g, " ");
}

/** Chinese with each character as a word, so that `nearest` weighs characters as it weighs letters. */
function spelt(words: string): string {
  return HAN.test(words) ? [...words].join(" ") : words;
}

/** Never suggests the opposite: [Push out] resembles Push in, but means Pull out. */
function suggestions(words: string, known: string[]): string[] {
  const parts = words.split(/ and | then |[^\p{L}\s]/iu).map(tidy);
  if (parts.length > 1 && parts.every(isCommand)) return [`[${parts.join(",")}]`];
  const family = known.filter((name) => name.toLowerCase().startsWith(words.toLowerCase()));
  if (family.length === 1 || family.length === 2) return family.map(bracketed);
  const direction = directionOf(words);
  const same = known.filter((name) => directionOf(name) === direction);
  const close =
    nearest(spelt(words), same.map(spelt)) ?? (direction ? undefined : nearest(spelt(words), known.map(spelt)));
  if (close) return known.filter((name) => spelt(name) === close).map(bracketed);
  return direction && spelt(words).split(" ").length <= 2 ? same.map(bracketed) : [];
}

function bracketed(name: string): string {
  return `[${name}]`;
}

const DIRECTIONS = new Map(
  ["left 左", "right 右", "up 上 升", "down 下 降", "in 进 近", "out 远"].flatMap((words) => {
    return words.split(" ").map((word, _, [direction]) => [word, direction] as const);
  }),
);

function directionOf(words: string): string | undefined {
  const word = spelt(words.toLowerCase())
    .split(" ")
    .findLast((word) => DIRECTIONS.has(word));
  return word && DIRECTIONS.get(word);
}
