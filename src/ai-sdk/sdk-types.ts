/**
 * The video models of the AI SDK, as far as this package needs them. Not imported from `@ai-sdk/provider`: the version that comes with
 * `ai` 6 lacks the types of `ai` 7.
 */

export type JsonValue = null | string | number | boolean | JsonObject | JsonValue[];
/** An object of JSON, as the AI SDK stores it. */
export type JsonObject = { [name: string]: JsonValue | undefined };

/** A picture, a video or a sound: its bytes (base64 or binary, as `data`) with their `mediaType`, or a `url`. */
export type VideoModelFile =
  | { type: "file"; mediaType: string; data: string | Uint8Array }
  | { type: "url"; url: string; mediaType?: string | undefined };

/** What the AI SDK asks a video model for. Fields that the caller left out are undefined. */
export interface VideoModelCall {
  /** What the video shows, in words. */
  prompt: string | undefined;
  /** How many videos. More than 1 is refused: the AI SDK makes a call for each. */
  n: number;
  /** The shape, such as "16:9". API v1 accepts only the one that it makes anyway. */
  aspectRatio: string | undefined;
  /** Width and height in pixels, such as "1366x768", whose short side chooses the resolution; or the resolution itself. */
  resolution: string | undefined;
  /** Seconds of video. */
  duration: number | undefined;
  /** Frames per second. MiniMax takes no such wish: a warning says so. */
  fps: number | undefined;
  /** A seed for repeatable videos. MiniMax takes none: a warning says so. */
  seed: number | undefined;
  /** The first frame of the video. */
  image: VideoModelFile | undefined;
  /** The first frame, the last one or both: each an `image` and its `frameType`. */
  frameImages: { image: VideoModelFile; frameType: "first_frame" | "last_frame" }[] | undefined;
  /** Media that the video refers to: images, videos and sounds in API v2, the picture of a face in API v1. */
  inputReferences: VideoModelFile[] | undefined;
  /** Whether the video has sound. The model decides: a warning says so if it does otherwise. */
  generateAudio: boolean | undefined;
  /** Under `minimax`, any field of a request, see `MiniMaxVideoOptions`. */
  providerOptions: Record<string, { readonly [name: string]: unknown }>;
  /** Ends the call. A task that was bought goes on. */
  abortSignal?: AbortSignal | undefined;
  /** HTTP headers. None is sent: `idempotency-key` is the key of the journal, and a warning speaks of the others. */
  headers?: Record<string, string | undefined> | undefined;
}

/** What the caller should know, by its `type`: a `feature` without effect and its `details`, or another `message`. */
export type VideoModelWarning =
  | { type: "unsupported" | "compatibility"; feature: string; details?: string }
  | { type: "other"; message: string };

interface About {
  /** Under `minimax`, what is known of the task or the videos, with their list price. */
  providerMetadata: Record<string, JsonObject>;
  /** The `timestamp` of this answer and the `modelId`. The AI SDK wants `headers`; there are none. */
  response: { timestamp: Date; modelId: string; headers: undefined };
}
interface Finished<VideoData> extends About {
  /** One video: the list is one of the AI SDK. */
  videos: VideoData[];
  /** What the caller should know, such as options without effect and the advice of the check. */
  warnings: VideoModelWarning[];
}
type VideoLink = { type: "url"; url: string; mediaType: string };

/** A finished video, with its bytes. */
export interface VideoModelResult extends Finished<{ type: "binary"; data: Uint8Array; mediaType: string }> {}
/** A video that was bought, and is not waited for. */
export interface VideoModelStart extends About {
  /** The record of its task: JSON, without key and prompt. Hand it to `doStatus`, in any process. */
  operation: JsonObject;
  /** What the caller should know, such as options without effect and the advice of the check. */
  warnings: VideoModelWarning[];
}
/** The state of a task: pending, completed with a link to the video, or failed with an `error` in words. */
export type VideoModelStatus =
  | ({ status: "pending" } & About)
  | ({ status: "completed" } & Finished<VideoLink>)
  | ({ status: "error"; error: string } & About);

interface Webhook<Received> {
  url: string;
  received: PromiseLike<Received>;
}

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
  /** Buys a video and does not wait for it. MiniMax calls `webhookUrl`, if there is one. */
  doStart(call: VideoModelCall & { webhookUrl?: string | undefined }): Promise<VideoModelStart>;
  /** Queries the task of an `operation` once, in any process. `abortSignal` ends the query. */
  doStatus(options: { operation: unknown; abortSignal?: AbortSignal | undefined }): Promise<VideoModelStatus>;
  /** Gets the `webhookUrl` to call back from a `webhook` of the AI SDK, and a promise of what is `received` there. */
  handleWebhookOption<Received>(options: {
    webhook: () => PromiseLike<Webhook<Received>>;
  }): Promise<{ webhookUrl: string; received: PromiseLike<Received> }>;
}
