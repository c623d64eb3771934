/** The differences between two versions of our specs, rated by their impact on users. */
import { isDeepStrictEqual } from "node:util";
import { shortened } from "../../src/cli/format-text.js";
import { isStillEnough } from "../compare/compare-operations.js";
import { type Difference, unordered } from "../compare/outlines.js";
import { type Document, grouped, isObject, type Json } from "../documents.js";
import { compareVersions } from "./compare-versions.js";

/** The impact of a change, from none to breaking. */
export const IMPACTS = ["none", "patch", "minor", "major"] as const;
export type Impact = (typeof IMPACTS)[number];

export interface Change {
  impact: Impact;
  /** Such as `POST /v1/video_generation request.prompt maxLength`, or `components.schemas.StatusCode.x-status-codes 1002`. */
  place: string;
  message: string;
  /** The file that contains it, relative to the root of the repository. */
  file?: string;
}

/** Lists every difference. One that several operations share is listed once. */
export function changesBetween(base: Document, revision: Document): Change[] {
  const alike = grouped(compareVersions(base, revision), ({ operation: _, ...local }) => JSON.stringify(local));
  const changes = [...alike.values()].map(([one, ...others]) => {
    const { operation, place, aspect } = one;
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    const isWhole = operation === "" || aspect === "operation";
    const words = [operation + more, place === "operation" ? "" : place, isWhole ? "" : aspect];
    return { impact: impactOf(one), place: words.filter(Boolean).join(" "), message: messageOf(one) };
  });
  // The version number is ignored, because it follows from the other changes.
  const [before, after] = [base, revision].map((document) => {
    return unordered({ ...document, info: { ...document.info, version: "" } });
  });
  if (changes.length > 0 || isDeepStrictEqual(before, after)) return changes;
  return [{ impact: "patch", place: "the document", message: "only wording or notation has changed." }];
}

/** The impact of an aspect that is new, gone or changed, for aspects that are rated the same in every place. */
const RATINGS: [aspect: RegExp, impacts: Record<"new" | "gone" | "changed", Impact>][] = [
  [/^(operation|field|name|x-server|x-status-codes|x-error-types)$/, { new: "minor", gone: "major", changed: "major" }],
  [/^(operationId|default|scheme|x-exact-id|x-media)$/, { new: "major", gone: "major", changed: "major" }],
  [/^x-limits$/, { new: "major", gone: "minor", changed: "major" }],
  [/^(examples|x-expects)$/, { new: "patch", gone: "patch", changed: "patch" }],
  [/^(deprecated|x-.*)$/, { new: "minor", gone: "minor", changed: "minor" }],
];

function impactOf(difference: Difference): Impact {
  const { place, aspect, theirs: was, ours: is } = difference;
  // Requests with a key that is no longer required still work.
  if (aspect === "security") return isStillEnough(was, is) ? "minor" : "major";
  if (isInWords(difference)) return "patch";
  const isNeeded = aspect === "field" && was === undefined && String(is).includes("required");
  if (isNeeded && isSent(place)) return "major";
  const [, impacts] = RATINGS.find(([aspects]) => aspects.test(aspect)) ?? [];
  if (impacts) return impacts[eventOf(difference)];
  // Requests must stay legal, and replies must not contain anything new.
  const narrower = isNarrower(difference);
  return narrower === undefined || narrower === isSent(place) ? "major" : "minor";
}

function messageOf(difference: Difference): string {
  const { place, aspect, theirs: was, ours: is } = difference;
  if (aspect === "examples") return "the examples have changed.";
  if (aspect === "scheme") return "the authentication has changed.";
  if (aspect === "security") return securityMessage(was, is);
  if (aspect === "name")
    return place.startsWith("servers.") ? "gone: no server has this name." : "gone, and its type too.";
  if (aspect.startsWith("x-")) return isInWords(difference) ? "only wording has changed." : `${eventOf(difference)}.`;
  if (aspect === "value" && was === undefined) return `${code(shortened(is))} was refused and is now accepted.`;
  if (aspect === "value") return `${code(shortened(was))} was accepted and is now refused.`;
  if (was === undefined) return `new, ${code(is)}.`;
  return is === undefined ? `gone, was ${code(was)}.` : `${code(is)}, was ${code(was)}.`;
}

function eventOf({ theirs, ours }: Difference) {
  if (theirs === undefined) return "new";
  return ours === undefined ? "gone" : "changed";
}

/** Whether two rows of a table differ only in their wording. */
function isInWords({ aspect, theirs, ours }: Difference): boolean {
  const [was, is] = [theirs, ours].map((row) => ({ ...row, meaning: "", advice: "" }));
  return aspect.startsWith("x-") && isObject(theirs) && isObject(ours) && isDeepStrictEqual(was, is);
}

/** Whether fewer values are legal than before. Undefined if that cannot be determined. */
function isNarrower({ aspect, theirs: was, ours: is }: Difference): boolean | undefined {
  if (aspect === "required" || aspect === "closed") return is === true;
  // Lists are compared item by item: an item that only the old list has is no longer legal.
  if (["values", "media type", "value"].includes(aspect)) return was !== undefined;
  if (was === undefined || is === undefined) return was === undefined;
  if (aspect === "type") {
    const [before, after]: [string[], string[]] = [was.split(" or "), is.split(" or ")];
    if (after.every((type) => before.includes(type))) return true;
    return before.every((type) => after.includes(type)) ? false : undefined;
  }
  if (typeof was !== "number" || typeof is !== "number" || aspect === "multipleOf") return undefined;
  return /max/i.test(aspect) ? is < was : is > was;
}

/** Whether users send the values of a place (`request.prompt`, `videoGeneration query task_id`), or receive them. */
function isSent(place: string): boolean {
  const [, called] = /\bcallback \S+ ?(.*)/.exec(place) ?? [];
  return called === undefined ? /(^| )(request|query|path|header)\b/.test(place) : /^(response\.)?\d/.test(called);
}

function securityMessage(was: Json, is: Json): string {
  const [asked, asks] = [was, is].map((requirements) => !isStillEnough([], requirements));
  if (asked && !asks) return "no longer requires authentication.";
  return asks && !asked ? "now requires authentication." : "the authentication has changed.";
}

const MOST_CHARACTERS = 300;

/** A value as Markdown code. */
function code(value: Json): string {
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("`", "\\u0060");
  return `\`${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}\``;
}
