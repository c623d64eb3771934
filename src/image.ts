import { ValidationError } from "./errors.js";

/** 20 MB, the documented limit for images, in bytes. */
const LIMIT = 20 * 1024 * 1024;

/**
 * An image for a request field: an http(s) URL or a data URL passes as it is, bytes become a data URL.
 * @throws {ValidationError} for bytes that are no JPEG, PNG or WebP, or 20 MB and more.
 */
export async function image(source: Uint8Array | ArrayBuffer | Blob | URL | string): Promise<string> {
  if (typeof source === "string") return source;
  if (source instanceof URL) return source.href;
  const bytes = source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : new Uint8Array(source);
  const type = formatOf(bytes);
  if (!type) throw refusal("format", "must be a JPEG, PNG or WebP image");
  if (bytes.length >= LIMIT)
    throw refusal("size", `must be below 20 MB (it has ${(bytes.length / 1024 / 1024).toFixed(1)} MB)`);
  return `data:image/${type};base64,${base64(bytes)}`;
}

/** By the first bytes, which do not lie as names and declared types do. */
function formatOf(bytes: Uint8Array): "jpeg" | "png" | "webp" | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  return head.startsWith("RIFF") && head.endsWith("WEBP") ? "webp" : undefined;
}

function base64(bytes: Uint8Array): string {
  const chunks: string[] = [];
  // A multiple of three, so that no chunk but the last is padded; small enough for an argument list.
  for (let at = 0; at < bytes.length; at += 0x6000)
    chunks.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 0x6000))));
  return chunks.join("");
}

function refusal(rule: string, message: string): ValidationError {
  return new ValidationError("This image cannot be sent", [{ path: "image", rule, severity: "error", message }]);
}
