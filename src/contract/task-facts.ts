import type { Exchange } from "./recorded-exchange.js";
import {
  baseRespOf,
  CREATES,
  fact,
  isCallOf,
  isUnixTime,
  type Json,
  recordOf,
  refusalCode,
  secondsLeft,
} from "./reply-facts.js";
import { NEEDS } from "./target-server.js";

const QUERY = "queryVideoGenerationTask";
const TEMPLATE_QUERY = "queryVideoTemplateGenerationTask";
const PENDING = ["Preparing", "Queueing", "Processing"];
const V2_STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"];
const HOUR = 3_600;

/** Facts about tasks: their ids, their statuses, what they end with, and the files that the service keeps. */
export const taskFacts = {
  "task-id-digits": fact({
    says: "The task_id of a create is a string of 15 to 18 decimal digits.",
    source: "openapi/schemas/TaskId.yaml",
    needs: NEEDS.v1Create,
    sees: (one) => successIn(CREATES, one)?.task_id,
    holds: (id) => typeof id === "string" && /^\d{15,18}$/.test(id),
  }),
  "no-queueing-of-templates": fact({
    says: "The task of a template is never Queueing.",
    source: 'SOURCES.md, "Queueing"',
    needs: NEEDS.template,
    sees: (one) => successIn([TEMPLATE_QUERY], one)?.status,
    holds: (status) => status !== "Queueing",
  }),
  "empty-before-success": fact({
    says: "Before success file_id is empty and the sizes are 0.",
    source: "openapi/schemas/QueryVideoGenerationTaskResp.yaml",
    needs: NEEDS.v1Create,
    sees: (one) => {
      const { status, file_id, video_width, video_height } = successIn([QUERY], one) ?? {};
      return PENDING.includes(String(status)) ? { file_id, video_width, video_height } : undefined;
    },
    holds: ({ file_id, video_width, video_height }) => !file_id && !video_width && !video_height,
  }),
  "v2-status-words": fact({
    says: `A task of version 2 has a status of ${V2_STATUSES.join(", ")}.`,
    source: 'SOURCES.md, "expired"',
    needs: NEEDS.v2Task,
    sees: (one) => v2TaskOf(one)?.status,
    holds: (status) => V2_STATUSES.includes(String(status)),
  }),
  "v2-link-in-task": fact({
    says: "A video of version 2 has its link in the task, and no file_id.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.v2Task,
    sees: (one) => {
      const content = v2ContentOf("video", one);
      return content && { hasLink: /^https?:/.test(String(content.url)), hasFileId: one.text?.includes('"file_id"') };
    },
    holds: ({ hasLink, hasFileId }) => hasLink && !hasFileId,
  }),
  "v2-link-is-limited": fact({
    says: "A link in a task names the time at which it expires, which is still to come.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.v2Task,
    sees: (one) => secondsLeft(v2ContentOf("video", one)?.url, one),
    holds: (seconds) => seconds > 0,
  }),
  "v2-prompt-in-task": fact({
    says: "An expanded prompt is in the task, as content.prompt.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.prompt,
    sees: (one) => {
      const content = v2ContentOf("prompt", one);
      return content && { hasPrompt: typeof content.prompt === "string" && content.prompt !== "" };
    },
    holds: ({ hasPrompt }) => hasPrompt,
  }),
  "v2-usage-on-success": fact({
    says: "usage is empty, or all zeros, until a task has succeeded.",
    source: 'SOURCES.md, "Usage"',
    needs: NEEDS.v2Unfinished,
    sees: (one) => {
      const task = v2TaskOf(one);
      return task && task.status !== "succeeded" ? recordOf(task.usage ?? {}) : undefined;
    },
    holds: (usage) => Object.values(usage).every((figure) => figure === 0),
  }),
  "v2-created-at-seconds": fact({
    says: "created_at and updated_at of a task are Unix times in seconds.",
    source: "openapi/schemas/VideoTask.yaml",
    needs: NEEDS.v2Task,
    sees: (one) => {
      const { created_at, updated_at = created_at } = v2TaskOf(one) ?? {};
      return created_at === undefined ? undefined : { created_at, updated_at };
    },
    holds: ({ created_at, updated_at }) => isUnixTime(created_at) && isUnixTime(updated_at),
  }),
  "v2-cancel-in-words": fact({
    says: "The reply to a DELETE says in action and in status whether the task was cancelled or deleted.",
    source: "openapi/schemas/DeleteVideoGenerationV2Resp.yaml",
    needs: NEEDS.free,
    sees: (one) => {
      if (!isCallOf("videoGenerationV2Delete", "DELETE", one) || one.status !== 200) return undefined;
      const { action, status } = recordOf(one.json) ?? {};
      return { action, status };
    },
    holds: ({ action, status }) => /^(cancelled|deleted)$/.test(String(action)) && status === action,
  }),
  "file-id-number-in-retrieve": fact({
    says: "file_id is a JSON number in files/retrieve.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    sees: (one) => retrievedFile(one)?.file_id,
    holds: (id) => typeof id === "number",
  }),
  "file-id-in-double": fact({
    says: "file_id fits a double: it has at most 15 digits.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    sees: ({ text = "" }) => /"file_id"\s*:\s*"?(\d+)/.exec(text)?.[1],
    holds: (digits) => digits.length <= 15,
  }),
  "bytes-zero": fact({
    says: "bytes of a finished file is 0, whatever its size.",
    source: 'SOURCES.md, "Size of a file"',
    needs: NEEDS.v1Task,
    sees: (one) => retrievedVideo(one)?.bytes,
    holds: (bytes) => bytes === 0,
  }),
  "created-at-seconds": fact({
    says: "created_at of a file is Unix time in seconds.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => retrievedFile(one)?.created_at,
    holds: isUnixTime,
  }),
  filename: fact({
    says: "A video's file is named output_aigc.mp4 or output.mp4.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => retrievedVideo(one)?.filename,
    holds: (name) => /^output(_aigc)?\.mp4$/.test(String(name)),
  }),
  "link-lives-an-hour": fact({
    says: "A download link expires after about an hour, or later.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.v1Task,
    sees: (one) => secondsLeft(retrievedFile(one)?.download_url, one),
    holds: (seconds) => seconds > 0.9 * HOUR,
  }),
  "video-is-mp4": fact({
    says: "A video comes as video/mp4.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => (one.operationId === "download" && one.status === 200 ? one.type : undefined),
    holds: (type) => type === "video/mp4",
  }),
  "link-takes-ranges": fact({
    says: "The host of a link answers a Range request with that part.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => (one.operationId === "download" && one.headers.range ? one.status : undefined),
    holds: (status) => status === 206,
  }),
  "unfit-upload-under-400": fact({
    says: "An upload for version 2 that is not an image, video or sound is refused under HTTP 400.",
    source: 'SOURCES.md, "Refused uploads"',
    needs: NEEDS.free,
    sees: (one) => (isWellFormedUpload(one) && one.keyed && refusalCode(one) === 2013 ? one.status : undefined),
    holds: (status) => status === 400,
  }),
  "list-of-files": fact({
    says: "The list of files stands in files, with ids as numbers.",
    source: 'SOURCES.md, "List of files"',
    sees: (one) => {
      if (one.operationId !== "listFiles" || one.status !== 200 || refusalCode(one) !== undefined) return undefined;
      const files = recordOf(one.json)?.files;
      return Array.isArray(files) ? files.map((file) => typeof recordOf(file)?.file_id) : "no list";
    },
    holds: (types) => types !== "no list" && types.every((type) => type === "number"),
  }),
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

/** What a succeeded task ended with. */
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

/** Whether only the bytes of an upload for API v2 can be wrong. */
function isWellFormedUpload(exchange: Exchange): boolean {
  // A form sets its content type by itself; one that was set by hand is wrong on purpose.
  if (!isCallOf("uploadFile", "POST", exchange) || exchange.headers["content-type"]) return false;
  const form = recordOf(JSON.parse(exchange.body ?? "{}")) ?? {};
  return Object.keys(form).sort().join() === "file,purpose" && form.purpose === "video_generation_input";
}
