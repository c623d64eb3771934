import type { Intent, PastTask } from "../base/journal.js";
import { isRecord } from "../base/record.js";
import { isTaskKind, type TaskRecord } from "../base/task.js";
import { lives, type Sender } from "./sending-process.js";

/** Where a video was wanted: an absolute path, of a folder if it ends in a slash; `force`: also where a file is already. */
export interface Target {
  readonly path: string;
  readonly force?: boolean;
}

/** One create, as its file says it. What has become of it is told by which of its facts are there. */
export interface Entry extends Intent {
  readonly version: 1;
  readonly target?: Target;
  /** Who is sending it. Gone once the outcome is there. */
  readonly sender?: Sender;
  /** Absent where the outcome is not known. */
  readonly task?: TaskRecord;
  /** `at`: about when, milliseconds since 1970, where known. */
  readonly ended?: { readonly state: "succeeded" | "failed"; readonly at?: number };
  readonly saved?: { readonly path: string; readonly at: number };
}

/**
 * What has become of a create. "sending": its process lives; "unknown": a task may exist whose id was lost; "accepted": not
 * known to have ended; "succeeded": its video is not known to be saved.
 */
export type EntryState = "sending" | "unknown" | "accepted" | "succeeded" | "saved" | "failed";

/** A file of the journal: an entry, or something else that lies there, which is never touched. `id`: its name, less ".json". */
export type Listed =
  | (Entry & { readonly id: string; readonly state: EntryState })
  | { readonly id: string; readonly state: "unreadable"; readonly problem: string };

export function stateOf({ saved, ended, task, sender }: Entry): EntryState {
  if (saved) return "saved";
  if (ended) return ended.state;
  if (task) return "accepted";
  return sender && lives(sender) ? "sending" : "unknown";
}

/** What a file says, or why it says nothing. */
export function entryFrom(text: string): { entry: Entry } | { problem: string } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { problem: "it is not valid JSON" };
  }
  if (isRecord(content) && Number(content.version) > 1)
    return { problem: `it is of version ${content.version}, this program reads version 1: update minimax-video` };
  return isEntry(content) ? { entry: content } : { problem: "it is no entry of a journal" };
}

/** As much as everything that reads an entry relies on. */
function isEntry(content: unknown): content is Entry {
  if (!isRecord(content) || content.version !== 1) return false;
  const { kind, server, fingerprint, submittedAt, key = "", task, ended, saved, sender, target } = content;
  return (
    isTaskKind(kind) &&
    [server, fingerprint, key].every((text) => typeof text === "string") &&
    typeof submittedAt === "number" &&
    // A time that no Date can show.
    !Number.isNaN(new Date(submittedAt).valueOf()) &&
    has(task, (found) => typeof found.id === "string" && found.server === server) &&
    has(ended, ({ state }) => state === "succeeded" || state === "failed") &&
    has(saved, ({ path }) => typeof path === "string") &&
    has(sender, ({ pid, host, at }) => typeof pid === "number" && typeof host === "string" && typeof at === "number") &&
    has(target, ({ path }) => typeof path === "string")
  );
}

function has(part: unknown, isRight: (part: Record<string, unknown>) => boolean): boolean {
  return part === undefined || (isRecord(part) && isRight(part));
}

/** How long its task took, where that is known. */
export function pastOf({ task, ended }: Entry): PastTask | undefined {
  if (ended?.state !== "succeeded" || ended.at === undefined || task?.createdAt === undefined) return undefined;
  const { kind, model, duration, resolution, createdAt } = task;
  return {
    kind,
    ...(model === undefined ? {} : { model }),
    ...(duration === undefined ? {} : { duration }),
    ...(resolution === undefined ? {} : { resolution }),
    milliseconds: ended.at - createdAt,
  };
}
