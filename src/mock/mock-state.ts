/** What one mock knows: its tasks and files, and the state that each is in at a given time. */
import { randomInt } from "node:crypto";
import type { TaskKind } from "../base/task.js";
import { lifetimeDays } from "../generated/content-offers.js";
import type { MediaFacts } from "../media/media.js";
import type { MockRequest } from "./mock-request.js";
import type { Fault } from "./parse-scenarios.js";
import type { PrismEngine } from "./prism-engine.js";
import type { Operation } from "./scenarios.js";
import type { CallbackQueue } from "./task-callbacks.js";
import type { Clip, FileContent } from "./video-clips.js";

/** A request to a mock. */
export interface Exchange extends MockRequest {
  mock: MockState;
  /** Where its sender reached the mock, for links that lead back. */
  origin: string;
}

/** A valid request, and the scenarios that it requests. */
export interface MockCall extends Exchange {
  operation: Operation;
  /** The API key; empty for a download, which has none. */
  key: string;
  /** The task or file that it concerns; empty if there is none. */
  id: string;
  /** What a scenario counts by, as in "the first N": the prompt of a create, otherwise the task. */
  subject: string;
  faults: readonly Fault[];
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
  /** What links are signed with. */
  linkSecret: string;
  /** Aborted when the mock closes. Cancels planned callbacks, and those under way. */
  closing: AbortController;
  /** Ids of all accepted creates, in order: what MiniMax would charge for. */
  accepted: string[];
  tasks: Map<string, MockTask>;
  files: Map<string, StoredFile>;
  /** How often each fault has met an operation on a subject. */
  attempts: Map<string, number>;
}

/** A new id: 18 digits for template tasks, 15 for files and all other tasks. A text, because a double cannot hold 18 digits. */
export function randomId(kind: "file" | TaskKind): string {
  const digits = randomInt(1e14, 3e14);
  return kind === "template" ? `401${digits}` : String(digits);
}

/** The kinds of task that V1 makes. They differ in the length of the id, the states, and the way to the video. */
export type KindV1 = "video" | "template";
/** The kinds of task that V2 makes: their `task_type`. */
export type KindV2 = Exclude<TaskKind, KindV1>;

/** A state of a task, and when it begins, in milliseconds of the mock's clock. In V1, `state` names the example that shows it. */
export interface Stage {
  state: string;
  from: number;
}

/** A task of V1. */
export interface TaskV1 extends AcceptedTask {
  kind: KindV1;
  clip: Clip;
}

/** A task of V2. */
export interface TaskV2 extends AcceptedTask {
  kind: KindV2;
  /** The video that it makes. Absent if it makes a text. */
  clip?: Clip;
  /** What was requested, as the task reports it until it succeeds. */
  requested: { model: string; resolution?: string; duration: number; ratio: string };
  /** What it reports once it has succeeded: what is charged, the aspect ratio if it was left open, and a text that it makes. */
  result: { usage: Record<string, number>; ratio?: string; content?: { prompt: string } };
  /** Why it fails in the end; absent if it succeeds. */
  error?: { code: string; message: string } | undefined;
}

/** What tasks of both versions have in common. */
interface AcceptedTask {
  taskId: string;
  /** The id of the file with its video, which links contain. */
  fileId: string;
  /** When it was accepted, in milliseconds of the mock's clock. */
  createdAt: number;
  /** Its states, in order. The last one is final. */
  life: Stage[];
  /** What its create requested, for its queries, links and downloads. */
  faults: readonly Fault[];
  /** Plans a call to its `callback_url`, if it has one. */
  notify?: CallbackQueue | undefined;
}

export type MockTask = TaskV1 | TaskV2;

/** Narrows to a task of V2. */
export function isTaskV2(task: MockTask): task is TaskV2 {
  return "requested" in task;
}

// Users measured 99 s to 175 s for a video of V2.
const VIDEO_V2 = { queued: 0, running: 20_000, end: 130_000 };
/** When each state begins, in milliseconds of a task's life. */
const LIVES: Record<TaskKind, Record<string, number>> = {
  // Users measured 80 s to 240 s in all.
  video: { preparing: 0, queueing: 2_000, processing: 10_000, end: 90_000 },
  // No document mentions queueing for templates.
  template: { preparing: 0, processing: 2_000, end: 90_000 },
  generation: VIDEO_V2,
  regeneration: VIDEO_V2,
  // The official example of an expanded prompt took 29 s.
  h3_context_ir: { queued: 0, running: 5_000, end: 30_000 },
};

/** The life of a task that begins at `createdAt` and ends in a state. `pace`: how many times faster than real time it passes. */
export function lifeOf(kind: TaskKind, end: string, createdAt: number, pace: number): Stage[] {
  return Object.entries(LIVES[kind]).map(([state, at]) => ({
    state: state === "end" ? end : state,
    from: createdAt + at / pace,
  }));
}

/** The stage that a task is in. */
export function stageOf({ life }: MockTask, now: number): Stage {
  return life.reduce((stage, next) => (next.from <= now ? next : stage));
}

const DAY = 86_400_000;

/** A task of V2 from the last seven days. */
export function recentTask({ tasks, now }: MockState, taskId: string): TaskV2 | undefined {
  const task = tasks.get(taskId);
  return task && isTaskV2(task) && isRecent(task, now()) ? task : undefined;
}

/** Whether a task of V2 can still be queried: for seven days of the mock's clock. */
export function isRecent({ createdAt }: TaskV2, now: number): boolean {
  return now - createdAt < lifetimeDays.VideoTask * DAY;
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

/** A file that `/v1/files` knows at this moment. */
export function currentFile({ files, now }: MockState, fileId: string): StoredFile | undefined {
  const file = files.get(fileId);
  return file?.purpose !== undefined && file.createdAt <= now() && !isExpired(file, now()) ? file : undefined;
}

/** Whether an upload for V2 is older than its seven days. Other files have no documented lifetime. */
export function isExpired({ purpose, createdAt }: StoredFile, now: number): boolean {
  return purpose === "video_generation_input" && now - createdAt >= lifetimeDays.UploadFileReq * DAY;
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
