import type { Listed } from "../node/index.js";
import { isListed } from "../tasks/open.js";
import { timeText } from "./format-text.js";
import { plain } from "./io.js";
import { commandFor, type SessionValues } from "./session.js";

type Readable = Exclude<Listed, { state: "unreadable" }>;

/** An entry as --json prints it. */
export function entryJson(entry: Listed): object {
  const { sender: _, ...rest } = { sender: undefined, ...entry };
  return rest;
}

/** Entries as a table: state, time, request, task or entry id, server, key, file. */
export function tableOf(entries: readonly Listed[]): string {
  const rows = entries.map((entry) => {
    if (entry.state === "unreadable") return ["UNREADABLE", "", "", entry.id, entry.problem];
    const state = entry.state === "unknown" ? "UNKNOWN" : entry.state;
    const more = [
      ...(entry.key === undefined ? [] : [`key ${JSON.stringify(entry.key)}`]),
      ...(entry.saved ? [`saved as ${entry.saved.path}`] : []),
    ];
    return [state, timeText(entry.submittedAt), wishText(entry), entry.task?.id ?? entry.id, entry.server, ...more];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) => `${plain(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).trimEnd()}\n`)
    .join("");
}

function wishText({ kind, model, duration, resolution }: Readable): string {
  const facts = [model ?? kind, ...(duration === undefined ? [] : [`${duration} s`]), resolution ?? ""];
  return facts.join(" ").trim();
}

/** Advice about requests whose outcome is unknown. */
export function adviceOn(unknown: readonly Listed[], values: SessionValues): string {
  const listed = unknown.filter((entry): entry is Readable => entry.state !== "unreadable" && isListed(entry.kind));
  const others = unknown.filter((entry) => !listed.some(({ id }) => id === entry.id));
  const [{ id = "" } = {}] = others;
  const words = ["tasks", "--forget", others.length === 1 ? id : "ID"];
  const { journal } = values;
  return [
    ...(others.length > 0
      ? [
          "UNKNOWN: the service may have accepted the request, so it may be charged. Its task cannot be listed or found.",
          `Check the usage page of the console, then remove the entry:\n  ${commandFor(words, { journal })}`,
        ]
      : []),
    ...(listed.length > 0
      ? [
          "UNKNOWN: the service may have accepted the request, so it may be charged. To look for its task at the service:",
          ...[...new Set(listed.map(({ server }) => server))].map(
            (server) => `  ${commandFor(["resume"], { server, journal })}`,
          ),
        ]
      : []),
  ].join("\n");
}
