/** The images, videos and sounds in the `content` of a V2 request: which they are, and whether they are available. */
import { isRecord } from "../base/record.js";
import type { MediaFacts } from "../media/media.js";
import { exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { itemsIn, type JsonObject } from "./mock-request.js";
import { currentFile, isExpired, type MockCall, type MockState } from "./mock-state.js";
import { imageSizeIn } from "./video-clips.js";

/** One input. Its sides and seconds are known for uploads, and sides for images in data URLs; not for links. */
export interface ContentInput {
  kind: MediaFacts["kind"];
  role: string | undefined;
  uploadId: string | undefined;
  facts: { width?: number; height?: number; seconds?: number | undefined };
}

const KINDS = ["image", "video", "audio"] as const;

/** All inputs of a request, in order. */
export function inputsOf(mock: MockState, body: JsonObject): ContentInput[] {
  return itemsIn(body).flatMap(({ role, ...item }) =>
    KINDS.flatMap((kind) => {
      const place = item[`${kind}_url`];
      if (!isRecord(place)) return [];
      const uploadId = /^mm_file:\/\/(.+)$/s.exec(String(place.url))?.[1];
      const facts = uploadId === undefined ? imageSizeIn(place.url) : currentFile(mock, uploadId)?.media;
      return [{ kind, role: typeof role === "string" ? role : undefined, uploadId, facts: facts ?? {} }];
    }),
  );
}

/** The refusal of a request that names a missing or expired upload, or one of another kind; undefined if all are available. */
export function unavailableInput(call: MockCall, inputs: readonly ContentInput[]): MockReply | undefined {
  const { files, now } = call.mock;
  for (const { uploadId, kind } of inputs) {
    if (uploadId === undefined) continue;
    const file = files.get(uploadId);
    if (file && isExpired(file, now())) return exampleReply(call, "fileExpired", { note: "file expired" });
    // Our words. No document says whether V2 accepts uploads for other purposes.
    if (file?.purpose !== "video_generation_input") return invalidParams(call, `file ${uploadId} not found`);
    if (file.media?.kind !== kind)
      return invalidParams(call, `file ${uploadId}: must be of type ${kind} (it is ${file.media?.kind})`);
  }
  return undefined;
}
