import { ApiError } from "../base/errors.js";
import { defined } from "../base/record.js";
import type { ExpandedPrompt, PromptTask, TaskStatus } from "../base/task.js";
import type { HttpContext } from "../http/transport.js";

/**
 * The result of a Context-IR task that has succeeded.
 * @throws {ApiError} if the reply contains no prompt. The task is charged, and a later reply may contain it.
 */
export function promptFrom(
  { server }: HttpContext,
  task: PromptTask,
  { taskId, prompt, usage }: TaskStatus & { state: "succeeded" },
): ExpandedPrompt {
  if (prompt !== undefined) return defined({ taskId, prompt, usage, task });
  const message = `Task ${task.id} succeeded, but the reply of ${server.baseUrl} has no prompt; wait for it again`;
  const facts = { operation: "wait", server: server.baseUrl, task, taskId };
  throw new ApiError(message, { kind: "unknown", retryable: true, status: 200, ...facts });
}
