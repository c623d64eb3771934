/** A failed attempt, in words that contain no link. Another attempt may succeed. */
export class Fault extends Error {
  constructor(
    message: string,
    readonly facts: { cause?: unknown; status?: number; retryAfter?: number } = {},
  ) {
    super(message);
  }
}

/** What a response says about the file. */
export interface FileVersion {
  total?: number | undefined;
  /** A strong validator: only parts with the same one belong together (RFC 9110, 15.3.7.3). */
  validator?: string | undefined;
  type: string;
}

/** @throws {Fault} if the response is not a video. */
export function versionOf({ ok, status, headers, body }: Response, host: string): FileVersion {
  const type = headers.get("content-type") ?? "";
  const page = /html/i.test(type) ? " with an HTML page" : "";
  const retryAfter = Number(headers.get("retry-after")) * 1000 || 0;
  if (!ok || !body || page) throw new Fault(`${host} answered HTTP ${status}${page}`, { status, retryAfter });
  // The length and validator of compressed content say nothing about the file.
  if (/^(?!identity$)./i.test(headers.get("content-encoding") ?? "")) return { type };
  const length = headers.get("content-length");
  return { type, total: length === null ? undefined : Number(length), validator: validatorIn(headers) };
}

/** A value for If-Range (RFC 9110, 13.1.5): no weak tag, and a date only if there is no tag and the date is strong. */
function validatorIn(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null) return tag.startsWith("W/") ? undefined : tag;
  // A file may change twice within a second, and clocks differ: a minute between them leaves no doubt (8.8.2.2).
  const modified = headers.get("last-modified") ?? "";
  return Date.parse(headers.get("date") ?? "") - Date.parse(modified) >= 60_000 ? modified : undefined;
}

/** What a 206 contains: its first byte, the total, and whether it belongs to the version that was begun. */
export function partOf(headers: Headers, { validator, total }: FileVersion) {
  const [, first, all] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const now = all === undefined || all === "*" ? total : Number(all);
  const isSame =
    (headers.get("etag") ?? headers.get("last-modified") ?? validator) === validator && (total ?? now) === now;
  // Browsers hide the content-range of other origins, but not the length.
  const start = first === undefined ? Number(total) - Number(headers.get("content-length")) : Number(first);
  return { start, isSame, total: now };
}
