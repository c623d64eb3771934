import type { Cost } from "../base/check-result.js";
import { isRecord } from "../base/record.js";
import type { TextToVideoV2 } from "../base/request-types.js";
import type { Server } from "../base/server.js";
import { check } from "../check/check.js";
import { cells, prices } from "../generated/offers.js";
import { cellsV2, pricesV2 } from "../generated/offers-v2.js";
import type { SpecName } from "../generated/servers.js";
import { bodiesFor, isLegal } from "./request-samples.js";

/** A create, and what it costs by the documented list; without a price where there is none, as at gateways. */
export interface Purchase {
  readonly body: Record<string, unknown>;
  readonly price?: string;
}

/** The cheapest create of version 1 that the documents of a server know, made of an official example. */
export function cheapest({ spec, region }: Server): Purchase {
  const list = spec === "minimax" ? prices.find((one) => one.region === region) : undefined;
  const rows = (list?.rows ?? []).toSorted((one, other) => one.amount - other.amount);
  for (const { model, duration, resolution, amount } of rows) {
    const body = exampleWith(spec, { model, duration, resolution });
    if (body) return { body, price: `${amount.toFixed(2)} ${list?.currency} (${list?.source}, ${list?.date})` };
  }
  const [model = "", offer] = Object.entries(cells[spec].TextToVideo ?? {}).at(0) ?? [];
  const [duration, [resolution] = []] = offer?.accepts[0] ?? [];
  return { body: { model, prompt: PROMPT, ...(duration ? { duration } : {}), ...(resolution ? { resolution } : {}) } };
}

const PROMPT = "A red paper boat floats on a calm lake.";

/** A create of MiniMax-H3, for servers that charge nothing. */
export const BODY = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: PROMPT }],
  resolution: "768P",
  duration: 4,
  ratio: "16:9",
} satisfies TextToVideoV2;

/**
 * The same for version 2, which is priced by the second: of each model and resolution that has a price, the shortest that is
 * legal. Undefined where no list has one: what would be paid could not be told.
 */
export async function cheapestV2(server: Server): Promise<Purchase | undefined> {
  if (server.spec !== "minimax") return undefined;
  const lists = pricesV2.filter(({ region }) => region === server.region);
  const rows = lists.flatMap((list) => (list.task_type === "generation" ? list.rows : []));
  const offers: { body: Record<string, unknown>; cost: Cost }[] = [];
  for (const { model, resolution } of rows) {
    const accepted = cellsV2.TextToVideoV2[model]?.accepts.filter(([, resolutions]) =>
      resolutions.includes(resolution),
    );
    const duration = Math.min(...(accepted ?? []).map(([seconds]) => seconds));
    const body = { ...BODY, model, resolution, duration };
    const { ok, cost } = await check(body, server);
    if (ok && cost) offers.push({ body, cost });
  }
  const [least] = offers.toSorted((one, other) => one.cost.amount - other.cost.amount);
  if (!least) return undefined;
  const { amount, currency, basis, date } = least.cost;
  return { body: least.body, price: `${amount.toFixed(2)} ${currency} (${basis}, ${date})` };
}

/** Some legal body of the spec with these facts instead of its own, if that is legal too. */
function exampleWith(spec: SpecName, facts: Record<string, unknown>): Record<string, unknown> | undefined {
  const bodies = bodiesFor(spec, "videoGeneration").map(({ value }) => value);
  return bodies
    .filter(isRecord)
    .map(({ callback_url: _, ...body }): Record<string, unknown> => ({ ...body, ...facts }))
    .find((body) => isLegal(spec, body));
}
