import { callUser } from "../base/errors.js";
import { lazily } from "../base/lazily.js";
import { aFunction, assertOptions } from "../base/options.js";
import { snapshotOf } from "../base/record.js";
import type { CreateOptions, PromptRequest, VideoRequest, VideoTemplateGenerationReq } from "../base/request-types.js";
import type { CallOptions, ExpandedPrompt, TaskOf, Video, VideoTask, WaitOptions } from "../base/task.js";
import type { Wish } from "../kinds/kind-of.js";
import type { Connection } from "./context.js";

/** Options of a create and of the wait that follows. */
export interface GenerateOptions<Handle = VideoTask> extends CreateOptions, WaitOptions {
  /** Called once, as soon as the create is accepted, so that the handle is not lost if the wait ends early. */
  onTask?: ((task: Handle) => void) | undefined;
}

interface Wishes {
  video: { request: VideoRequest; result: Video };
  template: { request: VideoTemplateGenerationReq; result: Video };
  h3_context_ir: { request: PromptRequest; result: ExpandedPrompt };
}

const loadCode = lazily(() => Promise.all([import("./submit.js"), import("./wait-for-task.js")]));

/** Loads all code that a create and its wait need before buying anything, so that loading cannot fail after the purchase. */
const load = (connection: Connection, options?: CallOptions) => Promise.all([connection.context(options), loadCode()]);

/** Copies the request first, so that its owner cannot change it while code is loaded. */
async function create<Name extends Wish>(
  wish: Name,
  connection: Connection,
  request: Wishes[Name]["request"],
  options?: CreateOptions,
): Promise<TaskOf<Name>> {
  const snapshot = snapshotOf(request);
  const [context, [{ submit }]] = await load(connection, options);
  return submit(context, wish, snapshot, options);
}

/**
 * Buys one video, at most once. Checks the request offline against the server's spec, then sends it. Sends it again only if it was
 * certainly not accepted.
 * @throws {ValidationError} with every issue, before anything is sent; {ApiError} if the service refused; {ConnectionError}
 * if the service could not be reached; {SubmissionUnknownError} if a task may or may not have been created.
 */
export const createVideo = (connection: Connection, request: VideoRequest, options?: CreateOptions) =>
  create("video", connection, request, options);

/** Buys one video from a template, at most once, like `createVideo`. */
export const createFromTemplate = (
  connection: Connection,
  request: VideoTemplateGenerationReq,
  options?: CreateOptions,
) => create("template", connection, request, options);

/** Buys one prompt expanded by Context-IR (API v2), at most once, like `createVideo`. */
export const createPrompt = (connection: Connection, request: PromptRequest, options?: CreateOptions) =>
  create("h3_context_ir", connection, request, options);

/** Creates a task, then waits for it. Checks all options first: an invalid wait option must not surface after the purchase. */
export async function generate<Name extends Wish>(
  connection: Connection,
  wish: Name,
  request: Wishes[Name]["request"],
  options?: GenerateOptions<TaskOf<Name>>,
): Promise<Wishes[Name]["result"]> {
  const snapshot = snapshotOf(request);
  const [context, [{ submit, CREATE_OPTIONS }, { WAIT_OPTIONS }]] = await load(connection, options);
  const rules = { ...CREATE_OPTIONS, ...WAIT_OPTIONS, onTask: aFunction };
  const { key, onTask, ...waiting } = assertOptions("generate", options, rules);
  const task = await submit(context, wish, snapshot, { key, signal: waiting.signal });
  if (onTask) callUser("onTask", () => onTask(task), { task });
  return task.wait(waiting);
}
