import type { Cost } from "../base/check-result.js";
import type { Server } from "../base/server.js";
import { cells, prices, templates } from "../generated/offers.js";
import type { Region } from "../generated/servers.js";
import { modeOf } from "./mode.js";

/** What one video costs by the documented list of the region; undefined where the
 * list has no row, and for gateways. Never a guess. */
export function costOf(request: Record<string, unknown>, { region, spec }: Server): Cost | undefined {
  // A gateway has prices of its own.
  if (spec !== "minimax") return undefined;
  if (request.template_id !== undefined) return templateCost(request.template_id, region);
  const { model } = request;
  const offer = typeof model === "string" ? cells[spec][modeOf(request, spec)]?.[model] : undefined;
  const { duration = offer?.duration, resolution = offer?.resolution } = request;
  const list = prices.find((list) => list.region === region);
  const row = list?.rows.find(
    (row) => row.model === model && row.duration === duration && row.resolution === resolution,
  );
  if (!list || !row) return undefined;
  const basis = `${model}, ${resolution}, ${duration} s, ${list.source}`;
  return { amount: row.amount, currency: list.currency, basis, date: list.date };
}

function templateCost(id: unknown, region: Region): Cost | undefined {
  const row = templates.find(({ template_id }) => template_id === id);
  if (region !== "global" || row?.price === undefined) return undefined;
  return {
    amount: row.price,
    currency: "USD",
    basis: `template "${row.name}", pricing page of platform.minimax.io`,
    date: "2025",
  };
}
