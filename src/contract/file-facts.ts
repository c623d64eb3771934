import { isRecord } from "../base/record.js";
import { statusCodes } from "../generated/codes.js";
import { baseRespOf, codeIn, type Fact, field, isPlain, isSeconds, lifetimeOf, when } from "./fact-reading.js";
import type { Exchange } from "./recorded-exchange.js";
import { NEEDS } from "./requirements.js";
import { version2 } from "./task-facts.js";

const CREATES = ["videoGeneration", "videoTemplateGeneration"];
const QUERIES = ["queryVideoGenerationTask", "queryVideoTemplateGenerationTask"];
const WORDS = ["Preparing", "Queueing", "Processing", "Success", "Fail"];
const HOUR = 3_600;

/** Facts about what comes over the wire that no schema states, or that a schema states on weak evidence. */
export const facts: readonly Fact[] = [
  {
    id: "refused-under-200",
    says: "A refusal comes under HTTP 200, its reason in base_resp.",
    source: 'SOURCES.md, "HTTP status"',
    // Nobody says what becomes of a request that HTTP itself would refuse.
    judge: (one) => (isV1(one) && isPlain(one) && (codeIn(one) || one.status >= 400) ? one.status === 200 : undefined),
  },
  {
    id: "known-codes",
    says: "Every code of a refusal is in the table of status codes.",
    source: "openapi/schemas/StatusCode.yaml",
    judge: (one) => when(codeIn(one), (code) => code in statusCodes),
  },
  {
    id: "success-in-words",
    says: 'The status_msg of a success is "success".',
    source: "openapi/schemas/BaseResp.yaml",
    judge: (one) =>
      when(baseRespOf(one), ({ status_code, status_msg }) =>
        status_code === 0 ? status_msg === "success" : undefined,
      ),
  },
  {
    id: "missing-key",
    says: "A request without a key is refused with 1004.",
    source: "openapi/examples/failures/create.yaml, unauthorised",
    judge: (one) => (one.keyed ? undefined : when(codeIn(one), (code) => code === 1004)),
  },
  {
    id: "wrong-key",
    says: "A wrong key is refused with 2049 or 1004.",
    source: 'SOURCES.md, "Keys and regions"',
    judge: (one) => (one.keyed ? when(codeIn(one), (code) => (isKeyCode(code) ? true : undefined)) : undefined),
  },
  {
    id: "task-id-digits",
    says: "The task_id of a create is a string of 15 to 18 decimal digits.",
    source: "openapi/schemas/TaskId.yaml",
    needs: NEEDS.created,
    judge: (one) =>
      isSuccess(one, CREATES)
        ? /^\d{15,18}$/.test(String(field(one, "task_id"))) && typeof field(one, "task_id") === "string"
        : undefined,
    evidence: (one) => `task_id ${JSON.stringify(field(one, "task_id"))}`,
  },
  {
    id: "refused-without-id",
    says: "A refused create has an empty task_id.",
    source: "openapi/schemas/VideoGenerationResp.yaml",
    needs: NEEDS.free,
    judge: (one) => (CREATES.includes(one.operationId) && codeIn(one) ? field(one, "task_id") === "" : undefined),
  },
  {
    id: "status-words",
    says: `A task's status is one of ${WORDS.join(", ")}.`,
    source: "openapi/schemas/VideoProcessStatus.yaml",
    needs: NEEDS.task,
    judge: (one) => (isSuccess(one, QUERIES) ? WORDS.includes(String(field(one, "status"))) : undefined),
    evidence: (one) => `status ${JSON.stringify(field(one, "status"))}`,
  },
  {
    id: "no-queueing-of-templates",
    says: "The task of a template is never Queueing.",
    source: 'SOURCES.md, "Queueing"',
    needs: NEEDS.template,
    judge: (one) =>
      isSuccess(one, ["queryVideoTemplateGenerationTask"]) ? field(one, "status") !== "Queueing" : undefined,
  },
  {
    id: "file-id-string-in-query",
    says: "file_id is a string in the query.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.task,
    judge: (one) => (isFinished(one) ? typeof field(one, "file_id") === "string" : undefined),
    evidence: (one) => `file_id ${JSON.stringify(field(one, "file_id"))}`,
  },
  {
    id: "file-id-number-in-retrieve",
    says: "file_id is a JSON number in files/retrieve.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.task,
    judge: (one) => when(fileOf(one), ({ file_id }) => typeof file_id === "number"),
    evidence: (one) => `file.file_id ${JSON.stringify(fileOf(one)?.file_id)}`,
  },
  {
    id: "file-id-in-double",
    says: "file_id fits a double: it has at most 15 digits.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.task,
    judge: (one) => when(/"file_id"\s*:\s*"?(\d+)/.exec(one.text ?? "")?.[1], (digits) => digits.length <= 15),
  },
  {
    id: "empty-before-success",
    says: "Before success file_id is empty and the sizes are 0.",
    source: "openapi/schemas/QueryVideoGenerationTaskResp.yaml",
    needs: NEEDS.created,
    judge: (one) => {
      if (!isSuccess(one, ["queryVideoGenerationTask"]) || !WORDS.slice(0, 3).includes(String(field(one, "status"))))
        return undefined;
      return !field(one, "file_id") && !field(one, "video_width") && !field(one, "video_height");
    },
  },
  {
    id: "bytes-zero",
    says: "bytes of a finished file is 0, whatever its size.",
    source: 'SOURCES.md, "Size of a file"',
    needs: NEEDS.task,
    judge: (one) => when(videoOf(one), ({ bytes }) => (bytes === undefined ? undefined : bytes === 0)),
    evidence: (one) => `file.bytes ${String(fileOf(one)?.bytes)}`,
  },
  {
    id: "created-at-seconds",
    says: "created_at of a file is Unix time in seconds.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.task,
    judge: (one) => when(fileOf(one)?.created_at, isSeconds),
  },
  {
    id: "filename",
    says: "A video's file is named output_aigc.mp4 or output.mp4.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.task,
    judge: (one) => when(videoOf(one)?.filename, (name) => /^output(_aigc)?\.mp4$/.test(String(name))),
    evidence: (one) => `file.filename ${JSON.stringify(fileOf(one)?.filename)}`,
  },
  {
    id: "link-lives-an-hour",
    says: "A download link names an end about an hour away, or later.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.task,
    judge: (one) => when(lifetimeOf(fileOf(one)?.download_url, one), (seconds) => seconds > 0.9 * HOUR),
    evidence: (one) => `${Math.round((lifetimeOf(fileOf(one)?.download_url, one) ?? 0) / 60)} minutes`,
  },
  {
    id: "link-needs-no-key",
    says: "A link gives the video without a key.",
    source: "openapi/schemas/RetrievedFile.yaml",
    needs: NEEDS.task,
    judge: (one) =>
      one.operationId === "download" && !one.keyed ? one.status === 200 || one.status === 206 : undefined,
  },
  {
    id: "video-is-mp4",
    says: "A video comes as video/mp4.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.task,
    judge: (one) => (one.operationId === "download" && one.status === 200 ? one.type === "video/mp4" : undefined),
    evidence: (one) => one.type,
  },
  {
    id: "link-takes-ranges",
    says: "The host of a link answers a Range request with that part.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.task,
    judge: (one) => (one.operationId === "download" && one.headers.range ? one.status === 206 : undefined),
  },
  {
    id: "words-of-empty-prompt",
    says: "A text create without words is refused with 2013 `invalid params, text to video: prompt can't be empty`.",
    source: "openapi/examples/videoGeneration/responses.yaml, emptyPrompt",
    needs: NEEDS.free,
    judge: (one) =>
      when(
        refusalOf(one, (body) => body.prompt === "" && !Object.keys(body).some((name) => /_image$|subject/.test(name))),
        (said) => said === "2013 invalid params, text to video: prompt can't be empty",
      ),
  },
  {
    id: "trace-id",
    says: "Answers carry a Trace-Id header.",
    source: "openapi/SOURCES.md: official MCP reads it",
    judge: (one) =>
      one.operationId !== "download" && one.status === 200 && one.replyHeaders["trace-id"] ? true : undefined,
  },
  ...version2,
];

function isV1({ operationId, url }: Exchange): boolean {
  return operationId !== "download" && operationId !== "" && /\/v1\//.test(url);
}

function isKeyCode(code: number): boolean {
  return code === 1004 || code === 2049;
}

function isSuccess(exchange: Exchange, operations: string[]): boolean {
  return operations.includes(exchange.operationId) && baseRespOf(exchange)?.status_code === 0;
}

function isFinished(exchange: Exchange): boolean {
  return isSuccess(exchange, ["queryVideoGenerationTask"]) && field(exchange, "status") === "Success";
}

/** A file that a task made. */
function videoOf(exchange: Exchange): Record<string, unknown> | undefined {
  const file = fileOf(exchange);
  return file?.purpose === "video_generation" ? file : undefined;
}

function fileOf(exchange: Exchange): Record<string, unknown> | undefined {
  const file = exchange.operationId === "retrieveFile" ? field(exchange, "file") : undefined;
  return isRecord(file) ? file : undefined;
}

/** How a body that is of some sort was refused: `2013 invalid params, …`. */
function refusalOf(exchange: Exchange, isMeant: (body: Record<string, unknown>) => boolean): string | undefined {
  if (exchange.operationId !== "videoGeneration" || exchange.body === undefined || codeIn(exchange) === undefined)
    return undefined;
  const body: unknown = JSON.parse(exchange.body);
  if (!isRecord(body) || !isMeant(body) || !exchange.keyed) return undefined;
  const { status_code, status_msg } = baseRespOf(exchange) ?? {};
  return `${String(status_code)} ${String(status_msg)}`;
}
