/** What one mock knows: its tasks and files, and how long it knows them. */
import { randomBytes, randomInt } from "node:crypto";
import type { TaskKind } from "../base/task.js";
import { lifetimeDays } from "../generated/content-offers.js";
import { kinds } from "../kinds/kinds.js";
import type { MediaFacts } from "../media/media.js";
import type { JsonObject, MockRequest } from "./mock-request.js";
import type { Fault } from "./parse-scenarios.js";
import type { PrismEngine } from "./prism-engine.js";
import type { Operation } from "./scenarios.js";
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

/** The state of a new mock. `speed`: how many times faster than real time. `now`: the clock of all that is stored. */
export function newState(engine: PrismEngine, speed: number, strict: boolean, now: () => number) {
  return {
    engine,
    speed,
    strict,
    now,
    linkSecret: randomBytes(32).toString("hex"),
    /** Aborted when the mock closes. Cancels planned callbacks, and those under way. */
    closing: new AbortController(),
    requests: 0,
    /** Ids of all accepted creates, in order: what MiniMax would charge for. */
    accepted: [] as string[],
    tasks: new Map<string, MockTask>(),
    files: new Map<string, StoredFile>(),
    /** How often each fault has met an operation on a subject. */
    attempts: new Map<string, number>(),
  };
}
export type MockState = ReturnType<typeof newState>;

/** A new id: 18 digits for template tasks, 15 for files and all other tasks. A text, because a double cannot hold 18 digits. */
export function randomId(kind: "file" | TaskKind): string {
  const digits = randomInt(1e14, 3e14);
  return kind === "template" ? `401${digits}` : String(digits);
}

/** A state of a task, and when it begins, in milliseconds of the mock's clock. In V1, `state` names the example that shows it. */
export interface Stage {
  state: string;
  from: number;
}

/** What a task makes. */
export interface Plan {
  /** The options that a task of V2 reports; empty in V1. */
  requested: { model?: string; resolution?: string; duration?: number; ratio?: string };
  /** What a task of V2 reports once it has succeeded: what is charged, the ratio if it was left open, a text that it makes. */
  result?: JsonObject;
  /** The video. Absent if it makes a text. */
  clip?: Clip;
}

/** An accepted task. */
export interface MockTask extends Plan {
  kind: TaskKind;
  taskId: string;
  /** The id of the file with its video, which links contain. */
  fileId: string;
  createdAt: number;
  /** Its stages, in order. The last one is final. */
  life: Stage[];
  /** Why it fails in the end, as V2 reports it; undefined if it succeeds. */
  error: JsonObject | undefined;
  /** What its create requested, for its queries, links and downloads. */
  faults: readonly Fault[];
  /** Calls its `callback_url`, if it has one, about a stage after a delay in milliseconds. */
  notify?: (stage: Stage, delay: number) => void;
}

/** The stage that a task is in. */
export function stageOf({ life }: Pick<MockTask, "life">, now: number): Stage {
  return life.reduce((stage, next) => (next.from <= now ? next : stage));
}

const DAY = 86_400_000;

/** A task that can be listed, cancelled and regenerated: one of V2, for seven days of the mock's clock. */
export function recentTask({ tasks, now }: Pick<MockState, "tasks" | "now">, taskId: string): MockTask | undefined {
  const task = tasks.get(taskId);
  const isRecent = task && now() - task.createdAt < lifetimeDays.VideoTask * DAY;
  return isRecent && kinds[task.kind].isListed ? task : undefined;
}

/** A file, and what `/v1/files` reports about it. */
export interface StoredFile {
  fileId: string;
  /** What the file is for. Absent for videos without a `file_id` in the API: those of templates and of V2. */
  purpose?: string;
  filename: string;
  /** The reported size: 0 for videos, as in every recorded reply. */
  size: number;
  createdAt: number;
  type: string;
  /** What an upload is, for use as an input of V2. */
  media?: MediaFacts | undefined;
  /** The task that made it, whose scenarios it plays. Absent for uploads. */
  task?: MockTask;
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

/** Deletes the oldest uploads above 256 MB, because uploads stay in memory. Videos are read from disk, and their size is given as 0. */
export function forgetOldest(files: MockState["files"]): void {
  let bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  for (const { fileId, size } of files.values()) {
    if (bytes <= 256 * 1024 * 1024) return;
    if (size > 0) files.delete(fileId);
    bytes -= size;
  }
}
