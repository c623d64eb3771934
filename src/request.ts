import type * as minimax from "./generated/minimax.js";

/** What makes a video: a create of version 1, one of version 2 by `content`, or a video made anew in another resolution. */
export type VideoRequest = VideoGenerationReq | ((VideoGenerationV2Req | VideoRegenerationV2Req) & NoFrames);
/** Said once more, so that the compiler tells who misuses such a field its name: it looks at these to see what is meant. */
interface NoFrames {
  first_frame_image?: never;
  last_frame_image?: never;
  subject_reference?: never;
}
/** A create of version 2: MiniMax-H3 and MiniMax-H3-Max. */
export type VideoGenerationV2Req = minimax.VideoGenerationV2Req;
export type TextToVideoV2 = minimax.TextToVideoV2;
export type FramesToVideoV2 = minimax.FramesToVideoV2;
export type ReferencesToVideoV2 = minimax.ReferencesToVideoV2;
export type VideoRegenerationV2Req = minimax.VideoRegenerationV2Req;
/** A prompt to be expanded, with its frames or references. */
export type H3ContextIRReq = minimax.H3ContextIRReq;
/** A create of one of the four modes. Type a body built step by step with this, or with the name of its mode. */
export type VideoGenerationReq = minimax.VideoGenerationReq;
export type TextToVideo = minimax.TextToVideo;
export type ImageToVideo = minimax.ImageToVideo;
export type FirstLastFrameToVideo = minimax.FirstLastFrameToVideo;
export type SubjectReferenceToVideo = minimax.SubjectReferenceToVideo;
export type VideoTemplateGenerationReq = minimax.VideoTemplateGenerationReq;
