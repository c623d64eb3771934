import { type Exchange, parsedJson } from "./recorded-exchange.js";
import {
  baseRespOf,
  CREATES,
  type Fact,
  isCallOf,
  isUnixTime,
  type Json,
  recordOf,
  refusalCode,
  secondsLeft,
  seen,
  seenIf,
} from "./reply-facts.js";
import { NEEDS } from "./target-server.js";

const QUERY = "queryVideoGenerationTask";
const TEMPLATE_QUERY = "queryVideoTemplateGenerationTask";
const PENDING = ["Preparing", "Queueing", "Processing"];
const V2_STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"];
const HOUR = 3_600;

/** Facts about tasks: their ids, their statuses, what they end with, and the files that the service keeps. */
export const taskFacts: Record<string, Fact> = {
  "task-id-digits": {
    says: "The task_id of a create is a string of 15 to 18 decimal digits.",
    source: "openapi/schemas/TaskId.yaml",
    needs: NEEDS.v1Create,
    judge: (one) => seen(successIn(CREATES, one)?.task_id, (id) => typeof id === "string" && /^\d{15,18}$/.test(id)),
  },
  "no-queueing-of-templates": {
    says: "A template task is never Queueing.",
    source: 'SOURCES.md, "Queueing"',
    needs: NEEDS.template,
    judge: (one) => seen(successIn([TEMPLATE_QUERY], one)?.status, (status) => status !== "Queueing"),
  },
  "empty-before-success": {
    says: "Before success, file_id is empty, and video_width and video_height are 0.",
    source: "openapi/schemas/QueryVideoGenerationTaskResp.yaml",
    needs: NEEDS.v1Create,
    judge: (one) => {
      const { status, file_id, video_width, video_height } = successIn([QUERY], one) ?? {};
      const isEmpty = !file_id && !video_width && !video_height;
      return seenIf(PENDING.includes(String(status)), { file_id, video_width, video_height }, isEmpty);
    },
  },
  "v2-status-words": {
    says: `The status of a task of version 2 is one of ${V2_STATUSES.join(", ")}.`,
    source: 'SOURCES.md, "expired"',
    needs: NEEDS.v2Task,
    judge: (one) => seen(v2TaskOf(one)?.status, (status) => V2_STATUSES.includes(String(status))),
  },
  "v2-link-in-task": {
    says: "A video of version 2 has its link in the task, and no file_id.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.v2Task,
    judge: (one) => {
      const content = v2ContentOf("video", one);
      const hasLink = /^https?:/.test(String(content?.url));
      const hasFileId = one.text?.includes('"file_id"') ?? false;
      return seenIf(content, { hasLink, hasFileId }, hasLink && !hasFileId);
    },
  },
  "v2-link-is-limited": {
    says: "A link in a task says when it expires, and that time is in the future.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.v2Task,
    judge: (one) => seen(secondsLeft(v2ContentOf("video", one)?.url, one), (seconds) => seconds > 0),
  },
  "v2-prompt-in-task": {
    says: "An expanded prompt is in the task, as content.prompt.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.prompt,
    judge: (one) => {
      const content = v2ContentOf("prompt", one);
      const hasPrompt = typeof content?.prompt === "string" && content.prompt !== "";
      return seenIf(content, { hasPrompt }, hasPrompt);
    },
  },
  "v2-usage-on-success": {
    says: "usage is empty, or all zeros, until a task has succeeded.",
    source: 'SOURCES.md, "Usage"',
    needs: NEEDS.v2Unfinished,
    judge: (one) => {
      const { status = "succeeded", usage = {} } = v2TaskOf(one) ?? {};
      const figures = Object.values(recordOf(usage) ?? {});
      const areZero = figures.every((figure) => figure === 0);
      return seenIf(status !== "succeeded" && recordOf(usage), usage, areZero);
    },
  },
  "v2-created-at-seconds": {
    says: "created_at and updated_at of a task are Unix times in seconds.",
    source: "openapi/schemas/VideoTask.yaml",
    needs: NEEDS.v2Task,
    judge: (one) => {
      const { created_at, updated_at = created_at } = v2TaskOf(one) ?? {};
      const areTimes = isUnixTime(created_at) && isUnixTime(updated_at);
      return seenIf(created_at !== undefined, { created_at, updated_at }, areTimes);
    },
  },
  "v2-cancel-in-words": {
    says: "The reply to a DELETE says in action and in status whether the task was cancelled or deleted.",
    source: "openapi/schemas/DeleteVideoGenerationV2Resp.yaml",
    needs: NEEDS.free,
    judge: (one) => {
      const { action, status } = recordOf(one.json) ?? {};
      const isMeant = isCallOf("videoGenerationV2Delete", "DELETE", one) && one.status === 200;
      return seenIf(
        isMeant,
        { action, status },
        ["cancelled", "deleted"].includes(String(action)) && status === action,
      );
    },
  },
  "file-id-number-in-retrieve": {
    says: "file_id is a JSON number in files/retrieve.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    judge: (one) => seen(retrievedFile(one)?.file_id, (id) => typeof id === "number"),
  },
  "file-id-in-double": {
    says: "file_id fits a double: it has at most 15 digits.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    judge: ({ text = "" }) => seen(/"file_id"\s*:\s*"?(\d+)/.exec(text)?.[1], (digits) => digits.length <= 15),
  },
  "bytes-zero": {
    says: "bytes is 0 for a finished video, whatever its size.",
    source: 'SOURCES.md, "Size of a file"',
    needs: NEEDS.v1Task,
    judge: (one) => seen(retrievedVideo(one)?.bytes, (bytes) => bytes === 0),
  },
  "created-at-seconds": {
    says: "created_at of a file is a Unix time in seconds.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    judge: (one) => seen(retrievedFile(one)?.created_at, isUnixTime),
  },
  filename: {
    says: "A video's file is named output_aigc.mp4 or output.mp4.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    judge: (one) => seen(retrievedVideo(one)?.filename, (name) => /^output(_aigc)?\.mp4$/.test(String(name))),
  },
  "link-lives-an-hour": {
    says: "A download link expires after about an hour, or later.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.v1Task,
    judge: (one) => seen(secondsLeft(retrievedFile(one)?.download_url, one), (seconds) => seconds > 0.9 * HOUR),
  },
  "video-is-mp4": {
    says: "A video is served as video/mp4.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    judge: (one) => seenIf(one.operationId === "download" && one.status === 200, one.type, one.type === "video/mp4"),
  },
  "link-takes-ranges": {
    says: "The host of a link answers a Range request with that part.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    judge: (one) => seenIf(one.operationId === "download" && one.headers.range, one.status, one.status === 206),
  },
  "unfit-upload-under-400": {
    says: "An upload for version 2 that is not an image, video or sound is refused with HTTP 400.",
    source: 'SOURCES.md, "Refused uploads"',
    needs: NEEDS.free,
    judge: (one) => {
      const isMeant = isWellFormedUpload(one) && one.keyed && refusalCode(one) === 2013;
      return seenIf(isMeant, one.status, one.status === 400);
    },
  },
  "list-of-files": {
    says: "The list of files is in files, and its ids are numbers.",
    source: 'SOURCES.md, "List of files"',
    judge: (one) => {
      const isMeant = one.operationId === "listFiles" && one.status === 200 && refusalCode(one) === undefined;
      const files = recordOf(one.json)?.files;
      const types = Array.isArray(files) ? files.map((file) => typeof recordOf(file)?.file_id) : ["no property files"];
      return seenIf(
        isMeant,
        types,
        types.every((type) => type === "number"),
      );
    },
  },
};

/** The reply to one of these operations of API v1, if it succeeded. */
function successIn(operations: readonly string[], exchange: Exchange): Json | undefined {
  const isSuccess = operations.includes(exchange.operationId) && baseRespOf(exchange)?.status_code === 0;
  return isSuccess ? recordOf(exchange.json) : undefined;
}

/** The task in the reply to a query of API v2. */
function v2TaskOf(exchange: Exchange): Json | undefined {
  const json = isCallOf("videoGenerationV2Query", "GET", exchange) ? recordOf(exchange.json) : undefined;
  return recordOf(json?.task);
}

/** The result of a task that has succeeded. */
function v2ContentOf(wanted: "video" | "prompt", exchange: Exchange): Json | undefined {
  const { status, task_type, content = {} } = v2TaskOf(exchange) ?? {};
  const made = task_type === "h3_context_ir" ? "prompt" : "video";
  return status === "succeeded" && made === wanted ? recordOf(content) : undefined;
}

function retrievedFile({ operationId, json }: Exchange): Json | undefined {
  return operationId === "retrieveFile" ? recordOf(recordOf(json)?.file) : undefined;
}

/** A retrieved file that a task has made. */
function retrievedVideo(exchange: Exchange): Json | undefined {
  const file = retrievedFile(exchange);
  return file?.purpose === "video_generation" ? file : undefined;
}

/** Whether nothing but the bytes of an upload for API v2 can be wrong. */
function isWellFormedUpload(exchange: Exchange): boolean {
  // A form sets its content type by itself; one that was set by hand is wrong on purpose.
  if (!isCallOf("uploadFile", "POST", exchange) || exchange.headers["content-type"]) return false;
  const form = recordOf(parsedJson(exchange.body ?? "{}")) ?? {};
  return Object.keys(form).sort().join() === "file,purpose" && form.purpose === "video_generation_input";
}
