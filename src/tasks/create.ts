import {
  type H3ContextIRReq,
  type MiniMaxH3PromptReq,
  snapshotOf,
  type VideoRequest,
  type VideoTemplateGenerationReq,
} from "../base/request-types.js";
import type { CallOptions, ExpandedPrompt, PromptTask, Video, VideoTask } from "../base/task.js";
import type { Connection } from "../connection.js";
import type { Wish } from "../kinds/kind-of.js";
import type { GenerateOptions } from "./generate.js";
import type { Request } from "./submit.js";

export interface CreateOptions extends CallOptions {
  /**
   * A name for this wish, for a client with a journal: the same key gives the same task, in any run and process, and buys
   * nothing again. At one server; with the same request.
   */
  key?: string | undefined;
}

/**
 * Buys one video, at most once: checked offline by the server's spec, then sent; sent again only if certainly not accepted.
 * @throws {ValidationError} with every issue, before anything is sent; {ApiError} when the service refused;
 * {ConnectionError} when it could not be reached; {SubmissionUnknownError} when it is open whether a task was made.
 */
export function createVideo(
  connection: Connection,
  request: VideoRequest,
  options?: CreateOptions,
): Promise<VideoTask> {
  return create(connection, "video", request, options);
}

/** Buys one video from a template, under the same promise as `createVideo`. */
export function createFromTemplate(
  connection: Connection,
  request: VideoTemplateGenerationReq,
  options?: CreateOptions,
): Promise<VideoTask> {
  return create(connection, "template", request, options);
}

/** Has one prompt expanded by Context-IR of version 2, under the same promise as `createVideo`. */
export function createPrompt(
  connection: Connection,
  request: H3ContextIRReq | MiniMaxH3PromptReq,
  options?: CreateOptions,
): Promise<PromptTask> {
  // A task of this kind ends with words: see `Task.wait`.
  return create(connection, "h3_context_ir", request, options) as Promise<unknown> as Promise<PromptTask>;
}

async function create(
  connection: Connection,
  wish: Wish,
  request: Request,
  options?: CreateOptions,
): Promise<VideoTask> {
  const { engine, asked, submit } = await creating(connection, request, options);
  return submit(engine, wish, asked, options);
}

/** Creates a video, then waits for it. */
export async function generate(
  connection: Connection,
  wish: "video" | "template",
  request: VideoRequest | VideoTemplateGenerationReq,
  options?: GenerateOptions,
): Promise<Video> {
  const { engine, asked, generate } = await creating(connection, request, options);
  return generate(engine, wish, asked, options);
}

/** The same of a prompt. */
export async function generatePrompt(
  connection: Connection,
  request: H3ContextIRReq | MiniMaxH3PromptReq,
  options?: GenerateOptions<PromptTask>,
): Promise<ExpandedPrompt> {
  const { engine, asked, generate } = await creating(connection, request, options);
  // As above: what a task of this kind ends with are words, and its handle is a PromptTask.
  const result: unknown = await generate(engine, "h3_context_ir", asked, options as GenerateOptions | undefined);
  return result as ExpandedPrompt;
}

let loaded: Promise<typeof import("./creating.js")> | undefined;

/**
 * All that is needed to buy, loaded before anything is bought: nothing can be missing after that. `asked` is the request as it
 * is now, whatever becomes of it while that is loaded.
 */
export async function creating<T>(connection: Connection, request: T, options?: { signal?: AbortSignal | undefined }) {
  const asked = snapshotOf(request);
  loaded ??= import("./creating.js").catch((error) => {
    // A page may have been offline: the next create tries again.
    loaded = undefined;
    throw error;
  });
  const [engine, code] = await Promise.all([connection.engine(options), loaded]);
  return { engine, asked, ...code };
}
