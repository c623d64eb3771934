import { fact, isCallOf, isUnixTime, type Json, lifetimeOf, minutesText, recordOf, successIn } from "./fact-reading.js";
import type { Exchange } from "./recorded-exchange.js";
import { NEEDS } from "./requirements.js";

const CREATES = ["videoGeneration", "videoTemplateGeneration"];
const QUERY = "queryVideoGenerationTask";
const TEMPLATE_QUERY = "queryVideoTemplateGenerationTask";
const V1_STATUSES = ["Preparing", "Queueing", "Processing", "Success", "Fail"];
const V2_STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"];

/** Facts about tasks: their ids, their statuses, and what they end with. */
export const taskFacts = {
  "task-id-digits": fact({
    says: "The task_id of a create is a string of 15 to 18 decimal digits.",
    source: "openapi/schemas/TaskId.yaml",
    needs: NEEDS.v1Create,
    of: (one) => successIn(CREATES, one),
    holds: ({ task_id }) => typeof task_id === "string" && /^\d{15,18}$/.test(task_id),
    seen: ({ task_id }) => `task_id ${JSON.stringify(task_id)}`,
  }),
  "status-words": fact({
    says: `A task's status is one of ${V1_STATUSES.join(", ")}.`,
    source: "openapi/schemas/VideoProcessStatus.yaml",
    needs: NEEDS.v1Task,
    of: (one) => successIn([QUERY, TEMPLATE_QUERY], one),
    holds: ({ status }) => V1_STATUSES.includes(String(status)),
    seen: ({ status }) => `status ${JSON.stringify(status)}`,
  }),
  "no-queueing-of-templates": fact({
    says: "The task of a template is never Queueing.",
    source: 'SOURCES.md, "Queueing"',
    needs: NEEDS.template,
    of: (one) => successIn([TEMPLATE_QUERY], one),
    holds: ({ status }) => status !== "Queueing",
  }),
  "file-id-string-in-query": fact({
    says: "file_id is a string in the query.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    of: (one) => successIn([QUERY], one),
    holds: ({ status, file_id }) => (status === "Success" ? typeof file_id === "string" : undefined),
    seen: ({ file_id }) => `file_id ${JSON.stringify(file_id)}`,
  }),
  "empty-before-success": fact({
    says: "Before success file_id is empty and the sizes are 0.",
    source: "openapi/schemas/QueryVideoGenerationTaskResp.yaml",
    needs: NEEDS.v1Create,
    of: (one) => successIn([QUERY], one),
    holds: ({ status, file_id, video_width, video_height }) =>
      ["Preparing", "Queueing", "Processing"].includes(String(status))
        ? !file_id && !video_width && !video_height
        : undefined,
  }),
  "v2-status-words": fact({
    says: `A task of version 2 has a status of ${V2_STATUSES.join(", ")}.`,
    source: 'SOURCES.md, "expired"',
    needs: NEEDS.v2Task,
    of: v2TaskOf,
    holds: ({ status }) => V2_STATUSES.includes(String(status)),
    seen: ({ status }) => `status ${JSON.stringify(status)}`,
  }),
  "v2-link-in-task": fact({
    says: "A video of version 2 has its link in the task, and no file_id.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.v2Task,
    of: (one) => v2ContentOf("video", one),
    holds: ({ url }, { text = "" }) => /^https?:/.test(String(url)) && !text.includes('"file_id"'),
    seen: contentText,
  }),
  "v2-link-is-limited": fact({
    says: "A link in a task names the time at which it expires, which is still to come.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.v2Task,
    of: (one) => lifetimeOf(v2ContentOf("video", one)?.url, one),
    holds: (seconds) => seconds > 0,
    seen: minutesText,
  }),
  "v2-prompt-in-task": fact({
    says: "An expanded prompt stands in the task as content.prompt.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.prompt,
    of: (one) => v2ContentOf("prompt", one),
    holds: ({ prompt }) => typeof prompt === "string" && prompt !== "",
    seen: contentText,
  }),
  "v2-usage-on-success": fact({
    says: "usage is empty, or all zeros, until a task has succeeded.",
    source: 'SOURCES.md, "Usage"',
    needs: NEEDS.v2Unfinished,
    of: v2TaskOf,
    holds: ({ status, usage = {} }) => {
      const figures = status === "succeeded" ? undefined : recordOf(usage);
      return figures && Object.values(figures).every((figure) => figure === 0);
    },
    seen: ({ status, usage }) => `usage ${JSON.stringify(usage)} while ${String(status)}`,
  }),
  "v2-created-at-seconds": fact({
    says: "created_at and updated_at of a task are Unix times in seconds.",
    source: "openapi/schemas/VideoTask.yaml",
    needs: NEEDS.v2Task,
    of: v2TaskOf,
    holds: ({ created_at, updated_at }) =>
      created_at === undefined ? undefined : isUnixTime(created_at) && isUnixTime(updated_at ?? created_at),
  }),
  "v2-cancel-in-words": fact({
    says: "The reply to a cancel or a delete says which of the two was done, in action and in status.",
    source: "openapi/schemas/DeleteVideoGenerationV2Resp.yaml",
    needs: NEEDS.free,
    of: (one) =>
      isCallOf("videoGenerationV2Delete", "DELETE", one) && one.status === 200 ? (recordOf(one.json) ?? {}) : undefined,
    holds: ({ action, status }) => /^(cancelled|deleted)$/.test(String(action)) && status === action,
    seen: ({ action, status }) => `action ${JSON.stringify(action)}, status ${JSON.stringify(status)}`,
  }),
};

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

function contentText(content: Json): string {
  return `content with ${Object.keys(content).join(", ") || "nothing"}`;
}
