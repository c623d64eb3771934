import { expect, test } from "vitest";
import { type Entry, entryFrom, pastOf, stateOf } from "./journal-entry.js";
import { sender as thisProcess } from "./sending-process.js";

const base = {
  version: 1,
  kind: "video",
  server: "global",
  model: "MiniMax-Hailuo-02",
  fingerprint: "0123",
  submittedAt: 1_000,
} as const satisfies Entry;
const task = { version: 1, id: "7", kind: "video", server: "global" } as const;
const sender = thisProcess();
const read = (content: unknown) => entryFrom(JSON.stringify(content));
const NONE = { problem: "it is not a journal entry" };

test.each<[string, object]>([
  ["little", {}],
  ["a key", { key: "fox" }],
  ["a task", { task }],
  ["its end", { ended: { state: "succeeded" } }],
  ["a failure", { ended: { state: "failed", at: 3 } }],
  ["a file", { saved: { path: "/fox.mp4", at: 3 } }],
  ["who sends it", { sender }],
  ["where it is wanted", { target: { path: "/fox.mp4" } }],
  ["all of it", { key: "fox", task, ended: { state: "failed" }, saved: { path: "/a", at: 3 }, target: { path: "/a" } }],
  ["what a later program of this version adds", { colour: "red" }],
])("an entry may contain %s", (_, more) => {
  expect(read({ ...base, ...more })).toEqual({ entry: { ...base, ...more } });
});

test.each<[string, object]>([
  ["no version", { version: undefined }],
  ["version 0", { version: 0 }],
  ["a version in words", { version: "one" }],
  ["no kind", { kind: undefined }],
  ["an unknown kind", { kind: "song" }],
  ["no server", { server: undefined }],
  ["a fingerprint that is not a string", { fingerprint: 123 }],
  ["a key that is not a string", { key: 5 }],
  ["no time", { submittedAt: undefined }],
  ["a time in words", { submittedAt: "2026-11-27" }],
  ["a time that no date can have", { submittedAt: 9e15 }],
  ["a task without an id", { task: { ...task, id: undefined } }],
  ["a task with a number for its id", { task: { ...task, id: 7 } }],
  ["a task of another server", { task: { ...task, server: "cn" } }],
  ["a task that is a word", { task: "7" }],
  ["an end that is not final", { ended: { state: "running" } }],
  ["an end without a state", { ended: {} }],
  ["a file without a path", { saved: { at: 3 } }],
  ["a sender without a number", { sender: { ...sender, pid: "1" } }],
  ["a sender without a machine", { sender: { ...sender, host: undefined } }],
  ["a sender without a time", { sender: { ...sender, at: undefined } }],
  ["only the time of its sender", { sender: { at: 1 } }],
  ["a target without a path", { target: { force: true } }],
])("content with %s is not an entry", (_, wrong) => {
  expect(read({ ...base, ...wrong })).toEqual(NONE);
});

test.each([null, 5, "an entry", [base]])("%j is not an entry", (content) => {
  expect(read(content)).toEqual(NONE);
});

test("a file that is not JSON, and one from a later version, are reported as such", () => {
  expect(entryFrom("{")).toEqual({ problem: "it is not valid JSON" });
  const problem = "it has version 2, and this program reads version 1: update minimax-video";
  expect(read({ ...base, version: 2 })).toEqual({ problem });
});

test("its state is the latest that it contains", () => {
  const states: [string, Partial<Entry>][] = [
    ["unknown", {}],
    ["sending", { sender }],
    ["unknown", { sender: { ...sender, at: 0 } }],
    ["accepted", { task, sender }],
    ["failed", { task, ended: { state: "failed" } }],
    ["succeeded", { task, ended: { state: "succeeded" } }],
    ["saved", { task, ended: { state: "succeeded" }, saved: { path: "/a", at: 3 } }],
  ];
  for (const [state, facts] of states) expect(stateOf({ ...base, ...facts })).toBe(state);
});

test("the duration of a task is known if it succeeded, and began and ended at known times", () => {
  const made = { ...task, createdAt: 2_000 };
  const ended = { state: "succeeded", at: 5_000 } as const;
  expect(pastOf({ ...base, task: made, ended })).toStrictEqual({ kind: "video", milliseconds: 3_000 });
  const facts = { model: "MiniMax-Hailuo-02", duration: 6, resolution: "768P" };
  expect(pastOf({ ...base, task: { ...made, ...facts }, ended })).toStrictEqual({
    kind: "video",
    ...facts,
    milliseconds: 3_000,
  });
  for (const entry of [
    { task: made },
    { ended },
    { task: made, ended: { ...ended, state: "failed" } as const },
    { task: made, ended: { state: "succeeded" } as const },
    { task, ended },
  ])
    expect(pastOf({ ...base, ...entry })).toBeUndefined();
});
