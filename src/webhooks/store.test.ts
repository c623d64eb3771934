import { expect, test } from "vitest";
import { statusFrom } from "../engine/status.js";
import { claim, markOf, memoryStore, type WebhookStore } from "./store.js";

/** The same store behind a network. */
function remote(): WebhookStore {
  const { has, put, remove } = memoryStore();
  const later =
    <T>(call: (taskId: string, mark: string) => T) =>
    async (taskId: string, mark: string) => {
      await new Promise(setImmediate);
      return call(taskId, mark);
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
  ["words that look like our marks", "#3 #2 :processing processing success", "#3 #2 :processing processing success"],
  ["version 2", "running queued succeeded running", "running succeeded"],
])("%s", async (_, words, delivered) => {
  for (const store of [memoryStore(), remote()]) {
    const news: string[] = [];
    for (const status of words.split(" ")) if (await claim(store, statusFrom({ status }, "7"))) news.push(status);
    expect(news.join(" ")).toBe(delivered);
    expect(await claim(store, statusFrom({ status: "processing" }, "8"))).toBe(true);
  }
});

test.each<[string, (one: number) => [string, string]]>([
  ["of many tasks", (one) => [`task ${one}`, "#3"]],
  ["of one task", (one) => ["7", `:word ${one}`]],
])("the memory %s is bounded, and forgets the oldest first", (_, nth) => {
  const store = memoryStore({ limit: 100 });
  for (let one = 0; one < 1000; one++) expect(store.put(...nth(one))).toBe(true);
  const known = Array.from({ length: 1000 }, (_, one) => one).filter((one) => store.has(...nth(one)));
  expect(known.length).toBeGreaterThanOrEqual(50);
  expect(known.length).toBeLessThanOrEqual(100);
  expect(known[0]).toBe(1000 - known.length);
  expect(store.put(...nth(999))).toBe(false);
});

test("what was heard again is not what was heard last: it makes nothing be forgotten", () => {
  const store = memoryStore({ limit: 10 });
  for (let time = 0; time < 100; time++) expect(store.put("7", "#3")).toBe(time === 0);
});

test("what is removed is news again, also when it was heard long ago", () => {
  const store = memoryStore({ limit: 10 });
  store.put("7", "#3");
  for (let one = 0; one < 6; one++) store.put("8", `:word ${one}`);
  expect(store.put("7", "#3")).toBe(false);
  store.remove("7", "#3");
  expect(store.put("7", "#3")).toBe(true);
});

test("a mark stays short, whatever word was called back", () => {
  const status = statusFrom({ status: "Reviewing ".repeat(50) }, "7");
  expect(markOf(status)).toMatch(/^:reviewing .{54}$/);
});
