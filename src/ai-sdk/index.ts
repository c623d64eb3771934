/**
 * A video provider for the Vercel AI SDK, `ai` 6 and 7.
 * @packageDocumentation
 */

export type { MiniMaxVideoOptions } from "./request-from-call.js";
export type * from "./sdk-types.js";
export {
  createMiniMaxVideo,
  type MiniMaxVideoModelId,
  type MiniMaxVideoProvider,
  type MiniMaxVideoSettings,
  relayStatus,
} from "./video-provider.js";
