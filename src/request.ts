import type * as minimax from "./generated/minimax.js";

/** A create of one of the four modes. Type a body built step by step with this, or with the name of its mode. */
export type VideoGenerationReq = minimax.VideoGenerationReq;
export type TextToVideo = minimax.TextToVideo;
export type ImageToVideo = minimax.ImageToVideo;
export type FirstLastFrameToVideo = minimax.FirstLastFrameToVideo;
export type SubjectReferenceToVideo = minimax.SubjectReferenceToVideo;
export type VideoTemplateGenerationReq = minimax.VideoTemplateGenerationReq;
