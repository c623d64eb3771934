import { isRecord } from "../base/record.js";
import type { SpecName } from "../generated/servers.js";
import { validators } from "../generated/validators.js";
import { type Witness, witnesses } from "../generated/witnesses.js";
import { modeOf } from "../kinds/mode.js";

/**
 * The bodies that witness an operation's constraints, as the spec of this server judges them. What a gateway takes from the
 * official spec as it stands has its witnesses there.
 */
export function bodiesFor(spec: SpecName, operationId: string): Witness[] {
  const own = stated(spec).filter((one) => one.operationId === operationId && one.place === "request");
  if (spec === "minimax") return own;
  const official = bodiesFor("minimax", operationId).map((one) => ({ ...one, obeys: isLegal(spec, one.value) }));
  return [...own, ...official];
}

/** Values that break what is said of one parameter. */
export function badValues(spec: SpecName, operationId: string, place: string): Witness[] {
  const own = (name: SpecName) =>
    stated(name).filter((one) => one.operationId === operationId && one.place === place && !one.obeys);
  return spec === "minimax" ? own(spec) : [...own(spec), ...own("minimax")];
}

/** Without the precautions of ours: a server that takes what only we refuse breaks nothing that its documents say. */
function stated(spec: SpecName): Witness[] {
  return witnesses[spec].filter(({ precaution }) => !precaution);
}

/** Whether the spec takes it as a body for a video of version 1. */
export function isLegal(spec: SpecName, body: unknown): boolean {
  return validators[spec][modeOf(body, spec)]?.(body) ?? false;
}

/** A body that asks for no callback. */
export function withoutCallback(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const { callback_url: _, ...rest } = body;
  return rest;
}

/**
 * A body for a server that remembers: with ids of what exists there in the place of the examples'. Undefined where nothing is
 * known that could stand for what it names.
 */
export function withKnown(body: unknown, known: Readonly<Record<string, string>>): unknown {
  if (!isRecord(body)) return body;
  if (JSON.stringify(body).includes('"mm_file://') || body.source_task_id !== undefined) return undefined;
  if (body.file_id === undefined) return body;
  const { file_id, purpose: owner } = known;
  return file_id !== undefined && body.purpose === owner ? { ...body, file_id: Number(file_id) } : undefined;
}
