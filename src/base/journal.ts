import type { TaskKind, TaskRecord } from "./task.js";

/** What is known of a create before it is sent. Holds no key of the service, no prompt and no image. */
export interface Intent {
  /** The caller's name for this wish: one key, one task. */
  readonly key?: string;
  readonly kind: TaskKind;
  /** Name of a documented server, or the base URL of another. */
  readonly server: string;
  readonly model?: string;
  /** Seconds of video. */
  readonly duration?: number;
  readonly resolution?: string;
  /** Tells one request from another without showing it. */
  readonly fingerprint: string;
  /** When it is sent, milliseconds since 1970. */
  readonly submittedAt: number;
}

/** An earlier create under the same key. */
export interface Known extends Intent {
  /** Absent where the outcome of that create is open: a task may exist whose id was lost. */
  readonly task?: TaskRecord;
}

/** A create that is written down and may be sent now. Call one of these, once, when its outcome is there. */
export interface JournalEntry {
  accepted(task: TaskRecord): Promise<void>;
  /** It certainly was not accepted. Its key is free again. */
  refused(): Promise<void>;
  /** Whether it was accepted is open, and stays so. */
  unknown(): Promise<void>;
}

/** How long a task took, for the pace of later waits. */
export interface PastTask extends Pick<TaskRecord, "kind" | "model" | "duration" | "resolution"> {
  readonly milliseconds: number;
}

/**
 * Where creates are written down before they are sent, so that neither a crash nor a second run loses or repeats a paid
 * task. `openJournal` of `minimax-video/node` keeps one in a folder; another store has to keep the promises below.
 */
export interface Journal {
  /**
   * Resolves once the intent is safe from a crash. For a key that is known at this server it writes nothing and gives what
   * is known; a create of this key that is under way, in whatever process, is waited for. Rejects when nothing could be
   * written: then nothing is sent.
   */
  begin(intent: Intent, options?: { signal?: AbortSignal | undefined }): Promise<{ entry: JournalEntry } | Known>;
  /** A task has come to its end. `at`: about when, milliseconds since 1970, where known. */
  ended(task: TaskRecord, end: { state: "succeeded" | "failed"; at?: number }): Promise<void>;
  /** A video lies at `path`. */
  saved(task: TaskRecord, path: string): Promise<void>;
  /** Ids of all tasks of a server: a create whose outcome is open has made none of them. */
  known?(server: string): Promise<readonly string[]>;
  /** The task of a create whose outcome was open has been found. */
  found?(create: Pick<Intent, "fingerprint" | "submittedAt">, task: TaskRecord): Promise<void>;
  /** How long earlier tasks of a server took, oldest first; at most as many as are of use. */
  history?(server: string): Promise<readonly PastTask[]>;
}
