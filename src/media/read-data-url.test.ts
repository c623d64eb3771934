import { expect, test } from "vitest";
import { dataUrlOf } from "./read-data-url.js";

const FORM = /^data:(image\/[a-z]+);base64,/;

test.each(Array.from({ length: 7 }, (_, length) => length))("reads all spans of %i bytes", (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, at) => 250 - at));
  const url = dataUrlOf(`data:image/png;base64,${bytes.toString("base64")}`, FORM);
  expect(url).toMatchObject({ declared: "image/png", size: length });
  for (let from = 0; from <= length; from += 1)
    for (let to = from; to <= length; to += 1)
      expect(Buffer.from(url?.bytes({ from, to }) ?? []), `${from}-${to}`).toEqual(bytes.subarray(from, to));
});

test.each([
  [false, ["AAA=", "AA==", "AAAA"]],
  [false, ["AAAA\n", "AAAAAA-A", "AAAAAAA_", "AA", "AAA", "A A\tA\r\nA", "AA%3D%3d", "AAA\v", "AAA\u00A0", "AAAA===="]],
  [true, ["", "=", "AAAAA", "A", "A===", "A\nAAA\nA"]],
])("isCut is %s for %j", (isCut, endings) => {
  for (const letters of endings)
    expect(dataUrlOf(`data:image/png;base64,${letters}`, FORM)?.isCut, letters).toBe(isCut);
});

test.each([
  [false, ["", "AAAA", "AA==", "AA", "AAAA====", "A A\tA\r\n\v\f\u00A0A", "A-_A", "AA%3D%3d"]],
  [
    true,
    [
      "AA!A",
      "!AAA",
      "AAA!",
      "AAAA#x",
      "AA=A",
      "A=AA",
      "AAAA,AAAA",
      "AA%ZZ",
      "AA%",
      "AA%2",
      "AA%9x",
      "AA%2 B",
      "AA\u200BAA",
      "AA\0A",
    ],
  ],
])("isForeign is %s for %j (F1)", (isForeign, endings) => {
  for (const letters of endings)
    expect(dataUrlOf(`data:image/png;base64,${letters}`, FORM)?.isForeign, letters).toBe(isForeign);
});

test("a prefix in upper case is a loose form, and declares the same type (F1)", () => {
  const form = /^data:(image\/[a-z]+);base64,/i;
  expect(dataUrlOf("data:image/PNG;base64,AAAA", form)).toMatchObject({ declared: "image/png", isLoose: true });
  expect(dataUrlOf("data:image/png;base64,AAAA", form)).toMatchObject({ declared: "image/png", isLoose: false });
});

const LETTERS = Buffer.from([250, 255, 62, 251, 240, 7, 99]).toString("base64");
test.each([
  ["wrapped", LETTERS.replace(/(...)/g, "$1\n")],
  ["wrapped by CRLF and indented", ` ${LETTERS.replace(/(.....)/g, "$1\r\n\t  ")}\r\n`],
  ["with too much padding", `${LETTERS}==`],
  ["without padding", LETTERS.replace(/=/g, "")],
  ["in the URL-safe alphabet", LETTERS.replaceAll("+", "-").replaceAll("/", "_")],
  ["percent-encoded", encodeURIComponent(LETTERS)],
])("reads base64 %s, and reports it as loose (F1)", (_, letters) => {
  const url = dataUrlOf(`data:image/png;base64,${letters}`, FORM);
  expect(url).toMatchObject({ size: 7, isCut: false, isLoose: true });
  expect([...(url?.bytes({ from: 1, to: 7 }) ?? [])]).toEqual([255, 62, 251, 240, 7, 99]);
  expect(dataUrlOf(`data:image/png;base64,${LETTERS}`, FORM)?.isLoose).toBe(false);
});

test.each(["%2B", "%2f%2b", "-_", "A "])("reads 21 MB of %j in a moment", (unit) => {
  const began = process.cpuUsage();
  const url = dataUrlOf(`data:image/png;base64,${unit.repeat(21_000_000 / unit.length)}`, FORM);
  expect(url).toMatchObject({ isForeign: false, isLoose: true });
  const { user, system } = process.cpuUsage(began);
  // Replacing them one after the other took 4 to 15 s.
  expect((user + system) / 1e3, "milliseconds").toBeLessThan(3500);
});

test("finds no bytes in letters that are not base64", () => {
  expect(dataUrlOf("data:image/png;base64,A!!A", FORM)?.bytes({ from: 0, to: 3 })).toEqual(new Uint8Array());
});

test.each([
  5,
  undefined,
  "https://a.test/a.png",
  "data:image/png,AAAA",
  "a data:image/png;base64,AAAA",
  `${"x".repeat(64)}data:image/png;base64,AA`,
])("%j is not a data URL of this form", (value) => {
  expect(dataUrlOf(value, FORM)).toBeUndefined();
});
