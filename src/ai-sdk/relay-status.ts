import { MiniMaxError } from "../base/errors.js";
import type { TaskStatus } from "../base/task.js";

/**
 * Tells the `webhook` of the AI SDK, once, that its task has ended. Pass it as `onStatus` to the `createWebhookHandler` at the
 * address of `relay`. The signed URL that MiniMax calls names that webhook as its `reference`, so this works in any process. If it
 * throws, the handler answers with 500.
 */
export async function relayStatus({ state, taskId }: TaskStatus, { reference }: { reference?: string }): Promise<void> {
  if (state === "running" || reference === undefined) return;
  const body = JSON.stringify({ taskId, state });
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(10_000);
  const { ok, status } = await fetch(reference, { method: "POST", headers, body, signal, redirect: "error" });
  if (!ok) throw new MiniMaxError(`The webhook of the AI SDK answered with HTTP ${status}`, { taskId });
}
