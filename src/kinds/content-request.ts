import { type Cost, type Issue, warning } from "../base/check-result.js";
import { arrayOf, defined, type Fields, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { cellsV2, expectsV2, pricesV2, type SecondPrice, unconfirmed } from "../generated/content-offers.js";
import { type Cells, fields } from "../generated/offers.js";
import type { RequestName, RequestNameV2, validators } from "../generated/validators.js";
import { isMedia } from "../media/media.js";
import { rolesIn } from "./kind-of.js";
import { choicesOf, MODES } from "./mode.js";
import type { RequestRules, WireRequest, Wording } from "./request-rules.js";

/** Requests for a video. */
export const generationRules = contentRules({
  modeOf: (body) => `${sceneOf(body)}ToVideoV2` as const,
  validators: async () => (await import("../generated/validators-generation.js")).validatorsGeneration,
  priceOf: generationPrice,
});

/** Requests to make a video again in another resolution. They have no price in advance. */
export const regenerationRules = contentRules({
  modeOf: ({ source_task_id }) =>
    source_task_id === undefined ? "VideoRegenerationBaseVideoReq" : "VideoRegenerationSourceTaskReq",
  validators: async () => (await import("../generated/validators-regeneration.js")).validatorsRegeneration,
});

/** Requests to expand a prompt. They have no price in advance, because it depends on the number of tokens. */
export const promptRules = contentRules({
  modeOf: (body) => `${sceneOf(body)}ToPrompt` as const,
  validators: async () => (await import("../generated/validators-prompts.js")).validatorsPrompts,
});

type OfKind = Pick<RequestRules, "modeOf" | "priceOf"> & { validators(): Promise<typeof validators.minimax> };

/** The rules of a kind of API v2, whose files and texts are items of `content`. Only MiniMax documents v2. */
function contentRules({ validators, ...rules }: OfKind): RequestRules {
  const validatorOf: RequestRules["validatorOf"] = async (mode, { spec }) =>
    spec === "minimax" ? (await validators())[mode] : undefined;
  return { toWire, validatorOf, wording, advise, ...rules };
}

/** The first word of the mode, judging by the items of `content`. */
function sceneOf({ content }: Fields): "Text" | "Frames" | "References" {
  const roles = [...rolesIn(content)];
  if (roles.some((role) => role.startsWith("reference"))) return "References";
  return roles.some((role) => role !== "text") ? "Frames" : "Text";
}

/** The fields that become items of `content`, in this order. Each entry of a list becomes an item. */
const ITEMS: Record<string, (value: unknown) => object> = {
  prompt: (text) => ({ type: "text", text }),
  first_frame_image: fileItem("image", "first_frame"),
  last_frame_image: fileItem("image", "last_frame"),
  reference_images: fileItem("image", "reference_image"),
  reference_videos: fileItem("video", "reference_video"),
  reference_audios: fileItem("audio", "reference_audio"),
};
const isItem = (name: string) => Object.hasOwn(ITEMS, name);
const isList = (name: string) => name.startsWith("reference_");

function fileItem(kind: "image" | "video" | "audio", role: string) {
  return (url: unknown) => ({ type: `${kind}_url`, [`${kind}_url`]: { url }, role });
}

/** Makes `content` from the prompt, the frames and the references, if the request has none. Changes nothing else. */
function toWire(request: Fields): WireRequest {
  if (request.content !== undefined || request.source_task_id !== undefined) return { body: request };
  const items = Object.entries(ITEMS).flatMap(([name, itemOf]) => {
    const value = request[name];
    if (isList(name)) return arrayOf(value).map((file, at) => ({ field: `${name}[${at}]`, item: itemOf(file) }));
    return value === undefined ? [] : [{ field: name, item: itemOf(value) }];
  });
  // A single value in place of a list is kept, so that the check says what is expected.
  const isKept = (name: string, value: unknown) => !isItem(name) || (isList(name) && !Array.isArray(value ?? []));
  const { model, ...rest } = Object.fromEntries(Object.entries(request).filter(([name, value]) => isKept(name, value)));
  const body = { ...defined({ model }), content: items.map(({ item }) => item), ...rest };
  const fieldOf = items.map(({ field }) => field);
  return { body, restate: (issue, mode) => restated(issue, fieldOf, mode) };
}

/** Restates an issue of `content` for the field that the item was made from: `fieldOf`, by the index of the item. */
function restated(issue: Issue, fieldOf: readonly string[], mode: RequestName): Issue {
  const message = issue.message.replace(/content\[(\d+)\]\.\w+\.url/g, (path, at) => fieldOf[at] ?? path);
  const [, at = "", rest] = /^content\[(\d+)\](.*)$/.exec(issue.path) ?? [];
  const path = fieldOf[Number.parseInt(at, 10)];
  // An issue of the role means that the item belongs to another mode.
  if (path && rest === ".role") return { ...issue, path, rule: "mode", message: `does not go with ${MODES[mode]}` };
  if (path) return { ...issue, path, message };
  // Only one field holds a text, so the text must be missing.
  if (issue.path === "content" && message === "takes exactly one text")
    return { ...issue, path: "prompt", rule: "required", message: `is required for ${MODES[mode]}` };
  if (issue.path === "content") return { ...issue, path: "" };
  if (issue.path === "subject_reference")
    return { ...issue, message: "is a field of S2V-01; use reference_images here" };
  return isItem(issue.path) ? { ...issue, rule: "type", message: "must be of type array" } : { ...issue, message };
}

function wording(mode: RequestName, { restate, body }: WireRequest): Wording {
  const wanted = expectsV2[mode as RequestNameV2];
  const models = (cellsV2 as Record<string, Record<string, Cells>>)[mode];
  const choices = models && choicesOf(models, body.model);
  const options = (fields[mode] ?? []).filter((name) => name !== "content");
  return { wanted, choices, ...(restate && { known: [...Object.keys(ITEMS), ...options] }) };
}

/** The row of a model or resolution in the request that no page of MiniMax documents. */
export function unconfirmedIn({ model, resolution }: Fields) {
  return unconfirmed.find((row) => row.model === model && (row.resolution ?? resolution) === resolution);
}

const CONTRADICTORY = "the vendor's pages contradict each other on whether";

/** Warns about options without effect, and where the vendor's own pages contradict each other. */
function advise(body: Fields, { region }: Server, mode: RequestName): Issue[] {
  const { model, ratio, aigc_watermark } = body;
  const items = arrayOf(body.content);
  const issues: Issue[] = [];
  const warn = (path: string, rule: string, message: string) => issues.push(warning(path, rule, message));
  const row = unconfirmedIn(body);
  if (row)
    warn(row.resolution ? "resolution" : "model", "unconfirmed", `is not documented by MiniMax, only in ${row.source}`);
  if (mode.startsWith("FramesTo")) {
    if (ratio !== undefined && ratio !== "adaptive")
      warn("ratio", "frameRatio", "has no effect with a frame, because the video takes the aspect ratio of the frame");
    const last = items.findIndex((item) => isRecord(item) && item.role === "last_frame");
    if (last >= 0 && items.filter((item) => isRecord(item) && item.type === "image_url").length === 1)
      warn(`content[${last}]`, "lastFrameAlone", `${CONTRADICTORY} a last frame works without a first one`);
  }
  if (mode === "ReferencesToVideoV2" && model === "MiniMax-H3-Max")
    warn("model", "maxReferences", `${CONTRADICTORY} MiniMax-H3-Max accepts references; MiniMax-H3 does`);
  if (mode.endsWith("ToVideoV2") && aigc_watermark === true && region !== "china")
    warn("aigc_watermark", "watermark", "is documented for creates in China only; elsewhere only for regenerations");
  return issues;
}

/** The list price of a video and its references. Undefined if one of their prices or lengths is not known in advance. */
function generationPrice({ model, resolution, duration, content }: Fields, { region }: Server) {
  const rows = pricesV2.flatMap((list) =>
    list.region === region && list.task_type === "generation" ? list.rows.map((row) => ({ list, row })) : [],
  );
  const found = rows.find(({ row }) => row.model === model && row.resolution === resolution);
  if (!found || typeof duration !== "number") return undefined;
  const { list, row } = found;
  const sum = (more: number) => Math.round((row.second * duration + more) * 1e4) / 1e4;
  const amount = sum(priceOfReferences(content, row));
  if (Number.isNaN(amount)) return undefined;
  const least = sum(priceOfReferences(content, row, row.leastImage));
  const references = amount > sum(0) ? " and its references" : "";
  const figures = row.source === "mixed" ? ", with third-party figures for references" : "";
  const reading = least < amount ? "; another reading of that page has images free" : "";
  const basis = `${model}, ${resolution}, ${duration} s${references}, ${list.source}${figures}${reading}`;
  return { amount, ...(least < amount && { least }), currency: list.currency, basis, date: list.date } satisfies Cost;
}

/** NaN if a length or a price is not known. */
function priceOfReferences(content: unknown, row: SecondPrice, image = row.image ?? Number.NaN): number {
  const { freeImages = 0, referenceVideoSecond = Number.NaN } = row;
  const items = arrayOf(content).filter(isRecord);
  const images = items.filter(({ type }) => type === "image_url").length - freeImages;
  const videos = items.filter(({ type }) => type === "video_url");
  const prices = videos.map(({ video_url }) => referenceVideoSecond * linkedSeconds(video_url));
  return [...prices, images > 0 ? images * image : 0].reduce((sum, price) => sum + price, 0);
}

function linkedSeconds(link: unknown): number {
  const url = isRecord(link) ? link.url : undefined;
  return (isMedia(url) && "seconds" in url ? url.seconds : undefined) ?? Number.NaN;
}
