import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { ValidationError } from "../base/errors.js";
import { serverFrom } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import type { Connection } from "../connection.js";
import type { Engine } from "./engine.js";
import { restoreTask, taskFrom } from "./task-handle.js";

/** An engine that is asked and never answers. */
const engine = { status: vi.fn(), wait: vi.fn(), cancel: vi.fn(), delete: vi.fn() };
const connection: Connection = { server: serverFrom("global"), engine: async () => engine as unknown as Engine };

const RECORD = { version: 1, id: "7", kind: "generation", server: "global" };
const MORE = { createdAt: 5, model: "MiniMax-H3", duration: 6, resolution: "768P" };

describe("a task goes on", () => {
  test("by its id, as a video where nothing else is said", () => {
    expect(restoreTask(connection, "7").toJSON()).toEqual({ version: 1, id: "7", kind: "video", server: "global" });
    expect(restoreTask(connection, "a_7", "template").toJSON()).toMatchObject({ id: "a_7", kind: "template" });
  });

  test("by its record, with all that it tells", () => {
    expect(restoreTask(connection, { ...RECORD, ...MORE }).toJSON()).toEqual({ ...RECORD, ...MORE });
    expect(restoreTask(connection, RECORD).toJSON()).toEqual(RECORD);
  });

  test("without what is of another type than it should be, and what is not known", () => {
    const odd = { createdAt: "5", model: 3, duration: "6", resolution: 768, prompt: "a fox" };
    expect(restoreTask(connection, { ...RECORD, ...odd }).toJSON()).toEqual(RECORD);
  });
});

describe("what is no task is refused in words that say what would be", () => {
  test.each<[unknown, string]>([
    [7, "an id is a string; a number of 18 digits has already been rounded"],
    ["", "give an id, or what JSON.parse made of a saved task"],
    ["7/8", "give an id, or what JSON.parse made of a saved task"],
    [" 7", "give an id, or what JSON.parse made of a saved task"],
    [null, "give an id, or what JSON.parse made of a saved task"],
    [[], "give an id, or what JSON.parse made of a saved task"],
    [{ ...RECORD, id: 7 }, "give an id, or what JSON.parse made of a saved task"],
    [{ ...RECORD, id: "" }, "give an id, or what JSON.parse made of a saved task"],
    [{ ...RECORD, version: 2 }, "it is a record of version 2; this library reads version 1"],
    [{ ...RECORD, kind: "movie" }, "its kind must be one of video, template, generation, regeneration, h3_context_ir"],
    [
      { ...RECORD, server: "china" },
      'it was made at "china", this client talks to "global": createClient({ server: "china" })',
    ],
  ])("%j", (saved, words) => {
    expect(() => restoreTask(connection, saved)).toThrow(ValidationError);
    expect(() => restoreTask(connection, saved)).toThrow(`This is no task to go on with\n  task: ${words}`);
  });
});

test("a handle hands each call on to the engine, with itself and the options", async () => {
  const task = taskFrom(connection, { id: "7", kind: "video" });
  const options = { signal: new AbortController().signal };
  for (const name of ["status", "wait", "cancel", "delete"] as const) {
    await task[name](options);
    expect(engine[name].mock.calls).toEqual([[task, options]]);
  }
});

test("a handle knows who is called back, and when it was seen running, and prints neither", () => {
  const record = { id: "7", kind: "video" as TaskKind };
  expect(taskFrom(connection, record).memory).toEqual({});
  const task = taskFrom(connection, record, { runningAt: 5, calledBack: true, secrets: ["a fox"] });
  task.memory.runningAt = 6;
  expect(task.memory).toEqual({ calledBack: true, runningAt: 6, secrets: ["a fox"] });
  expect(JSON.parse(JSON.stringify(task))).toEqual({ version: 1, id: "7", kind: "video", server: "global" });
  expect(inspect(task, { depth: 9, showHidden: true })).not.toMatch(/fox|runningAt/);
});
