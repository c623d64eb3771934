import type { Issue } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import type { Rules } from "../base/options.js";
import type { Server } from "../base/server.js";
import type { CallOptions } from "../base/task.js";
import { listed } from "../check/formats.js";
import { faultsOf } from "../check/media-limits.js";
import { issuesOf } from "../check/schema-issues.js";
import type { FilePurpose } from "../generated/minimax.js";
import { limitsV2 } from "../generated/offers-v2.js";
import { validatorsFiles } from "../generated/validators-files.js";
import { CALL_OPTIONS } from "./retrieve-file.js";
import type { Looked } from "./upload-source.js";

/** What a file is for: files are listed and deleted by it. */
export interface PurposeOptions extends CallOptions {
  purpose: FilePurpose;
}

/** Leaves it to the schema to judge. */
export const byTheSchema = () => undefined;
export const PURPOSE_OPTIONS: Rules<PurposeOptions> = { ...CALL_OPTIONS, purpose: byTheSchema };

/** What is wrong with an upload, as far as it can be known before it is sent: every reason at once. */
export function uploadIssues(file: Looked | undefined, purpose: unknown): Issue[] {
  const body = { ...(purpose === undefined ? {} : { purpose }), file: "" };
  const validate = validatorsFiles.UploadFileReq;
  const broken = validate(body) ? [] : issuesOf(validate.errors ?? [], body, "UploadFileReq", {});
  return [...broken, ...fileIssues(file, purpose)];
}

const LIMITS = { image: limitsV2.ImageUrl, video: limitsV2.VideoUrl, audio: limitsV2.AudioUrl };

function fileIssues(file: Looked | undefined, purpose: unknown): Issue[] {
  if (!file)
    return [error("fileType", "must be bytes, a Blob, or what image, video, audio or localFile made of a file")];
  if (file.size === 0) return [error("fileEmpty", "must not be empty")];
  // Of the other products this library has no limits.
  if (purpose !== "video_generation_input") return [];
  const { facts, size } = file;
  if (facts)
    return faultsOf({ kind: facts.kind, size, facts }, LIMITS[facts.kind]).map((fault) => ({ path: "file", ...fault }));
  const formats = Object.values(LIMITS).flatMap(({ formats = [] }) => formats);
  return [error("fileFormat", `must be a whole file in ${listed(formats)}; its header is none of these, or broken`)];
}

function error(rule: string, message: string): Issue {
  return { path: "file", rule, severity: "error", message };
}

/** What is wrong with the words that name a file, or the files of a purpose. */
export function namingIssues({ fileId, purpose }: { fileId?: unknown; purpose?: unknown }): Issue[] {
  const body = { file_id: 1, purpose };
  const validate = validatorsFiles.DeleteFileReq;
  const broken = validate(body) ? [] : issuesOf(validate.errors ?? [], body, "DeleteFileReq", {});
  return [...idIssues(fileId), ...broken];
}

/** An id goes into JSON as the number that it is, digit by digit: nothing else may stand there. */
export function idIssues(fileId: unknown): Issue[] {
  if (fileId === undefined || (typeof fileId === "string" && /^[1-9]\d*$/.test(fileId))) return [];
  const message = "must be the id of a file: a string of decimal digits, as it was told";
  return [{ path: "fileId", rule: "pattern", severity: "error", message }];
}

/** @throws {ValidationError} when one of the issues is an error, or the server has no such call. */
export function assertNone(what: string, issues: Issue[], { spec, name, baseUrl }: Server, operation: string): void {
  const here: Issue[] =
    spec === "minimax"
      ? []
      : [
          {
            path: "",
            rule: "operation",
            severity: "error",
            message: `${name} documents no files but by files.retrieve`,
          },
        ];
  const all = [...here, ...issues];
  if (all.some(({ severity }) => severity === "error"))
    throw new ValidationError(what, all, { operation, server: baseUrl });
}
