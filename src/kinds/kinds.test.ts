import { expect, test } from "vitest";
import { adviceForUnknown } from "../tasks/unknown-outcome.js";
import { kindOf, kindOfAny } from "./kind-of.js";
import { kindFromTaskType, kinds } from "./kinds.js";

test("the advice after a create that may have been accepted depends on the API version", () => {
  expect([kinds.video.isListed, kinds.template.isListed, kinds.generation.isListed]).toEqual([false, false, true]);
  const [begin, end] = ["A task may have been created and may be charged;", "before you send the request again."];
  expect(adviceForUnknown({ kind: "generation" })).toBe(`${begin} look for it with videos.reconcile(error) ${end}`);
  expect(adviceForUnknown({ kind: "video" })).toBe(
    `${begin} API v1 cannot list or cancel it. Check the usage page of the console ${end}`,
  );
});

test("a task type is a kind of API v2, and an unknown type is queried like any other", () => {
  expect(["generation", "regeneration", "h3_context_ir", "video", "movie", 3, undefined].map(kindFromTaskType)).toEqual(
    ["generation", "regeneration", "h3_context_ir", ...Array(4).fill("generation")],
  );
});

test.each([
  ["video", { model: "MiniMax-Hailuo-02" }],
  ["video", { model: { toString: 5 } }],
  ["video", "a fox"],
  ["template", { template_id: "1" }],
  ["generation", { model: "MiniMax-H3" }],
  ["generation", { content: [{ type: "text", text: "a fox" }] }],
  ["generation", { content: [{ type: { toString: 5, valueOf: 5 } }] }],
  ["regeneration", { source_task_id: "1" }],
  ["regeneration", { model: "MiniMax-H3", content: [{ type: "video_url", role: "base_video" }] }],
])("a request creates a %s: %j", (kind, request) => {
  expect(kindOfAny(request)).toBe(kind);
  expect(kindOf(request, "h3_context_ir")).toBe("h3_context_ir");
});
