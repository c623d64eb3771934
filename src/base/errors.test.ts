import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  ApiError,
  ConnectionError,
  DownloadError,
  invalid,
  MiniMaxError,
  SubmissionUnknownError,
  TaskFailedError,
  ValidationError,
  WaitTimeoutError,
  WebhookError,
  withFacts,
} from "./errors.js";
import type { VideoTask } from "./task.js";

const task = { id: "7" } as VideoTask; // only its id is read
const facts = { operation: "videoGeneration", server: "https://api.example.com", fileId: "9" };
const api = { kind: "service", retryable: true, status: 500 } as const;

const errors = {
  MiniMaxError: new MiniMaxError("m", facts),
  ValidationError: new ValidationError("m", [], facts),
  ApiError: new ApiError("m", { ...facts, ...api }),
  ConnectionError: new ConnectionError("m", { ...facts, sent: "no" }),
  SubmissionUnknownError: new SubmissionUnknownError("m", { ...facts, submittedAt: 5 }),
  TaskFailedError: new TaskFailedError("m", { ...facts, kind: "unknown" }),
  WaitTimeoutError: new WaitTimeoutError("m", facts),
  DownloadError: new DownloadError("m", facts),
  WebhookError: new WebhookError("m", facts),
};

describe.each(Object.entries(errors))("%s", (name, error) => {
  test("has its name, its message and its facts", () => {
    expect(error).toBeInstanceOf(MiniMaxError);
    expect(error.name).toBe(name);
    expect(error.message).toBe("m");
    expect(error).toMatchObject(facts);
    expect(String(error)).toBe(`${name}: m`);
  });

  test("has no property for an unknown fact, not even with undefined", () => {
    const unknown = { code: undefined, requestId: undefined, retryAfter: undefined, fingerprint: undefined };
    for (const fact of ["taskId", "task", "cause", ...Object.keys(unknown), "model"])
      expect(error).not.toHaveProperty(fact);
    expect(inspect(error)).not.toContain("undefined");
  });
});

test("each class has its own facts", () => {
  const more = { code: 1000, requestId: "r", retryAfter: 7 };
  expect(new ApiError("m", { ...api, ...more })).toMatchObject({ ...api, ...more });
  expect(errors.ConnectionError.sent).toBe("no");
  const wish = { fingerprint: "f", kind: "generation", model: "M", duration: 6, resolution: "768P" } as const;
  expect(new SubmissionUnknownError("m", { submittedAt: 5, ...wish })).toMatchObject({ submittedAt: 5, ...wish });
  expect(new TaskFailedError("m", { kind: "content_rejected", code: 1026 })).toMatchObject({
    kind: "content_rejected",
    code: 1026,
  });
  expect(new DownloadError("m", { status: 403 })).toMatchObject({ status: 403 });
  expect(new DownloadError("m")).not.toHaveProperty("status");
});

test("an error keeps its cause, and copies the id of its task", () => {
  const cause = new Error("why");
  expect(new MiniMaxError("m", { cause }).cause).toBe(cause);
  expect(new MiniMaxError("m")).not.toHaveProperty("cause");
  expect(new MiniMaxError("m", { task })).toMatchObject({ task, taskId: "7" });
  expect(new MiniMaxError("m", { task, taskId: "8" }).taskId).toBe("8");
});

test("a ValidationError lists every error by path in its message, but warnings only in its issues", () => {
  const issues = [
    { path: "duration", rule: "a", severity: "error", message: "6 or 10" },
    { path: "", rule: "b", severity: "error", message: "all of it" },
    { path: "prompt", rule: "c", severity: "warning", message: "long" },
  ] as const;
  const error = new ValidationError("This create was not sent", [...issues]);
  expect(error.message).toBe("This create was not sent\n  duration: 6 or 10\n  all of it");
  expect(error.issues).toEqual(issues);
  expect(invalid("What", "key", "no").issues).toEqual([{ path: "key", rule: "key", severity: "error", message: "no" }]);
  expect(invalid("What", "key", "no").message).toBe("What\n  key: no");
});

test("withFacts adds facts to errors of this library, and does not change others", () => {
  const error = new MiniMaxError("m", { fileId: "9" });
  expect(withFacts(error, { taskId: "7", fileId: undefined })).toBe(error);
  expect(error).toMatchObject({ taskId: "7", fileId: "9" });
  const other = new Error("x");
  expect(withFacts(other, { taskId: "7" })).toBe(other);
  expect(other).not.toHaveProperty("taskId");
});
