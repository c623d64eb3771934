import { defined, isRecord } from "../base/record.js";
import { cells } from "../generated/offers.js";
import type { OperationRow } from "../generated/operations.js";
import type { SpecName } from "../generated/servers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { type Witness, witnesses } from "../generated/witnesses.js";
import { unconfirmedIn } from "../kinds/content-request.js";
import { modeOf } from "../kinds/mode.js";
import { brokenRule, type NegativeBody, negativeBodies } from "./negative-bodies.js";
import type { ParameterValues, Target } from "./target-server.js";

/** An operation of a target, and samples of what can be sent to it. */
export type OperationSamples = Awaited<ReturnType<typeof samplesFor>>;

export async function samplesFor(target: Target, operationId: string, row: OperationRow) {
  const { server, anyKey, found } = target;
  // Ids of things that exist.
  const known = found.ids[operationId] ?? {};
  const all = row.body ? witnessesFor(server.spec, operationId, "request") : [];
  // A server that calls back would judge only the callback URL, so it is left out.
  const bodies = all.map((one): Witness => {
    return anyKey || isAboutCallbacks(one) ? one : { ...one, value: withoutCallback(one.value) };
  });
  const sendable = sendableBodies(target, bodies, known);
  const legal = sendable.filter((one) => !isAboutCallbacks(one)).map(({ value }) => value);
  const illegal = new Map<string, NegativeBody>();
  for (const { obeys, value } of bodies)
    if (!obeys) illegal.set(JSON.stringify(value), { value, rule: await brokenRule(server, operationId, value) });
  for (const one of await negativeBodies(server, operationId, legal)) illegal.set(JSON.stringify(one.value), one);
  const examples = examplesFor(row, known);
  const required = examplesFor({ parameters: row.parameters.filter((parameter) => parameter.required) }, known);
  const about = { target, operationId, row, known };
  return { ...about, examples, required, bodies, sendable, legal, illegal: [...illegal.values()] };
}

/**
 * Values that obey or break one constraint at a place of an operation (`request`, or such as `query task_id`), by the spec of this
 * server. For a gateway, those of the official spec are judged again. Precautions of our own are left out: a server that accepts
 * what only we refuse breaks no documented rule.
 */
export function witnessesFor(spec: SpecName, operationId: string, place: string): Witness[] {
  const isMeant = (one: Witness) => one.operationId === operationId && one.place === place && !one.precaution;
  const own = witnesses[spec].filter(isMeant);
  if (spec === "minimax") return own;
  const isLegal = (body: unknown) => validators[spec][modeOf(body, spec)]?.(body) ?? false;
  const official = witnesses.minimax.filter(isMeant);
  return [...own, ...official.map((one) => (place === "request" ? { ...one, obeys: isLegal(one.value) } : one))];
}

export function legalBodyFor(spec: SpecName, operationId: string): unknown {
  return withoutCallback(witnessesFor(spec, operationId, "request").find(({ obeys }) => obeys)?.value);
}

function withoutCallback(body: unknown): unknown {
  return isRecord(body) ? defined({ ...body, callback_url: undefined }) : body;
}

function isAboutCallbacks({ of }: Witness): boolean {
  return /callback_?url/i.test(of);
}

/** A value for each parameter: a known id if there is one, else the example of the spec. */
export function examplesFor({ parameters }: Pick<OperationRow, "parameters">, known: ParameterValues = {}) {
  const values = parameters.map(({ name, example }) => [name, known[name] ?? asParameter(example)] as const);
  return Object.fromEntries(values);
}

/** A value as it is written in a URL. */
export function asParameter(value: unknown): string | string[] {
  return Array.isArray(value) ? value.map(String) : String(value);
}

/**
 * Legal bodies that this server can accept: all of them if it accepts any key. Otherwise their ids must exist, callback URLs would
 * be called, and what MiniMax does not document need not be offered.
 */
function sendableBodies({ anyKey }: Target, bodies: Witness[], known: Readonly<Record<string, string>>): Witness[] {
  const legal = bodies.filter(({ obeys }) => obeys);
  if (anyKey) return legal;
  return legal
    .filter((one) => !isAboutCallbacks(one) && !unconfirmedIn(Object(one.value)))
    .map((one) => ({ ...one, value: withKnownIds(one.value, known) }))
    .filter(({ value }) => value !== undefined);
}

/** A body with ids that exist instead of those of examples; undefined if no known id can replace one. */
function withKnownIds(body: unknown, { source_task_id, file_id, purpose }: Readonly<Record<string, string>>): unknown {
  if (!isRecord(body)) return body;
  if (JSON.stringify(body).includes('"mm_file://')) return undefined;
  if (body.source_task_id !== undefined) return source_task_id && { ...body, source_task_id };
  if (body.file_id === undefined) return body;
  return file_id && body.purpose === purpose ? { ...body, file_id: Number(file_id) } : undefined;
}

/** The request matrix: each mode and model with every combination of durations and resolutions that any model offers. */
export function matrixOf(spec: SpecName) {
  const tiers = Object.values(cells[spec]).flatMap((models) => Object.values(models).flatMap(({ accepts }) => accepts));
  const durations = [undefined, ...new Set(tiers.map(([duration]) => duration))];
  const resolutions = [undefined, ...new Set(tiers.flatMap(([, some]) => some))];
  const sizes = durations.flatMap((duration) => resolutions.map((resolution) => defined({ duration, resolution })));
  return Object.entries(cells[spec]).flatMap(([name, models]) => {
    // The keys of the table are the names of modes.
    const mode = name as RequestName;
    const fields = smallestBody(spec, mode);
    const bodies = Object.keys(models).flatMap((model) => sizes.map((size) => ({ ...fields, model, ...size })));
    return bodies.map((body) => ({ mode, body, legal: validators[spec][mode]?.(body) ?? false }));
  });
}

/** The legal body with the fewest fields of a mode, without model, duration and resolution. */
function smallestBody(spec: SpecName, mode: RequestName): Record<string, unknown> {
  const legal = witnessesFor(spec, "videoGeneration", "request")
    .filter(({ obeys, value }) => obeys && modeOf(value, spec) === mode)
    .map(({ value }) => Object(withoutCallback(value)));
  const [least = {}] = legal.toSorted((one, other) => Object.keys(one).length - Object.keys(other).length);
  const { model: _, duration: __, resolution: ___, ...fields } = least;
  return fields;
}
