/** Determines everything that the page says about a draft, with the library's own check. Needs no browser. */
import type { CheckResult, Cost, Issue } from "../../src/base/check-result.js";
import { defined } from "../../src/base/record.js";
import { type Server, serverFrom } from "../../src/base/server.js";
import { check } from "../../src/check/check.js";
import { cellsV2 } from "../../src/generated/content-offers.js";
import { type Cells, cameraCommands, cameraModels, cells } from "../../src/generated/offers.js";
import { kindOfAny } from "../../src/kinds/kind-of.js";
import { kinds } from "../../src/kinds/kinds.js";
import { type Attachment, type Draft, FILE_FIELDS, type FileField, requestOf, sceneOf, valuesOf } from "./draft.js";

/** The fields besides prompt, files and matrix. The page offers only those that the model accepts. */
export const OPTIONS = [
  ...["ratio", "style", "prompt_optimizer", "fast_pretreatment", "extra.prompt_expansion_mode", "aigc_watermark"],
  "callback_url",
] as const;

/** A value to choose, and the reason if it is illegal. */
export interface Choice<Value> {
  value: Value;
  /** The message of the check. Absent if the value is legal. */
  reason?: string;
}

/** A duration and a resolution. Undefined means that the request omits the field, and the model uses its default. */
export interface MatrixCell {
  duration: number | undefined;
  resolution: string | undefined;
  reason?: string;
  cost?: Cost | undefined;
}

/** The list price at a server. `ok` is whether the request is legal there. */
export type Price = Pick<CheckResult, "ok" | "cost">;

export interface Examined {
  ok: boolean;
  issues: Issue[];
  models: Choice<string>[];
  durations: (number | undefined)[];
  resolutions: (string | undefined)[];
  matrix: MatrixCell[];
  /** The names of the options to offer. */
  options: string[];
  /** Why camera commands are not offered. Absent if they are. */
  noCamera?: string | undefined;
  /** The list prices of the official servers, with missing fields filled in. */
  prices: Record<"global" | "china", Price>;
}

/** The value for a file if its content does not matter. */
const LINK = "https://example.com/file";

/** Uses an empty string for a missing file, so that the check names its field. */
function checkedValue(attachment: Attachment | undefined): unknown {
  return attachment?.media ?? attachment?.url ?? "";
}

export async function examine(draft: Draft): Promise<Examined> {
  const server = serverFrom(draft.server);
  const { ok, cost, ...result } = await check(requestOf(draft, checkedValue), server);
  const issues = [...result.issues.map((issue) => worded(issue, draft)), ...problemsIn(draft)];
  return { ...(await offersFor(draft, server)), issues, ok: issues.every(({ severity }) => severity !== "error") };
}

type Offers = Omit<Examined, "ok" | "issues">;
let latest: { key: string; files: unknown; offers: Promise<Offers> } | undefined;

/** Finds the choices and their prices. They are cached, because they do not depend on the prompt. */
function offersFor(draft: Draft, server: Server): Promise<Offers> {
  const { files, scene, values } = draft;
  const key = JSON.stringify([server.name, scene, { ...values, prompt: "", text_inputs: "" }]);
  if (latest?.key !== key || latest.files !== files) latest = { key, files, offers: findOffers(draft, server) };
  return latest.offers;
}

async function findOffers(draft: Draft, server: Server): Promise<Offers> {
  const probe = probeOf(draft);
  const matrix = await matrixFor(probe, draft, server);
  const [models, options, noCamera, global, china] = await Promise.all([
    modelsFor(probe, draft, server),
    optionsFor(await completed({ ...probe, ...legalCell(matrix) }, server), draft, server),
    cameraRefusal(probe, server),
    priceAt("global", probe, draft),
    priceAt("china", probe, draft),
  ]);
  return { models, ...matrix, options, noCamera, prices: { global, china } };
}

/** Rewords the issue of a missing file, which otherwise only says that the value does not match the pattern of a link. */
function worded(issue: Issue, { files }: Draft): Issue {
  const field = /^\w+/.exec(issue.path)?.[0] ?? "";
  const isMissing = issue.rule === "pattern" && Object.hasOwn(FILE_FIELDS, field) && !files[field as FileField]?.length;
  return isMissing ? { ...issue, message: `is missing; it ${issue.message}` } : issue;
}

/** The issues of files that the library could not read. */
function problemsIn({ scene, files }: Draft): Issue[] {
  return sceneOf(scene).files.flatMap((field) =>
    (files[field] ?? []).flatMap(({ problem, name }, at): Issue[] =>
      problem === undefined
        ? []
        : [{ path: `${field}[${at}]`, rule: "file", severity: "error", message: `${name}: ${problem}` }],
    ),
  );
}

type Request = Record<string, unknown>;

/** The draft with only valid files and a harmless prompt, so that single fields can be checked. */
function probeOf({ scene, values, files }: Draft): Request {
  const sound = sceneOf(scene).files.filter((field) => files[field]?.every(({ problem }) => problem === undefined));
  const attached = Object.fromEntries(sound.map((field) => [field, files[field]]));
  const { model, template_id } = values;
  const chosen = scene === "template" ? { template_id, text_inputs: ["a"] } : { model, prompt: "a" };
  const request = requestOf({ scene, values: chosen, files: attached }, (file) => file?.media ?? file?.url ?? LINK);
  return scene === "template" ? { media_inputs: [{ value: LINK }], ...request } : request;
}

/** The value to fill in for a missing field: the first one that the spec lists, or a link. Undefined for unknown fields. */
function fillerOf(path: string): unknown {
  return valuesOf(path)[0] ?? (Object.hasOwn(FILE_FIELDS, path) ? LINK : undefined);
}

/** Fills in missing fields until the check reports no more of them. */
async function completed(request: Request, server: Server): Promise<Request> {
  const { issues } = await check(request, server);
  const missing = issues.filter(({ path, rule }) => rule === "required" && fillerOf(path) !== undefined);
  if (missing.length === 0) return request;
  return completed({ ...request, ...Object.fromEntries(missing.map(({ path }) => [path, fillerOf(path)])) }, server);
}

function errorsAmong(issues: readonly Issue[], concerns: (path: string) => boolean): Issue[] {
  return issues.filter(({ severity, path }) => severity === "error" && concerns(path));
}

function reasonOf({ path, message }: Issue): string {
  return path ? `${path} ${message}` : message;
}

/** Every model of the spec, with the reason if it cannot be used in this scene. */
async function modelsFor(probe: Request, { scene }: Draft, server: Server): Promise<Choice<string>[]> {
  if (scene === "template") return [];
  const sceneFiles: readonly string[] = sceneOf(scene).files;
  return Promise.all(
    valuesOf("model").map(async (name) => {
      const { issues } = await check({ ...probe, model: name }, server);
      // Missing fields, such as a duration or another file of the scene, can be added once the model is chosen.
      const canFollow = ({ path, rule }: Issue) =>
        rule === "required" && path !== "model" && (valuesOf(path).length > 0 || sceneFiles.includes(path));
      const error = issues.find((issue) => issue.severity === "error" && !canFollow(issue));
      return { value: String(name), ...(error && { reason: reasonOf(error) }) };
    }),
  );
}

type Matrix = Pick<Examined, "durations" | "resolutions" | "matrix">;

/** The durations and resolutions of the models of this mode, and the result of the check of each pair for this model. */
async function matrixFor(probe: Request, { values }: Draft, server: Server): Promise<Matrix> {
  const axes = await axesOf(probe, server);
  if (axes.length === 0) return { durations: [], resolutions: [], matrix: [] };
  const lengths = [...axes.map(([seconds]) => seconds), values.duration].filter((one) => typeof one === "number");
  const sizes = [...axes.flatMap(([, names]) => names), values.resolution].filter((one) => typeof one === "string");
  const durations = [undefined, ...[...new Set(lengths)].sort((one, other) => one - other)];
  const resolutions = [undefined, ...[...new Set(sizes)].sort((one, other) => linesOf(one) - linesOf(other))];
  const matrix = await Promise.all(
    durations.flatMap((duration) => resolutions.map((resolution) => cellOf(probe, duration, resolution, server))),
  );
  // A default is offered only if the model has one.
  const isOffered = (axis: "duration" | "resolution", value: unknown) =>
    value !== undefined || matrix.some((cell) => cell[axis] === undefined && cell.reason === undefined);
  return {
    durations: durations.filter((one) => isOffered("duration", one)),
    resolutions: resolutions.filter((one) => isOffered("resolution", one)),
    matrix: matrix.filter(
      ({ duration, resolution }) => isOffered("duration", duration) && isOffered("resolution", resolution),
    ),
  };
}

/** The first legal pair of duration and resolution. */
function legalCell({ matrix }: Matrix): Request {
  const cell = matrix.find(({ duration, resolution, reason }) => duration && resolution && reason === undefined);
  return cell ? { duration: cell.duration, resolution: cell.resolution } : {};
}

/** The approximate number of lines, because 2K is more than 1080P. */
function linesOf(resolution: string): number {
  return Number.parseInt(resolution, 10) * (/k$/i.test(resolution) ? 1000 : 1);
}

/** The pairs that the models of the request's mode accept. */
async function axesOf(request: Request, server: Server): Promise<Cells["accepts"]> {
  const rules = await kinds[kindOfAny(request)].rules();
  const mode = rules.modeOf(rules.toWire?.(request).body ?? request, server);
  const tables: Record<string, Record<string, Cells>> = { ...cells[server.spec], ...cellsV2 };
  return Object.values(tables[mode] ?? {}).flatMap(({ accepts }) => accepts);
}

async function cellOf(
  probe: Request,
  duration: number | undefined,
  resolution: string | undefined,
  server: Server,
): Promise<MatrixCell> {
  const request = defined({ ...probe, duration, resolution });
  const { issues } = await check(request, server);
  const errors = errorsAmong(issues, (path) => path === "duration" || path === "resolution");
  if (errors.length > 0) return { duration, resolution, reason: errors.map(reasonOf).join("; ") };
  const { cost } = await check(await completed(request, server), server);
  return { duration, resolution, cost };
}

/** The options that the model accepts, and those that are set, even if it does not accept them. */
async function optionsFor(whole: Request, { values }: Draft, server: Server): Promise<string[]> {
  const isOffered = await Promise.all(
    OPTIONS.map(async (option) => {
      const [field = "", inner] = option.split(".");
      const value = valuesOf(option)[0] ?? LINK;
      const { issues } = await check({ ...whole, [field]: inner === undefined ? value : { [inner]: value } }, server);
      return errorsAmong(issues, (path) => path === "" || path.startsWith(field)).length === 0;
    }),
  );
  return OPTIONS.filter((option, at) => isOffered[at] || values[option] !== undefined);
}

/** Why the model accepts no camera commands. Undefined if it does. */
async function cameraRefusal(probe: Request, server: Server): Promise<string | undefined> {
  const { model } = probe;
  if (cameraModels.includes(String(model))) return undefined;
  const { issues } = await check({ ...probe, prompt: `[${cameraCommands[0]?.english}]` }, server);
  const refusal = issues.find(({ rule }) => rule === "cameraModel");
  return refusal?.message ?? `No camera commands are documented for ${model}.`;
}

async function priceAt(name: "global" | "china", probe: Request, { scene, values }: Draft): Promise<Price> {
  const { prompt, text_inputs, template_id, ...chosen } = values;
  const options = scene === "template" ? {} : requestOf({ scene: "text", values: chosen, files: {} }, () => LINK);
  const server = serverFrom(name);
  return check(await completed({ ...probe, ...options }, server), server);
}
