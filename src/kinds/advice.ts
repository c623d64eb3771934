import type { Issue } from "../base/check-result.js";
import type { Server } from "../base/server.js";
import { cells, fields, type TemplateRow, templates, unlisted } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";

/**
 * What a schema accepts and is still likely a mistake: options without effect, fields that the server's own page does not
 * know, templates without their inputs. All warnings but a missing input that the vendor's page asks for.
 */
export function adviceIssues(request: Record<string, unknown>, server: Server, mode: RequestName): Issue[] {
  const issues = unlisted[server.spec]
    .filter((field) => request[field] !== undefined)
    .map((field) => warning(field, "unlisted", `is not on ${server.spec}'s own page and may be ignored there`));
  if (mode === "VideoTemplateGenerationReq") return [...issues, ...templateIssues(request, server)];
  issues.push(...olderModelIssues(request, server, mode));
  if (request.fast_pretreatment === true && request.prompt_optimizer === false && mayPretreat(request, mode))
    issues.push(warning("fast_pretreatment", "withoutOptimizer", "has no effect while prompt_optimizer is false"));
  if (request.aigc_watermark === true && server.spec === "minimax" && server.region !== "china") {
    const message = "is documented for servers in China alone and may be ignored elsewhere";
    issues.push(warning("aigc_watermark", "watermark", message));
  }
  return issues;
}

function warning(path: string, rule: string, message: string): Issue {
  return { path, rule, severity: "warning", message };
}

function isOlder(model: unknown): model is string {
  return typeof model === "string" && /^[IT]2V-01/.test(model);
}

/** Where the schema refuses the field, that is enough. */
function mayPretreat({ model }: Record<string, unknown>, mode: RequestName): boolean {
  return !isOlder(model) && Boolean(fields[mode]?.includes("fast_pretreatment"));
}

/** Sources disagree on whether the 01 series takes a length and a size (SOURCES.md). Only where the schema lets them pass. */
function olderModelIssues(request: Record<string, unknown>, { spec }: Server, mode: RequestName): Issue[] {
  const { model } = request;
  if (!isOlder(model)) return [];
  const accepts = cells[spec][mode]?.[model]?.accepts ?? [];
  const accepted = { duration: accepts.map(([seconds]) => seconds), resolution: accepts.flatMap(([, sizes]) => sizes) };
  const message = `is better left out: sources disagree on whether ${model} takes it, and it has no other`;
  return Object.entries<unknown[]>(accepted)
    .filter(([field, values]) => values.includes(request[field]))
    .map(([field]) => warning(field, "olderModel", message));
}

const TEMPLATES = new Map<unknown, TemplateRow>(templates.map((row) => [row.template_id, row]));

function templateIssues(request: Record<string, unknown>, { region }: Server): Issue[] {
  const deprecated =
    "the template API is marked deprecated and may end without notice; create a video from a prompt instead";
  const issues = [warning("", "deprecated", deprecated)];
  const row = TEMPLATES.get(request.template_id);
  // No endpoint lists the templates, and the set changes: an unknown id says nothing.
  if (!row) return issues;
  const { name, regions } = row;
  if (regions.includes(region)) return [...issues, ...inputIssues(request, row)];
  const message = `"${name}" is a template of the region ${regions.join(", ")}; this server is in ${region}`;
  return [...issues, warning("template_id", "templateRegion", message)];
}

const INPUTS = { media: "image", text: "text" } as const;

/** What the vendor's page says is needed is an error when missing, what third-party code says is a warning. */
function inputIssues(request: Record<string, unknown>, { name, inputs, source }: TemplateRow): Issue[] {
  return Object.entries(INPUTS).flatMap(([kind, noun]) => {
    const path = `${kind}_inputs`;
    const given = request[path];
    const needed = inputs.some((input) => input === kind);
    // Something else than a list is the schema's business.
    if (given !== undefined && !Array.isArray(given)) return [];
    if (needed === Boolean(given?.length)) return [];
    if (!needed) return [warning(path, "templateInputs", `the template "${name}" takes no ${noun}`)];
    const severity = source === "docs" ? "error" : "warning";
    return [{ path, rule: "templateInputs", severity, message: `the template "${name}" needs at least one ${noun}` }];
  });
}
