import { type Cost, type Issue, warning } from "../base/check-result.js";
import type { Fields } from "../base/record.js";
import type { Server } from "../base/server.js";
import { cells, fields, olderModels, prices, unlisted } from "../generated/offers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { choicesOf, offerOf, videoModeOf } from "./mode.js";
import type { RequestRules } from "./request-rules.js";

/** Requests of API v1 for a video. */
export const rules: RequestRules = {
  modeOf: (body, { spec }) => videoModeOf(body, spec),
  validatorOf: async (mode, { spec }) => validators[spec][mode],
  wording(mode, { body: { model } }, { spec }) {
    const models = cells[spec][mode];
    const tiers = offerOf(models, model)?.accepts.map(([seconds, sizes]) => `${seconds} s at ${sizes.join(" or ")}`);
    const offers = tiers?.length ? `${model} offers ${tiers.join(", ")}` : "";
    const known = new Set([mode, ...Object.keys(cells[spec])].flatMap((name) => fields[name] ?? []));
    return { offers, choices: choicesOf(models, model), known: [...known] };
  },
  advise,
  priceOf,
};

function advise(request: Fields, server: Server): Issue[] {
  const { model, prompt_optimizer, fast_pretreatment, aigc_watermark } = request;
  const issues = unlistedIssues(request, server);
  // Sources disagree on whether older models accept a duration and a resolution (SOURCES.md).
  if (typeof model === "string" && olderModels.includes(model)) {
    const gone = "is not in the vendor's newest list of models, and may stop working";
    issues.push(warning("model", "unlistedModel", gone));
    const message = `is better left out: sources disagree on whether ${model} accepts it, and no other value is allowed`;
    const given = ["duration", "resolution"].filter((field) => request[field] !== undefined);
    issues.push(...given.map((field) => warning(field, "olderModel", message)));
  }
  if (fast_pretreatment === true && prompt_optimizer === false)
    issues.push(warning("fast_pretreatment", "withoutOptimizer", "has no effect while prompt_optimizer is false"));
  const onlyChina = "is documented only for servers in China and may be ignored elsewhere";
  if (aigc_watermark === true && server.spec === "minimax" && server.region !== "china")
    issues.push(warning("aigc_watermark", "watermark", onlyChina));
  return issues;
}

/** Warns about fields that the server's own page does not list. */
export function unlistedIssues(request: Fields, { spec }: Server): Issue[] {
  return unlisted[spec]
    .filter((field) => request[field] !== undefined)
    .map((field) => warning(field, "unlisted", `is not on ${spec}'s own page and may be ignored there`));
}

/** The price from the documented list of the region. A gateway has prices of its own. */
function priceOf(request: Fields, server: Server, mode: RequestName): Cost | undefined {
  const { model } = request;
  const list = prices.find(({ region }) => region === server.region);
  const offer = offerOf(cells[server.spec][mode], model);
  if (server.spec !== "minimax" || !list) return undefined;
  const { duration = offer?.duration, resolution = offer?.resolution } = request;
  const rows = list.rows.filter((row) => row.model === model);
  const row = rows.find((row) => row.duration === duration && row.resolution === resolution);
  if (!row) return undefined;
  const basis = `${model}, ${resolution}, ${duration} s, ${list.source}`;
  return { amount: row.amount, currency: list.currency, basis, date: list.date };
}
