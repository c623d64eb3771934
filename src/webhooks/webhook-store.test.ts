import { expect, test } from "vitest";
import { WebhookError } from "../base/errors.js";
import { memoryStore } from "./webhook-store.js";

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

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "10", null])("a limit of %j is refused", (limit) => {
  const make = () => memoryStore({ limit: limit as number });
  expect(make).toThrow(WebhookError);
  expect(make).toThrow("limit: must be a whole number from 1 on");
});

test.each([
  [{ limits: 10 }, "limits: is not a known option; did you mean limit?"],
  [10, "memoryStore takes an object of options"],
  [null, "memoryStore takes an object of options"],
])("options %j are refused", (options, words) => {
  expect(() => memoryStore(options as object)).toThrow(words);
});
