/** The files that the service keeps, videos of tasks and uploads alike, and links to them. */
import { lifetimeDays } from "../generated/offers-v2.js";
import { bytesOf, type Clip, type ClipBytes, clipBytes } from "./clips.js";
import type { Media } from "./media.js";
import type { Accepted } from "./tasks.js";
import type { Wish } from "./wishes.js";
import type { World } from "./world.js";

/** A file, with what `/v1/files` tells of it. */
export interface StoredFile {
  fileId: string;
  /** What it is for. Absent for videos that have no `file_id` in the API: those of templates and of V2. */
  purpose?: string;
  filename: string;
  /** As told: 0 for videos, as in every recorded reply. */
  size: number;
  /** Milliseconds of the mock's clock. */
  createdAt: number;
  type: string;
  /** What it is, for use as an input of V2. */
  media?: Media | undefined;
  /** The task whose scenarios it plays, or itself. */
  subject: string;
  wishes: readonly Wish[];
  /** Its bytes, or those of the file that has taken its place; and what to call them in the log. */
  bytes(changed?: boolean): Promise<ClipBytes>;
  note(changed?: boolean): string;
}

/** The video of a task, from the moment that it is finished. */
export function videoFile({ fileId, taskId, wishes }: Accepted, clip: Clip, createdAt: number): StoredFile {
  const filename = "output.mp4";
  const nameOf = (changed?: boolean) => (changed ? clip.other : clip.name);
  return {
    ...{ fileId, filename, size: 0, createdAt, type: "video/mp4", subject: taskId, wishes },
    bytes: (changed) => bytesOf({ ...clip, name: nameOf(changed) }),
    note: nameOf,
  };
}

/** What somebody has sent. */
export function uploadedFile(
  about: Pick<StoredFile, "fileId" | "purpose" | "filename" | "createdAt" | "media">,
  bytes: Buffer,
): StoredFile {
  const content = clipBytes(bytes);
  const type = about.media?.kind === "video" && about.media.format === "mp4" ? "video/mp4" : "application/octet-stream";
  return {
    ...{ ...about, size: bytes.length, type, subject: about.fileId, wishes: [] },
    bytes: async () => content,
    note: () => "an upload",
  };
}

const DAY = 86_400_000;

/** Whether an upload for V2 has outlived its seven days. Nothing is said of other files. */
export function isExpired({ purpose, createdAt }: StoredFile, now: number): boolean {
  return purpose === "video_generation_input" && now - createdAt >= lifetimeDays.UploadFileReq * DAY;
}

/** A file that `/v1/files` knows of at this moment. */
export function fileNow({ files, now }: World, fileId: string): StoredFile | undefined {
  const file = files.get(fileId);
  return file?.purpose !== undefined && file.createdAt <= now() && !isExpired(file, now()) ? file : undefined;
}

const LINK_LIFETIME = 3_600_000;
// A fast mock would expire its links before anybody can follow them.
const SHORTEST_LIFETIME = 60_000;

/** A new link to a file; one that has already expired where that was asked for. */
export function linkTo(
  { links, now, speed }: World,
  { fileId, filename }: Pick<StoredFile, "fileId" | "filename">,
  origin: string,
  { expired = false }: { expired?: boolean } = {},
): string {
  const lifetime = expired ? -LINK_LIFETIME : Math.max(SHORTEST_LIFETIME, LINK_LIFETIME / speed);
  // Names of uploads may hold anything.
  return origin + links.sign(fileId, now() + lifetime, /^[\w-]+\.\w+$/.test(filename) ? filename : "file");
}
