/** The images, videos and sounds in the `content` of a V2 request: which they are, how long, and whether they are available. */
import { isRecord } from "../base/record.js";
import type { MediaFacts } from "../media/media.js";
import { exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { itemsIn } from "./mock-request.js";
import { currentFile, type MockCall, type MockState } from "./mock-state.js";
import type { JsonObject } from "./prism-engine.js";
import { isExpired } from "./stored-files.js";

/** One input. */
export interface ContentInput {
  kind: MediaFacts["kind"];
  role: string | undefined;
  url: string;
}

const KINDS = ["image", "video", "audio"] as const;

/** All inputs of a request, in order. */
export function inputsOf(body: JsonObject): ContentInput[] {
  return itemsIn(body).flatMap(({ role, ...item }) =>
    KINDS.flatMap((kind) => {
      const place = item[`${kind}_url`];
      if (!isRecord(place) || typeof place.url !== "string") return [];
      return [{ kind, role: typeof role === "string" ? role : undefined, url: place.url }];
    }),
  );
}

/** What an uploaded input is; undefined for links and data URLs. */
export function uploadFacts(state: MockState, { url }: ContentInput): MediaFacts | undefined {
  return currentFile(state, uploadIdIn(url) ?? "")?.media;
}

function uploadIdIn(url: string): string | undefined {
  return /^mm_file:\/\/(\d+)$/.exec(url)?.[1];
}

// The length of the sample videos on the vendor's pages.
const USUAL_SECONDS = 5;

/** How long an uploaded video or sound is, in seconds; undefined if that is unknown. */
export function inputSeconds(state: MockState, input: ContentInput): number | undefined {
  const facts = uploadFacts(state, input);
  return facts && "seconds" in facts ? facts.seconds : undefined;
}

/** The seconds of all inputs of a kind together, rounded. An unknown length counts as five. */
export function totalSeconds(state: MockState, inputs: readonly ContentInput[], kind: ContentInput["kind"]): number {
  const lengths = inputs
    .filter((input) => input.kind === kind)
    .map((input) => inputSeconds(state, input) ?? USUAL_SECONDS);
  return Math.round(lengths.reduce((sum, seconds) => sum + seconds, 0));
}

/** The refusal of a request that names a missing or expired upload, or one of another kind; undefined if all are available. */
export function unavailableInput(
  { engine, files, now }: MockState,
  call: MockCall,
  inputs: readonly ContentInput[],
): MockReply | undefined {
  for (const { url, kind } of inputs) {
    const fileId = uploadIdIn(url);
    if (fileId === undefined) continue;
    const file = files.get(fileId);
    if (file && isExpired(file, now())) return exampleReply(engine, call, "fileExpired", { note: "file expired" });
    // Our words. No document says whether V2 accepts uploads for other purposes.
    if (file?.purpose !== "video_generation_input") return invalidParams(engine, call, `file ${fileId} not found`);
    if (file.media?.kind !== kind)
      return invalidParams(engine, call, `file ${fileId}: must be of type ${kind} (it is ${file.media?.kind})`);
  }
  return undefined;
}
