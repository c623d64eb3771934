import type { Media } from "./media.js";

/**
 * An image for a request field. An http(s) URL or a data URL passes as it is; bytes are looked at and kept.
 * They are sent as what they are: the type that a Blob or a file's name claims does not count. A data URL's type must be right.
 * @throws {ValidationError} for bytes that are no whole JPEG, PNG or WebP. Limits of size are the check's business.
 */
export function image(source: URL | string): Promise<string>;
export function image(source: Uint8Array | ArrayBuffer | Blob): Promise<Media>;
export async function image(source: Uint8Array | ArrayBuffer | Blob | URL | string): Promise<Media | string> {
  if (typeof source === "string") return source;
  if (source instanceof URL) return source.href;
  const bytes = new Uint8Array(source instanceof Blob ? await source.arrayBuffer() : source);
  // Loaded with the first image: whoever sends links does not pay for reading headers.
  const { mediaFrom } = await import("./media.js");
  return mediaFrom(bytes, bytes.length, () => bytes);
}
