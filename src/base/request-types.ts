import type * as minimax from "../generated/minimax.js";

/**
 * What makes a video: a create of version 1, one for MiniMax-H3 in the same words, one of version 2 by `content`, or a video
 * made anew in another resolution.
 */
export type VideoRequest =
  | VideoGenerationReq
  | MiniMaxH3Req
  | ((VideoGenerationV2Req | VideoRegenerationV2Req) & NoFrames);
/**
 * A create of MiniMax-H3 or MiniMax-H3-Max in the words of version 1: `content` is made of them. What version 2 has no default
 * for is written out: `duration`, `resolution`, and for a prompt alone `ratio`.
 */
export type MiniMaxH3Req = minimax.VideoOptionsV2 & InWords;
/** A prompt to be expanded, in the same words. */
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
/** At most nine images, three videos and three sounds, twelve in all; sounds not alone. */
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

/** Deeper than this no request is read. */
const DEEPEST = 6;

/** A copy that its owner cannot change while it is checked, sent and written down. Objects of classes are shared. */
export function snapshotOf<T>(value: T, depth = DEEPEST): T {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  const inner = (item: unknown) => snapshotOf(item, depth - 1);
  // Both copies have the shape of what was copied.
  if (Array.isArray(value)) return value.map(inner) as T;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)])) as T;
}
