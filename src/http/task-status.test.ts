import { describe, expect, test } from "vitest";
import { statusFrom } from "./task-status.js";

const RUNNING = [
  "Preparing",
  "Queueing",
  "Processing",
  "processing",
  "queued",
  "NOT_START",
  "Rendering",
  "constructor",
  "error: no answer from the service",
  "TASK_STATUS_RUNNING",
  "",
];

test.each([
  ["running", RUNNING],
  [
    "succeeded",
    [
      "Success",
      "success",
      "SUCCESS",
      "succeeded",
      "completed",
      " Success ",
      "Finished",
      "Done",
      "Complete",
      "Succeed",
      "Successful",
    ],
  ],
  [
    "failed",
    [
      "Fail",
      "failed",
      "Failed",
      "FAILURE",
      "cancelled",
      "canceled",
      "expired",
      "Error",
      "Rejected",
      "Aborted",
      "Terminated",
      "timed_out",
      "Timeout",
      "Unsuccessful",
      "deleted",
      "TASK_STATUS_FAILED",
      "Failed: no reason",
      "canceled by user",
    ],
  ],
])("the state is %s for each of %j", (state, words) => {
  for (const word of words)
    expect(statusFrom({ status: word }, "1")).toMatchObject({ state, word: word.trim(), taskId: "1" });
});

test("the state is running if the status is missing or malformed", () => {
  for (const status of [undefined, null, 7, {}])
    expect(statusFrom({ status }, "1")).toEqual({ state: "running", taskId: "1", word: "" });
});

test.each<[object, object]>([
  [
    { file_id: "9", video_width: 1366, video_height: 1, base_resp: { status_code: 0 } },
    { fileId: "9", width: 1366, height: 1 },
  ],
  [{ file_id: "", video_url: "", video_width: 0, video_height: -1, usage: {} }, {}],
  [{ video_width: "768", video_height: null, usage: [7] }, {}],
  [
    { video_url: "https://a.test/u", usage: { total_tokens: 7 } },
    { url: "https://a.test/u", usage: { total_tokens: 7 } },
  ],
  [{ prompt: "p", usage: "7" }, { prompt: "p" }],
  ...["0", "null", "-1", "None", " "].map((file_id): [object, object] => [{ file_id }, {}]),
  [{ video_url: "/files/1.mp4" }, { url: "/files/1.mp4" }],
  ...["pending", " ", "null", "/"].map((video_url): [object, object] => [{ video_url }, {}]),
])("a success with %j has the facts from the service, without empty ones", (content, facts) => {
  const status = statusFrom({ status: "Success", ...content }, "1");
  expect(status).toStrictEqual({ state: "succeeded", taskId: "1", word: "Success", ...facts });
});

describe("a failure is explained", () => {
  const reasonOf = (content: object) => statusFrom({ status: "Fail", ...content }, "1", ["a red fox"]);
  const failed = (status_code: number, status_msg?: unknown) => ({ base_resp: { status_code, status_msg } });

  test.each<[string, object, object]>([
    [
      "by a known code",
      failed(1027, "x"),
      { code: 1027, kind: "content_rejected", reason: "the finished video was judged sensitive" },
    ],
    [
      "by an unknown code, with the service's message",
      failed(9, "no luck"),
      { code: 9, kind: "unknown", reason: "no luck" },
    ],
    ["by an unknown code alone", failed(9, null), { code: 9, kind: "unknown" }],
    ["by a type", { error_type: "content_filter", fail_reason: "no" }, { kind: "content_rejected", reason: "no" }],
    ["in the words of a gateway", { ...failed(0), fail_reason: "no GPU" }, { kind: "unknown", reason: "no GPU" }],
    ["without the prompt", { fail_reason: "no: a red fox" }, { kind: "unknown", reason: "no: […]" }],
    ["not at all", {}, { kind: "unknown" }],
  ])("%s", (_, content, facts) => {
    expect(reasonOf(content)).toStrictEqual({ state: "failed", taskId: "1", word: "Fail", ...facts });
  });
});
