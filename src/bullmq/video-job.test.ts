import { describe, expect, test } from "vitest";
import { ValidationError } from "../base/errors.js";
import { assertBelow, jobIdOf } from "./video-job.js";

describe("the id of a job", () => {
  test.each(["user:17", "17", "-5", "0", "a/b%3A", "狐"])("shows the key %j, without what BullMQ forbids", (key) => {
    expect(decodeURIComponent(jobIdOf(key))).toBe(key);
    expect(jobIdOf(key)).not.toMatch(/:|^-?\d+$/);
  });

  test.each(["", "\ud800", undefined, 5])("cannot be made from the key %j", (key) => {
    expect(() => jobIdOf(key as string)).toThrow(ValidationError);
  });
});

describe("the path for the video of a job", () => {
  test.each([undefined, "fox.mp4", "a/fox.mp4", "a/./fox", ".fox", "..fox", "fox.."])("may be %j", (out) => {
    expect(() => assertBelow(out)).not.toThrow();
  });

  test.each([
    ...["/etc/passwd", "../fox.mp4", "a/../../fox.mp4", "..\\fox.mp4", "..", "a/.."],
    ...["", ".", "a/", "a/.", "a\\", "a\0b", 5, null, ["a"]],
  ])("cannot be %j", (out) => {
    expect(() => assertBelow(out)).toThrow("must be the path of a file below the folder of the worker");
  });
});
