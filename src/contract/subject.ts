import type { OperationRow } from "../generated/operations.js";
import type { Witness } from "../generated/witnesses.js";
import { badValues, bodiesFor, withKnown, withoutCallback } from "./request-samples.js";
import type { Parameters, Target } from "./target-server.js";

/** Ids that exist at this server: by operation, by the parameter that takes them. */
export type Known = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An operation, and what is at hand to try on it. */
export interface Subject {
  target: Target;
  operationId: string;
  row: OperationRow;
  /** Ids of things that exist. */
  known: Readonly<Record<string, string>>;
  /** A value for each parameter, of things that exist where there are any. */
  examples: Parameters;
  bodies: Witness[];
  badValues: (place: string) => Witness[];
}

export function subjectOf(target: Target, operationId: string, row: OperationRow, ids: Known): Subject {
  const { spec } = target.server;
  const known = ids[operationId] ?? {};
  const bodies = row.body ? bodiesFor(spec, operationId).map((one) => (target.anyKey ? one : uncalled(one))) : [];
  return {
    target,
    operationId,
    row,
    known,
    examples: examplesFor(row, known),
    bodies,
    badValues: (place) => badValues(spec, operationId, place),
  };
}

/** A server that calls back would judge whether somebody answers there, and nothing else. */
function uncalled(witness: Witness): Witness {
  return isAboutCallbacks(witness) ? witness : { ...witness, value: withoutCallback(witness.value) };
}

function isAboutCallbacks({ of }: Pick<Witness, "of">): boolean {
  return /callback_?url/i.test(of);
}

/** A value for each parameter: of something that exists, where it is known, else that of the spec. */
export function examplesFor({ parameters }: OperationRow, known: Parameters = {}): Parameters {
  return Object.fromEntries(parameters.map(({ name, example }) => [name, known[name] ?? written(example)]));
}

/** As it stands in a URL. */
export function written(value: unknown): string | string[] {
  return Array.isArray(value) ? value.map(String) : String(value);
}

/** Legal bodies that this server can take: one that remembers has only what exists, and calls back to check an address. */
export function sendable({ target, bodies, known }: Subject): Witness[] {
  const legal = bodies.filter(({ obeys }) => obeys);
  if (target.anyKey) return legal;
  return legal
    .filter((one) => !isAboutCallbacks(one))
    .map((one) => ({ ...one, value: withKnown(one.value, known) }))
    .filter(({ value }) => value !== undefined);
}

/** The parameters that must be there. */
export function leastOf({ parameters }: OperationRow, examples: Parameters): Parameters {
  const required = parameters.filter((one) => one.required).map(({ name }) => name);
  return Object.fromEntries(Object.entries(examples).filter(([name]) => required.includes(name)));
}

/** A legal body, for what has one. */
export function goodBody({ bodies }: Subject): { body?: unknown } {
  const good = bodies.find(({ obeys }) => obeys);
  return good ? { body: good.value } : {};
}
