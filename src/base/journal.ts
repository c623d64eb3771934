import type { TaskRecord } from "./task.js";

/** What is known about a create before it is sent. Contains no API key, no prompt and no image. */
export interface Intent extends Pick<TaskRecord, "kind" | "server" | "model" | "duration" | "resolution"> {
  /** The caller's name for this request: one key, one task. */
  readonly key?: string;
  /** Identifies the request without revealing it. */
  readonly fingerprint: string;
  /** The id of its `callback_url`, if `webhookUrl` made it. Not a secret. */
  readonly callback?: string;
  /** The value sent in the server's `idempotencyHeader`, if it has one. Not a secret. */
  readonly idempotencyKey?: string;
  /** When it is sent, in milliseconds since 1970. */
  readonly submittedAt: number;
}

/** The facts that identify a create. */
export type CreateFacts = Partial<Pick<Intent, "server" | "fingerprint" | "submittedAt" | "callback">>;

/** An earlier create with the same key. */
export interface Known extends Intent {
  /** Absent if the outcome of that create is unknown: a task may exist whose id was lost. */
  readonly task?: TaskRecord;
}

/** A recorded create, which may now be sent. Call exactly one of these methods once its outcome is known. */
export interface JournalEntry {
  /** The service accepted it. Records the task, so that its key returns it from now on. */
  accepted(task: TaskRecord): Promise<void>;
  /** It certainly was not accepted. Its key may be used again. */
  refused(): Promise<void>;
  /** It may or may not have been accepted. */
  unknown(): Promise<void>;
}

/** How long a task took, which schedules the queries of later waits. */
export interface PastTask extends Pick<TaskRecord, "kind" | "model" | "duration" | "resolution"> {
  /** Milliseconds from when the task was accepted until it ended. */
  readonly milliseconds: number;
}

/**
 * Records creates before they are sent, so that neither a crash nor a second run loses or repeats a paid task. `openJournal` of
 * `minimax-video/node` keeps one in a folder. Other stores must keep the promises below.
 */
export interface Journal {
  /**
   * Resolves once the intent would survive a crash, with the `entry` that takes the outcome of the create. If the key is known at
   * this server, it writes nothing and resolves with what is known. If a create with the key is under way, in any process, it
   * waits for that create, until `signal` aborts, at the latest after twice the client's `timeout`. Rejects if nothing could be
   * written; then nothing is sent.
   */
  begin(intent: Intent, options?: { signal?: AbortSignal | undefined }): Promise<{ entry: JournalEntry } | Known>;
  /** Records that a task has finished, in this `state`. `at`: roughly when, in milliseconds since 1970, if known. */
  ended(task: TaskRecord, end: { state: "succeeded" | "failed"; at?: number }): Promise<void>;
  /** Records that the video of a task is stored at `path`. */
  saved(task: TaskRecord, path: string): Promise<void>;
  /** Resolves with the ids of all known tasks of a server. None of them was made by a create with an unknown outcome. */
  known?(server: string): Promise<readonly string[]>;
  /** Records the task found for the one create with these facts. Does nothing if several match, or if its outcome is known. */
  found?(create: CreateFacts, task: TaskRecord): Promise<void>;
  /** Resolves with the task of a create with these facts, if it is known by now. */
  taskOf?(create: CreateFacts): Promise<TaskRecord | undefined>;
  /** Resolves with how long earlier tasks of a server took, oldest first; only as many as are useful. */
  history?(server: string): Promise<readonly PastTask[]>;
}
