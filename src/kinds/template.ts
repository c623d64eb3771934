import { type Cost, type Issue, refusal, warning } from "../base/check-result.js";
import { arrayOf, type Fields } from "../base/record.js";
import type { Server } from "../base/server.js";
import { type TemplateRow, templates } from "../generated/offers.js";
import { validators } from "../generated/validators.js";
import type { RequestRules } from "./request-rules.js";
import { unlistedIssues } from "./video.js";

/** Requests of API v1 for a video from a template. */
export const rules: RequestRules = {
  modeOf: () => "VideoTemplateGenerationReq",
  validatorOf: async (mode, { spec }) => validators[spec][mode],
  advise: (body, server) => [...unlistedIssues(body, server), ...templateIssues(body, server)],
  priceOf,
};

const TEMPLATES = new Map<unknown, TemplateRow>(templates.map((row) => [row.template_id, row]));

function templateIssues(request: Fields, { region }: Server): Issue[] {
  const deprecated =
    "the template API is marked deprecated and may end without notice; create a video from a prompt instead";
  const issues = [warning("", "deprecated", deprecated)];
  const row = TEMPLATES.get(request.template_id);
  // No endpoint lists the templates, and the set changes: an unknown id may be valid.
  if (!row) return issues;
  const { name, regions } = row;
  if (regions.includes(region)) return [...issues, ...inputIssues(request, row)];
  const message = `"${name}" is a template of the region ${regions.join(", ")}; this server is in ${region}`;
  return [...issues, warning("template_id", "templateRegion", message)];
}

/** A missing input is an error if the vendor's page requires it, or a warning if only third-party code does. */
function inputIssues(request: Fields, { name, inputs, source }: TemplateRow): Issue[] {
  return (["media", "text"] as const).flatMap((kind): Issue[] => {
    const path = `${kind}_inputs`;
    const noun = kind === "media" ? "image" : "text";
    const isNeeded = inputs.includes(kind);
    if (isNeeded === arrayOf(request[path]).length > 0) return [];
    const found = isNeeded && source === "docs" ? refusal : warning;
    const message = `the template "${name}" ${isNeeded ? "needs at least one" : "takes no"} ${noun}`;
    return [found(path, "templateInputs", message)];
  });
}

function priceOf({ template_id }: Fields, { region, spec }: Server): Cost | undefined {
  const row = TEMPLATES.get(template_id);
  if (spec !== "minimax" || region !== "global" || row?.price === undefined) return undefined;
  const basis = `template "${row.name}", pricing page of platform.minimax.io`;
  return { amount: row.price, currency: "USD", basis, date: "2025" };
}
