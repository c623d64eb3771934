/** Bodies as proof: what one version of a schema takes and the other refuses, found by trying, whatever the keywords are. */
import { isDeepStrictEqual } from "node:util";
import { shortened } from "../../src/cli/shortened.js";
import { lenientAjv } from "../compare/examples.js";
import { type Body, operationsOf } from "../compare/operation.js";
import { type Document, dereference, type Json } from "../documents.js";
import { bodiesOf } from "./bodies.js";
import type { Change } from "./change.js";
import type { Impact } from "./version.js";

/** Of each operation that both have: a request that is refused now, or accepted now; a reply that is new, or ruled out. */
export function changesWitnessed(base: Document, revision: Document): Change[] {
  const now = new Map(operationsOf(revision).map((operation) => [operation.name, operation]));
  return operationsOf(base).flatMap((was) => {
    const is = now.get(was.name);
    return [
      ...compare(`${was.name} requestBody`, bare(was.request), bare(is?.request), REQUEST),
      ...[...was.responses].flatMap(([code, reply]) => {
        return compare(`${was.name} responses.${code}`, bare(reply), bare(is?.responses.get(code)), REPLY);
      }),
    ];
  });

  /** Without the words of its schema, which decide nothing. */
  function bare(body: Body | undefined): Body | undefined {
    return body && { ...body, schema: dereference(base, body.schema) };
  }
}

interface Told {
  lost: { impact: Impact; what: string };
  won: { impact: Impact; what: string };
}

const REQUEST: Told = {
  lost: { impact: "major", what: "a request that was legal is refused now" },
  won: { impact: "minor", what: "a request that was refused is legal now" },
};
const REPLY: Told = {
  lost: { impact: "minor", what: "a reply that was possible is ruled out now" },
  won: { impact: "major", what: "a reply that was ruled out is possible now" },
};

function compare(place: string, was: Body | undefined, is: Body | undefined, told: Told): Change[] {
  if (was?.schema === undefined || is?.schema === undefined || isDeepStrictEqual(was.schema, is.schema)) return [];
  const took: Takes = lenientAjv().compile(was.schema);
  const takes: Takes = lenientAjv().compile(is.schema);
  const found = [
    [told.lost, witness(bodiesOf(was), (body) => took(body) && !takes(body))],
    [told.won, witness(bodiesOf(is), (body) => takes(body) && !took(body))],
  ] as const;
  return found.flatMap(([{ impact, what }, proof]) => (proof ? { impact, place, message: `${what}: ${proof}` } : []));
}

type Takes = (body: Json) => boolean;

/** The first body of that kind, without the fields that do not matter. */
function witness(bodies: Iterable<Json>, isWitness: Takes): string | undefined {
  for (const body of bodies) {
    if (!isWitness(body)) continue;
    const smallest = Object.keys(body).reduce((smaller: Json, name) => {
      const { [name]: _, ...without } = smaller;
      return isWitness(without) ? without : smaller;
    }, body);
    return `\`${JSON.stringify(shortened(smallest)).replaceAll("`", "\\u0060")}\``;
  }
  return undefined;
}
