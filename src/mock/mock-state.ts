/** The state of one mock, which all operations share, and how they look things up in it. */

import type { Part } from "./form-parts.js";
import { type idSource, isRemembered, isTaskV2, type MockTask, type TaskV2 } from "./mock-tasks.js";
import type { Attempts, FaultContext } from "./pick-scenario.js";
import type { PrismEngine, PrismRequest } from "./prism-engine.js";
import type { LinkSigner } from "./signed-links.js";
import { isExpired, type StoredFile } from "./stored-files.js";
import type { CallbackSender } from "./task-callbacks.js";

/** A valid request, and the scenarios that it requests. */
export interface MockCall extends PrismRequest, FaultContext {
  /** Where its sender reached the mock, for links that lead back. */
  origin: string;
  /** The task or file that it concerns; empty if there is none. */
  id: string;
  form?: Part[];
}

/** The state of one mock. */
export interface MockState {
  engine: PrismEngine;
  /** How many times faster than real time. */
  speed: number;
  /** The clock, in milliseconds since 1970. */
  now: () => number;
  newId: ReturnType<typeof idSource>;
  links: LinkSigner;
  callbacks: CallbackSender;
  /** Ids of all accepted creates, in order. */
  accepted: string[];
  tasks: Map<string, MockTask>;
  files: Map<string, StoredFile>;
  attempts: Attempts;
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

const LINK_LIFETIME = 3_600_000;
// Without a minimum, links of a fast mock would expire before anyone can follow them.
const SHORTEST_LIFETIME = 60_000;

/** A new link to a file; with `expired`, one that has already expired. */
export function newLink(
  { links, now, speed }: MockState,
  { fileId, filename }: Pick<StoredFile, "fileId" | "filename">,
  origin: string,
  { expired = false }: { expired?: boolean } = {},
): string {
  const lifetime = expired ? -LINK_LIFETIME : Math.max(SHORTEST_LIFETIME, LINK_LIFETIME / speed);
  // The name of an upload can contain any character.
  return origin + links.sign(fileId, now() + lifetime, /^[\w-]+\.\w+$/.test(filename) ? filename : "file");
}
