import type { CallOptions } from "./files.js";
import { otherShape } from "./reply.js";
import type { VideoGenerationReq, VideoTemplateGenerationReq } from "./request.js";
import { sendCreate } from "./send.js";
import { type TaskKind, taskFrom, type VideoTask } from "./task.js";
import type { Connection } from "./transport.js";

/**
 * Buys one video, at most once: checked offline by the server's spec, then sent; sent again only if certainly not accepted.
 * @throws {ValidationError} with every issue, before anything is sent; {ApiError} when the service refused;
 * {ConnectionError} when it could not be reached; {SubmissionUnknownError} when it is open whether a task was made.
 */
export function createVideo(
  connection: Connection,
  request: VideoGenerationReq,
  options?: CallOptions,
): Promise<VideoTask> {
  return create(connection, "video", "/v1/video_generation", request, options);
}

/** Buys one video from a template, under the same promise as `createVideo`. */
export function createFromTemplate(
  connection: Connection,
  request: VideoTemplateGenerationReq,
  options?: CallOptions,
): Promise<VideoTask> {
  return create(connection, "template", "/v1/video_template_generation", request, options);
}

let loaded: Promise<typeof import("./check/check.js") & typeof import("./body.js")> | undefined;

/** Loaded with the first create or check: a page that only waits does not pay for validators, rules and price lists. */
export function creating() {
  loaded ??= Promise.all([import("./check/check.js"), import("./body.js")]).then(
    ([check, body]) => ({ ...check, ...body }),
    (error) => {
      // A page may have been offline: the next create tries again.
      loaded = undefined;
      throw error;
    },
  );
  return loaded;
}

async function create(
  connection: Connection,
  kind: TaskKind,
  path: string,
  request: VideoGenerationReq | VideoTemplateGenerationReq,
  { signal }: CallOptions = {},
): Promise<VideoTask> {
  const operation = kind === "video" ? "videoGeneration" : "videoTemplateGeneration";
  const { assertSendable, bodyOf } = await creating();
  const { issues } = assertSendable(request, connection.server, kind);
  for (const { path, message } of issues) connection.logger?.debug("advice", { operation, path, message });
  const call = { operation, method: "POST", path, body: bodyOf(request), secrets: promptsOf(request), signal };
  return sendCreate(connection, call, ({ task_id: id }) => {
    if (typeof id !== "string" || !id) throw otherShape("task_id", call, connection.server);
    const createdAt = connection.clock.now();
    return taskFrom(connection, { id, kind, createdAt, ...("model" in request ? { model: request.model } : {}) });
  });
}

function promptsOf(request: VideoGenerationReq | VideoTemplateGenerationReq): string[] {
  const texts = "template_id" in request ? request.text_inputs?.map(({ value }) => value) : [request.prompt];
  return (texts ?? []).filter((text): text is string => Boolean(text));
}
