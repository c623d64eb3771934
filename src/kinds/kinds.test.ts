import { expect, test } from "vitest";
import { adviceForUnknown } from "../tasks/unknown-outcome.js";
import { kindFromTaskType, kinds } from "./kinds.js";

test("a caller whose create may have been accepted is advised by the API version", () => {
  expect([kinds.video.isListed, kinds.template.isListed, kinds.generation.isListed]).toEqual([false, false, true]);
  const [begin, end] = ["A task may have been created and may be charged;", "before you send the request again."];
  expect(adviceForUnknown("generation")).toBe(`${begin} look for it with videos.reconcile(error) ${end}`);
  expect(adviceForUnknown("video")).toBe(
    `${begin} API v1 cannot list or cancel it. Check the usage page of the console ${end}`,
  );
});

test("a task type is one of API v2; an unknown one is queried like any other", () => {
  expect(["generation", "regeneration", "h3_context_ir", "video", "movie", 3, undefined].map(kindFromTaskType)).toEqual(
    ["generation", "regeneration", "h3_context_ir", ...Array(4).fill("generation")],
  );
});
