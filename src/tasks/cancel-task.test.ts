/** Cancelling a queued task and deleting a finished one, which are the same call of the service. */
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, type Given } from "../../contract-tests/helpers/fake-fetch.js";
import type { ConnectOptions } from "../base/connect-options.js";
import type { TaskKind } from "../base/task.js";
import { createClient } from "../client.js";

const QUERY = "GET /v2/query/video_generation/7";
const REMOVAL = "DELETE /v2/video_generation/7";
const at = (status: string) => ({ task: { id: "7", status } });
const done = (action: string) => ({ task_id: "7", action, status: action });
const lost = new TypeError("fetch failed");

/** The requests of a call to a service with these answers, and its error, if any. */
async function tried(
  name: "cancel" | "delete",
  given: Given[],
  kind: TaskKind = "generation",
  more: ConnectOptions = {},
) {
  const { options, sent, clock } = answers(...given);
  const task = createClient({ ...options, ...more }).videos.task("7", kind);
  const error = await clock.until(
    task[name]().then(
      () => undefined,
      (error: Error) => error,
    ),
  );
  return { error, task, sent: sent.map(({ request }) => request) };
}

test.each<["cancel" | "delete", string, Given[], string[]]>([
  ["cancel", "while it is queued", [at("queued"), done("cancelled")], [QUERY, REMOVAL]],
  ["cancel", "in whatever letters", [at("Queued"), done("cancelled")], [QUERY, REMOVAL]],
  ["cancel", "without a request if it is cancelled already", [at("cancelled")], [QUERY]],
  [
    "cancel",
    "again after a lost reply, once its status is known",
    [at("queued"), lost, at("queued"), done("cancelled")],
    [QUERY, REMOVAL, QUERY, REMOVAL],
  ],
  ["delete", "if it has succeeded", [at("succeeded"), done("deleted")], [QUERY, REMOVAL]],
  ["delete", "if it has failed", [at("failed"), done("deleted")], [QUERY, REMOVAL]],
  ["delete", "if it was cancelled", [at("cancelled"), done("deleted")], [QUERY, REMOVAL]],
  ["delete", "again after a lost reply", [at("failed"), lost, done("deleted")], [QUERY, REMOVAL, REMOVAL]],
])("%s removes a task %s", async (name, _, given, expected) => {
  expect(await tried(name, given)).toMatchObject({ error: undefined, sent: expected });
});

test.each<["cancel" | "delete", string, string]>([
  ["cancel", "running", "it is running (running) and will be charged; only a queued task can be cancelled"],
  ["cancel", "succeeded", "it is finished (succeeded); task.delete() deletes it"],
  ["cancel", "failed", "it is finished (failed); task.delete() deletes it"],
  ["delete", "queued", "it is not finished (queued); task.cancel() cancels a queued task"],
  ["delete", "running", "it is not finished (running); task.cancel() cancels a queued task"],
])("%s sends nothing for a task that is %s", async (name, word, why) => {
  const { error, task, sent } = await tried(name, [at(word)]);
  const message = `Task 7 was not ${name === "cancel" ? "cancelled" : "deleted"}\n  task: ${why}`;
  expect(error).toMatchObject({ name: "ValidationError", message, task, taskId: "7" });
  expect(sent).toEqual([QUERY]);
});

test.each<["cancel" | "delete", string, string]>([
  ["cancel", "queued", "deleted"],
  ["delete", "failed", "cancelled"],
])("%s fails with the task if the service took another action", async (name, word, action) => {
  const { error, task } = await tried(name, [
    at(word),
    done(action),
    name === "cancel" ? at(word) : done(action),
    done(action),
  ]);
  expect(error).toMatchObject({ name: "ApiError", operation: "videoGenerationV2Delete", task, taskId: "7" });
  expect(error?.message).toMatch(/has no action "(cancelled|deleted)", so it is not a reply of this API$/);
});

describe.each(["cancel", "delete"] as const)("%s", (name) => {
  test.each(["video", "template"] as const)("is refused for API v1, and nothing is sent: %s", async (kind) => {
    const { error, task, sent } = await tried(name, [{}], kind);
    const what = name === "cancel" ? "cancelled" : "deleted";
    const message = `Task 7 was not ${what}\n  task: API v1 cannot cancel or delete tasks; this one continues and will be charged`;
    expect(error).toMatchObject({ name: "ValidationError", message, task, taskId: "7" });
    expect(sent).toEqual([]);
  });

  test("ends with the caller's reason", async () => {
    const reason = new Error("enough");
    const task = createClient(answers(at("queued")).options).videos.task("7", "generation");
    expect(await failureOf(task[name]({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});

describe("a journal", () => {
  test("records a cancelled task as failed, and nothing about one that continues", async () => {
    const ended = vi.fn(async () => {});
    const journal = { ended } as never;
    const { task } = await tried("cancel", [at("queued"), done("cancelled")], "generation", { journal });
    await tried("cancel", [at("running")], "generation", { journal });
    expect(ended.mock.calls).toEqual([[task.toJSON(), { state: "failed" }]]);
  });

  test("that hangs does not prevent the signal from ending a cancel", async () => {
    const { options, clock } = answers(at("queued"), done("cancelled"));
    const controller = new AbortController();
    const ended = vi.fn(() => {
      controller.abort("enough");
      return new Promise<void>(() => {});
    });
    const { videos } = createClient({ ...options, journal: { ended } as never });
    const cancelling = videos.task("7", "generation").cancel({ signal: controller.signal });
    await expect(clock.until(cancelling)).rejects.toBe("enough");
    expect(ended).toHaveBeenCalledOnce();
  });
});
