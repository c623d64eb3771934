import { expect, test, vi } from "vitest";
import type { Journal } from "../base/journal.js";
import { writeJournal } from "./write-journal.js";

const journal = {} as Journal;

test("the journal is told, where there is one", async () => {
  const write = vi.fn(async () => {});
  await writeJournal({ journal, logger: undefined }, write);
  expect(write.mock.calls).toEqual([[journal]]);
  await writeJournal({ journal: undefined, logger: undefined }, write);
  expect(write).toHaveBeenCalledTimes(1);
});

test("a fault of the journal is logged, and loses nothing", async () => {
  const debug = vi.fn();
  for (const fault of [new Error("full"), "odd"]) {
    const write = async () => Promise.reject(fault);
    await writeJournal({ journal, logger: { debug } }, write);
    await writeJournal({ journal, logger: undefined }, write);
  }
  const words = "the journal could not be written";
  expect(debug.mock.calls).toEqual([
    [words, { reason: "full" }],
    [words, { reason: "it failed" }],
  ]);
});
