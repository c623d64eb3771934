import { type Issue, warning } from "../base/check-result.js";
import { arrayOf, defined, type Fields, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { cellsV2, expectsV2, unconfirmed } from "../generated/content-offers.js";
import { type Cells, fields } from "../generated/offers.js";
import type { RequestName, RequestNameV2, validators } from "../generated/validators.js";
import { rolesIn } from "./kind-of.js";
import { choicesOf, MODES } from "./mode.js";
import type { RequestRules, WireRequest, Wording } from "./request-rules.js";

type OfKind = Pick<RequestRules, "modeOf" | "priceOf"> & { validators(): Promise<typeof validators.minimax> };

/** The rules of a kind of API v2, whose files and texts are items of `content`. Only MiniMax documents v2. */
export function contentRules({ validators, ...rules }: OfKind): RequestRules {
  const validatorOf: RequestRules["validatorOf"] = async (mode, { spec }) =>
    spec === "minimax" ? (await validators())[mode] : undefined;
  return { toWire, validatorOf, wording, advise, ...rules };
}

/** The first word of the mode, judging by the items of `content`. */
export function sceneOf({ content }: Fields): "Text" | "Frames" | "References" {
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
  const isKept = (name: string, value: unknown = []) => !isItem(name) || (isList(name) && !Array.isArray(value));
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
