import { MiniMaxError } from "../base/errors.js";
import type { TaskStatus } from "../base/task.js";

/**
 * `onStatus` for the `createWebhookHandler` at the address of `relay`: tells the `webhook` of the AI SDK that its task is over, once.
 * Which one that is stands in the signed URL that MiniMax has called, so the process need not be the one that has bought.
 * @throws {MiniMaxError} if it cannot be told; the handler then answers MiniMax with 500.
 */
export async function relayStatus({ state, taskId }: TaskStatus, { reference }: { reference?: string }): Promise<void> {
  if (state === "running" || reference === undefined) return;
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(10_000);
  const { status, ok } = await fetch(reference, {
    method: "POST",
    headers,
    body: JSON.stringify({ taskId, state }),
    signal,
  });
  if (!ok) throw new MiniMaxError(`The webhook of the AI SDK answered with HTTP ${status}`, { taskId });
}
