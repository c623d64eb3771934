import { readFile } from "node:fs/promises";
import { grouped } from "../contract/report-outcome.js";
import { cameraCommands, imageLimits, templates } from "../generated/offers.js";
import { OPTIONS, type Option } from "./command-options.js";
import type { Io } from "./process.js";

/** Reads a file of the package. Its path is the same from dist/cli and src/cli. */
async function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), "utf8");
}

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

/** How much help to show: everything, what is not marked with a |, or only the first sentence about each option. */
type Extent = "all" | "usual" | "brief";

/** The help of a command, or of the whole program: as much as fits a screen, or with `all` everything. */
export async function helpFor(topic = "overview", all = false): Promise<string> {
  const parts = (await read("src/cli/help.txt")).split(/^## (\w+)\n/m).slice(1);
  const texts = new Map(parts.flatMap((name, at) => (at % 2 ? [] : [[name, (parts[at + 1] ?? "").trim()] as const])));
  const facts = { ...topicFacts, scenarioRows: topic === "mock" && all ? await scenarioRows() : "" };
  const filledFor = (extent: Extent) => {
    const known: Record<string, unknown> = { ...facts, options: optionsText(topic, extent) };
    const filled = (text = ""): string =>
      text
        .replace(extent === "all" ? /^\| ?/gm : /^\|.*(\n|$)/gm, "")
        .replace(/\{\{(\w+)\}\}/g, (_, name) => String(known[name] ?? filled(texts.get(name))));
    const spaced = filled(texts.get(topic)).replace(/\n{3,}/g, "\n\n");
    return `${spaced.trim()}\n`;
  };
  const long = filledFor("all");
  const usual = filledFor("usual");
  const short = usual.split("\n").length > SCREEN ? filledFor("brief") : usual;
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

function optionsText(topic: string, extent: Extent): string {
  const commands = Object.entries(OPTIONS).filter(([name]) => name.split(" ")[0] === topic);
  const options: [string, Option][] = Object.entries(Object.assign({}, ...commands.map(([, theirs]) => theirs)));
  if (extent !== "all") {
    const usual = options.filter(([name, { more }]) => !more && name !== "help");
    return usual.map((option) => optionText(option, extent)).join("\n");
  }
  const sections = grouped(options, ([, { section = "Options" }]) => section);
  return sections.map(([title, own]) => [title, ...own.map((option) => optionText(option))].join("\n")).join("\n\n");
}

export function firstSentence(text: string): string {
  return text.replace(/(?<=\w)\. .*/, "");
}

function optionText([name, { short, value, help }]: [string, Option], extent?: Extent): string {
  const typed = `  ${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;
  const lines = wrapped(extent === "brief" ? firstSentence(help) : help, WIDTH - INDENT, " ");
  const hang = `\n${" ".repeat(INDENT)}`;
  return (typed.length < INDENT ? typed.padEnd(INDENT) : typed + hang) + lines.join(hang);
}

/** Splits a text into lines of at most `width` characters, each of which ends before a match of `gap`. */
function wrapped(text: string, width: number, gap: string): string[] {
  return text.match(new RegExp(`(?! ).{1,${width}}(?=${gap}|$)`, "g")) ?? [];
}

/** What the help texts insert from the specs. */
const topicFacts = {
  ...imageLimits.ImageInput,
  maxMegabytes: Math.ceil(imageLimits.ImageInput.maxBytes / 1024 ** 2),
  cameraCommands: wrapped(cameraCommands.map(({ english }) => `[${english}]`).join(" "), WIDTH, " \\[").join("\n"),
  templateRows: templates
    .map(({ template_id, name, inputs, regions, price }) => {
      const cost = price === undefined ? "" : `${price.toFixed(2)} USD`;
      return `  ${template_id}  ${inputs.join("+").padEnd(10)}  ${cost.padEnd(8)}  ${regions.join(", ").padEnd(13)}  ${name}`;
    })
    .join("\n"),
};

/** The failures that the mock can simulate. Loaded only for its help, without Prism. */
async function scenarioRows(): Promise<string> {
  const { scenarios } = await import("../mock/scenarios.js");
  const rows = scenarios.map(({ prompt, key, plays, number }) => {
    const row = `  ${(prompt ?? `(key) ${key}`).padEnd(29)}${plays}`;
    return number ? `${row}\n${" ".repeat(31)}=N: ${number}` : row;
  });
  return rows.join("\n");
}
