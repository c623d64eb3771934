import { withoutToken } from "../base/callback-id.js";
import { hexadecimal, isRecord } from "../base/record.js";
import { withoutMedia } from "../media/json-body.js";

/**
 * 16 hexadecimal digits of a SHA-256 over the fields in order, with the header facts of media, and without the token of `webhookUrl`.
 * Empty without WebCrypto, as on pages without https.
 */
export async function fingerprintOf(request: object): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const plain = withoutMedia(request, ({ kind, open, toJSON, ...facts }) => facts);
  const text = JSON.stringify(plain, (name, value) => (name === "callback_url" ? withoutToken(value) : inOrder(value)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hexadecimal(new Uint8Array(digest, 0, 8));
}

function inOrder(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
