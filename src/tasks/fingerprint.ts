import { withoutMedia } from "../media/json-body.js";

/**
 * 16 hexadecimal digits of a SHA-256, the same for the same request in any order of its fields. It does not reveal the prompt
 * or the media; Media contributes the facts in its header. Empty without WebCrypto, as on pages without https.
 */
export async function fingerprintOf(request: object): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const text = JSON.stringify(sorted(withoutMedia(request, ({ kind, open, toJSON, ...facts }) => facts)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, inner]) => [name, sorted(inner)]));
}
