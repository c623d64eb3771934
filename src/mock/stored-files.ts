/** The files that the service keeps: videos of tasks, and uploads. */
import { lifetimeDays } from "../generated/content-offers.js";
import type { MediaFacts } from "../media/media.js";
import type { MockTask } from "./mock-tasks.js";
import type { Fault } from "./parse-scenarios.js";
import { type Clip, type ClipBytes, clipBytes, withEtag } from "./video-clips.js";

/** A file, and what `/v1/files` reports about it. */
export interface StoredFile {
  fileId: string;
  /** What the file is for. Absent for videos without a `file_id` in the API: those of templates and of V2. */
  purpose?: string;
  filename: string;
  /** The reported size: 0 for videos, as in every recorded reply. */
  size: number;
  /** Milliseconds of the mock's clock. */
  createdAt: number;
  type: string;
  /** What an upload is, for use as an input of V2. */
  media?: MediaFacts | undefined;
  /** The task whose scenarios it plays, or the file itself. */
  subject: string;
  faults: readonly Fault[];
  /** Its bytes, or with `changed` those of another file in its place. */
  bytes(changed?: boolean): Promise<ClipBytes>;
  /** What the log calls those bytes. */
  note(changed?: boolean): string;
}

/** The video of a task, from the moment it is finished. Only tasks of `video` have a `file_id` in the API. */
export function storedVideo({ kind, fileId, taskId, faults }: MockTask, clip: Clip, createdAt: number): StoredFile {
  const nameOf = (changed?: boolean) => (changed ? clip.other : clip.name);
  return {
    fileId,
    ...(kind === "video" && { purpose: "video_generation" }),
    filename: "output.mp4",
    size: 0,
    createdAt,
    type: "video/mp4",
    subject: taskId,
    faults,
    bytes: (changed) => clipBytes({ ...clip, name: nameOf(changed) }),
    note: nameOf,
  };
}

/** An upload. */
export function storedUpload(
  about: Pick<StoredFile, "fileId" | "purpose" | "filename" | "createdAt" | "media">,
  bytes: Buffer,
): StoredFile {
  const content = withEtag(bytes);
  return {
    ...about,
    size: bytes.length,
    type: about.media?.type === "video/mp4" ? "video/mp4" : "application/octet-stream",
    subject: about.fileId,
    faults: [],
    bytes: async () => content,
    note: () => "an upload",
  };
}

const DAY = 86_400_000;

/** Whether an upload for V2 is older than its seven days. Other files have no documented lifetime. */
export function isExpired({ purpose, createdAt }: StoredFile, now: number): boolean {
  return purpose === "video_generation_input" && now - createdAt >= lifetimeDays.UploadFileReq * DAY;
}
