import { type Issue, refusal } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import { aSignal, type Rules } from "../base/options.js";
import { type Fields, idFrom } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { CallOptions } from "../base/task.js";
import { issuesOf } from "../check/schema-issues.js";
import type { FilePurpose } from "../generated/minimax.js";
import { validatorsFiles } from "../generated/validators-files.js";

/** Options of calls that need the purpose of files. */
export interface PurposeOptions extends CallOptions {
  /** What the files are for. */
  purpose: FilePurpose;
}

// The purpose is left to the schema.
export const PURPOSE_OPTIONS: Rules<PurposeOptions> = { signal: aSignal, purpose: () => undefined };

export function purposeIssues(purpose: unknown): Issue[] {
  return schemaIssues("DeleteFileReq", { file_id: 1, purpose });
}

export function fileIdIssues(fileId: unknown): Issue[] {
  if (idFrom(fileId) !== undefined) return [];
  return [refusal("fileId", "pattern", "must be the id of a file: a string, as the service returned it")];
}

/** Finds everything wrong with the fields of a call for files. */
export function schemaIssues(name: keyof typeof validatorsFiles, body: Fields): Issue[] {
  const validate = validatorsFiles[name];
  return validate(body) ? [] : issuesOf(validate.errors ?? [], body, name, {});
}

/** @throws {ValidationError} if one of the issues is an error, or if the server does not document the call. */
export function assertFileCall(what: string, issues: Issue[], server: Server, operation: string): void {
  const { spec, name, baseUrl } = server;
  const undocumented = refusal("", "operation", `${name} documents no calls for files except files.retrieve`);
  const all = spec === "minimax" || operation === "retrieveFile" ? issues : [undocumented, ...issues];
  if (all.some(({ severity }) => severity === "error"))
    throw new ValidationError(what, all, { operation, server: baseUrl });
}
