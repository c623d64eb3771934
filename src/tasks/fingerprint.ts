import { withoutMedia } from "../media/json-body.js";

/** So much of a longer text is looked at: so many samples, of so many characters. */
const SAMPLES = 64;
const SAMPLE = 64;

/**
 * 16 hexadecimal digits of a SHA-256: the same for the same request, whatever the order of its fields, and no way back to
 * its prompt or media. Of a data URL of several megabytes it sees samples and the length, of Media what the header tells. Empty where there is no WebCrypto,
 * as on pages without https.
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
