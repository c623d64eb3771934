import type { Cost, Issue } from "../base/check-result.js";
import type { Server } from "../base/server.js";
import { cells, fields, prices, unlisted } from "../generated/offers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { videoModeOf } from "./mode.js";
import { asWritten, type RequestRules, warning } from "./request-rules.js";

/** Requests of API v1 for a video. */
export const rules: RequestRules = {
  toWire: asWritten,
  modeOf: (body, { spec }) => videoModeOf(body, spec),
  validatorOf: async (mode, { spec }) => validators[spec][mode],
  wording: (mode, { body }, server) => ({ offers: offersOf(body, mode, server) }),
  advise: adviceIssues,
  priceOf,
};

/** What the model of a request offers: "MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P". */
function offersOf({ model }: Record<string, unknown>, mode: RequestName, { spec }: Server): string {
  const accepts = typeof model === "string" ? cells[spec][mode]?.[model]?.accepts : undefined;
  if (!accepts?.length) return "";
  return `${model} offers ${accepts.map(([seconds, sizes]) => `${seconds} s at ${sizes.join(" or ")}`).join(", ")}`;
}

function adviceIssues(request: Record<string, unknown>, server: Server, mode: RequestName): Issue[] {
  const issues = [...unlistedIssues(request, server), ...olderModelIssues(request, server, mode)];
  if (request.fast_pretreatment === true && request.prompt_optimizer === false && mayPretreat(request, mode))
    issues.push(warning("fast_pretreatment", "withoutOptimizer", "has no effect while prompt_optimizer is false"));
  if (request.aigc_watermark === true && server.spec === "minimax" && server.region !== "china")
    issues.push(
      warning("aigc_watermark", "watermark", "is documented only for servers in China and may be ignored elsewhere"),
    );
  return issues;
}

/** Fields that the server's own page does not list. */
export function unlistedIssues(request: Record<string, unknown>, { spec }: Server): Issue[] {
  return unlisted[spec]
    .filter((field) => request[field] !== undefined)
    .map((field) => warning(field, "unlisted", `is not on ${spec}'s own page and may be ignored there`));
}

function isOlderModel(model: unknown): model is string {
  return typeof model === "string" && /^[IT]2V-01/.test(model);
}

/** If the schema refuses the field, that is enough. */
function mayPretreat({ model }: Record<string, unknown>, mode: RequestName): boolean {
  return !isOlderModel(model) && Boolean(fields[mode]?.includes("fast_pretreatment"));
}

/** Sources disagree on whether the 01 series accepts a length and a size (SOURCES.md). Only if the schema accepts them. */
function olderModelIssues(request: Record<string, unknown>, { spec }: Server, mode: RequestName): Issue[] {
  const { model } = request;
  if (!isOlderModel(model)) return [];
  const accepts = cells[spec][mode]?.[model]?.accepts ?? [];
  const accepted = { duration: accepts.map(([seconds]) => seconds), resolution: accepts.flatMap(([, sizes]) => sizes) };
  const message = `is better left out: sources disagree on whether ${model} accepts it, and it has no other value`;
  return Object.entries<unknown[]>(accepted)
    .filter(([field, values]) => values.includes(request[field]))
    .map(([field]) => warning(field, "olderModel", message));
}

/** By the documented list of the region. A gateway has prices of its own. */
function priceOf(request: Record<string, unknown>, { region, spec }: Server, mode: RequestName): Cost | undefined {
  if (spec !== "minimax") return undefined;
  const { model } = request;
  const offer = typeof model === "string" ? cells[spec][mode]?.[model] : undefined;
  const { duration = offer?.duration, resolution = offer?.resolution } = request;
  const list = prices.find((list) => list.region === region);
  const row = list?.rows.find(
    (row) => row.model === model && row.duration === duration && row.resolution === resolution,
  );
  if (!list || !row) return undefined;
  const basis = `${model}, ${resolution}, ${duration} s, ${list.source}`;
  return { amount: row.amount, currency: list.currency, basis, date: list.date };
}
