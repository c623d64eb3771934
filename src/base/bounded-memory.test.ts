import { expect, test } from "vitest";
import { createMemory } from "./bounded-memory.js";

test("a memory keeps the latest hundred values, and forgets the oldest first", () => {
  const memory = createMemory<number>(100);
  for (let one = 0; one < 1000; one++) memory.put(`key ${one}`, one);
  const kept = Array.from({ length: 1000 }, (_, one) => memory.get(`key ${one}`)).filter((one) => one !== undefined);
  expect(kept).toEqual(Array.from({ length: 100 }, (_, one) => 900 + one));
});
