import { expect, test, vi } from "vitest";
import type { Journal } from "../base/journal.js";
import { writeJournal } from "./write-journal.js";

const journal = {} as Journal;

test("writes to the journal if there is one", async () => {
  const write = vi.fn(async () => {});
  const debug = vi.fn();
  await writeJournal({ journal, logger: { debug } }, write);
  expect([write.mock.calls, debug.mock.calls]).toEqual([[[journal]], []]);
  await writeJournal({ journal: undefined, logger: undefined }, write);
  expect(write).toHaveBeenCalledTimes(1);
});

test("logs a failure of the journal, and continues", async () => {
  const debug = vi.fn();
  const unreadable = Object.defineProperty(new Error(), "message", { get: () => expect.unreachable() });
  for (const fault of [new Error("full"), "odd", unreadable]) {
    const write = async () => Promise.reject(fault);
    await writeJournal({ journal, logger: { debug } }, write);
    await writeJournal({ journal, logger: undefined }, write);
  }
  const words = "the journal could not be written";
  const reasons = ["full", "it failed", "it failed"];
  expect(debug.mock.calls).toEqual(reasons.map((reason) => [words, { reason }]));
});

test("continues without a journal that hangs, or as soon as the caller aborts", async () => {
  const debug = vi.fn();
  const hang = () => new Promise<void>(() => {});
  await writeJournal({ journal, logger: { debug } }, hang, undefined, 20);
  const reason = "it took longer than 0.02 s";
  expect(debug.mock.calls).toEqual([["the journal could not be written", { reason }]]);
  const aborted = AbortSignal.abort("enough");
  await expect(writeJournal({ journal, logger: { debug } }, hang, aborted)).rejects.toBe("enough");
});
