import type { OperationRow } from "../generated/operations.js";
import type { Witness } from "../generated/witnesses.js";
import { badValues, bodiesFor, withKnown, withoutCallback } from "./bodies.js";
import type { Taken } from "./exchange.js";
import type { CheckKind } from "./report.js";
import type { Asking, Parameters, Target } from "./target.js";

/** Something to try, and what the spec says will happen. */
export interface Case {
  place: string;
  asking: Asking;
  spec: string;
  holds: (taken: Taken) => boolean;
  source: string;
}

/** The cases of one kind of check of one operation, or why none is tried. */
export interface Plan {
  kind: CheckKind;
  cases: Case[];
  skipped?: string;
}

/** Ids that exist at this server: by operation, by the parameter that takes them. */
export type Known = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An operation, and what is at hand to try on it. */
interface Subject {
  target: Target;
  row: OperationRow;
  /** Ids of things that exist. */
  known: Readonly<Record<string, string>>;
  /** A value for each parameter, of things that exist where there are any. */
  examples: Parameters;
  bodies: Witness[];
  badValues: (place: string) => Witness[];
}

export function plansFor(target: Target, operationId: string, ids: Known): Plan[] {
  const row = target.operations[operationId];
  if (!row) return [];
  const { spec } = target.server;
  const known = ids[operationId] ?? {};
  const examples = examplesFor(row, known);
  const bodies = row.body ? bodiesFor(spec, operationId).map((one) => (target.anyKey ? one : uncalled(one))) : [];
  const subject = {
    target,
    row,
    known,
    examples,
    bodies,
    badValues: (place: string) => badValues(spec, operationId, place),
  };
  return Object.entries(PLANNERS).map(([kind, { casesOf, obstacles }]) => {
    const cases = casesOf(subject);
    const skipped = obstacles.map((obstacle) => obstacle(subject)).find(Boolean) || (cases.length === 0 && NOTHING);
    // The keys of the table are kinds.
    return { kind: kind as CheckKind, cases, ...(skipped ? { skipped } : {}) };
  });
}

/** A server that calls back would judge whether somebody answers there, and nothing else. */
function uncalled(witness: Witness): Witness {
  return isAboutCallbacks(witness) ? witness : { ...witness, value: withoutCallback(witness.value) };
}

/** A value for each parameter: of something that exists, where it is known, else that of the spec. */
export function examplesFor({ parameters }: OperationRow, known: Parameters = {}): Parameters {
  return Object.fromEntries(parameters.map(({ name, example }) => [name, known[name] ?? written(example)]));
}

/** As it stands in a URL. */
export function written(value: unknown): string | string[] {
  return Array.isArray(value) ? value.map(String) : String(value);
}

/** Whether a parameter names something that a server has, or has not. */
function isId(name: string): boolean {
  return name.endsWith("_id");
}

function isAboutCallbacks({ of }: Pick<Witness, "of">): boolean {
  return /callback_?url/i.test(of);
}

const NOTHING = "the spec says nothing of the kind";

/** Why a check cannot be made, or false. */
type Obstacle = (subject: Subject) => string | false;

const noKey: Obstacle = ({ target }) => !target.hasKey && !target.free && "needs a key";
const anyKey: Obstacle = ({ target }) => target.anyKey && "this server takes any key";
const costs: Obstacle = ({ target, row }) =>
  row.method !== "GET" && !target.free && "might cost money: only for a server that charges nothing (--free)";
const nothingThere: Obstacle = ({ target, row, known }) => {
  // Who remembers nothing answers to any id.
  if (target.anyKey) return false;
  const missing = row.parameters.filter(({ required, name }) => required && isId(name) && known[name] === undefined);
  return (
    missing.length > 0 &&
    `needs the ${missing.map(({ name }) => name).join(", ")} of something that exists (--paid, --task)`
  );
};

const nothingNamed: Obstacle = (subject) =>
  sendable(subject).length === 0 &&
  subject.bodies.some(({ obeys }) => obeys) &&
  "needs the id of something that exists (a flow makes it)";

const accepted = { spec: "is accepted", holds: (taken: Taken) => taken === "accepted" };
const refused = {
  spec: "is refused as invalid",
  holds: (taken: Taken) => taken === "invalid_request" || taken === "content_rejected",
};
const keyRefused = { spec: "is refused for its key", holds: (taken: Taken) => taken === "authentication" };
const anyRefused = { spec: "is refused", holds: (taken: Taken) => refused.holds(taken) || keyRefused.holds(taken) };

function sourceOf({ method, path }: OperationRow, what = ""): string {
  return `openapi/, ${method} ${path}${what && `: ${what}`}`;
}

/** Legal bodies that this server can take: one that remembers has only what exists, and calls back to check an address. */
function sendable({ target, bodies, known }: Subject): Witness[] {
  const legal = bodies.filter(({ obeys }) => obeys);
  if (target.anyKey) return legal;
  return legal
    .filter((one) => !isAboutCallbacks(one))
    .map((one) => ({ ...one, value: withKnown(one.value, known) }))
    .filter(({ value }) => value !== undefined);
}

/** The parameters that must be there. */
function leastOf({ parameters }: OperationRow, examples: Parameters): Parameters {
  const required = parameters.filter((one) => one.required).map(({ name }) => name);
  return Object.fromEntries(Object.entries(examples).filter(([name]) => required.includes(name)));
}

/** A legal body, for what has one. */
function goodBody({ bodies }: Subject): { body?: unknown } {
  const good = bodies.find(({ obeys }) => obeys);
  return good ? { body: good.value } : {};
}

interface Planner {
  casesOf: (subject: Subject) => Case[];
  obstacles: Obstacle[];
}

const PLANNERS: Partial<Record<CheckKind, Planner>> = {
  "legal data": {
    obstacles: [noKey, costs, nothingThere, nothingNamed],
    casesOf: (subject) => {
      const { target, row, examples } = subject;
      const parameters = target.anyKey ? examples : leastOf(row, examples);
      if (!row.body) return [{ place: "request", asking: { parameters }, ...accepted, source: sourceOf(row) }];
      return sendable(subject).map(({ value, of }) => ({
        place: "request",
        asking: { body: value },
        ...accepted,
        source: sourceOf(row, of),
      }));
    },
  },
  "illegal data": {
    obstacles: [noKey, costs],
    casesOf: ({ row, bodies }) =>
      bodies
        .filter(({ obeys }) => !obeys)
        .map(({ value, of }) => ({ place: "request", asking: { body: value }, ...refused, source: sourceOf(row, of) })),
  },
  "missing parameter": {
    obstacles: [noKey, costs],
    casesOf: ({ row, examples }) =>
      row.parameters
        .filter(({ required, in: where }) => required && where === "query")
        .map(({ name }) => {
          const { [name]: _, ...parameters } = examples;
          return {
            place: `query ${name}`,
            asking: { parameters },
            ...refused,
            source: sourceOf(row, `${name} is required`),
          };
        }),
  },
  "illegal parameter": {
    obstacles: [noKey, costs],
    casesOf: ({ row, examples, badValues }) =>
      row.parameters.flatMap(({ name, in: where }) =>
        badValues(`${where} ${name}`).map(({ value, of }) => ({
          place: `${where} ${name}`,
          asking: { parameters: { ...examples, [name]: written(value) } },
          ...refused,
          source: sourceOf(row, of),
        })),
      ),
  },
  "missing key": {
    obstacles: [],
    casesOf: (subject) => (["none", "basic"] as const).map((key) => withKey(subject, key)),
  },
  "wrong key": {
    obstacles: [anyKey],
    casesOf: (subject) => [withKey(subject, "wrong")],
  },
  "wrong method": {
    obstacles: [],
    casesOf: ({ target, row, examples }) => [
      // Without a key where it might be taken for the real thing, and cost money.
      {
        place: "method PATCH",
        asking: { method: "PATCH", parameters: examples, key: target.free ? "own" : "none" },
        ...anyRefused,
        source: sourceOf(row),
      },
    ],
  },
  "wrong content type": {
    obstacles: [noKey, costs],
    casesOf: (subject) => {
      const { row } = subject;
      const { body } = goodBody(subject);
      if (!row.body || body === undefined) return [];
      const asking = { body, headers: { "content-type": "text/plain" } };
      return [{ place: "header content-type", asking, ...refused, source: sourceOf(row, row.body.type) }];
    },
  },
};

function withKey(subject: Subject, key: "none" | "basic" | "wrong"): Case {
  const { row, examples } = subject;
  const asking = { parameters: examples, ...goodBody(subject), key };
  return { place: `header authorization (${key})`, asking, ...keyRefused, source: sourceOf(row, "bearerAuth") };
}
