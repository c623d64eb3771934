import type { CallOptions } from "./files.js";
import type { VideoGenerationReq, VideoTemplateGenerationReq } from "./request.js";
import type { VideoTask } from "./task.js";
import type { Connection } from "./transport.js";

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
export async function createVideo(
  connection: Connection,
  request: VideoGenerationReq,
  options?: CreateOptions,
): Promise<VideoTask> {
  return (await creating()).submit(connection, "video", request, options);
}

/** Buys one video from a template, under the same promise as `createVideo`. */
export async function createFromTemplate(
  connection: Connection,
  request: VideoTemplateGenerationReq,
  options?: CreateOptions,
): Promise<VideoTask> {
  return (await creating()).submit(connection, "template", request, options);
}

let loaded: Promise<typeof import("./submit.js")> | undefined;

/** Loaded with the first create or check: a page that only waits does not pay for validators, rules and price lists. */
export function creating() {
  loaded ??= import("./submit.js").catch((error) => {
    // A page may have been offline: the next create tries again.
    loaded = undefined;
    throw error;
  });
  return loaded;
}
