/** The AI SDK under test: `ai` 6 from this repository, or the module that AI_SDK names. */
import type * as six from "ai";
import type { VideoModel, VideoModelCall, VideoModelStart, VideoModelStatus } from "../../src/ai-sdk/index.js";

type GenerateOptions = Parameters<typeof six.experimental_generateVideo>[0];
interface Polling {
  /** Only `ai` 7. */
  poll?: { intervalMs?: number; timeoutMs?: number; delay?: (milliseconds: number) => Promise<void> };
  webhook?: () => Promise<{ url: string; received: Promise<{ headers: Record<string, string>; body: null }> }>;
}

/** The functions of `ai` 7 that 6 does not have are undefined there. */
export interface AiSdk {
  experimental_generateVideo(options: GenerateOptions & Polling): ReturnType<typeof six.experimental_generateVideo>;
  experimental_startVideo?(options: GenerateOptions & { webhookUrl?: string }): Promise<VideoModelStart>;
  experimental_getVideoStatus?(
    model: VideoModel<"v3" | "v4">,
    options: { operation: VideoModelStart["operation"]; abortSignal?: AbortSignal },
  ): Promise<VideoModelStatus>;
}

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
export const sdk: AiSdk = await import(process.env.AI_SDK ?? "ai");

/** A call as the AI SDK makes it, for tests that use a model directly. */
export function callOf(call: Partial<VideoModelCall>): VideoModelCall {
  return {
    prompt: undefined,
    n: 1,
    aspectRatio: undefined,
    resolution: undefined,
    duration: undefined,
    fps: undefined,
    seed: undefined,
    image: undefined,
    frameImages: undefined,
    inputReferences: undefined,
    generateAudio: undefined,
    providerOptions: {},
    headers: { "user-agent": "ai/0" },
    ...call,
  };
}
