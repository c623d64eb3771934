import { modeOf } from "../check/mode.js";
import { cells, prices } from "../generated/offers.js";
import type { SpecName } from "../generated/servers.js";
import { validators } from "../generated/validators.js";
import { type Witness, witnesses } from "../generated/witnesses.js";
import { isRecord } from "../record.js";
import type { Server } from "../server.js";

/**
 * The bodies that witness an operation's constraints, as the spec of this server judges them. What a gateway takes from the
 * official spec as it stands has its witnesses there.
 */
export function bodiesFor(spec: SpecName, operationId: string): Witness[] {
  const own = witnesses[spec].filter((one) => one.operationId === operationId && one.place === "request");
  if (spec === "minimax") return own;
  const official = bodiesFor("minimax", operationId).map((one) => ({ ...one, obeys: isLegal(spec, one.value) }));
  return [...own, ...official];
}

/** Values that break what is said of one parameter. */
export function badValues(spec: SpecName, operationId: string, place: string): Witness[] {
  const own = (name: SpecName) =>
    witnesses[name].filter((one) => one.operationId === operationId && one.place === place && !one.obeys);
  return spec === "minimax" ? own(spec) : [...own(spec), ...own("minimax")];
}

function isLegal(spec: SpecName, body: unknown): boolean {
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

/** A create, and what it costs by the documented list; without a price where there is none, as at gateways. */
export interface Purchase {
  readonly body: Record<string, unknown>;
  readonly price?: string;
}

/** The cheapest create that the documents of a server know, made of an official example. */
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

/** Some legal body of the spec with these facts instead of its own, if that is legal too. */
function exampleWith(spec: SpecName, facts: Record<string, unknown>): Record<string, unknown> | undefined {
  const bodies = bodiesFor(spec, "videoGeneration").map(({ value }) => value);
  return bodies
    .filter(isRecord)
    .map(({ callback_url: _, ...body }): Record<string, unknown> => ({ ...body, ...facts }))
    .find((body) => isLegal(spec, body));
}
