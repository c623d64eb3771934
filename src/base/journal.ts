import type { TaskKind, TaskRecord } from "./task.js";

/** What is known about a create before it is sent. Contains no key of the service, no prompt and no image. */
export interface Intent {
  /** The caller's name for this request: one key, one task. */
  readonly key?: string;
  /** Which create is called. */
  readonly kind: TaskKind;
  /** Name of a documented server, or the base URL of another one. */
  readonly server: string;
  /** The model that the request names. */
  readonly model?: string;
  /** Seconds of video. */
  readonly duration?: number;
  /** The resolution, if the request names one. */
  readonly resolution?: string;
  /** Identifies the request without revealing it. */
  readonly fingerprint: string;
  /** The id of its `callback_url`, if `webhookUrl` made that. No secret. */
  readonly callback?: string;
  /** What its `idempotencyHeader` says, if the server has one. No secret. */
  readonly idempotencyKey?: string;
  /** When it is sent, in milliseconds since 1970. */
  readonly submittedAt: number;
}

/** What tells a create from others. */
export type CreateFacts = Partial<Pick<Intent, "server" | "fingerprint" | "submittedAt" | "callback">>;

/** An earlier create with the same key. */
export interface Known extends Intent {
  /** Absent if the outcome of that create is unknown: a task may exist whose id was lost. */
  readonly task?: TaskRecord;
}

/** A recorded create, which may be sent now. Call exactly one of these once its outcome is known. */
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
  /** Milliseconds from the acceptance of the task to its end. */
  readonly milliseconds: number;
}

/**
 * Records creates before they are sent, so that neither a crash nor a second run loses or repeats a paid task. `openJournal`
 * of `minimax-video/node` keeps one in a folder. Another store must keep the promises below.
 */
export interface Journal {
  /**
   * Resolves once the intent would survive a crash. If the key is known at this server, it writes nothing and returns what is
   * known; if a create with the key is under way, in any process, it waits for it. Rejects if nothing could be written: then
   * nothing is sent. A `signal` ends such a wait. The `entry` awaits the outcome of the create.
   */
  begin(intent: Intent, options?: { signal?: AbortSignal | undefined }): Promise<{ entry: JournalEntry } | Known>;
  /** A task has finished, in this `state`. `at`: about when, in milliseconds since 1970, if known. */
  ended(task: TaskRecord, end: { state: "succeeded" | "failed"; at?: number }): Promise<void>;
  /** The video of a task is stored at `path`. */
  saved(task: TaskRecord, path: string): Promise<void>;
  /** Ids of all known tasks of a server. A create with an unknown outcome has made none of them. */
  known?(server: string): Promise<readonly string[]>;
  /** The task of the one create with these facts has been found. Does nothing if there are several, or its outcome is known. */
  found?(create: CreateFacts, task: TaskRecord): Promise<void>;
  /** The task of a create with these facts, if it is known by now. */
  taskOf?(create: CreateFacts): Promise<TaskRecord | undefined>;
  /** How long earlier tasks of a server took, oldest first; only as many as are useful. */
  history?(server: string): Promise<readonly PastTask[]>;
}
