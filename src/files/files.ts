import type { CallOptions } from "../base/task.js";
import type { FileObject, RetrievedFile } from "../generated/minimax.js";
import type { Engine } from "../tasks/engine.js";
import { deleteFile } from "./delete-file.js";
import { type ContentOptions, contentOfFile, type FileContent } from "./file-content.js";
import type { PurposeOptions } from "./file-issues.js";
import { listFiles } from "./list-files.js";
import { retrieveFile } from "./retrieve-file.js";
import { type UploadedFile, type UploadOptions, uploadFile } from "./upload-file.js";
import type { UploadSource } from "./upload-source.js";

/** `minimax.files`: what the service keeps, uploads and the videos of version 1. All of it is free of charge. */
export interface Files {
  /** A file and its download link, which lives about an hour: `files.retrieve(video.fileId)`. */
  retrieve(fileId: string, options?: CallOptions): Promise<RetrievedFile>;
  /**
   * Sends a file, once: it is read while it is sent, and never held a second time. Its `uri` stands for it in a request of
   * version 2, for seven days. Sent again only when it certainly did not arrive.
   * @throws {ValidationError} with every reason why it would be refused, before anything is sent; {ApiError} when the
   * service refused it; {ConnectionError} or {ApiError} that says so when it is not known whether the file arrived.
   */
  upload(source: UploadSource, options: UploadOptions): Promise<UploadedFile>;
  /** All files of a purpose at once, without links; the API knows no pages. */
  list(options: PurposeOptions): Promise<FileObject[]>;
  /**
   * The bytes of a file, once the service has begun to send them. They are fetched with the key, and after a cut from the
   * start: a finished video is better had by `saveVideo`, or by the link that `retrieve` gives.
   * @throws {ApiError} when there is no such file.
   */
  content(fileId: string, options?: ContentOptions): Promise<FileContent>;
  /** Deletes a file; its links lead nowhere from then on. Resolves when the service has said so. */
  delete(fileId: string, options: PurposeOptions): Promise<void>;
}

/** Loaded with the first call that is about a file. */
export function filesOf(engine: Engine): Files {
  return {
    retrieve: (fileId, options) => retrieveFile(engine, fileId, options),
    upload: (source, options) => uploadFile(engine, source, options),
    list: (options) => listFiles(engine, options),
    content: (fileId, options) => contentOfFile(engine, fileId, options),
    delete: (fileId, options) => deleteFile(engine, fileId, options),
  };
}
