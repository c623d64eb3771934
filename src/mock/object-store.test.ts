import { describe, expect, test } from "vitest";
import { byteRange } from "./object-store.js";

describe("ranges of a file of 100 bytes", () => {
  test.each([
    ["bytes=0-9", { start: 0, end: 9 }],
    ["bytes=90-", { start: 90, end: 99 }],
    ["bytes=90-500", { start: 90, end: 99 }],
    ["bytes=-10", { start: 90, end: 99 }],
    ["bytes=-500", { start: 0, end: 99 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=9-3", "whole"],
    ["bytes=0-1,5-6", "whole"],
    ["lines=0-9", "whole"],
    ["bytes=-", "whole"],
    [undefined, "whole"],
  ])("%s", (header, range) => {
    expect(byteRange(header, 100)).toEqual(range);
  });
});
