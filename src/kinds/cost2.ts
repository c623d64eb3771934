import type { Cost } from "../base/check-result.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import { pricesV2, type SecondPrice } from "../generated/offers-v2.js";
import { isMedia } from "../media/media.js";

/**
 * What a video of version 2 costs by the documented list of the region: by its seconds, those of reference videos, and images
 * beyond the free ones. Undefined where anything of that is not known before, as for prompts and for what is made anew.
 */
export function costOfV2(request: Record<string, unknown>, { region }: Server, kind: TaskKind): Cost | undefined {
  const list = pricesV2.find((list) => list.region === region && list.task_type === kind);
  if (list?.task_type !== "generation") return undefined;
  const { model, resolution, duration } = request;
  const row = list.rows.find((row) => row.model === model && row.resolution === resolution);
  const besides = row && besidesOf(request.content, row);
  if (!row || besides === undefined || typeof duration !== "number") return undefined;
  const amount = Math.round((row.second * duration + besides) * 1e4) / 1e4;
  const figures = row.source === "mixed" ? ", with a third party's figures for references" : "";
  const basis = `${model}, ${resolution}, ${duration} s${besides > 0 ? " and its references" : ""}, ${list.source}${figures}`;
  return { amount, currency: list.currency, basis, date: list.date };
}

/** Of its references; undefined where their length or price is not known. */
function besidesOf(content: unknown, row: SecondPrice): number | undefined {
  const items = (Array.isArray(content) ? content : []).filter(isRecord);
  const { freeImages = 0, image, referenceVideoSecond } = row;
  const paidImages = Math.max(0, items.filter(({ type }) => type === "image_url").length - freeImages);
  const lengths = items.filter(({ type }) => type === "video_url").map(({ video_url }) => secondsOf(video_url));
  if (paidImages > 0 && image === undefined) return undefined;
  if (lengths.length > 0 && referenceVideoSecond === undefined) return undefined;
  if (lengths.includes(undefined)) return undefined;
  const seconds = lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0);
  return paidImages * (image ?? 0) + seconds * (referenceVideoSecond ?? 0);
}

function secondsOf(link: unknown): number | undefined {
  const url = isRecord(link) ? link.url : undefined;
  return isMedia(url) && "seconds" in url ? url.seconds : undefined;
}
