import { describe, expect, test, vi } from "vitest";
import { ValidationError } from "../src/base/errors.js";
import type { TaskKind } from "../src/base/task.js";
import { createClient } from "../src/client.js";
import type { ConnectOptions } from "../src/connection.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, type Given } from "./helpers/fake-fetch.js";

const QUERY = "GET /v2/query/video_generation/7";
const REMOVAL = "DELETE /v2/video_generation/7";
const at = (status: string) => ({ task: { id: "7", status } });
const done = (action: string) => ({ task_id: "7", action, status: action });
const lost = new TypeError("fetch failed");

/** What taking a task back, or away, asks for, and what it fails with. */
async function tried(
  name: "cancel" | "delete",
  given: Given[],
  { kind = "generation" as TaskKind, more = {} as ConnectOptions } = {},
) {
  const { options, sent, clock } = answers(...given);
  const task = createClient({ ...options, ...more }).videos.task("7", kind);
  const error: unknown = await clock.until(task[name]().catch((error) => error));
  return { error, task, asked: sent.map(({ request }) => request) };
}

describe("a task is taken back", () => {
  test.each(["queued", "Queued"])("while it is %s", async (word) => {
    expect(await tried("cancel", [at(word), done("cancelled")])).toMatchObject({
      asked: [QUERY, REMOVAL],
      error: undefined,
    });
  });

  test("once: where it is cancelled already, nothing is sent", async () => {
    expect(await tried("cancel", [at("cancelled")])).toMatchObject({ asked: [QUERY], error: undefined });
  });

  test("again after a lost reply, once it was looked at", async () => {
    const asked = [QUERY, REMOVAL, QUERY, REMOVAL];
    const given = [at("queued"), lost, at("queued"), done("cancelled")];
    expect(await tried("cancel", given)).toMatchObject({ asked, error: undefined });
  });

  test.each([
    ["running", "it is running (running) and will be charged; only a queued task can be cancelled"],
    ["succeeded", "it is finished (succeeded); task.delete() deletes it"],
    ["failed", "it is finished (failed); task.delete() deletes it"],
  ])("not when it is %s", async (word, why) => {
    const { error, task, asked } = await tried("cancel", [at(word)]);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({ message: `Task 7 was not cancelled\n  task: ${why}`, task, taskId: "7" });
    expect(asked).toEqual([QUERY]);
  });

  test("not where another action was taken, and whoever hears of it has the task", async () => {
    const { error, task } = await tried("cancel", [at("queued"), done("deleted"), at("queued"), done("deleted")]);
    expect(error).toMatchObject({ name: "ApiError", operation: "videoGenerationV2Delete", task, taskId: "7" });
    expect((error as Error).message).toMatch(/has no action "cancelled", so it is not one of this API$/);
  });

  test("ends with the signal's reason while a journal hangs", async () => {
    const { options, clock } = answers(at("queued"), done("cancelled"));
    const controller = new AbortController();
    const ended = vi.fn(() => {
      controller.abort("enough");
      return new Promise<void>(() => {});
    });
    const journal = { begin: vi.fn(), ended } as never;
    const task = createClient({ ...options, journal }).videos.task("7", "generation");
    await expect(clock.until(task.cancel({ signal: controller.signal }))).rejects.toBe("enough");
    expect(ended).toHaveBeenCalledOnce();
  });

  test("and the journal hears that it will not come", async () => {
    const ended = vi.fn(async () => {});
    const journal = { begin: vi.fn(), ended } as never;
    const { task } = await tried("cancel", [at("queued"), done("cancelled")], { more: { journal } });
    expect(ended.mock.calls).toEqual([[task.toJSON(), { state: "failed" }]]);
    ended.mockClear();
    await tried("cancel", [at("running")], { more: { journal } });
    expect(ended).not.toHaveBeenCalled();
  });
});

describe("a task is deleted", () => {
  test.each(["succeeded", "failed", "cancelled"])("when it is %s", async (word) => {
    expect(await tried("delete", [at(word), done("deleted")])).toMatchObject({
      asked: [QUERY, REMOVAL],
      error: undefined,
    });
  });

  test.each(["queued", "running"])("not while it is %s", async (word) => {
    const { error, task, asked } = await tried("delete", [at(word)]);
    const message = `Task 7 was not deleted\n  task: it is not finished (${word}); task.cancel() cancels a queued task`;
    expect(error).toMatchObject({ name: "ValidationError", message, task, taskId: "7" });
    expect(asked).toEqual([QUERY]);
  });

  test("again after a lost reply", async () => {
    const { error, asked } = await tried("delete", [at("failed"), lost, done("deleted")]);
    expect([error, asked]).toEqual([undefined, [QUERY, REMOVAL, REMOVAL]]);
  });

  test("not where it was cancelled instead", async () => {
    const { error } = await tried("delete", [at("failed"), done("cancelled")]);
    expect((error as Error).message).toMatch(/has no action "deleted"/);
  });
});

test.each(["video", "template"] as const)("version 1 has neither, and nobody is asked: %s", async (kind) => {
  for (const [name, what] of [
    ["cancel", "cancelled"],
    ["delete", "deleted"],
  ] as const) {
    const { error, task, asked } = await tried(name, [{}], { kind });
    const message = `Task 7 was not ${what}\n  task: API v1 cannot cancel or delete tasks; this one goes on and will be charged`;
    expect(error).toMatchObject({ name: "ValidationError", message, task, taskId: "7" });
    expect(asked).toEqual([]);
  }
});

test("the caller's reason ends both", async () => {
  const reason = new Error("enough");
  for (const name of ["cancel", "delete"] as const) {
    const { options } = answers(at("queued"));
    const task = createClient(options).videos.task("7", "generation");
    expect(await failureOf(task[name]({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  }
});
