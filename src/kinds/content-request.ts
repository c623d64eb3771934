import type { Issue } from "../base/check-result.js";
import { arrayOf, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { expectsV2 } from "../generated/content-offers.js";
import { fields } from "../generated/offers.js";
import type { RequestName, RequestNameV2, Validator } from "../generated/validators.js";
import { rolesIn } from "./kind-of.js";
import { MODES } from "./mode.js";
import { asWritten, type RequestRules, type WireRequest, type Wording, warning } from "./request-rules.js";

/** The rules that all requests of API v2 share: their files and texts are items of `content`. Only MiniMax documents v2. */
export function contentRules<Mode extends RequestNameV2>(rules: {
  modeOf(body: Record<string, unknown>): Mode;
  validators(): Promise<Record<Mode, Validator>>;
  priceOf?: RequestRules["priceOf"];
}): RequestRules {
  return {
    toWire,
    modeOf: rules.modeOf,
    // The mode is one that `modeOf` returned.
    validatorOf: async (mode, { spec }) => (spec === "minimax" ? (await rules.validators())[mode as Mode] : undefined),
    wording,
    advise,
    priceOf: rules.priceOf ?? (() => undefined),
  };
}

/** The part of a mode that the items of `content` tell. */
export function sceneOf({ content }: Record<string, unknown>): "Text" | "Frames" | "References" {
  const roles = [...rolesIn(content)];
  if (roles.some((role) => role.startsWith("reference"))) return "References";
  return roles.some((role) => role !== "text") ? "Frames" : "Text";
}

type FileKind = "image" | "video" | "audio";

/** The fields that become items of `content`, in this order. Each entry of a list becomes an item. */
const FRAMES = { first_frame_image: "first_frame", last_frame_image: "last_frame" } as const;
const REFERENCES: Record<string, FileKind> = {
  reference_images: "image",
  reference_videos: "video",
  reference_audios: "audio",
};
const TRANSLATED = ["prompt", ...Object.keys(FRAMES), ...Object.keys(REFERENCES)];

/** Makes `content` of the prompt, the frames and the references, if the request has none. Changes nothing else. */
function toWire(request: Record<string, unknown>): WireRequest {
  if (request.content !== undefined || request.source_task_id !== undefined) return asWritten(request);
  const items: { field: string; item: object }[] = [];
  const { prompt } = request;
  if (prompt !== undefined) items.push({ field: "prompt", item: { type: "text", text: prompt } });
  for (const [field, role] of Object.entries(FRAMES))
    if (request[field] !== undefined) items.push({ field, item: fileItem("image", request[field], role) });
  for (const [field, kind] of Object.entries(REFERENCES))
    for (const [index, file] of arrayOf(request[field]).entries())
      items.push({ field: `${field}[${index}]`, item: fileItem(kind, file, `reference_${kind}`) });
  const options = Object.entries(request).filter(
    ([name, value]) => !TRANSLATED.includes(name) || isNotList(name, value),
  );
  const { model, ...rest } = Object.fromEntries(options);
  const body = { ...(model === undefined ? {} : { model }), content: items.map(({ item }) => item), ...rest };
  const fieldOf = items.map(({ field }) => field);
  return { body, isTranslated: true, restate: (issues, mode) => issues.map((issue) => restated(issue, fieldOf, mode)) };
}

function fileItem(kind: FileKind, url: unknown, role: string): object {
  return { type: `${kind}_url`, [`${kind}_url`]: { url }, role };
}

/** A single value stays where a list should be, so that the check says what is expected. */
function isNotList(name: string, value: unknown): boolean {
  return name in REFERENCES && value !== undefined && !Array.isArray(value);
}

/** An issue of `content`, restated for the field that the item was made of. `fieldOf`: the field of each item. */
function restated(issue: Issue, fieldOf: readonly string[], mode: RequestName): Issue {
  const message = issue.message.replace(/content\[(\d+)\]\.\w+\.url/g, (path, at) => fieldOf[at] ?? path);
  const [, at = "", rest] = /^content\[(\d+)\](.*)$/.exec(issue.path) ?? [];
  const path = fieldOf[Number(at || Number.NaN)];
  if (path !== undefined) {
    // The role of an item tells that it belongs to another mode.
    if (rest !== ".role") return { ...issue, path, message };
    return { path, rule: "mode", severity: "error", message: `does not go with ${MODES[mode]}` };
  }
  if (issue.path === "content") {
    if (issue.message !== "takes exactly one text") return { ...issue, path: "" };
    // There is one field for the text, so it can only be missing.
    return { ...issue, path: "prompt", rule: "required", message: `is required for ${MODES[mode]}` };
  }
  if (issue.path === "subject_reference")
    return { ...issue, message: "is a field of S2V-01; use reference_images here" };
  if (!TRANSLATED.includes(issue.path)) return { ...issue, message };
  return { ...issue, rule: "type", message: "must be of type array" };
}

function wording(mode: RequestName, { isTranslated }: WireRequest): Wording {
  const wanted = expectsV2[mode as RequestNameV2];
  if (!isTranslated) return { wanted };
  return { wanted, known: [...TRANSLATED, ...(fields[mode] ?? []).filter((name) => name !== "content")] };
}

const CONTRADICTORY = "the vendor's pages contradict each other on whether";

/** Options without effect, and points on which the vendor's own pages contradict each other. */
function advise(body: Record<string, unknown>, { region }: Server, mode: RequestName): Issue[] {
  const { model, ratio, aigc_watermark } = body;
  const items = arrayOf(body.content);
  const issues: Issue[] = [];
  if (mode.startsWith("FramesTo")) {
    if (ratio !== undefined && ratio !== "adaptive")
      issues.push(warning("ratio", "frameRatio", "has no effect with a frame, whose aspect ratio the video takes"));
    const last = items.findIndex((item) => isRecord(item) && item.role === "last_frame");
    if (last >= 0 && items.filter((item) => isRecord(item) && item.type === "image_url").length === 1)
      issues.push(
        warning(`content[${last}]`, "lastFrameAlone", `${CONTRADICTORY} a last frame works without a first one`),
      );
  }
  if (mode === "ReferencesToVideoV2" && model === "MiniMax-H3-Max")
    issues.push(
      warning("model", "maxReferences", `${CONTRADICTORY} MiniMax-H3-Max accepts references; MiniMax-H3 does`),
    );
  if (mode.endsWith("ToVideoV2") && aigc_watermark === true && region !== "china")
    issues.push(
      warning(
        "aigc_watermark",
        "watermark",
        "is documented for creates in China only; elsewhere only for regenerations",
      ),
    );
  return issues;
}
