/** Bodies as proof: what one version of a schema takes and the other refuses, found by trying, whatever the keywords are. */
import { isDeepStrictEqual } from "node:util";
import { generate } from "json-schema-faker";
import { shortened } from "../../src/cli/shortened.js";
import { judge } from "../compare/examples.js";
import { type Body, operationsOf } from "../compare/operation.js";
import { type Document, dereference, type Json } from "../documents.js";
import type { Change } from "./change.js";
import type { Impact } from "./version.js";

/** Bodies made at random for each schema, the same ones in every run. */
const TRIES = 200;

/** Of each operation that both have: a request that is refused now, or accepted now; a reply that is new, or ruled out. */
export async function changesWitnessed(base: Document, revision: Document): Promise<Change[]> {
  const changes: Change[] = [];
  const now = new Map(operationsOf(revision).map((operation) => [operation.name, operation]));
  for (const was of operationsOf(base)) {
    const is = now.get(was.name);
    if (!is) continue;
    await compare(`${was.name} requestBody`, was.request, is.request, REQUEST);
    for (const [code, reply] of was.responses)
      await compare(`${was.name} responses.${code}`, reply, is.responses.get(code), REPLY);
  }
  return changes;

  async function compare(place: string, was: Body | undefined, is: Body | undefined, told: typeof REQUEST) {
    if (was?.schema === undefined || is?.schema === undefined || isDeepStrictEqual(was.schema, is.schema)) return;
    const lost = await witness(was, is, base);
    const won = await witness(is, was, revision);
    if (lost) changes.push({ ...told.lost, place, message: `${told.lost.message}: ${lost}` });
    if (won) changes.push({ ...told.won, place, message: `${told.won.message}: ${won}` });
  }
}

const REQUEST: Record<"lost" | "won", { impact: Impact; message: string }> = {
  lost: { impact: "major", message: "a request that was legal is refused now" },
  won: { impact: "minor", message: "a request that was refused is legal now" },
};
const REPLY: typeof REQUEST = {
  lost: { impact: "minor", message: "a reply that was possible is ruled out now" },
  won: { impact: "major", message: "a reply that was ruled out is possible now" },
};

/** The smallest body that `from` takes and `to` refuses, with the reason. */
async function witness(from: Body, to: Body, document: Document): Promise<string | undefined> {
  const takes = judge(to.schema);
  if (typeof takes !== "function") return undefined;
  const schema = dereference(document, from.schema);
  const bodies: Json[] = [...from.examples.values()];
  for (let seed = 1; seed <= TRIES; seed++) bodies.push(await generate(schema, { seed }));
  const [smallest] = bodies
    .filter((body) => takes(body))
    .map((body) => ({ body, text: JSON.stringify(body) }))
    .sort((one, other) => one.text.length - other.text.length);
  return smallest && `${JSON.stringify(shortened(smallest.body))} (${takes(smallest.body)})`;
}
