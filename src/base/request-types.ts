import type * as minimax from "../generated/minimax.js";
import type { CallOptions } from "./task.js";

export interface CreateOptions extends CallOptions {
  /**
   * A name for this request, for a client with a journal: the same key always returns the same task, in any run and process,
   * and buys nothing again. A key belongs to one server and one request.
   */
  key?: string | undefined;
}

/**
 * A request for a video: of API v1; for MiniMax-H3, with the same fields; of API v2, with `content`; or a regeneration in
 * another resolution.
 */
export type VideoRequest =
  | VideoGenerationReq
  | MiniMaxH3Req
  | ((VideoGenerationV2Req | VideoRegenerationV2Req) & NoFrames);
/**
 * A request for MiniMax-H3 or MiniMax-H3-Max with the fields of API v1, which are translated into `content`. Fields without a
 * default in API v2 are required: `duration`, `resolution`, and `ratio` if there is only a prompt.
 */
export type MiniMaxH3Req = minimax.VideoOptionsV2 & InWords;
/** A prompt to expand, with the same fields. */
export type MiniMaxH3PromptReq = minimax.ContextIROptions & InWords;
type InWords = Words & ((Shaped & (Frames | References)) | TextAlone);
interface Words {
  prompt: string;
  content?: never;
  subject_reference?: never;
}
interface Shaped {
  ratio?: minimax.Ratio;
}
interface TextAlone extends NoFiles {
  ratio: minimax.TextAlone["ratio"];
}
type Picture = minimax.ImageUrl["url"];
type Frames = Omit<NoFiles, "first_frame_image" | "last_frame_image"> &
  (
    | { first_frame_image: Picture; last_frame_image?: Picture }
    | { first_frame_image?: never; last_frame_image: Picture }
  );
/** At most nine images, three videos and three sounds, twelve in total. Sounds need an image or a video beside them. */
type References = Pick<NoFiles, "first_frame_image" | "last_frame_image"> & {
  reference_audios?: minimax.AudioUrl["url"][];
} & (
    | { reference_images: Picture[]; reference_videos?: minimax.VideoUrl["url"][] }
    | { reference_images?: never; reference_videos: minimax.VideoUrl["url"][] }
  );
interface NoFiles {
  first_frame_image?: never;
  last_frame_image?: never;
  reference_images?: never;
  reference_videos?: never;
  reference_audios?: never;
}
/** Repeated here so that the compiler names a misused field: it selects the intended union member by these fields. */
interface NoFrames {
  first_frame_image?: never;
  last_frame_image?: never;
  subject_reference?: never;
}
/** A request of API v2: MiniMax-H3 and MiniMax-H3-Max. */
export type VideoGenerationV2Req = minimax.VideoGenerationV2Req;
export type TextToVideoV2 = minimax.TextToVideoV2;
export type FramesToVideoV2 = minimax.FramesToVideoV2;
export type ReferencesToVideoV2 = minimax.ReferencesToVideoV2;
export type VideoRegenerationV2Req = minimax.VideoRegenerationV2Req;
/** A prompt to expand, with its frames or references. */
export type H3ContextIRReq = minimax.H3ContextIRReq;
/** A request of one of the four modes. Use it, or the name of a mode, to type a body that is built step by step. */
export type VideoGenerationReq = minimax.VideoGenerationReq;
export type TextToVideo = minimax.TextToVideo;
export type ImageToVideo = minimax.ImageToVideo;
export type FirstLastFrameToVideo = minimax.FirstLastFrameToVideo;
export type SubjectReferenceToVideo = minimax.SubjectReferenceToVideo;
export type VideoTemplateGenerationReq = minimax.VideoTemplateGenerationReq;
