import { isRecord } from "../base/record.js";

/** A request of version 2 as it is sent, and how its parts are called where it was written in other words. */
export interface Wire {
  readonly body: Record<string, unknown>;
  /** The field that an item of `content` was made of, by its index; undefined where the request names its items itself. */
  readonly fieldOf: readonly string[] | undefined;
}

type Kind = "image" | "video" | "audio";

/** The fields that become items of `content`, in this order. What is a list there becomes an item each. */
const FRAMES = { first_frame_image: "first_frame", last_frame_image: "last_frame" } as const;
const REFERENCES: Record<string, Kind> = {
  reference_images: "image",
  reference_videos: "video",
  reference_audios: "audio",
};
/** Of all these a request in the words of version 1 is made, besides its options. */
export const WORDS = ["prompt", ...Object.keys(FRAMES), ...Object.keys(REFERENCES)];

/**
 * What version 2 is sent: `content` made of the prompt, the frames and the references of a request that names none itself.
 * Nothing is added, left out or replaced.
 */
export function wireOf(request: Record<string, unknown>): Wire {
  if (request.content !== undefined || request.source_task_id !== undefined)
    return { body: request, fieldOf: undefined };
  const items: { field: string; item: object }[] = [];
  const { prompt } = request;
  if (prompt !== undefined) items.push({ field: "prompt", item: { type: "text", text: prompt } });
  for (const [field, role] of Object.entries(FRAMES))
    if (request[field] !== undefined) items.push({ field, item: itemOf("image", request[field], role) });
  for (const [field, kind] of Object.entries(REFERENCES))
    for (const [index, file] of listed(request[field]).entries())
      items.push({ field: `${field}[${index}]`, item: itemOf(kind, file, `reference_${kind}`) });
  const options = Object.entries(request).filter(([name, value]) => !WORDS.includes(name) || isNoList(name, value));
  const { model, ...rest } = Object.fromEntries(options);
  const body = { ...(model === undefined ? {} : { model }), content: items.map(({ item }) => item), ...rest };
  return { body, fieldOf: items.map(({ field }) => field) };
}

/** The body of any create as it is sent. */
export function sentOf<T extends object>(request: T, version: 1 | 2): T {
  // An object of any type is a record of what it holds.
  return version === 2 && isRecord(request) ? (wireOf(request).body as T) : request;
}

function itemOf(kind: Kind, url: unknown, role: string): object {
  return { type: `${kind}_url`, [`${kind}_url`]: { url }, role };
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** One where a list should be stays where it is: the check then says what it should be. */
function isNoList(name: string, value: unknown): boolean {
  return name in REFERENCES && value !== undefined && !Array.isArray(value);
}
