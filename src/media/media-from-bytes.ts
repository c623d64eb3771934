import { refusal } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import { base64, type Kind, type Media } from "./media.js";
import { adviceOn } from "./media-advice.js";
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
