import { expect, test } from "vitest";
import { WebhookError } from "../base/errors.js";
import { memoryStore } from "./webhook-store.js";

test("the store in memory is bounded, and forgets the oldest tasks first", () => {
  const store = memoryStore({ limit: 100 });
  for (let one = 0; one < 1000; one++) expect(store.put(`task ${one >> 1}`, `#${one % 2}`)).toBe(true);
  const known = Array.from({ length: 500 }, (_, one) => one).filter((one) => store.has(`task ${one}`, "#1"));
  expect(known).toEqual(Array.from({ length: 50 }, (_, one) => 450 + one));
  expect(store.put("task 499", "#1")).toBe(false);
});

test("many marks of a single task are bounded too", () => {
  const store = memoryStore({ limit: 100 });
  for (let one = 0; one < 1000; one++) expect(store.put("7", `:word ${one}`)).toBe(true);
  const known = Array.from({ length: 1000 }, (_, one) => store.has("7", `:word ${one}`)).filter(Boolean);
  expect(known.length).toBeLessThanOrEqual(100);
});

test("a mark that is put twice takes no extra space, and a removed one is new again", () => {
  const store = memoryStore({ limit: 2 });
  store.put("8", "!");
  for (let time = 0; time < 100; time++) expect(store.put("7", "#3")).toBe(time === 0);
  expect(store.has("8", "!")).toBe(true);
  store.remove("7", "#3");
  expect([store.put("7", "#3"), store.has("8", "!")]).toEqual([true, true]);
});

test.each([
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "10", null].map((limit) => [
    { limit },
    "limit: must be a whole number, 1 or more",
  ]),
  [{ limits: 10 }, "limits: is not a known option; did you mean limit?"],
  [10, "memoryStore takes an object of options"],
  [null, "memoryStore takes an object of options"],
] as [unknown, string][])("memoryStore refuses the options %j", (options, words) => {
  const make = () => memoryStore(options as object);
  expect(make).toThrow(WebhookError);
  expect(make).toThrow(words);
});
