import { expect, test } from "vitest";
import { byteRange } from "./download-links.js";

test.each([
  ["bytes=0-9", [0, 9]],
  ["bytes=90-", [90, 99]],
  ["bytes=90-500", [90, 99]],
  ["bytes=-10", [90, 99]],
  ["bytes=-500", [0, 99]],
  ["bytes=100-", [100, 99]],
  ["bytes=-0", [100, 99]],
  ["bytes=9-3", undefined],
  ["bytes=0-1,5-6", undefined],
  ["lines=0-9", undefined],
  ["bytes=-", undefined],
  [undefined, undefined],
])("of a file of 100 bytes, %s selects %j", (header, range) => {
  expect(byteRange(header, 100)).toEqual(range);
});
