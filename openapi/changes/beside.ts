/** What no diff of OpenAPI looks at: names of schemas and `x-` extensions, of which code is made, and the named examples. */
import { isDeepStrictEqual } from "node:util";
import { type Body, operationsOf } from "../compare/operation.js";
import type { Document, Json } from "../documents.js";
import type { Change } from "./change.js";
import type { Impact } from "./version.js";

/** What it means when a row of an extension's table comes, goes, or says something else. */
interface Rating {
  added: Impact;
  removed: Impact;
  /** The row without what is only words. */
  facts?: (row: Json) => Json;
  changed: Impact;
}

const TYPES: Rating = { added: "major", removed: "major", changed: "major" };
const DATA: Rating = { added: "minor", removed: "minor", changed: "minor" };
const EXTENSIONS: Record<string, Rating> = {
  "x-server": { added: "minor", removed: "major", changed: "major" },
  "x-status-codes": {
    added: "minor",
    removed: "major",
    changed: "major",
    facts: ({ kind, retryable }) => ({ kind, retryable }),
  },
  "x-exact-id": TYPES,
  "x-media": TYPES,
  "x-limits": { added: "major", removed: "minor", changed: "major" },
  "x-expects": { added: "patch", removed: "patch", changed: "patch" },
};

export function changesBeside(base: Document, revision: Document): Change[] {
  return [
    ...namesGone(base, revision),
    ...extensionChanges(rowsOf(base), rowsOf(revision)),
    ...exampleChanges(examplesOf(base), examplesOf(revision)),
  ];
}

/** A schema is a type of the generated code, which somebody may import. */
function namesGone(base: Document, revision: Document): Change[] {
  // A document without schemas has no map of them.
  const [was = [], is = []] = [base, revision].map(({ components }) => Object.keys(components.schemas ?? {}));
  return was
    .filter((name) => !is.includes(name))
    .map((name) => ({
      impact: "major",
      place: `components.schemas.${name}`,
      message: "gone: so is the type of this name.",
    }));
}

/** A mock serves them, nobody relies on them: words. */
function exampleChanges(base: Map<string, Json>, revision: Map<string, Json>): Change[] {
  return [...new Set([...base.keys(), ...revision.keys()])].flatMap((place): Change[] => {
    if (isDeepStrictEqual(base.get(place), revision.get(place))) return [];
    const message = !base.has(place) ? "new." : revision.has(place) ? "changed." : "gone.";
    return [{ impact: "patch", place, message }];
  });
}

function examplesOf(document: Document): Map<string, Json> {
  const bodies = operationsOf(document).flatMap(({ name, request, responses }): [string, Body][] => [
    ...(request ? [[`${name} requestBody`, request] satisfies [string, Body]] : []),
    ...[...responses].map(([code, reply]): [string, Body] => [`${name} responses.${code}`, reply]),
  ]);
  return new Map(
    bodies.flatMap(([place, { examples }]) => {
      return [...examples].map(([name, value]): [string, Json] => [`${place} example ${name}`, value]);
    }),
  );
}

interface Row {
  extension: string;
  value: Json;
}

function extensionChanges(base: Map<string, Row>, revision: Map<string, Row>): Change[] {
  const gone = [...base].flatMap(([place, { extension, value }]): Change[] => {
    const { removed, changed, facts } = EXTENSIONS[extension] ?? DATA;
    const now = revision.get(place);
    if (!now) return [{ impact: removed, place, message: "gone." }];
    if (isDeepStrictEqual(value, now.value)) return [];
    const wordsOnly = facts && isDeepStrictEqual(facts(value), facts(now.value));
    return [{ impact: wordsOnly ? "patch" : changed, place, message: wordsOnly ? "changed, in words." : "changed." }];
  });
  const come = [...revision].filter(([place]) => !base.has(place));
  return [
    ...gone,
    ...come.map(([place, { extension }]): Change => {
      return { impact: (EXTENSIONS[extension] ?? DATA).added, place, message: "new." };
    }),
  ];
}

/** Every extension by its place; of a table each row, by its first column, and of a server by its name. */
function rowsOf(document: Document): Map<string, Row> {
  const rows = new Map<string, Row>();
  visit(document, []);
  return rows;

  function visit(node: Json, path: string[]): void {
    if (node === null || typeof node !== "object") return;
    for (const [key, value] of Object.entries<Json>(node)) {
      if (key === "x-server") rows.set(`servers.${value.name} ${key}`, { extension: key, value });
      else if (key.startsWith("x-"))
        for (const [name, row] of tableOf(value))
          rows.set(`${[...path, key].join(".")}${name}`, { extension: key, value: row });
      else visit(value, [...path, key]);
    }
  }
}

/** Rows by their first column, where every row has one of its own; else the whole is one row. */
function tableOf(value: Json): [name: string, row: Json][] {
  if (!Array.isArray(value) || value.some((row) => row === null || typeof row !== "object")) return [["", value]];
  const names = value.map((row) => String(Object.values(row)[0]));
  return new Set(names).size === names.length ? value.map((row, at) => [` ${names[at]}`, row]) : [["", value]];
}
