/**
 * What a call comes to when one property of a good reply is broken, typed by hand: where nothing is said of a property, the call
 * comes to what the good reply comes to. A create that does not tell its task leaves open whether it was accepted.
 */
import type { ErrorKind } from "../../src/index.js";
import type { Wrong } from "./broken.js";
import type { Name } from "./documents.js";

/**
 * "fails": it is no answer of this API. "refused": by a code that nobody knows, or for a reason. Else the value, made from that of
 * the good reply and what the property says now.
 */
export type Outcome = "fails" | "refused" | { refused: object } | "same" | ((good: Value, said: unknown) => unknown);
// As the table of good replies has it.
type Value = never;

export interface Fragile {
  /** The name of the good reply. */
  of: string;
  parts: Record<string, Outcome | (Partial<Record<Wrong, Outcome>> & { else: Outcome })>;
}

type Fields = Record<string, unknown>;

/** The value without a field. */
function without(name: string) {
  return ({ [name]: _, ...rest }: Fields): Fields => rest;
}

/** The value with fields in another way. */
function instead(fields: Fields) {
  return (good: Fields): Fields => ({ ...good, ...fields });
}

/** The service's word as it is: none, where there is none. */
function asSaid(name: string) {
  return (good: Fields, said: unknown): Fields =>
    said === undefined ? without(name)(good) : { ...good, [name]: said };
}

/** The same of the first in a list. */
function first(change: (good: Fields, said: unknown) => Fields | undefined) {
  return ([one = {}, ...others]: Fields[], said: unknown): unknown[] => [change(one, said) ?? [], others].flat();
}

/** The same of what it has under a name. */
function under(name: string, change: (good: Fields, said: unknown) => Fields) {
  // The table has an object there.
  return (good: Fields, said: unknown): Fields => ({ ...good, [name]: change(good[name] as Fields, said) });
}

const left = () => undefined;

/** An id in digits without quotation marks is one. */
const created: Fragile = { of: "success", parts: { task_id: { number: instead({ id: "7" }), else: "fails" } } };

/** An answer about another task, or another file, is not what was asked for. One that does not say what it is about is believed. */
const ANOTHERS = { number: "fails", else: "same" } as const;

const queried: Fragile = {
  of: "success",
  parts: {
    task_id: ANOTHERS,
    status: { odd: runningAs("dreaming"), else: "fails" },
    file_id: { number: instead({ fileId: "7" }), else: without("fileId") },
    video_width: without("width"),
    video_height: without("height"),
  },
};

/** Nobody knows the word: the task still runs, and what only one that is over has is not told. */
function runningAs(word: string) {
  return ({ taskId }: Fields): Fields => ({ state: "running", taskId, word });
}

/** Nothing here but the link and the id is of use to the client. */
const fileParts = (prefix: string, inList = (change: ReturnType<typeof asSaid>): Outcome => change) =>
  Object.fromEntries(
    ["bytes", "created_at", "filename", "purpose"].map((name) => [`${prefix}.${name}`, inList(asSaid(name))]),
  );

const retrieved: Fragile = {
  of: "stringFileId",
  parts: {
    ...fileParts("file"),
    file: "fails",
    "file.file_id": ANOTHERS,
    "file.download_url": { empty: instead({ download_url: "" }), else: without("download_url") },
    "file.backup_download_url": { empty: instead({ backup_download_url: "" }), else: without("backup_download_url") },
  },
};

const USAGE = ["total_seconds", "input_seconds", "output_seconds", "input_image_count", "input_audio_seconds"];
const TOKENS = ["total_tokens", "prompt_tokens", "completion_tokens"];

const queriedInVersion2: Fragile["parts"] = {
  task: "fails",
  "task.id": ANOTHERS,
  "task.status": { odd: runningAs("dreaming"), else: "fails" },
  "task.content": without("url"),
  "task.content.url": without("url"),
  "task.usage": without("usage"),
  ...Object.fromEntries([...USAGE, ...TOKENS].map((name) => [`task.usage.${name}`, under("usage", asSaid(name))])),
};

export const FRAGILE: Record<Name, Record<string, Fragile>> = {
  minimax: {
    videoGeneration: created,
    videoTemplateGeneration: created,
    videoGenerationV2Create: created,
    videoRegenerationV2Create: created,
    h3ContextIRV2Create: created,
    queryVideoGenerationTask: queried,
    queryVideoTemplateGenerationTask: {
      of: "success",
      parts: {
        task_id: ANOTHERS,
        status: { odd: runningAs("dreaming"), else: "fails" },
        video_url: without("url"),
      },
    },
    videoGenerationV2Query: { of: "succeeded", parts: queriedInVersion2 },
    videoGenerationV2List: {
      of: "allKinds",
      parts: {
        items: "fails",
        "items.0.id": {
          number: first(({ task, status, ...rest }) => ({
            task: { ...Object(task), id: "7" },
            status: { ...Object(status), taskId: "7" },
            ...rest,
          })),
          else: first(left),
        },
        "items.0.status": {
          odd: first(under("status", instead({ word: "dreaming" }))),
          else: first(under("status", instead({ word: "" }))),
        },
        "items.0.model": {
          empty: first(under("task", instead({ model: "" }))),
          else: first(under("task", without("model"))),
        },
        "items.0.resolution": first(under("task", without("resolution"))),
        "items.0.duration": first(under("task", without("duration"))),
        "items.0.created_at": first(without("createdAt")),
        "items.0.updated_at": first(without("updatedAt")),
      },
    },
    videoGenerationV2Delete: { of: "cancelled", parts: { action: "fails" } },
    uploadFile: { of: "success", parts: { ...fileParts("file"), file: "fails", "file.file_id": "fails" } },
    retrieveFile: retrieved,
    listFiles: {
      of: "success",
      parts: {
        ...fileParts("files.0", first),
        files: { missing: () => [], null: () => [], else: "fails" },
        "files.0.file_id": first(left),
      },
    },
    deleteFile: { of: "success", parts: { file_id: { missing: "same", else: "fails" } } },
  },
  quickrouter: { videoGeneration: created, queryVideoGenerationTask: queried, retrieveFile: retrieved },
  aimanyi: {
    videoGeneration: {
      of: "enveloped",
      parts: {
        code: { missing: "fails", string: "refused", else: "same" },
        data: "fails",
        "data.task_id": { number: instead({ id: "7" }), else: "fails" },
      },
    },
    queryVideoGenerationTask: {
      of: "success",
      parts: {
        // What the inner reply says of itself is what counts.
        code: { missing: "fails", else: "same" },
        data: "fails",
        "data.task_id": ANOTHERS,
        // Only the gateway's own word is left.
        "data.data": ({ state, taskId }: Fields) => ({ state, taskId, word: "SUCCESS" }),
        "data.data.status": {
          odd: runningAs("dreaming"),
          missing: instead({ word: "SUCCESS" }),
          null: instead({ word: "SUCCESS" }),
          empty: instead({ word: "SUCCESS" }),
          else: "fails",
        },
        "data.data.file_id": { number: instead({ fileId: "7" }), else: without("fileId") },
        "data.data.video_width": without("width"),
        "data.data.video_height": without("height"),
      },
    },
    retrieveFile: retrieved,
  },
};

/** What a task that failed comes to, and the wait for it, when of its reason only this is told. */
function failedFor({ code, reason }: { code?: number; reason?: string } = {}) {
  return ({ state, taskId, word }: Fields): Fields => {
    const why = { kind: "unknown", ...(code && { code }) };
    return {
      state,
      taskId,
      word,
      ...why,
      ...(reason && { reason }),
      wait: { name: "TaskFailedError", taskId, ...why },
    };
  };
}

const reason = "video description contains sensitive content";

/** The reason of a failure beside any other status is why the query itself was refused. */
const BESIDE: Outcome = { refused: { kind: "content_rejected", code: 1026 } };

const unfinished: Fragile = {
  of: "failSensitiveInput",
  parts: { task_id: ANOTHERS, status: BESIDE, base_resp: failedFor(), "base_resp.status_code": failedFor() },
};

/** The same of a task that failed. */
export const FRAGILE_FAILURES: Record<string, Fragile> = {
  queryVideoGenerationTask: unfinished,
  queryVideoTemplateGenerationTask: unfinished,
  videoGenerationV2Query: {
    of: "failed",
    parts: {
      task: "fails",
      "task.id": ANOTHERS,
      "task.status": BESIDE,
      "task.error": failedFor(),
      "task.error.code": { number: failedFor({ code: 7, reason }), else: failedFor({ reason }) },
    },
  },
};

/** Callbacks, by their operation: what the user hears. "fails": nothing, and the service is told that nothing was understood. */
export const FRAGILE_CALLBACKS: Record<string, Fragile> = {
  taskStatusCallback: {
    of: "success",
    parts: {
      task_id: { number: instead({ taskId: "7" }), else: "fails" },
      status: { odd: runningAs("dreaming"), else: "fails" },
      file_id: { number: instead({ fileId: "7" }), else: without("fileId") },
    },
  },
  taskStatusV2Callback: {
    of: "succeeded",
    parts: { ...queriedInVersion2, "task.id": { number: instead({ taskId: "7" }), else: "fails" } },
  },
};

/** Refusals of version 2 that are broken in one property: what is left, at last the HTTP status, says whose turn it is. */
export const STATUSES: Record<number, ErrorKind> = {
  400: "invalid_request",
  401: "authentication",
  402: "insufficient_balance",
  422: "content_rejected",
  429: "rate_limited",
  500: "service",
  529: "service",
};
