/** The images, videos and sounds that a request of V2 is made with: which, how long, and whether they can be had. */
import { fileNow, isExpired } from "../files.js";
import type { Media } from "../media.js";
import { isObject, itemsOf, type JsonObject } from "../request.js";
import { type Answer, type Call, example, invalid, type World } from "../world.js";

/** One of them. */
export interface Input {
  kind: Media["kind"];
  role: string | undefined;
  url: string;
}

const kinds = ["image", "video", "audio"] as const;

/** All of them, in order. */
export function inputsOf(body: JsonObject): Input[] {
  return itemsOf(body).flatMap(({ role, ...item }) =>
    kinds.flatMap((kind) => {
      const place = item[`${kind}_url`];
      if (!isObject(place) || typeof place.url !== "string") return [];
      return [{ kind, role: typeof role === "string" ? role : undefined, url: place.url }];
    }),
  );
}

/** What an input is where it is an upload; undefined for links, and for bytes within the request, which nobody looks into. */
export function uploadOf(world: World, { url }: Input): Media | undefined {
  return fileNow(world, idIn(url) ?? "")?.media;
}

function idIn(url: string): string | undefined {
  return /^mm_file:\/\/(\d+)$/.exec(url)?.[1];
}

// As long as the sample videos of the vendor's own pages.
const USUAL_SECONDS = 5;

/** Seconds of all inputs of a kind together, rounded. Five for each whose length is not known. */
export function secondsOf(world: World, inputs: readonly Input[], kind: Input["kind"]): number {
  const lengths = inputs
    .filter((input) => input.kind === kind)
    .map((input) => uploadOf(world, input)?.seconds ?? USUAL_SECONDS);
  return Math.round(lengths.reduce((sum, seconds) => sum + seconds, 0));
}

/** The refusal of a request with an upload that is not there, not there any more, or of another kind; undefined without any. */
export function unavailable(world: World, call: Call, inputs: readonly Input[]): Answer | undefined {
  for (const input of inputs) {
    const fileId = idIn(input.url);
    if (fileId === undefined) continue;
    const file = world.files.get(fileId);
    if (file && isExpired(file, world.now())) return { ...example(world, call, "fileExpired"), note: "file expired" };
    // Words ours. Of uploads for other purposes it is not said whether V2 takes them.
    if (file?.purpose !== "video_generation_input") return invalid(world, call, `file ${fileId} not found`);
    if (file.media?.kind !== input.kind)
      return invalid(world, call, `file ${fileId}: must be of type ${input.kind}, and is ${file.media?.kind}`);
  }
  return undefined;
}
