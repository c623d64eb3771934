import type { OperationRow } from "../generated/operations.js";
import type { CheckKind } from "./contract-report.js";
import { anyKey, costs, noKey, nothingNamed, nothingThere, type Obstacle } from "./obstacles.js";
import type { Taken } from "./recorded-exchange.js";
import { goodBody, type Known, leastOf, type Subject, sendable, subjectOf, written } from "./subject.js";
import type { Asking, Target } from "./target-server.js";

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

const NOTHING = "the spec says nothing of the kind";

export function plansFor(target: Target, operationId: string, ids: Known): Plan[] {
  const row = target.operations[operationId];
  if (!row) return [];
  const subject = subjectOf(target, operationId, row, ids);
  return Object.entries(PLANNERS).map(([kind, { casesOf, obstacles }]) => {
    const cases = casesOf(subject);
    const skipped = obstacles.map((obstacle) => obstacle(subject)).find(Boolean) || (cases.length === 0 && NOTHING);
    // The keys of the table are kinds.
    return { kind: kind as CheckKind, cases, ...(skipped ? { skipped } : {}) };
  });
}

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
