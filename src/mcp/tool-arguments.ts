import { aText, mustBe } from "../base/options.js";
import { isRecord } from "../base/record.js";
import { isTaskKind, KINDS } from "../base/task.js";
import { requestSchema } from "../generated/request-schema.js";
import type { Argument } from "./tool.js";

/** Seconds to wait if the host shows no progress: it would give up on a call soon after (60 s, by the SDK's default). */
export const PATIENCE = 50;

export const text = (description: string): Argument => ({ schema: { type: "string", description }, rule: aText });
export const required = (argument: Argument): Argument => ({ ...argument, isRequired: true });
export const request: Argument = {
  schema: {
    ...requestSchema,
    description:
      "The video to make. Images, videos and sounds are public http(s) URLs, data URLs, or paths of files below the allowed folders.",
  },
  rule: mustBe("an object", isRecord),
  isRequired: true,
};
export const key = required(
  text(
    "A name for this video, such as fox-1. Repeating a call with the same key and request returns the same task and buys nothing again.",
  ),
);
export const task_id = required(text("The id of the task."));
export const kind: Argument = {
  schema: {
    type: "string",
    enum: KINDS,
    description: "Which create made the task. Not needed if it was created here. Default video, of API v1.",
  },
  rule: mustBe(`one of ${KINDS.join(", ")}`, isTaskKind),
};
export const file_name = text(
  "Where to save the video: a path below the allowed folders that does not exist yet. Default: the id of the task and .mp4.",
);
export const timeout_seconds: Argument = {
  schema: {
    type: "number",
    exclusiveMinimum: 0,
    maximum: 86_400,
    description: `How long to wait. The task continues afterwards. Default ${PATIENCE}, or 1800 if the host shows progress.`,
  },
  rule: mustBe(
    "a number of seconds above 0, at most 86400",
    (value) => typeof value === "number" && value > 0 && value <= 86_400,
  ),
};
