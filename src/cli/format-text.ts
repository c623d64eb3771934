import { MiniMaxError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { TaskRecord } from "../base/task.js";
import { redact } from "../http/redact.js";
import { isMedia, type Media } from "../media/media.js";
import { exitCodeOf, plain } from "./process.js";

/** "global (https://api.minimax.io)", or just the URL. */
export function serverText({ server: { name, baseUrl }, mock }: { server: Server; mock: boolean }): string {
  if (mock) return "a mock on this machine";
  return name === baseUrl ? baseUrl : `${name} (${baseUrl})`;
}

/** "29.5 kB", in decimal units as in file managers. */
export function sizeText(bytes: number): string {
  const [unit, size] = bytes < 1e6 ? ["kB", bytes / 1e3] : ["MB", bytes / 1e6];
  return `${size.toFixed(1)} ${unit}`;
}

/** "2026-11-20 14:06", local time. */
export function timeText(milliseconds: number): string {
  // The Swedish locale formats dates like ISO 8601.
  return new Date(milliseconds).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });
}

/** "MiniMax-Hailuo-02 6 s 768P", as far as it is known. */
export function wishText({ model, duration, resolution }: Partial<TaskRecord>): string {
  return [model, duration === undefined ? undefined : `${duration} s`, resolution].filter(Boolean).join(" ");
}

/** Formats rows as lines. The first four columns are as wide as their longest cell. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return lines.map((line) => `${plain(line).trimEnd()}\n`).join("");
}

/** Quotes a word for a shell, if necessary. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** "Downloading 42 % of 12.3 MB". */
export function shareText(step: string, { bytes, total }: { bytes: number; total?: number }): string {
  return `${step} ${total ? `${Math.floor((100 * bytes) / total)} % of ` : ""}${sizeText(total ?? bytes)}`;
}

const OF_LIBRARY =
  / with videos\.reconcile\(error\)|: once one has arrived, videos\.reconcile\(error\) finds the task|: wait for it again with task\.wait\(\)/;

/** The message of an error, without advice for users of the library. Other errors are redacted, because they may quote anything. */
export function messageOf(error: unknown): string {
  if (error instanceof MiniMaxError) return error.message.replace(OF_LIBRARY, "");
  return redact(error instanceof Error ? error.message : String(error));
}

/** An error as the results of several requests or tasks list it. */
export function failureOf(thrown: unknown) {
  const { name } = thrown instanceof Error ? thrown : { name: "Error" };
  return { error: { name, message: plain(messageOf(thrown)) }, exitCode: exitCodeOf(thrown) };
}

const SHOWN = 24;

/** A request for display: media as type and size, long texts shortened, links without their query. */
export function shortened(value: unknown): unknown {
  if (typeof value === "string") return shortText(value);
  if (Array.isArray(value)) return value.map(shortened);
  if (isMedia(value)) return mediaText(value);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]));
}

function mediaText(media: Media): string {
  const sides = media.kind === "audio" ? "" : `, ${media.width} x ${media.height}`;
  const length = media.kind === "image" || media.seconds === undefined ? "" : `, ${media.seconds.toFixed(1)} s`;
  return `${media.type}${sides}${length}, ${sizeText(media.size)}, as a data URL`;
}

function shortText(text: string): string {
  const [data, type = ""] = /^data:([\w/+.-]*);base64,/.exec(text) ?? [];
  if (data) return `${type}, ${sizeText(((text.length - data.length) * 3) / 4)}, as a data URL`;
  if (/^https?:\/\//i.test(text)) return redact(text);
  const characters = [...text];
  if (characters.length <= SHOWN) return text;
  return `${characters.slice(0, SHOWN).join("")}… (${characters.length} characters)`;
}
