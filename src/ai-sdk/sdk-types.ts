/**
 * The video models of the AI SDK, as far as this package needs them. Not imported from `@ai-sdk/provider`: the version that comes with
 * `ai` 6 lacks the types of `ai` 7.
 */

export type JsonValue = null | string | number | boolean | JsonObject | JsonValue[];
export type JsonObject = { [name: string]: JsonValue | undefined };

export type VideoModelFile =
  | { type: "file"; mediaType: string; data: string | Uint8Array }
  | { type: "url"; url: string; mediaType?: string | undefined };

export interface VideoModelCall {
  prompt: string | undefined;
  n: number;
  aspectRatio: string | undefined;
  resolution: string | undefined;
  duration: number | undefined;
  fps: number | undefined;
  seed: number | undefined;
  image: VideoModelFile | undefined;
  frameImages: { image: VideoModelFile; frameType: "first_frame" | "last_frame" }[] | undefined;
  inputReferences: VideoModelFile[] | undefined;
  generateAudio: boolean | undefined;
  providerOptions: Record<string, { readonly [name: string]: unknown }>;
  abortSignal?: AbortSignal | undefined;
  headers?: Record<string, string | undefined> | undefined;
}

export type VideoModelWarning =
  | { type: "unsupported" | "compatibility"; feature: string; details?: string }
  | { type: "other"; message: string };

interface About {
  providerMetadata: Record<string, JsonObject>;
  response: { timestamp: Date; modelId: string; headers: undefined };
}
interface Finished<VideoData> extends About {
  videos: VideoData[];
  warnings: VideoModelWarning[];
}
type VideoLink = { type: "url"; url: string; mediaType: string };

export interface VideoModelResult extends Finished<{ type: "binary"; data: Uint8Array; mediaType: string }> {}
export interface VideoModelStart extends About {
  operation: JsonObject;
  warnings: VideoModelWarning[];
}
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
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  readonly maxVideosPerCall: 1;
  /** Makes a video, waits for it, and downloads it. */
  doGenerate(call: VideoModelCall): Promise<VideoModelResult>;
  /** Buys a video. The operation is the record of its task: JSON, without key and prompt. */
  doStart(call: VideoModelCall & { webhookUrl?: string | undefined }): Promise<VideoModelStart>;
  /** Queries a task once, in any process. */
  doStatus(options: { operation: unknown; abortSignal?: AbortSignal | undefined }): Promise<VideoModelStatus>;
  handleWebhookOption<Received>(options: {
    webhook: () => PromiseLike<Webhook<Received>>;
  }): Promise<{ webhookUrl: string; received: PromiseLike<Received> }>;
}
