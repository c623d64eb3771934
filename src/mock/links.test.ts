import { describe, expect, test } from "vitest";
import { fileIdIn, rangeOf, signer } from "./links.js";

const NOW = 1_700_000_000_000;
const links = signer("secret");
const link = (path: string) => new URL(path, "http://mock");

describe("download links", () => {
  test("are good until they expire", () => {
    const url = link(links.sign("123", NOW + 5_000));
    expect([NOW, NOW + 4_999, NOW + 5_000].map((now) => links.judge(url, now))).toEqual(["good", "good", "expired"]);
  });

  test("are forged when the file, the expiry or the signature was changed, or the secret is another's", () => {
    const path = links.sign("123", NOW + 5_000);
    const forged = [
      path.replace("/123/", "/124/"),
      path.replace("Expires=17", "Expires=18"),
      path.replace(/Signature=.*/, "Signature=nonsense"),
      path.replace(/&Signature=.*/, ""),
      signer("another").sign("123", NOW + 5_000),
    ];
    expect(forged.map((one) => links.judge(link(one), NOW))).toEqual(forged.map(() => "forged"));
  });

  test("lead to the file they were made for, and other paths to none", () => {
    expect(fileIdIn(link(links.sign("123", NOW)).pathname)).toBe("123");
    expect(fileIdIn(link(links.sign("123", NOW, "first-frame.png")).pathname)).toBe("123");
    expect(fileIdIn("/v1/files/retrieve")).toBeUndefined();
  });
});

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
    expect(rangeOf(header, 100)).toEqual(range);
  });
});
