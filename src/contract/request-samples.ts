import { isRecord } from "../base/record.js";
import type { OperationRow } from "../generated/operations.js";
import type { SpecName } from "../generated/servers.js";
import { validators } from "../generated/validators.js";
import { type Witness, witnesses } from "../generated/witnesses.js";
import { unconfirmedIn } from "../kinds/content-request.js";
import { modeOf } from "../kinds/mode.js";
import { brokenRule, type NegativeBody, negativeBodies } from "./negative-bodies.js";
import type { ParameterValues, Target } from "./target-server.js";

/** An operation of a target, and samples of what can be sent to it. */
export type OperationSamples = Awaited<ReturnType<typeof samplesFor>>;

export async function samplesFor(target: Target, operationId: string, row: OperationRow) {
  // Ids of things that exist.
  const known = target.found.ids[operationId] ?? {};
  const all = row.body ? witnessesFor(target.server.spec, operationId, "request") : [];
  // A server that calls back would judge only the callback URL, so it is left out.
  const bodies = all.map((one): Witness => {
    return target.anyKey || isAboutCallbacks(one) ? one : { ...one, value: withoutCallback(one.value) };
  });
  const sendable = sendableBodies(target, bodies, known);
  const { server } = target;
  const illegal = new Map<string, NegativeBody>();
  for (const { obeys, value } of bodies)
    if (!obeys) illegal.set(JSON.stringify(value), { value, rule: await brokenRule(server, operationId, value) });
  const legal = sendable.filter((one) => !isAboutCallbacks(one)).map(({ value }) => value);
  for (const one of await negativeBodies(server, operationId, legal)) illegal.set(JSON.stringify(one.value), one);
  const examples = examplesFor(row, known);
  const required = examplesFor({ parameters: row.parameters.filter((parameter) => parameter.required) }, known);
  return { target, operationId, row, known, examples, required, bodies, sendable, legal, illegal };
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
  const official = witnesses.minimax.filter(isMeant);
  const rejudged = official.map((one) => (place === "request" ? { ...one, obeys: isLegal(spec, one.value) } : one));
  return [...own, ...rejudged];
}

export function legalBodyFor(spec: SpecName, operationId: string): unknown {
  return witnessesFor(spec, operationId, "request").find(({ obeys }) => obeys)?.value;
}

/** Whether a body is legal for a video of API v1 by this spec. */
export function isLegal(spec: SpecName, body: unknown): boolean {
  return validators[spec][modeOf(body, spec)]?.(body) ?? false;
}

export function withoutCallback(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const { callback_url: _, ...rest } = body;
  return rest;
}

function isAboutCallbacks({ of }: Witness): boolean {
  return /callback_?url/i.test(of);
}

/** A value for each parameter: a known id if there is one, else the example of the spec. */
export function examplesFor(
  { parameters }: Pick<OperationRow, "parameters">,
  known: ParameterValues = {},
): ParameterValues {
  return Object.fromEntries(parameters.map(({ name, example }) => [name, known[name] ?? asParameter(example)]));
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
function withKnownIds(body: unknown, known: Readonly<Record<string, string>>): unknown {
  if (!isRecord(body)) return body;
  if (JSON.stringify(body).includes('"mm_file://')) return undefined;
  const { source_task_id } = known;
  if (body.source_task_id !== undefined) return source_task_id === undefined ? undefined : { ...body, source_task_id };
  if (body.file_id === undefined) return body;
  const { file_id, purpose } = known;
  return file_id !== undefined && body.purpose === purpose ? { ...body, file_id: Number(file_id) } : undefined;
}
