/** The differences between two versions of our specs, rated by what they do to a user. */
import { isDeepStrictEqual } from "node:util";
import { shortened } from "../../src/cli/format-text.js";
import { compareDocuments } from "../compare/compare-documents.js";
import { isStillEnough } from "../compare/compare-operations.js";
import { type Difference, unordered } from "../compare/outlines.js";
import type { Document, Json } from "../documents.js";

/** How far a change reaches: from no change to a change that breaks somebody. */
export const IMPACTS = ["none", "patch", "minor", "major"] as const;
export type Impact = (typeof IMPACTS)[number];

export interface Change {
  impact: Impact;
  /** As `POST /v1/video_generation request.prompt maxLength`, or `components.schemas.StatusCode.x-status-codes 1002`. */
  place: string;
  message: string;
  /** The file that holds it, from the top of the repository. */
  file?: string;
}

/** Every difference, what is the same for several operations once. */
export function changesBetween(base: Document, revision: Document): Change[] {
  const changes = rated(compareDocuments(base, revision, true));
  const { info: was, ...before } = base;
  const { info: is, ...after } = revision;
  // The version number is the answer to all other changes.
  const isSame = isDeepStrictEqual(
    unordered([before, { ...was, version: "" }]),
    unordered([after, { ...is, version: "" }]),
  );
  if (changes.length > 0 || isSame) return changes;
  return [{ impact: "patch", place: "the document", message: "changed where nothing is compared, such as words." }];
}

export function rated(differences: Difference[]): Change[] {
  const alike = new Map<string, Difference[]>();
  for (const difference of differences) {
    const { operation: _, ...local } = difference;
    const key = JSON.stringify(local);
    alike.set(key, [...(alike.get(key) ?? []), difference]);
  }
  return [...alike.values()].map((several) => {
    const [one] = several as [Difference];
    const { aspect } = one;
    const others = several.length > 1 ? ` (and ${several.length - 1} more)` : "";
    const isPlain = one.operation === "" || aspect === "operation";
    const place = [one.operation + others, one.place === "operation" ? "" : one.place, isPlain ? "" : aspect];
    return { ...ratingOf(one), place: place.filter(Boolean).join(" ") };
  });
}

type Event = "new" | "gone" | "changed";
type Ratings = Record<Event, Impact>;

const TYPE: Ratings = { new: "major", gone: "major", changed: "major" };
const TABLE: Ratings = { new: "minor", gone: "major", changed: "major" };
const LIMIT: Ratings = { new: "major", gone: "minor", changed: "major" };
const WORDS: Ratings = { new: "patch", gone: "patch", changed: "patch" };
const DATA: Ratings = { new: "minor", gone: "minor", changed: "minor" };

/** What is rated alike wherever it stands: a fact of an operation or a field, an extension, or a row of its table. */
const RATINGS: Record<string, Ratings> = {
  operation: TABLE,
  field: TABLE,
  name: TABLE,
  operationId: TYPE,
  default: TYPE,
  deprecated: DATA,
  "x-server": TABLE,
  "x-status-codes": TABLE,
  "x-error-types": TABLE,
  "x-exact-id": TYPE,
  "x-media": TYPE,
  "x-limits": LIMIT,
  "x-expects": WORDS,
};

function ratingOf(difference: Difference): Pick<Change, "impact" | "message"> {
  const { place, aspect, theirs: was, ours: is } = difference;
  const event: Event = was === undefined ? "new" : is === undefined ? "gone" : "changed";
  if (aspect === "examples") return { impact: "patch", message: "other examples." };
  if (aspect === "name") {
    const what = place.startsWith("servers.") ? "no server has this name" : "so is the type of this name";
    return { impact: "major", message: `gone: ${what}.` };
  }
  if (aspect === "value") {
    const isLost = event === "gone";
    const verdict = isLost ? "was accepted and is now refused." : "was refused and is now accepted.";
    return { impact: impactOf(isSent(place), isLost), message: `${code(shortened(isLost ? was : is))} ${verdict}` };
  }
  if (aspect.startsWith("x-")) {
    if (event === "changed" && isDeepStrictEqual(facts(was), facts(is)))
      return { impact: "patch", message: "changed, in words." };
    return { impact: (RATINGS[aspect] ?? DATA)[event], message: `${event}.` };
  }
  if (aspect === "scheme") return { impact: "major", message: "the authentication has changed." };
  // Whoever sends a key that is no longer required is still understood.
  if (aspect === "security")
    return { impact: isStillEnough(was, is) ? "minor" : "major", message: securityMessage(was, is) };
  const message = `${valuesMessage(was, is)}.`;
  if (aspect === "field" && event === "new" && isSent(place) && String(is).includes("required"))
    return { impact: "major", message };
  const ratings = RATINGS[aspect];
  if (ratings) return { impact: ratings[event], message };
  const narrower = isNarrower(difference);
  return { impact: narrower === undefined ? "major" : impactOf(isSent(place), narrower), message };
}

/** What we send must stay legal, and what we receive must not become anything new. */
function impactOf(isSent: boolean, isNarrower: boolean): Impact {
  return isSent === isNarrower ? "major" : "minor";
}

/** Whether fewer values are legal than before; undefined if that cannot be told. */
function isNarrower({ aspect, theirs: was, ours: is }: Difference): boolean | undefined {
  if (aspect === "required" || aspect === "closed") return is === true;
  // Lists are compared item by item: what is only in the old one is no longer legal.
  if (aspect === "values" || aspect === "media type") return was !== undefined;
  if (was === undefined || is === undefined) return was === undefined;
  if (aspect === "type") {
    const [before, after] = [was, is].map((types: string) => types.split(" or ")) as [string[], string[]];
    const isPart = (some: string[], all: string[]) => some.every((type) => all.includes(type));
    return isPart(after, before) || (isPart(before, after) ? false : undefined);
  }
  if (typeof was === "number" && typeof is === "number" && aspect !== "multipleOf")
    return /max/i.test(aspect) ? is < was : is > was;
  return undefined;
}

/** Whether a place holds requests, parameters or answers to callbacks, as `request.prompt` or `videoGeneration query task_id`. */
function isSent(place: string): boolean {
  const [, called] = /\bcallback \S+ ?(.*)/.exec(place) ?? [];
  return called === undefined ? /(^| )(request|query|path|header)\b/.test(place) : /^(response\.)?\d/.test(called);
}

function securityMessage(was: Json, is: Json): string {
  const [asked, asks] = [was, is].map((requirements) => !isStillEnough([], requirements));
  if (asked && !asks) return "no longer requires authentication.";
  return asks && !asked ? "now requires authentication." : "the authentication has changed.";
}

/** "`6`, was `10`". */
function valuesMessage(was: Json, is: Json): string {
  if (was === undefined) return `new, ${code(is)}`;
  return is === undefined ? `gone, was ${code(was)}` : `${code(is)}, was ${code(was)}`;
}

/** A row without its sentences. */
function facts(row: Json): Json {
  if (row === null || typeof row !== "object") return row;
  const { meaning: _, advice: __, ...others } = row;
  return others;
}

const MOST_CHARACTERS = 300;

/** A value as Markdown code. */
function code(value: Json): string {
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("`", "\\u0060");
  return `\`${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}\``;
}
