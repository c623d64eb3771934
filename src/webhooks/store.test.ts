import { describe, expect, test } from "vitest";
import { statusFrom } from "../engine/status.js";
import { advance, claimOf, release, settle, take } from "./claim.js";
import { memoryStore, type WebhookStore } from "./store.js";

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

/** Whether a status is delivered, as one process does it from its claim to its end. */
async function isDelivered(store: WebhookStore, word: string, taskId = "7", isShared = true): Promise<boolean> {
  const claim = claimOf(statusFrom({ status: word }, taskId), store, isShared);
  const isNew = (await take(claim, 0)) === "new" && (await advance(claim)) === "new";
  await (isNew ? settle(claim) : release(claim));
  return isNew;
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
  for (const [store, isShared] of [
    [memoryStore(), false],
    [memoryStore(), true],
    [remote(), true],
  ] as const) {
    const news: string[] = [];
    for (const word of words.split(" ")) if (await isDelivered(store, word, "7", isShared)) news.push(word);
    expect(news.join(" ")).toBe(delivered);
    expect(await isDelivered(store, "processing", "8", isShared)).toBe(true);
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

describe("what one process has claimed and not delivered", () => {
  const SLOT = 120_000;
  const success = statusFrom({ status: "success" }, "7");

  test("is busy for every other one, until two slots later one takes it over", async () => {
    const store = memoryStore();
    expect(await take(claimOf(success, store, true), 0)).toBe("new");
    for (const time of [0, SLOT - 1, SLOT, 2 * SLOT - 1])
      expect(await take(claimOf(success, store, true), time), `${time} ms later`).toBe("busy");
    const standings = [take(claimOf(success, store, true), 2 * SLOT), take(claimOf(success, store, true), 2 * SLOT)];
    expect((await Promise.all(standings)).sort()).toEqual(["busy", "new"]);
  });

  test("is free at once when it is released", async () => {
    const store = memoryStore();
    const claim = claimOf(success, store, true);
    await take(claim, 0);
    await release(claim);
    expect(await take(claimOf(success, store, true), 0)).toBe("new");
  });
});

test("a mark stays short, whatever word was called back", () => {
  const status = statusFrom({ status: "Reviewing ".repeat(50) }, "7");
  expect(claimOf(status, memoryStore(), true).event).toMatch(/^:reviewing .{54}$/);
});
