import { type Fields, isRecord } from "../base/record.js";
import { expiryOf } from "../download/video-link.js";
import { errorTypes, statusCodes } from "../generated/codes.js";
import { type Reading, recordOf } from "./read-exchange.js";
import { NEEDS_FREE, needOf } from "./target-server.js";

/** A statement of our documents about the service. */
export interface Fact {
  readonly says: string;
  /** A heading of openapi/SOURCES.md, or a file of openapi/. */
  readonly source: string;
  /** What a server that charges must have before the fact can be judged. Default: what a success of the operation needs. */
  readonly needs?: string | undefined;
  /** What an exchange shows of the fact, and whether that confirms it; undefined if it shows nothing. */
  readonly judge: (one: Reading) => { seen: unknown; holds: boolean } | undefined;
}

function seen<Value>(value: Value | undefined, holds: (value: Value) => unknown) {
  return value === undefined ? undefined : { seen: value, holds: Boolean(holds(value)) };
}

const KEY_CODES = [1004, 2049];
/** Rate limits and outages: these refusals say nothing about what was requested. */
const UNRELATED_STATUSES = [429, 500, 529];
const EMPTY_PROMPT = "invalid params, text to video: prompt can't be empty";
const PENDING = ["Preparing", "Queueing", "Processing"];
const V2_STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"];
const V2_REFUSALS = Object.values(errorTypes).map(({ status }) => status);
const HOUR = 3_600;

/** Facts about any reply. */
const replyFacts: Readonly<Record<string, Fact>> = {
  "refused-under-200": {
    says: "A refusal has HTTP status 200, and its reason in base_resp.",
    source: 'SOURCES.md, "HTTP status"',
    judge: (one) => seen(refusalStatus("v1", one), (status) => status === 200),
  },
  "known-codes": {
    says: "Every code of a refusal is in the table of status codes.",
    source: "openapi/schemas/StatusCode.yaml",
    judge: ({ code }) => seen(code, (value) => value in statusCodes),
  },
  "success-in-words": {
    says: 'The status_msg of a success is "success".',
    source: "openapi/schemas/BaseResp.yaml",
    judge: ({ said }) => seen(said?.status_code === 0 ? said : undefined, (one) => one.status_msg === "success"),
  },
  "missing-key": {
    says: "A request without a key is refused with 1004.",
    source: "openapi/examples/failures/create.yaml, unauthorised",
    judge: ({ keyed, code }) => seen(keyed ? undefined : code, (value) => value === 1004),
  },
  "v2-real-statuses": {
    says: `The HTTP status of a refusal of version 2 is one of ${V2_REFUSALS.join(", ")}.`,
    source: "openapi/schemas/OaiErrorType.yaml",
    judge: (one) => seen(refusalStatus("v2", one) ?? v2Refusal(one)?.status, (status) => V2_REFUSALS.includes(status)),
  },
  "v2-type-of-status": {
    says: "The error.type of a refusal of version 2 matches its HTTP status.",
    source: "openapi/schemas/OaiErrorType.yaml",
    judge: (one) => seen(v2Refusal(one), ({ type, status }) => errorTypes[String(type)]?.status === status),
  },
  "v2-status-in-words": {
    says: "error.http_code is the HTTP status again, as a string.",
    source: "openapi/schemas/OaiErrorDetail.yaml",
    judge: (one) => seen(v2Refusal(one), ({ http_code, status }) => http_code === String(status)),
  },
  "v2-code-in-message": {
    says: "The message of a refusal of version 2 ends with a known code in brackets.",
    source: "openapi/schemas/OaiErrorDetail.yaml",
    judge: (one) => seen(v2Refusal(one), ({ code }) => code in statusCodes),
  },
  "v2-missing-key": {
    says: "A request of version 2 without a key is refused with HTTP 401 and 1004.",
    source: "openapi/responses/Err401.yaml",
    judge: (one) => seen(one.keyed ? undefined : v2Refusal(one), ({ status, code }) => status === 401 && code === 1004),
  },
  "v2-without-base-resp": {
    says: "No reply of version 2 has a base_resp.",
    source: "openapi/schemas/VideoGenerationV2Resp.yaml",
    judge: ({ version, json, said }) =>
      seen(version === "v2" && isRecord(json) ? { base_resp: said } : undefined, ({ base_resp }) => !base_resp),
  },
  "task-id-digits": {
    says: "The task_id of a create is a string of 15 to 18 decimal digits.",
    source: "openapi/schemas/TaskId.yaml",
    needs: needOf("videoGeneration"),
    judge: (one) =>
      seen(isCreate(one) ? success(one)?.task_id : undefined, (id) => typeof id === "string" && /^\d{15,18}$/.test(id)),
  },
  "refused-without-id": {
    says: "A refused create has an empty task_id.",
    source: "openapi/schemas/VideoGenerationResp.yaml",
    needs: NEEDS_FREE,
    judge: (one) => {
      const { task_id } = Object(one.json);
      return seen(isCreate(one) && one.code ? { task_id } : undefined, () => task_id === "");
    },
  },
  "file-id-in-double": {
    says: "file_id fits a double: it has at most 15 digits.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: needOf("retrieveFile"),
    judge: ({ text = "" }) => seen(/"file_id"\s*:\s*"?(\d+)/.exec(text)?.[1], (digits) => digits.length <= 15),
  },
};

/** Facts about the calls of an operation, or about downloads. */
const operationFacts: Readonly<Record<string, Readonly<Record<string, Fact>>>> = {
  videoGeneration: {
    "words-of-empty-prompt": {
      says: `A text-to-video create with an empty prompt is refused with 2013 \`${EMPTY_PROMPT}\`.`,
      source: "openapi/examples/videoGeneration/responses.yaml, emptyPrompt",
      needs: NEEDS_FREE,
      judge: (one) =>
        seen(isRefusedForEmptyPrompt(one) ? one.said : undefined, ({ status_code, status_msg }) => {
          return status_code === 2013 && status_msg === EMPTY_PROMPT;
        }),
    },
  },
  queryVideoGenerationTask: {
    "empty-before-success": {
      says: "Before success, file_id is empty, and video_width and video_height are 0.",
      source: "openapi/schemas/QueryVideoGenerationTaskResp.yaml",
      needs: needOf("videoGeneration"),
      judge: (one) => {
        const { status, file_id, video_width, video_height } = success(one) ?? {};
        const isPending = PENDING.includes(String(status));
        return seen(isPending ? [file_id, video_width, video_height] : undefined, (values) => !values.some(Boolean));
      },
    },
  },
  queryVideoTemplateGenerationTask: {
    "no-queueing-of-templates": {
      says: "A template task is never Queueing.",
      source: 'SOURCES.md, "Queueing"',
      judge: (one) => seen(success(one)?.status, (status) => status !== "Queueing"),
    },
  },
  videoGenerationV2Query: {
    "v2-unknown-task": {
      says: "The query of an unknown task is refused with HTTP 400 and 2013.",
      source: 'SOURCES.md, "Task that cannot be cancelled or found"',
      judge: (one) => {
        const refusal = /\/\d{15,18}$/.test(one.url) ? v2Refusal(one) : undefined;
        const isUnrelated = UNRELATED_STATUSES.includes(one.status) || KEY_CODES.includes(refusal?.code ?? 0);
        return seen(isUnrelated ? undefined : refusal, ({ status, code }) => status === 400 && code === 2013);
      },
    },
    "v2-status-words": {
      says: `The status of a task of version 2 is one of ${V2_STATUSES.join(", ")}.`,
      source: 'SOURCES.md, "expired"',
      judge: (one) => seen(v2Task(one).status, (status) => V2_STATUSES.includes(String(status))),
    },
    "v2-link-in-task": {
      says: "A video of version 2 has its link in the task, and no file_id.",
      source: "openapi/schemas/VideoTaskContent.yaml",
      judge: (one) => {
        const content = v2Content("video", one);
        const hasLink = /^https?:/.test(String(content?.url));
        const hasFileId = /"file_id"/.test(one.text ?? "");
        return seen(content && { hasLink, hasFileId }, () => hasLink && !hasFileId);
      },
    },
    "v2-link-is-limited": {
      says: "A link in a task says when it expires, and that time is in the future.",
      source: 'SOURCES.md, "How long a link lives"',
      judge: (one) => seen(secondsLeft(v2Content("video", one)?.url, one), (seconds) => seconds > 0),
    },
    "v2-prompt-in-task": {
      says: "An expanded prompt is in the task, as content.prompt.",
      source: "openapi/schemas/VideoTaskContent.yaml",
      needs: "needs an expanded prompt of version 2 (--task h3_context_ir:ID)",
      judge: (one) => {
        const content = v2Content("prompt", one);
        const hasPrompt = typeof content?.prompt === "string" && content.prompt !== "";
        return seen(content && { hasPrompt }, () => hasPrompt);
      },
    },
    "v2-usage-on-success": {
      says: "usage is empty, or all zeros, until a task has succeeded.",
      source: 'SOURCES.md, "Usage"',
      needs: "needs an unfinished task of version 2 (--paid-v2)",
      judge: (one) => {
        const { status = "succeeded", usage = {} } = v2Task(one);
        const counts = status === "succeeded" ? undefined : recordOf(usage);
        return seen(counts, (figures) => Object.values(figures).every((figure) => figure === 0));
      },
    },
    "v2-created-at-seconds": {
      says: "created_at and updated_at of a task are Unix times in seconds.",
      source: "openapi/schemas/VideoTask.yaml",
      judge: (one) => {
        const { created_at, updated_at = created_at } = v2Task(one);
        return seen(created_at === undefined ? undefined : [created_at, updated_at], (times) =>
          times.every(isUnixTime),
        );
      },
    },
  },
  videoGenerationV2Delete: {
    "v2-cancel-in-words": {
      says: "The reply to a DELETE says in action and in status whether the task was cancelled or deleted.",
      source: "openapi/schemas/DeleteVideoGenerationV2Resp.yaml",
      judge: ({ status: http, json }) => {
        const { action, status } = Object(json);
        const isOutcome = ["cancelled", "deleted"].includes(action);
        return seen(http === 200 ? { action, status } : undefined, () => isOutcome && status === action);
      },
    },
  },
  uploadFile: {
    "unfit-upload-under-400": {
      says: "An upload for version 2 that is not an image, video or sound is refused with HTTP 400.",
      source: 'SOURCES.md, "Refused uploads"',
      judge: (one) =>
        seen(isWellFormedUpload(one) && one.code === 2013 ? one.status : undefined, (status) => status === 400),
    },
  },
  retrieveFile: {
    "file-id-number-in-retrieve": {
      says: "file_id is a JSON number in files/retrieve.",
      source: 'SOURCES.md, "Type of file_id"',
      judge: (one) => seen(file(one).file_id, (id) => typeof id === "number"),
    },
    "bytes-zero": {
      says: "bytes is 0 for a finished video, whatever its size.",
      source: 'SOURCES.md, "Size of a file"',
      judge: (one) => seen(videoFile(one).bytes, (bytes) => bytes === 0),
    },
    "created-at-seconds": {
      says: "created_at of a file is a Unix time in seconds.",
      source: "openapi/schemas/FileObject.yaml",
      judge: (one) => seen(file(one).created_at, isUnixTime),
    },
    filename: {
      says: "A video's file is named output_aigc.mp4 or output.mp4.",
      source: "openapi/schemas/FileObject.yaml",
      judge: (one) => seen(videoFile(one).filename, (name) => /^output(_aigc)?\.mp4$/.test(String(name))),
    },
    "link-lives-an-hour": {
      says: "A download link expires after about an hour, or later.",
      source: 'SOURCES.md, "How long a link lives"',
      judge: (one) => seen(secondsLeft(file(one).download_url, one), (seconds) => seconds > 0.9 * HOUR),
    },
  },
  download: {
    "video-is-mp4": {
      says: "A video is served as video/mp4.",
      source: "openapi/paths/files-retrieve.yaml",
      judge: ({ status, type }) => seen(status === 200 ? type : undefined, (media) => media === "video/mp4"),
    },
    "link-takes-ranges": {
      says: "The host of a link answers a Range request with that part.",
      source: "openapi/paths/files-retrieve.yaml",
      judge: ({ headers, status }) => seen(headers.range ? status : undefined, (part) => part === 206),
    },
  },
  listFiles: {
    "list-of-files": {
      says: "The list of files is in files, and its ids are numbers.",
      source: 'SOURCES.md, "List of files"',
      judge: ({ kind, json }) => {
        const { files } = Object(json);
        const types = Array.isArray(files) ? files.map((one) => typeof Object(one).file_id) : ["no property files"];
        return seen(kind === "accepted" ? types : undefined, (all) => all.every((type) => type === "number"));
      },
    },
  },
};

/** Facts that no schema states, or that a schema states on weak evidence. `of`: the operation whose calls show them. */
export const facts = Object.entries({ any: replyFacts, ...operationFacts }).flatMap(([of, rows]) =>
  Object.entries(rows).map(([id, fact]) => ({ id, of, ...fact })),
);

function isCreate({ operationId }: Reading): boolean {
  return operationId === "videoGeneration" || operationId === "videoTemplateGeneration";
}

/** The HTTP status of a refusal of a well-formed request. How others are refused is not documented. */
function refusalStatus(version: "v1" | "v2", one: Reading): number | undefined {
  const isPlain = one.method === "GET" || one.headers["content-type"] === "application/json";
  const isRefused = one.status >= 400 || one.code !== undefined;
  return one.version === version && one.isCall && one.isReadable && isPlain && isRefused ? one.status : undefined;
}

/** A refusal of API v2: its HTTP status, what its body says, and the code in brackets at the end of its message, or NaN. */
function v2Refusal({ version, isReadable, status, json }: Reading) {
  const error = recordOf(recordOf(json)?.error);
  if (!error || version !== "v2" || !isReadable) return undefined;
  const { type, http_code, message } = error;
  return { status, type, http_code, code: Number(/\((\d+)\)$/.exec(String(message))?.[1]) };
}

function isRefusedForEmptyPrompt({ sent, code = 0, keyed }: Reading): boolean {
  // A server that charges is sent illegal bodies with a wrong key, and may refuse them because of the key.
  if (!keyed || [0, ...KEY_CODES].includes(code)) return false;
  return sent.prompt === "" && !Object.keys(sent).some((name) => /_image$|subject/.test(name));
}

/** Whether nothing but the bytes of an upload for API v2 can be wrong. */
function isWellFormedUpload({ headers, sent }: Reading): boolean {
  // A form sets its content type by itself; one that was set by hand is wrong on purpose.
  const isForm = !headers["content-type"];
  return isForm && Object.keys(sent).sort().join() === "file,purpose" && sent.purpose === "video_generation_input";
}

/** A successful reply of API v1. */
function success({ said, json }: Reading): Fields | undefined {
  return said?.status_code === 0 ? recordOf(json) : undefined;
}

function v2Task({ json }: Reading): Fields {
  return Object(Object(json).task);
}

/** The result of a task of API v2 that has succeeded with a video or with a prompt. */
function v2Content(wanted: "video" | "prompt", one: Reading): Fields | undefined {
  const { status, task_type, content = {} } = v2Task(one);
  const made = task_type === "h3_context_ir" ? "prompt" : "video";
  return status === "succeeded" && made === wanted ? recordOf(content) : undefined;
}

function file({ json }: Reading): Fields {
  return Object(Object(json).file);
}

/** A retrieved file that a task has made. */
function videoFile(one: Reading): Fields {
  return file(one).purpose === "video_generation" ? file(one) : {};
}

/** Seconds for which a link in this reply is still valid, if both link and reply say so. */
function secondsLeft(link: unknown, { replyHeaders }: Reading): number | undefined {
  const expiry = URL.canParse(String(link)) ? expiryOf(String(link)) : undefined;
  const left = ((expiry ?? Number.NaN) - Date.parse(replyHeaders.date ?? "")) / 1000;
  return Number.isNaN(left) ? undefined : left;
}

/** Whether a number is a Unix time in seconds, within the years of this API. */
function isUnixTime(at: unknown): boolean {
  return typeof at === "number" && at > 1.6e9 && at < 4e9;
}
