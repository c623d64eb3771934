import type { Cost } from "../base/check-result.js";
import { defined, isRecord } from "../base/record.js";
import type { TextToVideoV2 } from "../base/request-types.js";
import type { Server } from "../base/server.js";
import { check } from "../check/check.js";
import { cellsV2, pricesV2 } from "../generated/content-offers.js";
import { cells, prices } from "../generated/offers.js";
import { isLegal, withoutCallback, witnessesFor } from "./request-samples.js";

/** The body of a create, and its documented list price if there is one; gateways have none. */
export interface Purchase {
  readonly body: unknown;
  readonly price?: string;
}

/** The cheapest create of API v1 by the documents of a server, made from an official example. */
export function cheapestV1({ spec, region }: Server): Purchase {
  const list = spec === "minimax" ? prices.find((one) => one.region === region) : undefined;
  const rows = (list?.rows ?? []).toSorted((one, other) => one.amount - other.amount);
  const examples = witnessesFor(spec, "videoGeneration", "request").map(({ value }) => withoutCallback(value));
  for (const { model, duration, resolution, amount } of rows) {
    const bodies = examples.filter(isRecord).map((body) => ({ ...body, model, duration, resolution }));
    const body = bodies.find((one) => isLegal(spec, one));
    if (body) return { body, price: `${amount.toFixed(2)} ${list?.currency} (${list?.source}, ${list?.date})` };
  }
  const [model = "", offer] = Object.entries(cells[spec].TextToVideo ?? {}).at(0) ?? [];
  const [duration, [resolution] = []] = offer?.accepts[0] ?? [];
  return { body: defined({ model, prompt: PROMPT, duration, resolution }) };
}

const PROMPT = "A red paper boat floats on a calm lake.";

/** A create of API v2, for servers that charge nothing. */
export const V2_BODY = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: PROMPT }],
  resolution: "768P",
  duration: 4,
  ratio: "16:9",
} satisfies TextToVideoV2;

/**
 * The cheapest create of API v2, which is priced by the second: the shortest legal video of each model and resolution with a
 * price competes. Undefined if no list has a price, because then nobody could be told what the video costs.
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
    const body = { ...V2_BODY, model, resolution, duration };
    const { ok, cost } = await check(body, server);
    if (ok && cost) offers.push({ body, cost });
  }
  const [least] = offers.toSorted((one, other) => one.cost.amount - other.cost.amount);
  if (!least) return undefined;
  const { amount, currency, basis, date } = least.cost;
  return { body: least.body, price: `${amount.toFixed(2)} ${currency} (${basis}, ${date})` };
}
