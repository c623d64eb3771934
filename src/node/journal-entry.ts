import type { Intent, PastTask } from "../base/journal.js";
import { mustBe } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import { isTaskKind, type TaskRecord } from "../base/task.js";
import { lives, type Sender } from "./sending-process.js";

/** Where to save a video. */
export interface Target {
  /** An absolute path: of the file, or of a folder if it ends with a slash. */
  readonly path: string;
  /** Whether an existing file may be replaced. Default false. */
  readonly force?: boolean;
}

/** One create, as stored in its file. Its state follows from which fields are present. */
export interface Entry extends Intent {
  readonly version: 1;
  /** Where `minimax-video resume` saves the video. */
  readonly target?: Target;
  /** The process that sends the create. Removed once there is an outcome. */
  readonly sender?: Sender;
  /** Absent while the outcome is unknown. */
  readonly task?: TaskRecord;
  /** How the task ended: its `state`, and roughly when (`at`), in milliseconds since 1970, if known. */
  readonly ended?: { readonly state: "succeeded" | "failed"; readonly at?: number };
  /** The `path` to which the video was saved, and when (`at`), in milliseconds since 1970. */
  readonly saved?: { readonly path: string; readonly at: number };
}

/**
 * The state of a create. "sending": its process is alive. "unknown": there may be a task with a lost id. "accepted": the task is
 * not known to have ended. "succeeded": the video is not known to be saved.
 */
export type EntryState = "sending" | "unknown" | "accepted" | "succeeded" | "saved" | "failed";

/**
 * A file of the journal: an entry with its `state`, or an unreadable file, which is never changed, with its `problem`. `id` is the
 * name of the file without ".json".
 */
export type Listed =
  | (Entry & { readonly id: string; readonly state: EntryState })
  | { readonly id: string; readonly state: "unreadable"; readonly problem: string };

export function stateOf({ saved, ended, task, sender }: Entry): EntryState {
  if (saved) return "saved";
  if (ended) return ended.state;
  if (task) return "accepted";
  return sender && lives(sender) ? "sending" : "unknown";
}

/** Parses the text of a file. `problem` says why it is not an entry. */
export function entryFrom(text: string): { entry: Entry } | { problem: string } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { problem: "it is not valid JSON" };
  }
  if (isRecord(content) && Number(content.version) > 1)
    return { problem: `it has version ${content.version}, and this program reads version 1: update minimax-video` };
  return isEntry(content) ? { entry: content } : { problem: "it is not a journal entry" };
}

/** Checks every field that readers of an entry rely on. */
function isEntry(content: unknown): content is Entry {
  if (!isRecord(content) || content.version !== 1) return false;
  const { server, fingerprint, submittedAt, key = "", callback = "", idempotencyKey = "" } = content;
  return (
    isTaskKind(content.kind) &&
    [server, fingerprint, key, callback, idempotencyKey].every((text) => typeof text === "string") &&
    typeof submittedAt === "number" &&
    // Some numbers are outside the range of a Date.
    !Number.isNaN(new Date(submittedAt).valueOf()) &&
    has(content.task, (task) => typeof task.id === "string" && task.server === server) &&
    has(content.ended, ({ state }) => state === "succeeded" || state === "failed") &&
    has(content.saved, hasPath) &&
    has(content.target, hasPath) &&
    has(content.sender, ({ pid, host, at }) => typeof host === "string" && [pid, at].every(Number.isFinite))
  );
}

function has(part: unknown, isRight: (part: Record<string, unknown>) => boolean): boolean {
  return part === undefined || (isRecord(part) && isRight(part));
}

const hasPath = ({ path }: Record<string, unknown>) => typeof path === "string";

export const aTarget = mustBe(
  "an object with a path, and force if files may be replaced",
  (value) => isRecord(value) && hasPath(value),
);

/** How long the task took, if known. */
export function pastOf({ task, ended }: Entry): PastTask | undefined {
  if (ended?.state !== "succeeded" || ended.at === undefined || task?.createdAt === undefined) return undefined;
  const { kind, model, duration, resolution, createdAt } = task;
  return { kind, ...defined({ model, duration, resolution }), milliseconds: ended.at - createdAt };
}
