/** Every operation × every named example of its spec, through the client and Prism, to the right value or error. */
import { describe, expect, inject, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import {
  ApiError,
  createClient,
  type ErrorKind,
  type MiniMax,
  type ServerName,
  SubmissionUnknownError,
  TaskFailedError,
} from "../src/index.js";
import { type Name, operation } from "./documents.js";

/** What each code means to a caller, typed by hand from the fact sheet's tables 4.2 and 4.3. */
const KINDS: Record<number, ErrorKind> = {
  1000: "service",
  1001: "service",
  1002: "rate_limited",
  1004: "authentication",
  1008: "insufficient_balance",
  1013: "service",
  1024: "service",
  1026: "content_rejected",
  1027: "content_rejected",
  1028: "plan_limit",
  1030: "plan_limit",
  1033: "service",
  1039: "rate_limited",
  1041: "rate_limited",
  1042: "invalid_request",
  2013: "invalid_request",
  2038: "plan_limit",
  2045: "rate_limited",
  2049: "authentication",
  2056: "plan_limit",
  2061: "plan_limit",
};
const RETRYABLE = new Set(["service", "rate_limited"]);

/** A client that makes Prism answer with one named example, without pauses, and counts what it sends. */
function clientFor(example: string, name: Name = "minimax"): { minimax: MiniMax; sent: () => number } {
  let sent = 0;
  const minimax = createClient({
    apiKey: "test",
    server: { baseUrl: inject("prism")[name] as string, like: LIKE[name] },
    fetch: (url, init) => {
      sent++;
      return fetch(url, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), prefer: `example=${example}` },
      });
    },
    clock: { now: Date.now, random: Math.random, pause: async () => {} },
  });
  return { minimax, sent: () => sent };
}

const LIKE: Record<Name, ServerName> = { minimax: "global", quickrouter: "quickrouter", aimanyi: "aimanyi" };

function outcomesOf(name: Name, operationId: string): [example: string, code: number, reply: Json][] {
  const { responses } = operation(name, operationId);
  return Object.entries(responses).map(([example, reply]) => [example, reply.base_resp?.status_code ?? 0, reply]);
}

const text = { model: "MiniMax-Hailuo-02", prompt: "a fox", duration: 6 } as const;
const template = { template_id: "394125185182695432", text_inputs: [{ value: "rain" }] };

describe.each([
  ["videoGeneration", (minimax: MiniMax) => minimax.videos.create(text)],
  ["videoTemplateGeneration", (minimax: MiniMax) => minimax.templates.create(template)],
] as const)("%s", (operationId, create) => {
  test.each(outcomesOf("minimax", operationId))("%s (code %d)", async (example, code, reply) => {
    const { minimax, sent } = clientFor(example);
    const outcome = await create(minimax).catch((error: unknown) => error);
    if (code === 0) {
      expect(outcome).toMatchObject({
        id: reply.task_id,
        kind: operationId === "videoGeneration" ? "video" : "template",
      });
      expect(sent()).toBe(1);
      return;
    }
    const kind = KINDS[code];
    if (kind === "service") {
      // It may have been accepted all the same: never sent again.
      expect(outcome).toBeInstanceOf(SubmissionUnknownError);
      expect(outcome).toMatchObject({ operation: operationId, cause: { code, kind } });
      expect(sent()).toBe(1);
    } else {
      expect(outcome).toBeInstanceOf(ApiError);
      expect(outcome).toMatchObject({
        operation: operationId,
        code,
        kind,
        status: 200,
        retryable: RETRYABLE.has(kind as string),
      });
      expect(sent()).toBe(kind === "rate_limited" ? 3 : 1);
    }
  });
});

describe.each([
  ["queryVideoGenerationTask", (minimax: MiniMax) => minimax.videos.task("176843862716480")],
  ["queryVideoTemplateGenerationTask", (minimax: MiniMax) => minimax.templates.task("401047179385389059")],
] as const)("%s", (operationId, task) => {
  test.each(outcomesOf("minimax", operationId))("%s (code %d)", async (example, code, reply) => {
    const { minimax, sent } = clientFor(example);
    const handle = task(minimax);
    const outcome = await handle.status().catch((error: unknown) => error);
    if (String(reply.status) === "Fail") {
      expect(outcome).toMatchObject({
        state: "failed",
        word: "Fail",
        ...(code ? { code, kind: KINDS[code] } : { kind: "unknown" }),
      });
      const failure = await handle.wait().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TaskFailedError);
      expect(failure).toMatchObject({ taskId: handle.id, task: handle });
    } else if (code === 0) {
      const state = String(reply.status) === "Success" ? "succeeded" : "running";
      expect(outcome).toMatchObject({ state, word: reply.status, taskId: handle.id });
      if (state === "succeeded") expect(outcome).toMatchObject(expectedResult(reply));
    } else {
      expect(outcome).toBeInstanceOf(ApiError);
      expect(outcome).toMatchObject({
        code,
        kind: KINDS[code],
        taskId: handle.id,
        task: handle,
        operation: operationId,
      });
      // Reads are free: sent again where that may help.
      expect(sent()).toBe(RETRYABLE.has(KINDS[code] as string) ? 3 : 1);
    }
  });
});

function expectedResult({ file_id, video_url, video_width, video_height }: Json): object {
  return file_id ? { fileId: file_id, width: video_width, height: video_height } : { url: video_url };
}

describe("retrieveFile", () => {
  test.each(outcomesOf("minimax", "retrieveFile"))("%s (code %d)", async (example, code, reply) => {
    const { minimax, sent } = clientFor(example);
    const outcome = await minimax.files.retrieve("176844028768320").catch((error: unknown) => error);
    if (code === 0) {
      const { file_id, ...file } = reply.file;
      expect(outcome).toEqual({ ...file, file_id: String(file_id) });
    } else {
      expect(outcome).toBeInstanceOf(ApiError);
      expect(outcome).toMatchObject({ code, kind: KINDS[code], operation: "retrieveFile" });
      expect(sent()).toBe(RETRYABLE.has(KINDS[code] as string) ? 3 : 1);
    }
  });
});

describe("every request example is sent as it stands, and accepted", () => {
  const requests = (name: Name, operationId: string) => Object.entries(operation(name, operationId).requests);

  test.each(requests("minimax", "videoGeneration"))("official: %s", async (_, request) => {
    const { minimax } = clientFor("success");
    const { ok, issues } = await minimax.videos.check(request);
    expect([ok, issues.filter(({ severity }) => severity === "error")]).toEqual([true, []]);
    expect((await minimax.videos.create({ ...request, callback_url: undefined })).id).toBe("106916112212032");
  });

  test.each(requests("minimax", "videoTemplateGeneration"))("template: %s", async (_, request) => {
    const { minimax } = clientFor("success");
    expect((await minimax.templates.create({ ...request, callback_url: undefined })).id).toBe("401047179385389059");
  });

  test.each(requests("quickrouter", "videoGeneration"))("QuickRouter: %s", async (_, request) => {
    const { minimax } = clientFor(firstOf("quickrouter", "videoGeneration"), "quickrouter");
    expect((await minimax.videos.create({ ...request, callback_url: undefined })).id).toBe("106916112212032");
  });
});

function firstOf(name: Name, operationId: string): string {
  return Object.keys(operation(name, operationId).responses)[0] as string;
}

describe("the aimanyi gateway", () => {
  const created = outcomesOf("aimanyi", "videoGeneration").filter(([, code, reply]) => code === 0 && !isFailure(reply));
  const queried = outcomesOf("aimanyi", "queryVideoGenerationTask");

  test("documents both replies to a create: the native one of its example and the enveloped one of its schema", () => {
    expect(created.map(([, , reply]) => "code" in reply)).toEqual(expect.arrayContaining([true, false]));
  });

  test.each(created)("understands the accepted create %s", async (example, _, reply) => {
    const { minimax } = clientFor(example, "aimanyi");
    const { task_id } = "code" in reply ? reply.data : reply;
    expect((await minimax.videos.create(text)).id).toBe(task_id);
  });

  test.each(
    queried.filter(([, code, reply]) => code === 0 && !isFailure(reply)),
  )("understands the query %s", async (example, _, reply) => {
    const { minimax } = clientFor(example, "aimanyi");
    const { status } = "code" in reply ? reply.data : reply;
    const final: Record<string, string> = {
      SUCCESS: "succeeded",
      FAILURE: "failed",
      Success: "succeeded",
      Fail: "failed",
    };
    const outcome = await minimax.videos.task("1").status();
    expect(outcome.state).toBe(final[status] ?? "running");
    if (outcome.state === "succeeded") expect(outcome.fileId).toMatch(/^\d+$/);
  });

  function isFailure(reply: Record<string, unknown>): boolean {
    return "code" in reply && reply.code !== 0 && reply.code !== "success";
  }
});

describe("the raw client", () => {
  test("hands out what the spec says, ids as exact strings, and leaves base_resp to its user", async () => {
    const { minimax } = clientFor("rateLimited");
    const { data, response } = await minimax.api.GET("/v1/query/video_generation", {
      params: { query: { task_id: "1" } },
    });
    expect(response.status).toBe(200);
    expect(data?.base_resp.status_code).toBe(1002);
    const file = await clientFor("success").minimax.api.GET("/v1/files/retrieve", {
      params: { query: { file_id: "1" } },
    });
    expect(file.data?.file?.file_id).toBe("176844028768320");
  });

  test("sends a body as it is given: what the spec forbids is Prism's 422, as an error", async () => {
    const { error, response } = await clientFor("success").minimax.api.POST("/v1/video_generation", {
      body: { model: "S2V-01" } as never,
    });
    expect(response.status).toBe(422);
    expect(JSON.stringify(error)).toContain("subject_reference");
  });
});
