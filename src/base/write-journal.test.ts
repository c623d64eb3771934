import { expect, test, vi } from "vitest";
import type { Journal } from "../base/journal.js";
import { writeJournal } from "./write-journal.js";

const journal = {} as Journal;

test("writes to the journal if there is one", async () => {
  const write = vi.fn(async () => {});
  await writeJournal({ journal, logger: undefined }, write);
  expect(write.mock.calls).toEqual([[journal]]);
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
