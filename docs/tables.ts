/**
 * Generates the tables in the guides from the tables in the code. `npm run generate` calls this. In each guide, it replaces the
 * text between `<!-- table: NAME -->` and `<!-- end -->`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { sizeLimit } from "../src/check/media-limits.js";
import { OPTIONS, type Option } from "../src/cli/command-options.js";
import { errorTypes, type StatusCodeRow, statusCodes } from "../src/generated/codes.js";
import { cellsV2, limitsV2, pricesV2, unconfirmed } from "../src/generated/content-offers.js";
import { cameraCommands, cells, imageLimits, type MediaLimits, olderModels, prices } from "../src/generated/offers.js";
import { servers } from "../src/generated/servers.js";
import { type Scenario, scenarios } from "../src/mock/scenarios.js";

const root = new URL("../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), "utf8");

/** Returns every guide that has a table, with up-to-date tables. */
export function guidesWithTables(): Map<string, string> {
  const guides = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
  const filled = guides.map((name): [string, string] => [`docs/${name}`, withTables(read(`docs/${name}`))]);
  return new Map(filled.filter(([, text]) => text.includes("<!-- table:")));
}

function withTables(guide: string): string {
  return guide.replace(/(<!-- table: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_, begin, name, end) => {
    const table = TABLES[name];
    if (!table) throw new Error(`unknown table "${name}"; the tables are ${Object.keys(TABLES).join(", ")}`);
    return `${begin}\n${table()}\n\n${end}`;
  });
}

/** Formats a Markdown table. */
function markdown(head: string[], rows: string[][]): string {
  if (rows.length === 0) throw new Error(`the table of ${head.join(", ")} has no rows`);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

const code = (word: string): string => `\`${word}\``;

const TABLES: Record<string, () => string> = {
  models: () => markdown(["mode", "model", "seconds: resolutions", ...prices.map(({ region }) => region)], modelRows()),
  "models-v2": () => markdown(["model", "seconds", "resolutions", "modes", "unconfirmed"], modelRowsV2()),
  "prices-v2": () => markdown(["for", "model", "resolution", "price", "region", "source, date"], priceRowsV2()),
  camera: () =>
    markdown(
      ["command", "in Chinese"],
      cameraCommands.map((row) => [code(`[${row.english}]`), code(`[${row.chinese}]`)]),
    ),
  media: () => markdown(["media", "formats", "bytes", "sides", "width / height", "length"], mediaRows()),
  codes: () => codeTable("code", statusCodes),
  types: () => codeTable("type", errorTypes),
  errors: () => markdown(["error", "when, and what to do"], errorRows()),
  servers: () => markdown(["`server`", "base URL", "spec"], serverRows()),
  "scenarios-before": () => scenarioTable("before"),
  "scenarios-after": () => scenarioTable("after"),
  "scenarios-later": () => scenarioTable("later"),
  "scenarios-key": () => scenarioTable(undefined),
  options: () => markdown(["option", "what it does", "commands"], optionRows()),
  "exit-codes": () => markdown(["code", "meaning"], exitCodeRows()),
};

const MODES: Record<string, string> = {
  TextToVideo: "prompt alone",
  ImageToVideo: "`first_frame_image`",
  FirstLastFrameToVideo: "`last_frame_image`",
  SubjectReferenceToVideo: "`subject_reference`",
  TextToVideoV2: "text",
  FramesToVideoV2: "frames",
  ReferencesToVideoV2: "references",
};

function modelRows(): string[][] {
  return Object.entries(cells.minimax).flatMap(([mode, models]) =>
    Object.entries(models).map(([model, { accepts }]) => [
      MODES[mode] ?? mode,
      `${code(model)}${olderModels.includes(model) ? " †" : ""}`,
      accepts.map(([seconds, sizes]) => `${seconds} s: ${sizes.join(", ")}`).join("<br>") || "accepts neither",
      ...prices.map(({ currency, rows }) => {
        const theirs = rows.filter((row) => row.model === model);
        const shown = accepts.flatMap(([seconds, sizes]) =>
          sizes.map((size) => theirs.find(({ duration, resolution }) => duration === seconds && resolution === size)),
        );
        const amounts = (accepts.length > 0 ? shown : theirs).map((row) => (row ? Number(row.amount).toFixed(2) : "–"));
        return amounts.some((amount) => amount !== "–") ? `${amounts.join(", ")} ${currency}` : "–";
      }),
    ]),
  );
}

function modelRowsV2(): string[][] {
  const models = [...new Set(Object.values(cellsV2).flatMap(Object.keys))];
  return models.map((model) => {
    const modes = Object.entries(cellsV2).filter(([, theirs]) => theirs[model]);
    const accepts = modes.flatMap(([, theirs]) => theirs[model]?.accepts ?? []);
    const seconds = accepts.map(([duration]) => duration);
    const doubtful = unconfirmed.filter((row) => row.model === model);
    return [
      code(model),
      `${Math.min(...seconds)} to ${Math.max(...seconds)}`,
      [...new Set(accepts.flatMap(([, sizes]) => sizes))].join(", "),
      modes.map(([mode]) => MODES[mode]).join(", "),
      doubtful.map(({ resolution, source }) => `${resolution ?? "all resolutions"}: ${source}`).join("; "),
    ];
  });
}

function priceRowsV2(): string[][] {
  return pricesV2.flatMap((list) => {
    const facts = [list.region, `${list.source}, ${list.date}`];
    if (list.task_type === "h3_context_ir")
      return list.rows.map(({ model, millionInputTokens, millionOutputTokens }) => [
        ...["Context-IR", code(model), "–"],
        `${millionInputTokens} ${list.currency} per million input tokens, ${millionOutputTokens} per million output tokens`,
        ...facts,
      ]);
    return list.rows.map(({ model, resolution, second }) => [
      ...[list.task_type, code(model), resolution, `${second} ${list.currency} per second`],
      ...facts,
    ]);
  });
}

const range = (least?: number, most?: number, unit = ""): string =>
  least === undefined ? "–" : most === undefined ? `from ${least}${unit}` : `${least} to ${most}${unit}`;

function mediaRows(): string[][] {
  const { ImageUrl, VideoUrl, AudioUrl, BaseVideoItem } = limitsV2;
  const rows: [string, MediaLimits][] = [
    ["image, version 1", imageLimits.ImageInput],
    ["image, version 2", ImageUrl],
    ["video, version 2", VideoUrl],
    ["`base_video`, version 2", { ...VideoUrl, ...BaseVideoItem, minSeconds: 0 }],
    ["sound, version 2", AudioUrl],
  ];
  return rows.map(([name, limits]) => [
    ...[name, (limits.formats ?? []).map((format) => format.toUpperCase()).join(", ")],
    sizeLimit(limits.maxBytes),
    range(limits.minSide, limits.maxSide, " pixels"),
    range(limits.minAspect, limits.maxAspect),
    limits.minFrames
      ? range(limits.minFrames, limits.maxFrames, " frames")
      : range(limits.minSeconds, limits.maxSeconds, " s"),
  ]);
}

/** Every option except those that all commands have. If several commands describe an option identically, they share a row. */
function optionRows(): string[][] {
  const rows = new Map<string, string[]>();
  for (const [command, options] of Object.entries(OPTIONS))
    for (const [name, { short, value, help }] of Object.entries<Option>(options)) {
      const typed = [`--${name}`, ...(short ? [`-${short}`] : [])].map((flag) =>
        code(value ? `${flag} ${value}` : flag),
      );
      const row = [typed.join(", "), help].map((text) => text.replace(/[|<]/g, "\\$&")).join(" | ");
      if (!["help", "json", "quiet"].includes(name)) rows.set(row, [...(rows.get(row) ?? []), command]);
    }
  return [...rows].map(([row, commands]) => [row, commands.join(", ")]);
}

function codeTable(head: string, rows: Record<string, StatusCodeRow & { status?: number }>): string {
  return markdown(
    [head, "meaning", "`kind`", "`retryable`", "what to do"],
    Object.entries(rows).map(([name, { status, meaning, kind, retryable, advice = "" }]) => [
      ...[status ? `${code(name)}, HTTP ${status}` : name, meaning, code(kind), retryable ? "yes" : "no", advice],
    ]),
  );
}

/** The doc comments of the error classes that users can import. */
function errorRows(): string[][] {
  const sources = ["src/base/errors.ts", "src/node/stored-journal.ts"].map(read).join("\n");
  const classes = sources.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+Error) extends MiniMaxError/g);
  return [...classes].map(([, comment = "", name = ""]) => [
    code(name),
    comment
      .replace(/^ ?\* ?/gm, "")
      .replace(/\s+/g, " ")
      .trim(),
  ]);
}

function serverRows(): string[][] {
  return Object.entries(servers).map(([name, { baseUrl, spec, gateway }]) => [
    code(`"${name}"`),
    baseUrl ?? `not published: \`{ like: "${name}", baseUrl }\``,
    code(gateway ? `openapi/gateways/${spec}.yaml` : `openapi/${spec}.yaml`),
  ]);
}

/** The scenarios of one moment, or those that can be requested only by key. */
function scenarioTable(moment: Scenario["moment"] | undefined): string {
  const theirs = scenarios.filter((one) => (one.prompt ? one.moment === moment : moment === undefined));
  return markdown(
    ["in the prompt", "as the key", "what happens", "where"],
    theirs.map(({ prompt = "", key, plays, number, on, also }) => [
      prompt && code(prompt),
      code(key),
      number ? `${plays} (\`=N\`: ${number})` : plays,
      [on, also].flatMap((places) => (places.length > 0 ? places.join(", ") : [])).join("; "),
    ]),
  );
}

/** The exit codes in the overview of the command line's help. */
function exitCodeRows(): string[][] {
  const [, section = ""] =
    /^Exit codes\n([\s\S]*?)^ {2}After/m.exec(read("src/cli/help.txt").replace(/^\| ?/gm, "")) ?? [];
  return [...section.matchAll(/^ {2}(\d+) +(.*)$/gm)].map(([, number = "", meaning = ""]) => [number, meaning]);
}
