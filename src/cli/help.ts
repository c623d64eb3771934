import { readFile } from "node:fs/promises";
import { cameraCommands, imageLimits, templates } from "../generated/offers.js";
import { OPTIONS, type Option } from "./command-options.js";
import type { Io } from "./process.js";

/** Reads a file of the package. Its path is the same from dist/cli and src/cli. */
async function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), "utf8");
}

/** The version of the package. */
export async function version(): Promise<string> {
  return String((JSON.parse(await read("package.json")) as { version: unknown }).version);
}

/** Whether there is help on a word, because it is the first one of a command. */
export function isTopic(word: string): boolean {
  return Object.keys(OPTIONS).some((name) => name.split(" ")[0] === word);
}

/** The first word of each command, and a summary of what it does. */
export async function commandSummaries(): Promise<[string, string][]> {
  const rows = (await helpFor()).matchAll(/^ {2}(\w+) {2,}(.*)$/gm);
  return [...rows].map(([, name = "", text = ""]) => [name, text]);
}

/**
 * The help of a command, or of the whole program: as much as fits a screen, or with `all` everything. In help.txt, lines that
 * begin with "|" are shown only with `all`.
 */
export async function helpFor(topic = "overview", all = false): Promise<string> {
  const parts = (await read("src/cli/help.txt")).split(/^## (\w+)\n/m).slice(1);
  const texts = new Map(parts.flatMap((name, at) => (at % 2 ? [] : [[name, (parts[at + 1] ?? "").trim()] as const])));
  // Loaded only for this help. Does not load Prism.
  const scenarioRows = topic === "mock" && all ? scenarioRowsOf(await import("../mock/scenarios.js")) : "";
  const { maxBytes, ...limits } = imageLimits.ImageInput;
  const filledFor = (whole: boolean, isBrief = false) => {
    const facts: Record<string, unknown> = {
      ...limits,
      maxMegabytes: Math.ceil(maxBytes / 1024 ** 2),
      options: optionsText(topic, whole, isBrief),
      cameraCommands: wrapped(cameraCommands.map(({ english }) => `[${english}]`).join(" "), WIDTH, " \\["),
      templateRows: templateRows(),
      scenarioRows,
    };
    const filled = (text = ""): string =>
      text
        .replace(whole ? /^\| ?/gm : /^\|.*(\n|$)/gm, "")
        .replace(/\{\{(\w+)\}\}/g, (_, name) => [facts[name] ?? filled(texts.get(name))].flat().join("\n"));
    return `${filled(texts.get(topic))
      .replace(/\n{3,}/g, "\n\n")
      .trim()}\n`;
  };
  const long = filledFor(true);
  const usual = filledFor(false);
  const short = usual.split("\n").length > SCREEN ? filledFor(false, true) : usual;
  if (all || short === long || short.includes("--help --all")) return all ? long : short;
  return `${short}\nAll of it: minimax-video ${topic === "overview" ? "" : `${topic} `}--help --all\n`;
}

/** The width of stdout in columns; undefined if it is a file or a pipe and COLUMNS is not set. */
export function widthOf({ env, stdout, columns }: Pick<Io, "env" | "stdout" | "columns">): number | undefined {
  return Number(env.COLUMNS) || (stdout.isTTY ? columns?.() : undefined);
}

/** Wraps a help text or a table for a narrow terminal. Refills prose, and keeps the last column apart if there is room. */
export function fitted(text: string, columns = WIDTH, isTable = false): string {
  const width = Math.max(columns, 20);
  if (width >= WIDTH) return text;
  const flowing = isTable ? text : text.replace(/\n {12,}(?=\S)/g, " ").replace(/(?<=^\S.*)\n(?=\S)/gm, " ");
  return flowing.replace(/^.*$/gm, (line) => {
    const [indent = ""] = /^ */.exec(line) ?? [];
    const [before = indent] = /^.*\S {2,}(?=\S)/.exec(line) ?? [];
    const isWide = before.length > width / 2;
    const hang = isWide ? indent.length + 4 : before.length;
    let rest = isWide && line.length > width ? indent + line.trim().replace(/ {2,}/g, "  ") : line;
    const lines: string[] = [];
    for (let at = 0; rest.length > width; ) {
      at = rest.lastIndexOf(" ", width);
      if (at <= hang) at = rest.indexOf(" ", Math.max(width, hang));
      if (at < 0) break;
      lines.push(rest.slice(0, at).trimEnd());
      rest = " ".repeat(hang) + rest.slice(at).trimStart();
    }
    return [...lines, rest].join("\n");
  });
}

const WIDTH = 100;
/** Lines of a screen, without those about --help --all. */
const SCREEN = 22;
const INDENT = 27;

/** The options: all of them under headings, or only the usual ones; if `isBrief`, with only the first sentence of their help. */
function optionsText(topic: string, whole: boolean, isBrief: boolean): string {
  const commands = Object.entries(OPTIONS).filter(([name]) => name.split(" ")[0] === topic);
  const options: [string, Option][] = Object.entries(Object.assign({}, ...commands.map(([, theirs]) => theirs)));
  const usual = options.filter(([name, { more }]) => !more && name !== "help");
  if (!whole) return usual.map((option) => optionText(option, isBrief)).join("\n");
  const titles = new Set(options.map(([, { section }]) => section));
  const texts = [...titles].map((title) => {
    const theirs = options.filter(([, { section }]) => section === title);
    return [title ?? "Options", ...theirs.map((option) => optionText(option))].join("\n");
  });
  return texts.join("\n\n");
}

/** The first sentence of a text. */
export function firstSentence(text: string): string {
  return text.replace(/(?<=\w)\. .*/, "");
}

function optionText([name, { short, value, help }]: [string, Option], isBrief = false): string {
  const typed = `  ${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;
  const lines = wrapped(isBrief ? firstSentence(help) : help, WIDTH - INDENT, " ");
  const hang = `\n${" ".repeat(INDENT)}`;
  return (typed.length < INDENT ? typed.padEnd(INDENT) : typed + hang) + lines.join(hang);
}

function templateRows(): string[] {
  return templates.map(({ template_id, name, inputs, regions, price }) => {
    const cost = price === undefined ? "" : `${price.toFixed(2)} USD`;
    return `  ${template_id}  ${inputs.join("+").padEnd(10)}  ${cost.padEnd(8)}  ${regions.join(", ").padEnd(13)}  ${name}`;
  });
}

/** The failures that the mock can simulate. */
function scenarioRowsOf({ scenarios }: typeof import("../mock/scenarios.js")): string[] {
  return scenarios.map(({ prompt, key, plays, number }) => {
    const row = `  ${(prompt ?? `(key) ${key}`).padEnd(29)}${plays}`;
    return number ? `${row}\n${" ".repeat(31)}=N: ${number}` : row;
  });
}

/** Splits a text into lines of at most `width` characters, each of which ends before a match of `gap`. */
function wrapped(text: string, width: number, gap: string): string[] {
  return text.match(new RegExp(`(?! ).{1,${width}}(?=${gap}|$)`, "g")) ?? [];
}
