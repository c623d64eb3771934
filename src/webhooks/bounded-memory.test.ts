import { expect, test } from "vitest";
import { createMemory } from "./bounded-memory.js";

test("keeps half of its limit at least, all of it at most, and the latest", () => {
  const memory = createMemory<number>(100);
  for (let one = 0; one < 1000; one++) memory.put(`key ${one}`, one);
  const kept = Array.from({ length: 1000 }, (_, one) => memory.get(`key ${one}`)).filter((one) => one !== undefined);
  expect(kept.length).toBeGreaterThan(50);
  expect(kept.length).toBeLessThanOrEqual(100);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, one) => 1000 - kept.length + one));
});
