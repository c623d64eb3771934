import { expect, test } from "vitest";
import { statusFrom } from "../engine/status.js";
import { claim, memoryStore, type WebhookStore } from "./store.js";

/** The same store behind a network. */
function remote(): WebhookStore {
  const { has, put, remove } = memoryStore();
  const later =
    <T>(call: (key: string) => T) =>
    async (key: string) => {
      await new Promise(setImmediate);
      return call(key);
    };
  return { has: later(has), put: later(put), remove: later(remove) } as WebhookStore;
}

test.each([
  [
    "each once",
    "preparing preparing queueing processing processing success success",
    "preparing queueing processing success",
  ],
  ["never backwards", "processing queueing preparing success processing", "processing success"],
  ["nothing after the end, whichever it was", "failed success processing", "failed"],
  ["one end, in whatever spelling", "success Success SUCCEEDED", "success"],
  ["one word, in whatever spelling", "processing Processing", "processing"],
  ["unknown words, as being made", "Reviewing queued processing Reviewing success", "Reviewing processing success"],
  ["version 2", "running queued succeeded running", "running succeeded"],
])("%s", async (_, words, delivered) => {
  for (const store of [memoryStore(), remote()]) {
    const news: string[] = [];
    for (const status of words.split(" ")) if (await claim(store, statusFrom({ status }, "7"))) news.push(status);
    expect(news.join(" ")).toBe(delivered);
    expect(await claim(store, statusFrom({ status: "processing" }, "8"))).toBe(true);
  }
});

test("the memory is bounded, and forgets the oldest first", () => {
  const store = memoryStore({ limit: 100 });
  for (let key = 0; key < 1000; key++) expect(store.put(`key ${key}`)).toBe(true);
  const known = Array.from({ length: 1000 }, (_, key) => key).filter((key) => store.has(`key ${key}`));
  expect(known.length).toBeGreaterThanOrEqual(50);
  expect(known.length).toBeLessThanOrEqual(100);
  expect(known[0]).toBe(1000 - known.length);
  expect(store.put("key 999")).toBe(false);
});
