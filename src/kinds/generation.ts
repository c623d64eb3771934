import type { Cost } from "../base/check-result.js";
import { arrayOf, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { pricesV2, type SecondPrice } from "../generated/content-offers.js";
import { isMedia } from "../media/media.js";
import { contentRules, sceneOf } from "./content-request.js";

/** Requests of API v2 for a video. */
export const rules = contentRules({
  modeOf: (body) => `${sceneOf(body)}ToVideoV2` as const,
  validators: async () => (await import("../generated/validators-generation.js")).validatorsGeneration,
  priceOf,
});

/**
 * By the documented list of the region: seconds of the video, seconds of reference videos, and images beyond the free ones.
 * Undefined if one of them is not known in advance.
 */
function priceOf(request: Record<string, unknown>, { region }: Server): Cost | undefined {
  const list = pricesV2.find((list) => list.region === region && list.task_type === "generation");
  if (list?.task_type !== "generation") return undefined;
  const { model, resolution, duration } = request;
  const row = list.rows.find((row) => row.model === model && row.resolution === resolution);
  const references = row && priceOfReferences(request.content, row);
  if (!row || references === undefined || typeof duration !== "number") return undefined;
  const amount = Math.round((row.second * duration + references) * 1e4) / 1e4;
  const figures = row.source === "mixed" ? ", with third-party figures for references" : "";
  const basis = `${model}, ${resolution}, ${duration} s${references > 0 ? " and its references" : ""}, ${list.source}${figures}`;
  return { amount, currency: list.currency, basis, date: list.date };
}

/** Undefined if a length or a price is not known. */
function priceOfReferences(content: unknown, row: SecondPrice): number | undefined {
  const items = arrayOf(content).filter(isRecord);
  const { freeImages = 0, image, referenceVideoSecond } = row;
  const paidImages = Math.max(0, items.filter(({ type }) => type === "image_url").length - freeImages);
  const lengths = items.filter(({ type }) => type === "video_url").map(({ video_url }) => secondsOfFile(video_url));
  if (paidImages > 0 && image === undefined) return undefined;
  if (lengths.length > 0 && referenceVideoSecond === undefined) return undefined;
  if (lengths.includes(undefined)) return undefined;
  const seconds = lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0);
  return paidImages * (image ?? 0) + seconds * (referenceVideoSecond ?? 0);
}

function secondsOfFile(link: unknown): number | undefined {
  const url = isRecord(link) ? link.url : undefined;
  return isMedia(url) && "seconds" in url ? url.seconds : undefined;
}
