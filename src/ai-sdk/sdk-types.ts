/**
 * The parts of the AI SDK's video models that this package needs. Not imported from `@ai-sdk/provider`, because the version that
 * comes with `ai` 6 lacks the types of `ai` 7.
 */

export type JsonValue = null | string | number | boolean | JsonObject | JsonValue[];
/** A JSON object, as the AI SDK stores it. */
export type JsonObject = { [name: string]: JsonValue | undefined };

/** A picture, a video or a sound: its bytes (base64 or binary, as `data`) with their `mediaType`, or a `url`. */
export type VideoModelFile =
  | { type: "file"; mediaType: string; data: string | Uint8Array }
  | { type: "url"; url: string; mediaType?: string | undefined };

/** A call of a video model by the AI SDK. Fields that the caller left out are undefined. */
export interface VideoModelCall {
  /** What the video shows, in words. */
  prompt: string | undefined;
  /** The number of videos. More than 1 is refused, because the AI SDK makes one call per video. */
  n: number;
  /** The shape, such as "16:9". API v1 accepts only the shape that it makes anyway. */
  aspectRatio: string | undefined;
  /** Width and height in pixels, such as "1366x768", where the short side chooses the resolution; or the resolution itself. */
  resolution: string | undefined;
  /** Seconds of video. */
  duration: number | undefined;
  /** Frames per second. MiniMax has no such option: a warning says so. */
  fps: number | undefined;
  /** A seed for repeatable videos. MiniMax has no such option: a warning says so. */
  seed: number | undefined;
  /** The first frame of the video. */
  image: VideoModelFile | undefined;
  /** The first frame, the last one or both, each as an `image` and its `frameType`. */
  frameImages: { image: VideoModelFile; frameType: "first_frame" | "last_frame" }[] | undefined;
  /** Media that the video refers to: images, videos and sounds in API v2, the picture of a face in API v1. */
  inputReferences: VideoModelFile[] | undefined;
  /** Whether the video should have sound. The model decides: a warning says so if it decides otherwise. */
  generateAudio: boolean | undefined;
  /** Under `minimax`, any field of a request, see `MiniMaxVideoOptions`. */
  providerOptions: Record<string, { readonly [name: string]: unknown }>;
  /** Ends the call. A task that was bought continues. */
  abortSignal?: AbortSignal | undefined;
  /** HTTP headers. None is sent: `idempotency-key` is used as the key in the journal, and a warning mentions the others. */
  headers?: Record<string, string | undefined> | undefined;
}

/** A warning for the caller: for a `feature` without effect, with `details`, or any other `message`. `type` tells them apart. */
export type VideoModelWarning =
  | { type: "unsupported" | "compatibility"; feature: string; details?: string }
  | { type: "other"; message: string };

interface About {
  /** Under `minimax`, what is known about the task or the videos, with their list price. */
  providerMetadata: Record<string, JsonObject>;
  /** The `timestamp` of this answer and the `modelId`. The AI SDK requires `headers`; there are none. */
  response: { timestamp: Date; modelId: string; headers: undefined };
}
interface Finished<VideoData> extends About {
  /** One video, in a list because the AI SDK requires one. */
  videos: VideoData[];
  /** Warnings for the caller, such as options without effect, and the advice of the check. */
  warnings: VideoModelWarning[];
}
type VideoLink = { type: "url"; url: string; mediaType: string };

/** A finished video, with its bytes. */
export interface VideoModelResult extends Finished<{ type: "binary"; data: Uint8Array; mediaType: string }> {}
/** A video that has been bought, without waiting for it. */
export interface VideoModelStart extends About {
  /** The record of its task, as JSON without key and prompt. Pass it to `doStatus`, in any process. */
  operation: JsonObject;
  /** Warnings for the caller, such as options without effect, and the advice of the check. */
  warnings: VideoModelWarning[];
}
/** The state of a task: pending, completed with a link to the video, or failed with an `error` message. */
export type VideoModelStatus =
  | ({ status: "pending" } & About)
  | ({ status: "completed" } & Finished<VideoLink>)
  | ({ status: "error"; error: string } & About);

/** A video model. Specification v3 has only `doGenerate`, but `ai` 7 uses the other methods of a v3 model as well. */
export interface VideoModel<Version extends "v3" | "v4"> {
  /** The version of the interface of the AI SDK: "v3" for `ai` 6 and 7, "v4" for `ai` 7 alone. */
  readonly specificationVersion: Version;
  /** The name of the provider: "minimax.video". */
  readonly provider: string;
  /** The name of the model, as MiniMax writes it. */
  readonly modelId: string;
  readonly maxVideosPerCall: 1;
  /** Makes a video, waits for it, and downloads it. */
  doGenerate(call: VideoModelCall): Promise<VideoModelResult>;
  /** Buys a video without waiting for it. MiniMax calls `webhookUrl`, if given. */
  doStart(call: VideoModelCall & { webhookUrl?: string | undefined }): Promise<VideoModelStart>;
  /**
   * Queries the task of an `operation` once, in any process. If the service does not answer, tries again for half a minute, then
   * resolves with pending. `abortSignal` ends the query.
   */
  doStatus(options: { operation: unknown; abortSignal?: AbortSignal | undefined }): Promise<VideoModelStatus>;
  /** Gets the `webhookUrl` to call back from a `webhook` of the AI SDK, and a promise for what is `received` there. */
  handleWebhookOption<Received>(options: {
    webhook: () => PromiseLike<{ url: string; received: PromiseLike<Received> }>;
  }): Promise<{ webhookUrl: string; received: PromiseLike<Received> }>;
}
