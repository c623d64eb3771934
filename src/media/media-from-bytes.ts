import { refusal } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import { base64, type Kind, type Media } from "./media.js";
import { factsOf } from "./media-facts.js";

export type Bytes = Uint8Array | ArrayBuffer | Blob;
type Looked = Awaited<ReturnType<typeof factsOf>>;
type Open = Media["open"];

const ACCEPTED: Record<Kind, string> = {
  image: "a complete JPEG, PNG or WebP image, or for MiniMax-H3 an HEIC or HEIF one",
  video: "a complete MP4 or MOV video",
  audio: "a complete WAV or MP3 sound",
};

/** Makes Media of a file, or throws if it is not of this kind. `all` returns its bytes for JSON, `open` for sending. */
export function mediaFrom<Wanted extends Kind>(kind: Wanted, file: Looked, all: () => Uint8Array, open = all as Open) {
  const { facts, size } = file;
  if (facts?.kind !== kind)
    throw unsendable(kind, `must be ${ACCEPTED[kind]}${facts ? `; this is ${facts.type}` : ""}`);
  const toJSON = () => `data:${facts.type};base64,${new TextDecoder().decode(base64(all()))}`;
  // They are the facts of this kind.
  return { ...facts, size, open, toJSON } as Extract<Media, { kind: Wanted }>;
}

function unsendable(kind: Kind, message: string): ValidationError {
  return new ValidationError(`This ${kind} cannot be sent`, [refusal(kind, `${kind}Format`, message)]);
}

/** Makes Media from bytes in memory, or from a Blob. Reads all of a Blob only if its header is of this kind. */
export async function mediaFromBytes<Wanted extends Kind>(kind: Wanted, source: Bytes) {
  if (typeof source !== "object" || source === null || "then" in source) {
    const advice = adviceOn(source, kind);
    const forms = "must be bytes, an http(s) URL, a data URL or mm_file:// and an id";
    throw unsendable(kind, advice ? `${forms}; ${advice}` : forms);
  }
  // Copied, because its owner may overwrite the memory before it is sent.
  const held = source instanceof Blob ? source : new Uint8Array(source).slice();
  const file = await factsOf(held);
  const bytes = held instanceof Blob ? new Uint8Array(file.facts?.kind === kind ? await held.arrayBuffer() : []) : held;
  return mediaFrom(kind, file, () => bytes);
}

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
