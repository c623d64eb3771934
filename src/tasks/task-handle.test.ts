import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ValidationError } from "../base/errors.js";
import { serverFrom } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import type { Connection } from "./context.js";
import { restoreTask, taskFrom } from "./task-handle.js";

const connection: Connection = { server: serverFrom("global"), context: () => expect.unreachable() };

const RECORD = { version: 1, id: "7", kind: "generation", server: "global" } as const;
const MORE = { createdAt: 5, model: "MiniMax-H3", duration: 6, resolution: "768P" };

describe("a task is restored", () => {
  test("from its id, as a video by default", () => {
    expect(restoreTask(connection, "7").toJSON()).toEqual({ version: 1, id: "7", kind: "video", server: "global" });
    expect(restoreTask(connection, "a_7", "template").toJSON()).toMatchObject({ id: "a_7", kind: "template" });
  });

  test("from its record, with all its fields", () => {
    expect(restoreTask(connection, { ...RECORD, ...MORE }).toJSON()).toEqual({ ...RECORD, ...MORE });
    expect(restoreTask(connection, RECORD).toJSON()).toEqual(RECORD);
  });

  test("without fields that are unknown or of a wrong type", () => {
    const odd = { createdAt: "5", model: 3, duration: "6", resolution: 768, prompt: "a fox" };
    expect(restoreTask(connection, { ...RECORD, ...odd } as never).toJSON()).toEqual(RECORD);
  });
});

test.each(["v2", "Generation", "", null, {}, 2])("an id with the kind %j is refused", (kind) => {
  expect(() => restoreTask(connection, "7", kind as never)).toThrow(
    "its kind must be one of video, template, generation",
  );
});

describe("something else is refused, and the error says what is expected", () => {
  test.each<[unknown, string]>([
    [7, "an id is a string; a number of 18 digits has already been rounded"],
    ["", "pass an id, or the result of JSON.parse for a saved task"],
    ["..", "pass an id, or the result of JSON.parse for a saved task"],
    [" 7", "pass an id, or the result of JSON.parse for a saved task"],
    [null, "pass an id, or the result of JSON.parse for a saved task"],
    [[], "pass an id, or the result of JSON.parse for a saved task"],
    [{ ...RECORD, id: 7 }, "pass an id, or the result of JSON.parse for a saved task"],
    [{ ...RECORD, id: "" }, "pass an id, or the result of JSON.parse for a saved task"],
    [{ ...RECORD, version: 2 }, "its version is 2; this library reads version 1"],
    [{ id: "7", kind: "video" }, "its version is missing; this library reads version 1"],
    [{ ...RECORD, kind: "movie" }, "its kind must be one of video, template, generation, regeneration, h3_context_ir"],
    [
      { ...RECORD, server: "china" },
      'it was created at "china", this client uses "global": createClient({ server: "china" })',
    ],
  ])("%j", (saved, words) => {
    expect(() => restoreTask(connection, saved as never)).toThrow(ValidationError);
    expect(() => restoreTask(connection, saved as never)).toThrow(`Not a resumable task\n  task: ${words}`);
  });
});

test("a handle remembers facts that only this process knows, and does not print them", () => {
  const record = { id: "7", kind: "video" as TaskKind };
  expect(taskFrom(connection, record).memory).toEqual({});
  const task = taskFrom(connection, record, { runningAt: 5, calledBack: true, secrets: ["a fox"] });
  task.memory.runningAt = 6;
  expect(task.memory).toEqual({ calledBack: true, runningAt: 6, secrets: ["a fox"] });
  expect(JSON.parse(JSON.stringify(task))).toEqual({ version: 1, id: "7", kind: "video", server: "global" });
  expect(inspect(task, { depth: 9, showHidden: true })).not.toMatch(/fox|runningAt/);
});
