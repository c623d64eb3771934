/** What all operations of one mock share, and how they look things up in it. */
import { randomBytes, randomInt } from "node:crypto";
import { lifetimeDays } from "../generated/content-offers.js";
import type { MediaFacts } from "../media/media.js";
import type { MockRequest } from "./mock-request.js";
import { idSource, isRemembered, isTaskV2, type MockTask, type TaskV2 } from "./mock-tasks.js";
import type { Fault } from "./parse-scenarios.js";
import type { PrismEngine } from "./prism-engine.js";
import type { Operation } from "./scenarios.js";
import { type CallbackSender, callbackSender } from "./task-callbacks.js";
import type { FileContent } from "./video-clips.js";

/** A valid request, and the scenarios that it requests. */
export interface MockCall extends MockRequest {
  operation: Operation;
  /** Where its sender reached the mock, for links that lead back. */
  origin: string;
  /** The API key; empty for a download, which has none. */
  key: string;
  /** The task or file that it concerns; empty if there is none. */
  id: string;
  /** What "the first so many" of a scenario are counted by: the prompt of a create, otherwise the task. */
  subject: string;
  faults: readonly Fault[];
}

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
  /** What is in it, or with `changed` what is in another file in its place. */
  content(changed?: boolean): Promise<FileContent>;
}

/** The state of one mock. */
export interface MockState {
  engine: PrismEngine;
  /** Whether an invalid request is answered as Prism does. */
  strict: boolean;
  /** How many times faster than real time. */
  speed: number;
  /** The clock, in milliseconds since 1970. */
  now: () => number;
  newId: ReturnType<typeof idSource>;
  /** What links are signed with. */
  linkSecret: string;
  callbacks: CallbackSender;
  /** Ids of all accepted creates, in order: what MiniMax would charge for. */
  accepted: string[];
  tasks: Map<string, MockTask>;
  files: Map<string, StoredFile>;
  /** How often each fault has met an operation on a subject. */
  attempts: Map<string, number>;
}

/** A mock without tasks and files. */
export function newState(settings: Pick<MockState, "engine" | "strict" | "speed" | "now">): MockState {
  return {
    ...settings,
    newId: idSource(randomInt(1e14, 3e14)),
    linkSecret: randomBytes(32).toString("hex"),
    callbacks: callbackSender(),
    accepted: [],
    tasks: new Map(),
    files: new Map(),
    attempts: new Map(),
  };
}

/** A task of V2 from the last seven days. */
export function recentTask({ tasks, now }: MockState, taskId: string): TaskV2 | undefined {
  const task = tasks.get(taskId);
  return task && isTaskV2(task) && isRemembered(task, now()) ? task : undefined;
}

/** A file that `/v1/files` knows at this moment. */
export function currentFile({ files, now }: MockState, fileId: string): StoredFile | undefined {
  const file = files.get(fileId);
  return file?.purpose !== undefined && file.createdAt <= now() && !isExpired(file, now()) ? file : undefined;
}

/** Bytes of uploads that stay in memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Deletes the oldest uploads, so that the others fit into memory. Videos are read from disk, and their size is given as 0. */
export function forgetOldest(files: MockState["files"]): void {
  let bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  for (const { fileId, size } of files.values()) {
    if (bytes <= MOST_BYTES) return;
    if (size > 0) files.delete(fileId);
    bytes -= size;
  }
}

const DAY = 86_400_000;

/** Whether an upload for V2 is older than its seven days. Other files have no documented lifetime. */
export function isExpired({ purpose, createdAt }: StoredFile, now: number): boolean {
  return purpose === "video_generation_input" && now - createdAt >= lifetimeDays.UploadFileReq * DAY;
}
