import { isRecord } from "../base/record.js";
import { statusCodes } from "../generated/codes.js";
import { codeIn, type Fact, field, isPlain, isSeconds, lifetimeOf, when } from "./fact-reading.js";
import type { Exchange } from "./recorded-exchange.js";
import { NEEDS } from "./requirements.js";

/** The type of a refusal by its HTTP status. */
const TYPES: Readonly<Record<number, string>> = {
  400: "bad_request_error",
  401: "authorized_error",
  402: "insufficient_balance_error",
  422: "unprocessable_entity_error",
  429: "rate_limit_error",
  500: "server_error",
  529: "overloaded_error",
};
/** A pace, a fault, a key: whoever is told this learns nothing of what was asked. */
const SAYS_NOTHING = [429, 500, 529];
const KEY_CODES = ["1004", "2049"];
const WORDS = ["queued", "running", "succeeded", "failed", "cancelled"];

/** Facts about version 2 and about uploads, which are there for it. */
export const version2: readonly Fact[] = [
  {
    id: "v2-real-statuses",
    says: `A refusal of version 2 comes under HTTP ${Object.keys(TYPES).join(", ")}.`,
    source: "openapi/schemas/OaiErrorType.yaml",
    judge: (one) => {
      if (!isV2(one) || !isPlain(one)) return undefined;
      if (one.status >= 400) return one.status in TYPES;
      return errorOf(one) || codeIn(one) ? false : undefined;
    },
  },
  {
    id: "v2-type-of-status",
    says: "The error.type of a refusal of version 2 is that of its HTTP status.",
    source: "openapi/schemas/OaiErrorType.yaml",
    judge: (one) => when(errorOf(one), ({ type }) => type === TYPES[one.status]),
    evidence: (one) => `error.type ${JSON.stringify(errorOf(one)?.type)} under HTTP ${one.status}`,
  },
  {
    id: "v2-status-in-words",
    says: "error.http_code is the HTTP status again, as a string.",
    source: "openapi/schemas/OaiErrorDetail.yaml",
    judge: (one) => when(errorOf(one), ({ http_code }) => http_code === String(one.status)),
    evidence: (one) => `error.http_code ${JSON.stringify(errorOf(one)?.http_code)} under HTTP ${one.status}`,
  },
  {
    id: "v2-code-in-message",
    says: "The message of a refusal of version 2 ends with a known code in brackets.",
    source: "openapi/schemas/OaiErrorDetail.yaml",
    judge: (one) => when(errorOf(one), ({ message }) => (endOf(message) ?? "none") in statusCodes),
  },
  {
    id: "v2-missing-key",
    says: "A request of version 2 without a key is refused with 1004 under HTTP 401.",
    source: "openapi/responses/Err401.yaml",
    judge: (one) =>
      one.keyed ? undefined : when(errorOf(one), ({ message }) => one.status === 401 && endOf(message) === "1004"),
  },
  {
    id: "v2-unknown-task",
    says: "A task that is unknown is refused with 2013 under HTTP 400.",
    source: 'SOURCES.md, "Task that cannot be cancelled or found"',
    needs: NEEDS.task2,
    judge: (one) => {
      if (!isQuery(one) || SAYS_NOTHING.includes(one.status) || !/\/\d{15,18}$/.test(one.url)) return undefined;
      const { message } = errorOf(one) ?? {};
      if (message === undefined || KEY_CODES.includes(endOf(message) ?? "")) return undefined;
      return one.status === 400 && endOf(message) === "2013";
    },
  },
  {
    id: "v2-request-id",
    says: "A refusal of version 2 has a request_id of 32 lower-case hexadecimal digits.",
    source: "openapi/schemas/OaiError.yaml",
    judge: (one) => when(errorOf(one), () => /^[0-9a-f]{32}$/.test(String(field(one, "request_id")))),
    evidence: (one) => `request_id ${JSON.stringify(field(one, "request_id"))}`,
  },
  {
    id: "v2-without-base-resp",
    says: "No answer of version 2 has a base_resp.",
    source: "openapi/schemas/VideoGenerationV2Resp.yaml",
    judge: (one) => (isV2(one) && isRecord(one.json) ? !("base_resp" in one.json) : undefined),
  },
  {
    id: "v2-status-words",
    says: `A task of version 2 has a status of ${WORDS.join(", ")}.`,
    source: 'SOURCES.md, "expired"',
    needs: NEEDS.task2,
    judge: (one) => when(taskOf(one), ({ status }) => WORDS.includes(String(status))),
    evidence: (one) => `status ${JSON.stringify(taskOf(one)?.status)}`,
  },
  {
    id: "v2-link-in-task",
    says: "A video of version 2 has its link in the task, and no file_id.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.task2,
    judge: (one) =>
      when(madeBy(one, "video"), ({ url }) => /^https?:/.test(String(url)) && !/"file_id"/.test(one.text ?? "")),
    evidence: (one) => `content with ${Object.keys(madeBy(one, "video") ?? {}).join(", ") || "nothing"}`,
  },
  {
    id: "v2-link-is-limited",
    says: "A link in a task names its end, and is handed out with time left.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.task2,
    judge: (one) => when(lifetimeOf(madeBy(one, "video")?.url, one), (seconds) => seconds > 0),
    evidence: (one) => `${Math.round((lifetimeOf(madeBy(one, "video")?.url, one) ?? 0) / 60)} minutes`,
  },
  {
    id: "v2-prompt-in-task",
    says: "An expanded prompt stands in the task as content.prompt.",
    source: "openapi/schemas/VideoTaskContent.yaml",
    needs: NEEDS.prompt,
    judge: (one) => when(madeBy(one, "text"), ({ prompt }) => typeof prompt === "string" && prompt !== ""),
    evidence: (one) => `content with ${Object.keys(madeBy(one, "text") ?? {}).join(", ") || "nothing"}`,
  },
  {
    id: "v2-usage-on-success",
    says: "usage is empty, or all zeros, until a task has succeeded.",
    source: 'SOURCES.md, "Usage"',
    needs: NEEDS.begun2,
    judge: (one) =>
      when(taskOf(one), ({ status, usage = {} }) =>
        status === "succeeded" || !isRecord(usage) ? undefined : Object.values(usage).every((figure) => figure === 0),
      ),
    evidence: (one) => `usage ${JSON.stringify(taskOf(one)?.usage)} while ${String(taskOf(one)?.status)}`,
  },
  {
    id: "v2-created-at-seconds",
    says: "created_at and updated_at of a task are Unix times in seconds.",
    source: "openapi/schemas/VideoTask.yaml",
    needs: NEEDS.task2,
    judge: (one) =>
      when(taskOf(one), ({ created_at, updated_at }) =>
        created_at === undefined ? undefined : isSeconds(created_at) && isSeconds(updated_at ?? created_at),
      ),
  },
  {
    id: "v2-cancel-in-words",
    says: "Who cancels or deletes a task is told which of the two it was, twice.",
    source: "openapi/schemas/DeleteVideoGenerationV2Resp.yaml",
    needs: NEEDS.free,
    judge: (one) =>
      one.operationId === "videoGenerationV2Delete" && one.method === "DELETE" && one.status === 200
        ? /^(cancelled|deleted)$/.test(String(field(one, "action"))) && field(one, "status") === field(one, "action")
        : undefined,
    evidence: (one) => `action ${JSON.stringify(field(one, "action"))}, status ${JSON.stringify(field(one, "status"))}`,
  },
  {
    id: "unfit-upload-under-400",
    says: "An upload for version 2 that is no medium is refused under HTTP 400.",
    source: 'SOURCES.md, "Refused uploads"',
    needs: NEEDS.free,
    judge: (one) => (isInput(one) && one.keyed && codeIn(one) === 2013 ? one.status === 400 : undefined),
  },
  {
    id: "list-of-files",
    says: "The list of files stands in files, with ids as numbers.",
    source: 'SOURCES.md, "List of files"',
    judge: (one) =>
      one.operationId === "listFiles" && one.status === 200 && codeIn(one) === undefined
        ? isListOfFiles(field(one, "files"))
        : undefined,
  },
];

function isV2({ operationId, url }: Exchange): boolean {
  return operationId !== "download" && operationId !== "" && /\/v2\//.test(url);
}

/** What a refusal of version 2 says of itself. */
function errorOf(exchange: Exchange): Record<string, unknown> | undefined {
  const error = isV2(exchange) ? field(exchange, "error") : undefined;
  return isRecord(error) ? error : undefined;
}

/** The code in brackets at the end of a message. */
function endOf(message: unknown): string | undefined {
  return /\((\d+)\)$/.exec(String(message))?.[1];
}

function isQuery({ operationId, method }: Exchange): boolean {
  return operationId === "videoGenerationV2Query" && method === "GET";
}

function taskOf(exchange: Exchange): Record<string, unknown> | undefined {
  const task = isQuery(exchange) ? field(exchange, "task") : undefined;
  return isRecord(task) ? task : undefined;
}

/** What a task has made that has succeeded. */
function madeBy(exchange: Exchange, wanted: "video" | "text"): Record<string, unknown> | undefined {
  const { status, task_type, content = {} } = taskOf(exchange) ?? {};
  const made = task_type === "h3_context_ir" ? "text" : "video";
  return status === "succeeded" && made === wanted && isRecord(content) ? content : undefined;
}

/** An upload for version 2 in which the bytes alone can be wrong. */
function isInput({ operationId, method, headers, body = "{}" }: Exchange): boolean {
  // A form names its type by itself; where one is named, it is a wrong one.
  if (operationId !== "uploadFile" || method !== "POST" || headers["content-type"]) return false;
  const form: unknown = JSON.parse(body);
  return (
    isRecord(form) && Object.keys(form).sort().join() === "file,purpose" && form.purpose === "video_generation_input"
  );
}

function isListOfFiles(files: unknown): boolean {
  return Array.isArray(files) && files.every((file) => isRecord(file) && typeof file.file_id === "number");
}
