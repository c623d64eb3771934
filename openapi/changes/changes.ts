/** The differences between two versions of our specs, rated by what they do to a user. */
import { isDeepStrictEqual } from "node:util";
import { shortened } from "../../src/cli/format-text.js";
import { compareDocuments, type Subject } from "../compare/compare-documents.js";
import type { Difference } from "../compare/difference.js";
import type { Document, Json } from "../documents.js";
import type { Impact } from "./version.js";

export interface Change {
  impact: Impact;
  /** As `components.schemas.StatusCode.x-status-codes 1002`. */
  place: string;
  message: string;
  file?: string;
  line?: number;
}

export function changesBetween(base: Document, revision: Document, subjects: Subject[]): Change[] {
  return compareDocuments(base, revision, { subjects }).map((difference) => {
    const { impact, message } = rated(difference);
    return { impact, place: difference.place, message };
  });
}

type Event = "new" | "gone" | "changed";
type Ratings = Record<Event, Impact>;

const TYPE: Ratings = { new: "major", gone: "major", changed: "major" };
const TABLE: Ratings = { new: "minor", gone: "major", changed: "major" };
const LIMIT: Ratings = { new: "major", gone: "minor", changed: "major" };
const WORDS: Ratings = { new: "patch", gone: "patch", changed: "patch" };
const DATA: Ratings = { new: "minor", gone: "minor", changed: "minor" };

/** The rating of an extension, or of a row of its table; {@link DATA} for all others. */
const RATINGS: Record<string, Ratings> = {
  "x-server": TABLE,
  "x-status-codes": TABLE,
  "x-error-types": TABLE,
  "x-exact-id": TYPE,
  "x-media": TYPE,
  "x-limits": LIMIT,
  "x-expects": WORDS,
};

function rated({ place, aspect, theirs: was, ours: is }: Difference): Pick<Change, "impact" | "message"> {
  const event: Event = was === undefined ? "new" : is === undefined ? "gone" : "changed";
  if (aspect === "examples") return { impact: "patch", message: "other examples." };
  if (aspect === "name") {
    const what = place.startsWith("servers.") ? "no server has this name" : "so is the type of this name";
    return { impact: "major", message: `gone: ${what}.` };
  }
  if (aspect === "wording")
    return { impact: "patch", message: `written differently; none of ${was} values tells the two apart.` };
  if (aspect === "value") {
    const isLost = event === "gone";
    const verdict = isLost ? "was accepted and is now refused." : "was refused and is now accepted.";
    // A request must stay legal, and a reply must not become anything new.
    return {
      impact: isSentByUs(place) === isLost ? "major" : "minor",
      message: `${code(shortened(isLost ? was : is))} ${verdict}`,
    };
  }
  if (event === "changed" && isDeepStrictEqual(facts(was), facts(is)))
    return { impact: "patch", message: "changed, in words." };
  return { impact: (RATINGS[aspect] ?? DATA)[event], message: `${event}.` };
}

/** Whether a place holds requests, parameters or answers to callbacks, such as `videoGeneration request`. */
function isSentByUs(place: string): boolean {
  return /^\S+ (request|query .*|path .*|header .*|callback \S+ \d+)$/.test(place);
}

/** A row without its sentences. */
function facts(row: Json): Json {
  if (row === null || typeof row !== "object") return row;
  const { meaning: _, advice: __, ...others } = row;
  return others;
}

const MOST_CHARACTERS = 300;

/** A value as Markdown code. */
export function code(value: Json): string {
  const text = JSON.stringify(value).replaceAll("`", "\\u0060");
  return `\`${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}\``;
}
