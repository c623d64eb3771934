import type { Kind } from "./media.js";

/** Says what a value is that was passed in place of a text, and what to do with it. */
export function adviceOn(value: unknown, kind: Kind | undefined): string | undefined {
  const { then, arrayBuffer } = Object(value);
  if (typeof then === "function") return "is a promise: await it";
  if (typeof value === "string") return kind && adviceOnText(value, kind);
  if (value instanceof URL) return "is a URL object: use its href";
  // Includes Blobs of other realms.
  const isBytes = ArrayBuffer.isView(value) || value instanceof ArrayBuffer || typeof arrayBuffer === "function";
  if (isBytes) return kind ? `is bytes: convert them with ${kind}()` : "is bytes";
  return undefined;
}

function adviceOnText(text: string, kind: Kind): string | undefined {
  if (/^[\w+/-]{100}/.test(text)) return `if it is base64, put data:${EXAMPLES[kind]};base64, before it`;
  if (/^(file:|\.{0,2}[\\/]|~|[a-z]:[\\/])|^[^:]{1,200}\.\w{2,4}$/i.test(text))
    return `if it is a file, open it with ${kind}File() of minimax-video/node`;
  return undefined;
}

const EXAMPLES: Record<Kind, string> = { image: "image/jpeg", video: "video/mp4", audio: "audio/mpeg" };
