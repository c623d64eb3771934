import { expect, test } from "vitest";
import { dataUrlOf } from "./data-url.js";

const FORM = /^data:(image\/[a-z]+);base64,/;
const url = (bytes: Buffer) => `data:image/png;base64,${bytes.toString("base64")}`;

test.each(
  Array.from({ length: 10 }, (_, length) => length),
)("%i bytes are counted and read, all spans of them", (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, at) => 250 - at));
  const held = dataUrlOf(url(bytes), FORM);
  expect(held).toMatchObject({ declared: "image/png", size: length });
  for (let from = 0; from <= length; from += 1)
    for (let to = from; to <= length; to += 1)
      expect(Buffer.from(held?.bytes({ from, to }) ?? []), `${from}-${to}`).toEqual(bytes.subarray(from, to));
});

test.each([
  ["", true],
  ["AAA=", false],
  ["AA==", false],
  ["AAAA", false],
  ["AAAAA", true],
  ["AA", true],
  ["A===", true],
  ["AAAA=", true],
  ["AA!A", true],
  ["AAAA\n", true],
  ["AAAAAA-A", true],
  ["AAAAAAA_", true],
])("of %j it is said whether it ends as base64 does: isCut %s", (letters, isCut) => {
  expect(dataUrlOf(`data:image/png;base64,${letters}`, FORM)?.isCut).toBe(isCut);
});

test("letters that are no base64 have no bytes", () => {
  expect(dataUrlOf("data:image/png;base64,A!!A", FORM)?.bytes({ from: 0, to: 3 })).toEqual(new Uint8Array());
});

test.each([
  5,
  undefined,
  "https://a.test/a.png",
  "data:image/png,AAAA",
  "a data:image/png;base64,AAAA",
  `${"x".repeat(64)}data:image/png;base64,AA`,
])("%j is no data URL of this form", (value) => {
  expect(dataUrlOf(value, FORM)).toBeUndefined();
});
