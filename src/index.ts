export type { CheckResult, Issue } from "./check/check.js";
export type { Cost } from "./check/cost.js";
export { type ContextIR, createClient, type MiniMax, type Templates, type Videos } from "./client.js";
export { type Connection, type ConnectOptions, connect, type Logger } from "./connection.js";
export type { GenerateAllOptions, Requests, Settled } from "./create/all.js";
export type { GenerateOptions } from "./create/generate.js";
export { type CreateOptions, createFromTemplate, createPrompt, createVideo } from "./create.js";
export type { ChunkOptions, Chunks, DownloadOptions } from "./download/download.js";
export type { LinkOptions } from "./download/link.js";
export type { CallOptions } from "./engine/files.js";
export type { Callbacks, HeardOptions } from "./engine/heard.js";
export type { ListedTask, ListOptions } from "./engine/list.js";
export type { Clock, PauseOptions } from "./engine/pause.js";
export type { Reconciled, ReconcileOptions, Submission } from "./engine/reconcile.js";
export type { TaskStatus } from "./engine/status.js";
export type { ExpandedPrompt, Video } from "./engine/video.js";
export type { WaitOptions } from "./engine/wait.js";
export {
  ApiError,
  type ApiFacts,
  ConnectionError,
  DownloadError,
  type ErrorFacts,
  MiniMaxError,
  type SubmissionFacts,
  SubmissionUnknownError,
  TaskFailedError,
  ValidationError,
  WaitTimeoutError,
  WebhookError,
} from "./errors.js";
export type { ContentOptions, FileContent } from "./files/content.js";
export type { Files } from "./files/files.js";
export type { PurposeOptions } from "./files/fitness.js";
export type { LocalFile, UploadSource } from "./files/source.js";
export type { UploadedFile, UploadOptions } from "./files/upload.js";
/** The types of each gateway's own spec, such as `quickrouter.VideoGenerationReq`. */
export type * as aimanyi from "./generated/aimanyi.js";
export type { ErrorKind } from "./generated/codes.js";
export type {
  CallbackAnswer,
  CallbackChallenge,
  CallbackStatus,
  components,
  FileObject,
  FilePurpose,
  operations,
  paths,
  RetrievedFile,
} from "./generated/minimax.js";
export type * as quickrouter from "./generated/quickrouter.js";
export type { Region, ServerName, SpecName } from "./generated/servers.js";
export type { Intent, Journal, JournalEntry, Known, PastTask } from "./journal.js";
export type { AudioMedia, ImageMedia, Media, VideoMedia } from "./media/media.js";
export { audio, image, video } from "./media/source.js";
export type {
  FirstLastFrameToVideo,
  FramesToVideoV2,
  H3ContextIRReq,
  ImageToVideo,
  MiniMaxH3PromptReq,
  MiniMaxH3Req,
  ReferencesToVideoV2,
  SubjectReferenceToVideo,
  TextToVideo,
  TextToVideoV2,
  VideoGenerationReq,
  VideoGenerationV2Req,
  VideoRegenerationV2Req,
  VideoRequest,
  VideoTemplateGenerationReq,
} from "./request.js";
export { type Server, type ServerOption, serverFrom } from "./server.js";
export { type PromptTask, restoreTask, type TaskKind, type TaskRecord, type VideoTask } from "./task.js";
