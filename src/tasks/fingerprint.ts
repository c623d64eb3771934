import { withoutMedia } from "../media/json-body.js";

/** For a longer text, so many samples of so many characters are hashed. */
const SAMPLES = 64;
const SAMPLE = 64;

/**
 * 16 hexadecimal digits of a SHA-256, the same for the same request in any order of its fields. It does not reveal the prompt
 * or the media. A data URL of several megabytes contributes samples and its length, Media the facts in its header. Empty
 * without WebCrypto, as on pages without https.
 */
export async function fingerprintOf(request: object): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const text = JSON.stringify(sorted(withoutMedia(request, ({ kind, open, toJSON, ...facts }) => facts)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sorted(value: unknown): unknown {
  if (typeof value === "string") return sampled(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

function sampled(text: string): string {
  if (text.length <= SAMPLES * SAMPLE) return text;
  const step = (text.length - SAMPLE) / (SAMPLES - 1);
  const starts = Array.from({ length: SAMPLES }, (_, index) => Math.floor(index * step));
  return `${text.length} ${starts.map((start) => text.slice(start, start + SAMPLE)).join("")}`;
}
