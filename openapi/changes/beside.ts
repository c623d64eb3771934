/** What `redocly diff` does not look at: names and `x-` extensions, of which code is made, and examples. */
import { isDeepStrictEqual } from "node:util";
import type { Document, Json } from "../documents.js";
import type { Change } from "./change.js";
import type { Impact } from "./version.js";

type Event = "new" | "gone" | "changed";

const TYPE: Record<Event, Impact> = { new: "major", gone: "major", changed: "major" };
const TABLE: Record<Event, Impact> = { new: "minor", gone: "major", changed: "major" };
const LIMIT: Record<Event, Impact> = { new: "major", gone: "minor", changed: "major" };
const WORDS: Record<Event, Impact> = { new: "patch", gone: "patch", changed: "patch" };
const DATA: Record<Event, Impact> = { new: "minor", gone: "minor", changed: "minor" };

/** What it means when an extension, or a row of its table, comes, goes or says something else; {@link DATA} for any other. */
const RATINGS: Record<string, Record<Event, Impact>> = {
  "x-server": TABLE,
  "x-status-codes": TABLE,
  "x-error-types": TABLE,
  "x-exact-id": TYPE,
  "x-media": TYPE,
  "x-limits": LIMIT,
  "x-expects": WORDS,
};

export function changesBeside(base: Document, revision: Document): Change[] {
  return walk(byServer(base), byServer(revision), []);
}

/** Servers by the name that a client selects, so that their order says nothing. */
function byServer(document: Document): Json {
  const servers = document.servers.map((server) => [server["x-server"]?.name ?? server.url, server]);
  return { ...document, servers: Object.fromEntries(servers) };
}

/** Only where both have something: what is new or gone as a whole Redocly has seen, unless code knows it by its name. */
function walk(was: Json, is: Json, path: string[]): Change[] {
  if (!isObject(was) || !isObject(is)) return [];
  const here = path.join(".");
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key): Change[] => {
    const place = here ? `${here}.${key}` : key;
    if (key.startsWith("x-")) return extensionChanges(place, key, was[key], is[key]);
    if (/^examples?$/.test(key) && path.at(-1) !== "properties")
      return isDeepStrictEqual(was[key], is[key]) ? [] : [{ impact: "patch", place, message: "other examples." }];
    if (here === "components.schemas" && !(key in is))
      return [{ impact: "major", place, message: "gone: so is the type of this name." }];
    if (here === "servers" && !(key in is))
      return [{ impact: "major", place, message: "gone: no server has this name." }];
    return walk(was[key], is[key], [...path, key]);
  });
}

function isObject(value: Json): boolean {
  return value !== null && typeof value === "object";
}

function extensionChanges(place: string, extension: string, was: Json, is: Json): Change[] {
  const ratings = RATINGS[extension] ?? DATA;
  const [before, after] = isTable(was) && isTable(is) ? [rowsOf(was), rowsOf(is)] : [wholeOf(was), wholeOf(is)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((row): Change[] => {
    if (isDeepStrictEqual(before.get(row), after.get(row))) return [];
    const event = !before.has(row) ? "new" : after.has(row) ? "changed" : "gone";
    const wordsOnly = event === "changed" && isDeepStrictEqual(facts(before.get(row)), facts(after.get(row)));
    const message = wordsOnly ? "changed, in words." : `${event}.`;
    return [{ impact: wordsOnly ? "patch" : ratings[event], place: place + row, message }];
  });
}

/** Whether every row has a name of its own, which is its first column. */
function isTable(value: Json): boolean {
  return Array.isArray(value) && value.every(isObject) && rowsOf(value).size === value.length;
}

function rowsOf(table: Json[]): Map<string, Json> {
  return new Map(table.map((row) => [` ${Object.values(row)[0]}`, row]));
}

function wholeOf(value: Json): Map<string, Json> {
  return new Map(value === undefined ? [] : [["", value]]);
}

/** A row without its sentences. */
function facts(row: Json): Json {
  if (!isObject(row)) return row;
  const { meaning: _, advice: __, ...others } = row;
  return others;
}
