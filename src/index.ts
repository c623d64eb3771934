export type { GenerateAllOptions, Requests, Settled } from "./all.js";
export type { CheckResult, Issue } from "./check/check.js";
export type { Cost } from "./check/cost.js";
export { createClient, type MiniMax, type Templates, type Videos } from "./client.js";
export { type Connection, type ConnectOptions, connect, type Logger } from "./connection.js";
export { type CreateOptions, createFromTemplate, createVideo } from "./create.js";
export {
  ApiError,
  type ApiFacts,
  ConnectionError,
  DownloadError,
  type ErrorFacts,
  MiniMaxError,
  SubmissionUnknownError,
  TaskFailedError,
  ValidationError,
  WaitTimeoutError,
  WebhookError,
} from "./errors.js";
export type { CallOptions, Files } from "./files.js";
/** The types of each gateway's own spec, such as `quickrouter.VideoGenerationReq`. */
export type * as aimanyi from "./generated/aimanyi.js";
export type {
  CallbackAnswer,
  CallbackChallenge,
  CallbackStatus,
  components,
  FileObject,
  operations,
  paths,
} from "./generated/minimax.js";
export type * as quickrouter from "./generated/quickrouter.js";
export type { ErrorKind, Region, ServerName, SpecName } from "./generated/tables.js";
export type { Callbacks, HeardOptions } from "./heard.js";
export { image } from "./image.js";
export type { Intent, Journal, JournalEntry, Known, PastTask } from "./journal.js";
export type { Media } from "./media.js";
export type { Clock, PauseOptions } from "./pause.js";
export type {
  FirstLastFrameToVideo,
  ImageToVideo,
  SubjectReferenceToVideo,
  TextToVideo,
  VideoGenerationReq,
  VideoTemplateGenerationReq,
} from "./request.js";
export { type Server, type ServerOption, serverFrom } from "./server.js";
export type { TaskStatus } from "./status.js";
export { restoreTask, type TaskKind, type TaskRecord, type VideoTask } from "./task.js";

export type { Video } from "./video.js";
export type { WaitOptions } from "./wait.js";
