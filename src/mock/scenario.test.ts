import { expect, test } from "vitest";
import { askedIn, refusedKey, scenarios } from "./scenario.js";

test("finds tokens anywhere in the words, with and without a number", () => {
  const { plays, unknown } = askedIn("A fox {mock:rate_limited=2} jumps [Push in] {mock:fail}", "any");
  expect([...plays]).toEqual([
    ["rate_limited", 2],
    ["fail", undefined],
  ]);
  expect(unknown).toEqual([]);
});

test("names the tokens that nobody knows, and those that only a key may ask for", () => {
  expect(askedIn("{mock:rate-limited} {mock:} {mock:invalid_key}", "any").unknown).toEqual([
    "rate-limited",
    "",
    "invalid_key",
  ]);
});

test("a camera command is no token", () => {
  expect(askedIn("[Push in] [mock:fail]", "any").plays.size).toBe(0);
});

test.each(
  scenarios.map(({ name, key, prompt }) => [name, key, prompt] as const),
)("%s can be asked for by the key %s", (name, key, prompt) => {
  if (prompt) expect([...askedIn("", key).plays.keys()]).toEqual([name]);
  else expect(refusedKey(key)?.name).toBe(name);
});

test("any other key is an ordinary one", () => {
  expect(askedIn("", "mock-key").plays.size).toBe(0);
  expect(refusedKey("mock-key")).toBeUndefined();
});
