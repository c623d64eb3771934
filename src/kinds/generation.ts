import type { Cost } from "../base/check-result.js";
import { arrayOf, type Fields, isRecord } from "../base/record.js";
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

/** The list price of a video and its references. Undefined if one of their prices or lengths is not known in advance. */
function priceOf({ model, resolution, duration, content }: Fields, { region }: Server) {
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
