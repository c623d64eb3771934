import type { Cost, Issue } from "../base/check-result.js";
import { MiniMaxError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import { redact } from "../http/redact.js";
import { isMedia, type Media } from "../media/media.js";
import { EXIT, exitCodeOf, Unfinished } from "./exit-codes.js";
import type { Io } from "./io.js";
import { plain } from "./progress.js";
import type { Session } from "./session.js";

/** Prints one JSON object on stdout. */
export function printJson({ stdout }: Pick<Io, "stdout">, value: object): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** "list price 0.28 USD", or "price unknown". */
export function priceText(cost: Cost | undefined): string {
  return cost ? `list price ${amountText(cost)}` : "price unknown";
}

/** The price and where it comes from. */
export function costLine(cost: Cost | undefined): string {
  return `Cost: ${priceText(cost)}${cost ? ` (${cost.basis}, ${cost.date})` : ""}`;
}

/** An issue as a line, such as "warning: prompt: …". */
export function issueLine({ severity, path, message }: Issue): string {
  return `${severity === "warning" ? "warning: " : ""}${path ? `${path}: ` : ""}${message}`;
}

/** "0.28 USD". */
export function amountText({ amount, currency }: Cost): string {
  return `${amount.toFixed(2)} ${currency}`;
}

/** "global (https://api.minimax.io)", or just the URL. */
export function serverText({ server: { name, baseUrl }, mock }: Pick<Session, "server" | "mock">): string {
  if (mock) return "a mock on this machine";
  return name === baseUrl ? baseUrl : `${name} (${baseUrl})`;
}

/** "29.5 kB", in decimal units as in file managers. */
export function sizeText(bytes: number): string {
  const [unit, size] = bytes < 1e6 ? ["kB", bytes / 1e3] : ["MB", bytes / 1e6];
  return `${size.toFixed(1)} ${unit}`;
}

/** "Downloading 42 % of 12.3 MB". */
export function shareText(step: string, { bytes, total }: { bytes: number; total?: number }): string {
  return `${step} ${total ? `${Math.floor((100 * bytes) / total)} % of ` : ""}${sizeText(total ?? bytes)}`;
}

/** The message of an error. Foreign errors are redacted, because they may quote anything. */
export function messageOf(error: unknown): string {
  if (error instanceof MiniMaxError) return error.message;
  return redact(error instanceof Error ? error.message : String(error));
}

/** Prints an error and what to do about it; with `json` on stdout, as an object. Returns the exit code. */
export function printError(thrown: unknown, io: Io, { json, help }: { json: boolean; help: string }): number {
  const { error, goOn } = thrown instanceof Unfinished ? thrown : { error: thrown };
  const exitCode = exitCodeOf(error);
  const known = error instanceof MiniMaxError;
  const message = messageOf(error);
  if (json) {
    const name = error instanceof Error ? error.name : "Error";
    // The own fields of our errors are safe to print. Their cause is not among them.
    const facts = known ? { ...error } : {};
    printJson(io, { error: { name, message, ...facts, ...(goOn ? { goOn } : {}) }, exitCode });
    return exitCode;
  }
  // With --quiet, nothing else names the task.
  const about = known && error.taskId && !message.includes(error.taskId) ? `Task ${error.taskId}: ` : "";
  io.stderr.write(`${exitCode === EXIT.unexpected ? "Unexpected error: " : ""}${plain(about + message)}\n`);
  if (goOn) io.stderr.write(`Continue with:\n  ${plain(goOn)}\n`);
  if (exitCode === EXIT.refusedHere) io.stderr.write(`More: ${help}\n`);
  return exitCode;
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
