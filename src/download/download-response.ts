import type { BodyReader } from "../http/body-reader.js";
import { redact } from "../http/redact.js";
import { retryAfterIn } from "../http/transport.js";

/** A failed attempt. Its message contains no link. Another attempt may succeed, unless it `isFinal`. */
export class Fault extends Error {
  constructor(
    message: string,
    readonly facts: { cause?: unknown; status?: number; retryAfter?: number; isFinal?: boolean } = {},
  ) {
    super(message);
  }
}

/** Facts about the file, from a response. */
export interface FileVersion {
  total?: number | undefined;
  /** A strong validator: only parts with the same one belong together (RFC 9110, 15.3.7.3). */
  validator?: string | undefined;
  type: string;
}

/** @throws {Fault} if the host refuses. */
export function versionOf({ ok, status, headers, body }: Response, host: string, now: number): FileVersion {
  const type = headers.get("content-type") ?? "";
  const retryAfter = retryAfterIn(headers, now) ?? 0;
  if (!ok || !body) throw new Fault(`${host} answered HTTP ${status}`, { status, retryAfter });
  const [, last, all] = /^bytes 0-(\d+)\/(\d+)$/i.exec(headers.get("content-range") ?? "") ?? [];
  if (status === 206 && Number(last) + 1 !== Number(all))
    throw new Fault(`${host} sent only a part of the video, although all of it was requested`, { status });
  // The length and validator of compressed content are not those of the file.
  if (/^(?!identity$)./i.test(headers.get("content-encoding") ?? "")) return { type };
  const length = status === 206 ? all : headers.get("content-length");
  return { type, total: length == null ? undefined : Number(length), validator: validatorIn(headers) };
}

/** A value for If-Range (RFC 9110, 13.1.5): no weak tag, and a date only if there is no tag and the date is strong. */
function validatorIn(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null) return tag.startsWith("W/") ? undefined : tag;
  // A file may change twice within a second, and clocks differ: a minute in between is certain (8.8.2.2).
  const modified = headers.get("last-modified") ?? "";
  return Date.parse(headers.get("date") ?? "") - Date.parse(modified) >= 60_000 ? modified : undefined;
}

/** Reads a 206: its first byte, the total, and whether it belongs to the known version. `asked`: the first byte requested. */
export function partOf(headers: Headers, { validator, total }: FileVersion, asked: number) {
  const [, first, last, all] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers.get("content-range") ?? "") ?? [];
  const length = headers.get("content-length");
  const now = all === undefined || all === "*" ? total : Number(all);
  const isSame =
    (headers.get("etag") ?? headers.get("last-modified") ?? validator) === validator &&
    (total ?? now) === now &&
    // Some hosts name a range and send the whole file.
    (length === null || last === undefined || Number(length) === Number(last) - Number(first) + 1) &&
    !/^text|html|json|xml/i.test(headers.get("content-type") ?? "");
  // Browsers hide the content-range of other origins, but not the length.
  const isRest = Number(total) - Number(length) === asked;
  const start = first === undefined ? (isRest ? asked : Number.NaN) : Number(first);
  return { start, isSame, total: now };
}

/** Enough bytes to tell whether a file is a video. */
const LONGEST_HEAD = 197;

/** How videos begin. MP4 and QuickTime share their boxes with images and sounds, which name brands of their own. */
const VIDEO = new RegExp(
  [
    String.raw`[\0-\x08].{3}(?:ftyp(?!avi[fs]|he[iv][cmsx]|m[is]f[12]|M4[AB] )|styp|moov|mdat|wide|free|skip|pnot)`,
    // EBML (WebM, Matroska), FLV, AVI, Ogg, MPEG streams, ASF (WMV).
    String.raw`\x1aE\xdf\xa3|FLV|RIFF.{4}AVI |OggS|\0\0\x01[\xba\xb3]|0&\xb2u`,
    // A transport stream: packets of 188 bytes, or 192 with a time. Their headers have control characters; text has none.
    String.raw`(?=.*[\0-\x08])(?:G[^a-z].{186}G|.{4}G[^a-z].{190}G)`,
  ]
    .map((form) => `^(?:${form})`)
    .join("|"),
  "s",
);

/** Whether a file that begins like this is a video. Undefined if more bytes are needed. */
export function isVideo(head: Uint8Array): boolean | undefined {
  if (VIDEO.test(String.fromCharCode(...head.subarray(0, LONGEST_HEAD)))) return true;
  return head.length < LONGEST_HEAD ? undefined : false;
}

/** Checks the first bytes, whatever type is declared for them. @throws {Fault} */
export async function assertVideo({ peek }: BodyReader, { host, search, password }: URL): Promise<void> {
  const head = await peek((head) => isVideo(head) !== undefined);
  if (head.length > 0 && !isVideo(head))
    throw new Fault(`${host} did not send a video: the file begins with ${beginningOf(head, [search, password])}`);
}

/** The beginning of a body for an error message: its text without secrets, or its first bytes in hexadecimal. */
function beginningOf(head: Uint8Array, secrets: readonly string[]): string {
  const text = new TextDecoder().decode(head.subarray(0, 1000), { stream: true }).replace(/\s+/g, " ").trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these tell other bytes from text
  if (!/[\0-\x1f\x7f-\x9f\ufffd]/.test(text)) return redact(text, secrets).slice(0, 100);
  return [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
