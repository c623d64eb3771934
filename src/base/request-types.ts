import type * as minimax from "../generated/minimax.js";
import type { CheckResult } from "./check-result.js";
import type { CallOptions } from "./task.js";

export type {
  FirstLastFrameToVideo,
  FramesToVideoV2,
  H3ContextIRReq,
  ImageToVideo,
  ReferencesToVideoV2,
  SubjectReferenceToVideo,
  TextToVideo,
  TextToVideoV2,
  VideoGenerationReq,
  VideoGenerationV2Req,
  VideoRegenerationV2Req,
  VideoTemplateGenerationReq,
} from "../generated/minimax.js";

/** Options of a call that buys something. */
export interface CreateOptions extends CallOptions {
  /**
   * A name for this request, for a client with a journal: the same key always returns the same task, in any run and process,
   * and buys nothing again. A key belongs to one server and one request.
   */
  key?: string | undefined;
}

/** A request for a video, with the fields of API v1 or with `content` (API v2), or to regenerate a video in another resolution. */
export type VideoRequest =
  | minimax.VideoGenerationReq
  | MiniMaxH3Req
  | ((minimax.VideoGenerationV2Req | minimax.VideoRegenerationV2Req) & NoFrames);
/**
 * The parameter type for an argument of type `R`: for a legal request, `R` with the documentation of its fields; otherwise the mode
 * that was evidently meant, so that the error names that. `R` may have several models or optional fields, as conditional spreads
 * make them: it is legal if it is legal for each model, with all optional fields and without them.
 */
export type Requested<R> = Checked<R, VideoRequest, Evident<R>>;
/** The parameter type of `contextIR.create` for an argument of type `R`. It works as `Requested` does for `videos.create`. */
export type RequestedPrompt<R> = Checked<R, PromptRequest, EvidentPrompt<R>>;
type EvidentPrompt<R> = R extends { model: minimax.ContextIROptions["model"]; content?: never }
  ? minimax.ContextIROptions & WordsBeside<R>
  : Offered<PromptRequest>;
type Checked<R, Legal, Meant> = true extends IsLegal<R, Legal> | IsLegal<Required<R> | OnlyRequired<R>, Legal>
  ? R & Explained<R>
  : Meant;
/** The result of `check`. `request`, if it is legal, has its type; it is not enumerable, so that no log shows its prompt. */
export type CheckedVideo = CheckResult & ({ ok: true; readonly request: VideoRequest } | { ok: false });
/** Any object. Its literal types make the compiler keep the literal types of an argument. */
export interface AnyFields {
  [field: string]: "" | (string & {}) | 0 | (number & {}) | boolean | object | null | undefined;
}
type FieldDocs = minimax.VideoFieldDocs;
/** Empty while `R` is unknown, because editors would suggest every field. */
type Explained<R> = string extends keyof R ? unknown : Pick<FieldDocs, keyof R & keyof FieldDocs>;
type OnlyRequired<R> = { [Name in keyof R as object extends Pick<R, Name> ? never : Name]: R[Name] };
type IsLegal<R, Legal> = [Unsuitable<OfEachModel<R>, Legal>] extends [never] ? true : false;
type OfEachModel<R> = R extends { model: infer Model }
  ? Model extends string
    ? Omit<R, "model"> & { model: Model }
    : R
  : R;
/** The fields that no mode accepts together with the others. */
type Unsuitable<R, Legal> = R extends unknown ? Exclude<keyof R, FieldsBeside<R, Legal>> : never;
type FieldsBeside<R, Mode> = Mode extends unknown ? (R extends Mode ? keyof Mode : never) : never;

type Evident<R> = [OfModel<R, EvidentMode<R>>] extends [never] ? EvidentMode<R> : OfModel<R, EvidentMode<R>>;
type OfModel<R, Mode> = Mode extends { model: infer Model } ? (R extends { model: Model } ? Mode : never) : never;
type EvidentMode<R> = R extends { content: unknown } | { source_task_id: unknown }
  ? Exclude<VideoRequest, minimax.VideoGenerationReq | MiniMaxH3Req>
  : R extends { model: MiniMaxH3Req["model"] }
    ? minimax.VideoOptionsV2 & WordsBeside<R>
    : R extends { subject_reference: unknown } | { model: minimax.SubjectReferenceToVideo["model"] }
      ? minimax.SubjectReferenceToVideo
      : R extends { last_frame_image: unknown }
        ? minimax.FirstLastFrameToVideo
        : R extends { first_frame_image: unknown }
          ? minimax.ImageToVideo
          : R extends { model: minimax.TextToVideo["model"] }
            ? minimax.TextToVideo
            : R extends { model: minimax.ImageToVideo["model"] }
              ? minimax.ImageToVideo
              : Offered<VideoRequest>;
/** The fields that editors suggest while a request is being written, with their documentation. */
type Offered<Mode> = Mode extends unknown ? Mode & Pick<FieldDocs, keyof Mode & keyof FieldDocs> : never;
/**
 * A request for MiniMax-H3 or MiniMax-H3-Max with the fields of API v1, which are translated into `content`. Fields without a
 * default in API v2 are required: `duration`, `resolution`, and `ratio` if there is only a prompt.
 */
export type MiniMaxH3Req = minimax.VideoOptionsV2 & InWords;
/** A prompt to expand for MiniMax-H3, with the fields of `MiniMaxH3Req`. */
export type MiniMaxH3PromptReq = minimax.ContextIROptions & InWords;
/** A request of `contextIR.create`: with the fields of `MiniMaxH3PromptReq`, or with `content`, as in API v2. */
export type PromptRequest = minimax.H3ContextIRReq | MiniMaxH3PromptReq;
type InWords = Words & ((Shaped & (Frames | References)) | TextAlone);
/** A prompt, and the kind of files that `R` has. Needed because not every compiler picks the intended member of `InWords`. */
type WordsBeside<R> = Words &
  (R extends { first_frame_image: unknown } | { last_frame_image: unknown }
    ? Shaped & Frames
    : R extends { reference_images: unknown } | { reference_videos: unknown } | { reference_audios: unknown }
      ? Shaped & References
      : TextAlone);
type Words = { prompt: string; content?: never; subject_reference?: never };
type Shaped = { ratio?: minimax.Ratio };
type TextAlone = NoFiles & Pick<minimax.TextAlone, "ratio">;
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
type NoFiles = { [Name in `${"first" | "last"}_frame_image` | `reference_${"images" | "videos" | "audios"}`]?: never };
/** Repeated here so that the compiler names a misused field: it selects the intended union member by these fields. */
type NoFrames = Pick<NoFiles & Words, "first_frame_image" | "last_frame_image" | "subject_reference">;
