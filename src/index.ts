/**
 * The client: check a request, buy a video, wait for it, download it. Runs in Node, Deno, Bun, workers and browsers.
 * @packageDocumentation
 */

export type { Account, AccountBalance, Verification } from "./account/account.js";
export type { CheckResult, Cost, Issue } from "./base/check-result.js";
export type { Clock, PauseOptions, Sleeper } from "./base/clock.js";
export type { ConnectOptions } from "./base/connect-options.js";
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
} from "./base/errors.js";
export type { CreateFacts, Intent, Journal, JournalEntry, Known, PastTask } from "./base/journal.js";
export type { KeyKind } from "./base/key-kind.js";
export type { Logger } from "./base/logger.js";
export type * from "./base/request-types.js";
export { type Server, type ServerObject, type ServerOption, serverFrom } from "./base/server.js";
export type { SharedBudget, Turn } from "./base/shared-budget.js";
export type {
  CallOptions,
  ChunkOptions,
  Chunks,
  DownloadOptions,
  ExpandedPrompt,
  HeardOptions,
  LinkOptions,
  PromptTask,
  Task,
  TaskKind,
  TaskOf,
  TaskRecord,
  TaskStatus,
  Video,
  VideoKind,
  VideoTask,
  WaitOptions,
} from "./base/task.js";
export { type Callbacks, type ContextIR, createClient, type MiniMax, type Templates, type Videos } from "./client.js";
export { connect } from "./connection.js";
export type { ContentOptions, FileContent } from "./files/file-content.js";
export type { PurposeOptions } from "./files/file-issues.js";
export type { Files } from "./files/files.js";
export type { LocalFile, UploadedFile, UploadOptions, UploadProgress, UploadSource } from "./files/upload-file.js";
/** Types 1:1 from the spec of the gateway aimanyi, such as `aimanyi.VideoGenerationReq`. */
export type * as aimanyi from "./generated/aimanyi.js";
export type { ErrorKind } from "./generated/codes.js";
export type {
  CallbackAnswer,
  CallbackChallenge,
  CallbackStatus,
  components,
  FileObject,
  FilePurpose,
  ModelQuota,
  operations,
  paths,
  RetrievedFile,
  VideoTaskUsage,
} from "./generated/minimax.js";
/** Types 1:1 from the spec of the gateway QuickRouter, such as `quickrouter.VideoGenerationReq`. */
export type * as quickrouter from "./generated/quickrouter.js";
export type { Region, ServerName, SpecName } from "./generated/servers.js";
export type {
  AudioFacts,
  AudioMedia,
  ImageFacts,
  ImageMedia,
  Media,
  MediaFacts,
  VideoFacts,
  VideoMedia,
} from "./media/media.js";
export { audio, image, video } from "./media/media-input.js";
export type { Connection } from "./tasks/context.js";
export { createFromTemplate, createPrompt, createVideo, type GenerateOptions } from "./tasks/create-task.js";
export type { GenerateAllOptions, Requests, Settled } from "./tasks/generate-all.js";
export type { ListedTask, ListOptions } from "./tasks/list-tasks.js";
export type { Reconciled, ReconcileOptions, Submission } from "./tasks/reconcile.js";
export { restoreTask } from "./tasks/task-handle.js";
