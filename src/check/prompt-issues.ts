import { type Issue, refusal, warning } from "../base/check-result.js";
import { nearest } from "../base/nearest.js";
import { isPublic } from "../base/public-host.js";
import { arrayOf, type Fields, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { cameraCommands, cameraModels, cells } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";
import { MODES } from "../kinds/mode.js";
import { LONGEST_TEXT } from "./schema-issues.js";

/** Checks the texts of a request for invisible characters and for camera commands. The schema checks their length. */
export function textIssues({ prompt, model, text_inputs, content }: Fields, mode: RequestName): Issue[] {
  return [
    ...promptIssues(prompt, "prompt"),
    ...cameraIssues(prompt, model, mode),
    ...arrayOf(text_inputs).flatMap((input, at) => invisibleIssues(Object(input).value, `text_inputs[${at}].value`)),
    ...arrayOf(content).flatMap((item, at) => promptIssues(Object(item).text, `content[${at}].text`)),
  ];
}

/** The texts of a request, which no error may show. */
export function promptsIn({ prompt, text_inputs, content }: Fields): string[] {
  const texts = [...arrayOf(content), ...arrayOf(text_inputs)].filter(isRecord);
  const all = [prompt, ...texts.flatMap(({ text, value }) => [text, value])];
  return all.filter((text): text is string => typeof text === "string" && text !== "");
}

/** Warns about an instruction to the mock, which any other server would take for a part of the prompt, and charge for. */
export function scenarioIssues(request: Fields, { name, baseUrl }: Server): Issue[] {
  const isMeant = promptsIn(request).some((text) => isReadable(text) && text.includes("{mock:"));
  const message = `{mock:…} is an instruction to the local mock; ${name} reads it as a part of the prompt, and charges as usual`;
  return isMeant && isPublic(new URL(baseUrl).hostname) ? [warning("", "mockScenario", message)] : [];
}

/** In UTF-16 units: enough for the 2000 characters of the schema. */
const LONGEST_PROMPT = 4000;
const isReadable = (text: unknown): text is string => typeof text === "string" && text.length <= LONGEST_TEXT;

// Controls except tab and line breaks, characters that fonts do not show, noncharacters and lone surrogates. Not those of spelling:
// variation selectors, joiners before a pictograph, joiners and marks after a letter (Persian, Indian scripts, Mongolian), the word
// separator of scripts without spaces (Thai, Khmer), old Korean, the tags of a flag.
const INVISIBLE =
  /[\p{Cc}\p{DI}\p{NChar}\p{Cs}](?<![\t\n\r\p{VS}\u115F\u1160]|\u200D(?=\p{ExtPict})|[\p{L}\p{M}][\u034F\u17B4\u17B5\u180E\u200C\u200D]|[\p{L}\p{M}](?<!\p{scx=Latn})\u200B|\u{1F3F4}[\u{E0020}-\u{E007F}]{1,8})/gu;
/** In a text with right-to-left letters, direction marks belong to spelling. */
const RIGHT_TO_LEFT = /(?!\p{Bidi_C})[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const VISIBLE = /[^\s\p{Cc}\p{DI}\p{NChar}\p{Cs}]/u;

/** A prompt must contain something visible. The schema refuses only white space and zero-width characters. */
function promptIssues(text: unknown, path: string): Issue[] {
  if (!isReadable(text) || !/\S/u.test(text) || VISIBLE.test(text)) return invisibleIssues(text, path);
  return [refusal(path, "blank", "must not be blank")];
}

/** Warns if a text has too many invisible characters. Only a warning, as it is unknown which ones the service counts. */
function invisibleIssues(text: unknown, path: string): Issue[] {
  if (!isReadable(text)) return [];
  const invisible = text.match(INVISIBLE) ?? [];
  const isSpelling = RIGHT_TO_LEFT.test(text) ? /\p{Bidi_C}/u : /^$/;
  const count = invisible.filter((character) => !isSpelling.test(character)).length;
  const total = count && [...text].length;
  if (count * 10 <= total) return [];
  const message = `has ${count} invisible or control characters among ${total}; the service refuses more than 10 % with code 1042`;
  return [warning(path, "invisibleCharacters", message)];
}

const ENGLISH = cameraCommands.map(({ english }) => english);
const CHINESE = cameraCommands.map(({ chinese }) => chinese);
const COMMANDS = new Set([...ENGLISH, ...CHINESE].map((name) => name.toLowerCase()));
const HAN = /\p{Script=Han}/u;

/** Gives advice on the camera commands of a prompt: `[Push in]`, or several that act together, `[Pan left,Tilt up]`. */
function cameraIssues(prompt: unknown, model: unknown, mode: RequestName): Issue[] {
  if (typeof prompt !== "string" || prompt.length > LONGEST_PROMPT) return [];
  const brackets = Array.from(prompt.matchAll(/\[([^[\]]*)\]/g), ([, inside = ""]) => readingsOf(inside));
  // Chinese texts put titles into full-width brackets, so these count only if everything inside is a command.
  const wide = [...prompt.matchAll(/[【［]([^【】［］]*)[】］]/g)].find(([, inside = ""]) =>
    namesIn(inside).every(isCommand),
  );
  const most = Math.max(wide ? 1 : 0, ...brackets.map((readings) => readings.filter(({ isMeant }) => isMeant).length));
  const models = cells.minimax[mode] ?? {};
  if (typeof model === "string" && Object.hasOwn(models, model) && !cameraModels.includes(model)) {
    const takers = Object.keys(models).filter((name) => cameraModels.includes(name));
    const instead = takers.length ? `${takers.join(", ")} do` : "no model does; say it in plain words";
    const message = `${model} does not take camera commands; for ${MODES[mode]}, ${instead}`;
    return most > 0 ? [warning("prompt", "cameraModel", message)] : [];
  }
  const messages = new Set(brackets.flat().flatMap(({ message }) => message ?? []));
  const issues = [...messages].map((message) => warning("prompt", "cameraCommand", message));
  const square = wide && `camera commands are written in square brackets: [${wide[1]}], not ${wide[0]}`;
  if (square) issues.push(warning("prompt", "cameraBrackets", square));
  const tooMany = `at most 3 camera commands per bracket are advised (got ${most}); separate brackets take effect one after another`;
  return most > 3 ? [...issues, warning("prompt", "cameraCommands", tooMany)] : issues;
}

/** A name in a bracket that is not prose. `isMeant`: it is a command or resembles one. `message`: why it is not a command. */
type Reading = { isMeant: boolean; message?: string };

/** Reads the names in a bracket. Prose, and names beside prose, pass if none is a command. */
function readingsOf(bracket: string): Reading[] {
  const names = namesIn(bracket);
  const readings = names.flatMap((name) => readingOf(name) ?? []);
  return names.some(isCommand) || readings.length === names.length ? readings : [];
}

const namesIn = (bracket: string) => bracket.split(/[,，]/).map((name) => name.trim().replace(/\s+/g, " "));
const isCommand = (name: string) => COMMANDS.has(name.toLowerCase());

/** Reads one name. Undefined for prose: a name that is long, or that resembles no command and cannot name a movement. */
function readingOf(name: string): Reading | undefined {
  if (isCommand(name)) return { isMeant: true };
  // Two Chinese characters count as a word.
  const words = HAN.test(name) ? name.length / 2 : name.split(" ").length;
  if (name === "" || name.length > 40 || words > 5) return undefined;
  const known = HAN.test(name) ? CHINESE : ENGLISH;
  const close = suggestions(name, words, known);
  if (close.length === 0 && (words > 2 || !/^[\p{L} ]+$/u.test(name))) return undefined;
  const meant = `did you mean ${close.map((one) => `[${one}]`).join(" or ")}?`;
  const advice = close.length > 0 ? meant : `the known ones are ${known.join(", ")}`;
  const message = `[${name.replace(INVISIBLE, "\uFFFD")}] is not a camera command; ${advice}`;
  return { isMeant: close.length > 0, message };
}

const DIRECTIONS = [/\bleft\b|左/, /\bright\b|右/, /\bup\b|[上升]/, /\bdown\b|[下降]/, /\bin\b|[进近]/, /\bout\b|远/];

/** Suggests only commands with the same direction: [Push out] resembles Push in, but means Pull out. */
function suggestions(name: string, words: number, known: string[]): string[] {
  const given = name.toLowerCase();
  const direction = DIRECTIONS.find((direction) => direction.test(given));
  const commands = known.filter((command) => direction?.test(command) ?? true);
  const family = commands.filter((command) => command.toLowerCase().startsWith(given));
  if (family.length > 0) return family;
  const close = nearest(name, commands);
  if (close) return [close];
  return direction && words <= 2 ? commands : [];
}
