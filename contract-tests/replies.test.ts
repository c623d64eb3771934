/** How the client handles each named example of a reply or a callback in the specs. */
import { describe, expect, inject, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import type { ErrorKind, TaskKind } from "../src/index.js";
import { createWebhookHandler, webhookUrl } from "../src/webhooks/index.js";
import { ATTEMPTS, errorOf, idIn, operationIds, outcomeOf, sortOf } from "./helpers/called.js";
import { JSON_TYPE, names, operationsOf } from "./helpers/documents.js";

/** The meaning of refusals, typed by hand from the fact sheet: by code in API v1 (4.3), by HTTP status, type and code in v2 (4.4). */
const MEANINGS: Partial<Record<ErrorKind, string[]>> = {
  service: ["1000", "1001", "1013", "1024", "1033", "500 server_error 1000", "529 overloaded_error"],
  rate_limited: ["1002", "1039", "1041", "2045", "429 rate_limit_error 1002", "429 rate_limit_error 1041"],
  authentication: ["1004", "2049", "401 authorized_error 1004", "401 authorized_error 2049"],
  insufficient_balance: ["1008", "402 insufficient_balance_error 1008"],
  content_rejected: ["1026", "1027", "422 unprocessable_entity_error 1026"],
  plan_limit: ["1028", "1030", "2038", "2056", "2061"],
  invalid_request: ["1042", "2013", "400 bad_request_error 2013", "422 unprocessable_entity_error 2013"],
};
const REFUSALS = Object.fromEntries(
  Object.entries(MEANINGS).flatMap(([kind, rows]) => rows.map((row) => [row, kind as ErrorKind])),
);

/** The state of a status in the fact sheet (table 3). Any other status means "running". */
function stateOf(word: string): string {
  if (["Success", "success", "succeeded"].includes(word)) return "succeeded";
  return ["Fail", "failed", "FAILURE", "cancelled", "expired"].includes(word) ? "failed" : "running";
}
/** Why a task failed, by the code in its status. */
const REASONS: Record<number, string> = {
  1026: "the input was judged sensitive",
  1027: "the finished video was judged sensitive",
};

/** The status that a query, an item of a list or a callback describes. */
function statusIn({ task = {}, data, ...v1 }: Json, id: string): object {
  const inner = data?.data?.status ? data.data : (data ?? v1);
  const word = task.status ?? inner.status;
  const state = stateOf(word);
  if (state === "running") return { state, taskId: id, word };
  if (state === "failed") {
    const code = Number.parseInt(task.error?.code ?? inner.base_resp?.status_code ?? 0, 10);
    const reason = REASONS[code] ?? data?.fail_reason;
    const kind = code ? "content_rejected" : "unknown";
    return { state, taskId: id, word, kind, ...(code && { code }), ...(reason && { reason }) };
  }
  const { url = inner.video_url, prompt } = task.content ?? {};
  const { file_id, video_width: width, video_height: height } = inner;
  const facts = { url, prompt, usage: task.usage, fileId: file_id && String(file_id), width, height };
  return { state, taskId: id, word, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value)) };
}

const KIND_OF: Record<string, TaskKind> = {
  videoGeneration: "video",
  videoTemplateGeneration: "template",
  videoGenerationV2Create: "generation",
  videoRegenerationV2Create: "regeneration",
  h3ContextIRV2Create: "h3_context_ir",
};

/** The expected result of a successful reply. */
function valueIn(operationId: string, reply: Json, id: string): unknown {
  const { file, files, items, base_resp: _, ...fields } = Object(reply);
  if (operationId in KIND_OF) return { id, kind: KIND_OF[operationId] };
  if (/[qQ]uery/.test(operationId)) return statusIn(reply, id);
  if (operationId === "retrieveFile") return { ...file, file_id: id };
  if (operationId === "uploadFile") return { ...file, file_id: id, uri: `mm_file://${id}` };
  if (operationId === "getAccountBalance") return fields;
  if (operationId === "getTokenPlan") return fields.model_remains;
  if (operationId === "listFiles") return files.map((one: Json) => ({ ...one, file_id: String(one.file_id) }));
  if (operationId === "videoGenerationV2List")
    return items.map((task: Json) => ({ id: task.id, kind: task.task_type, status: statusIn({ task }, task.id) }));
  return undefined;
}

/** The row of a refusal. Undefined for a success, and for a failed task, which has a status in addition to its code. */
function refusalIn(status: number, reply: Json): { code?: number; row: string } | undefined {
  const { type, error, base_resp, status: word } = Object(reply);
  if (type === "error") {
    const code = /\((\d+)\)$/.exec(error.message)?.[1];
    return { ...(code && { code: Number(code) }), row: [status, error.type, ...(code ? [code] : [])].join(" ") };
  }
  const code = base_resp?.status_code;
  return code && !word ? { code, row: String(code) } : undefined;
}

const examples = names.flatMap((root) =>
  operationsOf(root).flatMap(({ operationId, replies }) =>
    replies.flatMap(({ status, mediaType, examples }) =>
      Object.entries(examples).map(([name, reply]) => {
        return { root, operationId, name, status, mediaType, reply: reply as Json };
      }),
    ),
  ),
);

/** Prism's reply with an example, requested once and returned for each request of the client. */
function prismReply(prefer: string, accept: string): typeof fetch {
  let reply: Promise<Response> | undefined;
  return async (url, init) => {
    reply ??= fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), prefer, accept } });
    return (await reply).clone();
  };
}

/** A task that is deleted, not cancelled, is in cancel-task.test.ts. */
const called = examples.filter(({ name }) => name !== "deleted");

describe("an example of a reply", () => {
  test("exists for each operation and each refusal", () => {
    expect([...new Set(examples.map(({ operationId }) => operationId))].toSorted()).toEqual(operationIds.toSorted());
    const rows = examples.flatMap(({ status, reply }) => refusalIn(status, reply)?.row ?? []);
    expect([...new Set(rows)].toSorted()).toEqual(Object.keys(REFUSALS).toSorted());
  });

  test.each(called)("$root $operationId: $status $name", async (example) => {
    const { root, operationId, name, status, mediaType, reply } = example;
    const id = idIn(reply);
    const send = prismReply(`code=${status}, example=${name}`, mediaType);
    const { value, error, sent } = await outcomeOf(root, operationId, id, send, inject("prism")[root]);
    const refusal = refusalIn(status, reply);
    if (!refusal) {
      expect(error).toBeUndefined();
      expect(sent).toBe(1);
      if (mediaType === JSON_TYPE) expect(value).toEqual(valueIn(operationId, reply, id));
      else expect(value).toEqual({ type: mediaType, text: expect.stringContaining("ftypmp42") });
      return;
    }
    const { code, row } = refusal;
    // Recognised by its message (B13).
    const kind = name === "recordNotFound" ? "invalid_request" : (REFUSALS[row] as ErrorKind);
    const attempts = ATTEMPTS[kind];
    const requestId = reply.error && { requestId: "021785229015510a2c883cf675b9804d" };
    const retryable = attempts !== undefined;
    const cause = { name: "ApiError", kind, status, retryable, ...(code && { code }), ...requestId };
    expect(error).toMatchObject(errorOf(operationId, id, cause, kind === "service"));
    expect(sent).toBe(attempts?.[sortOf(operationId)] ?? 1);
  });
});

const SECRET = "a secret of the receiver, which nobody may see";
const callbacks = names.flatMap((root) =>
  operationsOf(root).flatMap(({ operationId: create, callbacks }) =>
    callbacks.flatMap(({ body, answer }) =>
      Object.entries(body.examples).map(([name, payload]) => ({ create, name, payload: payload as Json, answer })),
    ),
  ),
);

test("an example of a callback exists for each create", () => {
  expect([...new Set(callbacks.map(({ create }) => create))].toSorted()).toEqual(Object.keys(KIND_OF).toSorted());
});

test.each(callbacks)("a callback of $create is understood: $name", async ({ create, payload, answer }) => {
  const kind = KIND_OF[create] as TaskKind;
  const onStatus: object[] = [];
  const handler = createWebhookHandler({
    secret: SECRET,
    onStatus: (status, about) => void onStatus.push({ status, ...about }),
  });
  const url = await webhookUrl("https://your-domain.com/api/video/callback", { secret: SECRET, kind });
  const headers = { "content-type": JSON_TYPE };
  const response = await handler(new Request(url, { method: "POST", headers, body: JSON.stringify(payload) }));
  expect(response.status).toBe(200);
  if (payload.challenge) {
    expect([await response.json(), onStatus]).toEqual([{ challenge: payload.challenge }, []]);
    return;
  }
  expect(await response.json()).toEqual(answer.examples.received);
  const about = { kind: payload.task?.task_type ?? kind };
  expect(onStatus).toEqual([{ status: statusIn(payload, idIn(payload)), ...about }]);
});
