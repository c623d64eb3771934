import { callUser } from "../base/errors.js";
import { lazily } from "../base/lazily.js";
import { aFunction, assertOptions } from "../base/options.js";
import {
  type CreateOptions,
  type CreateRequest,
  type H3ContextIRReq,
  type MiniMaxH3PromptReq,
  snapshotOf,
  type VideoRequest,
  type VideoTemplateGenerationReq,
} from "../base/request-types.js";
import type { CallOptions, ExpandedPrompt, PromptTask, Task, Video, VideoTask, WaitOptions } from "../base/task.js";
import type { Connection } from "./context.js";

/** The options of the create and of the wait. */
export interface GenerateOptions<Handle = VideoTask> extends CreateOptions, WaitOptions {
  /** Called once, as soon as the create is accepted, so that the handle is not lost if the wait ends early. */
  onTask?: ((task: Handle) => void) | undefined;
}

/**
 * Buys one video, at most once. The request is checked offline against the server's spec, then sent; it is sent again only if
 * it certainly was not accepted.
 * @throws {ValidationError} with every issue, before anything is sent; {ApiError} if the service refused; {ConnectionError}
 * if the service could not be reached; {SubmissionUnknownError} if a task may or may not have been created.
 */
export async function createVideo(
  connection: Connection,
  request: VideoRequest,
  options?: CreateOptions,
): Promise<VideoTask> {
  const { context, snapshot, submit } = await load(connection, request, options);
  return submit(context, "video", snapshot, options);
}

/** Buys one video from a template, with the same promise as `createVideo`. */
export async function createFromTemplate(
  connection: Connection,
  request: VideoTemplateGenerationReq,
  options?: CreateOptions,
): Promise<VideoTask> {
  const { context, snapshot, submit } = await load(connection, request, options);
  return submit(context, "template", snapshot, options);
}

/** Expands one prompt with Context-IR of API v2, with the same promise as `createVideo`. */
export async function createPrompt(
  connection: Connection,
  request: H3ContextIRReq | MiniMaxH3PromptReq,
  options?: CreateOptions,
): Promise<PromptTask> {
  const { context, snapshot, submit } = await load(connection, request, options);
  return submit(context, "h3_context_ir", snapshot, options);
}

/** Creates a video, then waits for it. */
export async function generateVideo(
  connection: Connection,
  wish: "video" | "template",
  request: VideoRequest | VideoTemplateGenerationReq,
  options?: GenerateOptions,
): Promise<Video> {
  const { context, snapshot, submit, rules } = await load(connection, request, options);
  return createAndWait(options, rules, (create) => submit(context, wish, snapshot, create));
}

/** Expands a prompt and waits for the result. */
export async function generatePrompt(
  connection: Connection,
  request: H3ContextIRReq | MiniMaxH3PromptReq,
  options?: GenerateOptions<PromptTask>,
): Promise<ExpandedPrompt> {
  const { context, snapshot, submit, rules } = await load(connection, request, options);
  return createAndWait(options, rules, (create) => submit(context, "h3_context_ir", snapshot, create));
}

/** All options are checked first: an invalid option of the wait must not be found after the purchase. */
async function createAndWait<Handle extends Task<Result>, Result extends Video | ExpandedPrompt>(
  options: GenerateOptions<Handle> | undefined,
  rules: Awaited<ReturnType<typeof load>>["rules"],
  create: (options: CreateOptions) => Promise<Handle>,
): Promise<Result> {
  const { key, onTask, ...waiting } = assertOptions("generate", options, { ...rules, onTask: aFunction });
  const task = await create({ key, signal: waiting.signal });
  if (onTask) callUser("onTask", () => onTask(task), { task });
  return task.wait(waiting);
}

const loadCode = lazily(() => Promise.all([import("./submit.js"), import("./wait-for-task.js")]));

/**
 * Loads all that a create and its wait need before anything is bought, so that nothing can be missing afterwards. The snapshot
 * is the request as it is now, even if its owner changes it meanwhile.
 */
async function load<Request extends CreateRequest>(
  connection: Connection,
  request: Request,
  options: CallOptions | undefined,
) {
  const snapshot = snapshotOf(request);
  const [context, [{ submit, CREATE_OPTIONS }, { WAIT_OPTIONS }]] = await Promise.all([
    connection.context(options),
    loadCode(),
  ]);
  return { context, snapshot, submit, rules: { ...CREATE_OPTIONS, ...WAIT_OPTIONS } };
}
