/** Errors for a create whose reply was lost or unclear: a task may exist and may be charged. */
import { type MiniMaxError, type SubmissionFacts, SubmissionUnknownError, sentence } from "../base/errors.js";
import type { PromptTask, TaskKind, VideoTask } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";

/** What is known about a create that was sent. */
export type SentCreate = SubmissionFacts & { readonly kind: TaskKind };

/** The error for a create whose reply was lost or unclear. `task`: the task that the reply names although it reports a failure. */
export function lostReply(sent: SentCreate, error: MiniMaxError, task: VideoTask | PromptTask | undefined) {
  const message = task
    ? `The reply to the create is not a success, but it names task ${task.id}, which may be charged. ${sentence(error.message)} Wait for that task before you send the request again.`
    : `The create may or may not have been accepted. ${sentence(error.message)} ${adviceForUnknown(sent)}`;
  return new SubmissionUnknownError(message, { ...sent, task, cause: error });
}

export function unknownEarlier(earlier: SentCreate, key: string | undefined) {
  const when = new Date(earlier.submittedAt).toISOString();
  const message = `The create of ${when} under the key "${key}" may or may not have been accepted, so it was not sent again. ${adviceForUnknown(earlier)}`;
  return new SubmissionUnknownError(message, earlier);
}

export function adviceForUnknown({ kind, callback }: Pick<SentCreate, "kind" | "callback">): string {
  const where = kinds[kind].isListed
    ? "look for it with videos.reconcile(error)"
    : callback === undefined
      ? "API v1 cannot list or cancel it. Check the usage page of the console"
      : "API v1 cannot list it, but a callback names it: once one has arrived, videos.reconcile(error) finds the task. Check that or the usage page of the console";
  return `A task may have been created and may be charged; ${where} before you send the request again.`;
}
