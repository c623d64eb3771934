import { expect, test, vi } from "vitest";
import type { Journal } from "../base/journal.js";
import { howToKnow, isListed } from "./open.js";
import { noted } from "./write-journal.js";

const journal = {} as Journal;

test("the journal is told, where there is one", async () => {
  const write = vi.fn(async () => {});
  await noted({ journal, logger: undefined }, write);
  expect(write.mock.calls).toEqual([[journal]]);
  await noted({ journal: undefined, logger: undefined }, write);
  expect(write).toHaveBeenCalledTimes(1);
});

test("a fault of the journal is logged, and loses nothing", async () => {
  const debug = vi.fn();
  for (const fault of [new Error("full"), "odd"]) {
    const write = async () => Promise.reject(fault);
    await noted({ journal, logger: { debug } }, write);
    await noted({ journal, logger: undefined }, write);
  }
  const words = "the journal could not be written";
  expect(debug.mock.calls).toEqual([
    [words, { reason: "full" }],
    [words, { reason: "it failed" }],
  ]);
});

test("what can be done of an open create is said by its version", () => {
  expect(["video", "template"].map((kind) => isListed(kind as "video"))).toEqual([false, false]);
  expect(isListed("generation")).toBe(true);
  const [begin, end] = ["A task may have been made and may be charged;", "before you send the request again."];
  expect(howToKnow("generation")).toBe(`${begin} look for it with videos.reconcile(error) ${end}`);
  expect(howToKnow("video")).toBe(
    `${begin} this API can neither list nor cancel it. Look at the usage page of the console ${end}`,
  );
});
