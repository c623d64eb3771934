import { ApiError } from "../base/errors.js";
import { assertOptions } from "../base/options.js";
import { idFrom, isRecord } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import type { FileObject, RetrievedFile } from "../generated/minimax.js";
import { missingField, successOf } from "../http/parse-response.js";
import { readDelay, retry, sendRead } from "../http/retry.js";
import type { Call, HttpContext } from "../http/transport.js";
import { type ContentOptions, type FileContent, fileContent } from "./file-content.js";
import { assertFileCall, fileIdIssues, PURPOSE_OPTIONS, type PurposeOptions, purposeIssues } from "./file-issues.js";
import { retrieveFile } from "./retrieve-file.js";
import { type UploadedFile, type UploadOptions, type UploadSource, uploadFile, withAdvice } from "./upload-file.js";

/** `minimax.files`: the files that the service stores, which are uploads and videos of API v1. All calls are free of charge. */
export interface Files {
  /** Retrieves a file and its download link, which is valid for about an hour: `files.retrieve(video.fileId)`. */
  retrieve(fileId: string, options?: CallOptions): Promise<RetrievedFile>;
  /**
   * Uploads a file once, reading it while it is sent. Sends it again only if it certainly did not arrive. For seven days, requests
   * of API v2 can refer to the file by its `uri`.
   * @throws {ValidationError} with every reason why the service would refuse it, before anything is sent; {ApiError} if the
   * service refused it; {ConnectionError} or {ApiError} with advice if it may or may not have arrived.
   */
  upload(source: UploadSource, options: UploadOptions): Promise<UploadedFile>;
  /** Lists all files of a purpose, without links. The API has no pages. */
  list(options: PurposeOptions): Promise<FileObject[]>;
  /**
   * Resolves with the bytes of a file as soon as the service has begun to send them. The request carries the key, and a broken
   * download must start over: for a finished video, prefer `saveVideo` or the link of `retrieve`.
   * @throws {ApiError} if there is no such file.
   */
  content(fileId: string, options?: ContentOptions): Promise<FileContent>;
  /** Deletes a file and its links. Resolves when the service has confirmed the deletion. */
  delete(fileId: string, options: PurposeOptions): Promise<void>;
}

/** Implements `Files`. Loaded on the first call about a file. */
export function filesOf(context: HttpContext): Files {
  return {
    async retrieve(fileId, options) {
      assertFileCall("The file was not requested:", fileIdIssues(fileId), context.server, "retrieveFile");
      return retrieveFile(context, fileId, options);
    },
    upload: (source, options) => uploadFile(context, source, options),
    list: (options) => listFiles(context, options),
    content: (fileId, options) => fileContent(context, fileId, options),
    delete: (fileId, options) => deleteFile(context, fileId, options),
  };
}

async function listFiles(context: HttpContext, options: PurposeOptions): Promise<FileObject[]> {
  const { purpose, signal } = assertOptions("files.list", options, PURPOSE_OPTIONS);
  const operation = "listFiles";
  assertFileCall("No files were listed:", purposeIssues(purpose), context.server, operation);
  const call: Call = { operation, method: "GET", path: `/v1/files/list?purpose=${purpose}`, signal };
  const listed = await sendRead(context, call, ({ files, data, base_resp }) => {
    // The documentation says `files`, the vendor's own command line reads `data` (SOURCES.md, "List of files").
    const items = files ?? data ?? (isRecord(base_resp) || files === null ? [] : undefined);
    if (!Array.isArray(items)) throw missingField("files", call, context.server);
    return items;
  });
  // An entry without an id cannot be used.
  return listed.filter((file): file is FileObject => isRecord(file) && idFrom(file.file_id) !== undefined);
}

/** Deletes a file. Retries after a transient failure, because deleting a file twice does no harm. */
async function deleteFile(context: HttpContext, fileId: string, options: PurposeOptions): Promise<void> {
  const { purpose, signal } = assertOptions("files.delete", options, PURPOSE_OPTIONS);
  const operation = "deleteFile";
  const issues = [...fileIdIssues(fileId), ...purposeIssues(purpose)];
  assertFileCall("Nothing was deleted:", issues, context.server, operation);
  // Written by hand, because an int64 does not fit into a JavaScript number. An id of another form can only be a string.
  const id = /^[1-9]\d*$/.test(fileId) ? fileId : JSON.stringify(fileId);
  const body = `{"file_id":${id},"purpose":"${purpose}"}`;
  const call: Call = { operation, method: "POST", path: "/v1/files/delete", body, about: { fileId }, signal };
  let attempts = 0;
  try {
    await retry(context, call, readDelay(context), async () => {
      attempts++;
      const { file_id, base_resp } = successOf(await context.transport(call), call, context.server);
      // The reply is documented to contain the id, but not required to.
      const deleted = file_id === undefined && isRecord(base_resp) ? fileId : file_id;
      if (deleted !== fileId) throw missingField(`file_id ${fileId}`, call, context.server);
    });
  } catch (error) {
    const mayBeDeleted = attempts > 1 && error instanceof ApiError && error.kind === "invalid_request";
    const advice = `An earlier attempt may have deleted it: files.list({ purpose: "${purpose}" }) shows what is left`;
    throw mayBeDeleted ? withAdvice(error, advice) : error;
  }
}
