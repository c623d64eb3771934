import { describe, expect, test } from "vitest";
import { linkedFileId, linkSigner } from "./signed-links.js";

const NOW = 1_700_000_000_000;
const links = linkSigner("secret");
const link = (path: string) => new URL(path, "http://mock");

describe("download links", () => {
  test("are good until they expire", () => {
    const url = link(links.sign("123", NOW + 5_000));
    expect([NOW, NOW + 4_999, NOW + 5_000].map((now) => links.verify(url, now))).toEqual(["good", "good", "expired"]);
  });

  test("are forged if the file, the expiry, the signature or the secret differs", () => {
    const path = links.sign("123", NOW + 5_000);
    const forged = [
      path.replace("/123/", "/124/"),
      path.replace("Expires=17", "Expires=18"),
      path.replace(/Signature=.*/, "Signature=nonsense"),
      path.replace(/&Signature=.*/, ""),
      linkSigner("another").sign("123", NOW + 5_000),
    ];
    expect(forged.map((one) => links.verify(link(one), NOW))).toEqual(forged.map(() => "forged"));
  });

  test("lead to the file they were made for, and other paths to none", () => {
    expect(linkedFileId(link(links.sign("123", NOW)).pathname)).toBe("123");
    expect(linkedFileId(link(links.sign("123", NOW, "first-frame.png")).pathname)).toBe("123");
    expect(linkedFileId("/v1/files/retrieve")).toBeUndefined();
  });
});
