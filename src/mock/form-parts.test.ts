import { describe, expect, test } from "vitest";
import { faultInForm, formPartsIn, type Part, standInFor } from "./form-parts.js";

const TYPE = "multipart/form-data; boundary=b";
const seen = (parts: Part[] | undefined) =>
  parts?.map(({ name, filename, bytes }) => [name, filename, bytes.toString("latin1")]);
const parse = (text: string, type = TYPE) => seen(formPartsIn(Buffer.from(text, "latin1"), type));
const part = (about: string, value: string) => `--b\r\nContent-Disposition: form-data; ${about}\r\n\r\n${value}\r\n`;
const END = "--b--\r\n";

describe("the parts of a form", () => {
  test("are found as fetch sends them", async () => {
    const form = new FormData();
    form.set("purpose", "prompt_audio");
    form.set("file", new Blob([new Uint8Array([0, 255, 13, 10, 45, 45])]), 'a "b" 狐.bin');
    const response = new Response(form);
    const body = Buffer.from(await response.arrayBuffer());
    expect(seen(formPartsIn(body, response.headers.get("content-type") ?? ""))).toEqual([
      ["purpose", undefined, "prompt_audio"],
      ["file", 'a "b" 狐.bin', "\x00\xff\r\n--"],
    ]);
  });

  test.each<[string, string, unknown]>([
    ["none", END, []],
    ["an empty value", part('name="a"', "") + END, [["a", undefined, ""]]],
    [
      "content that looks like a boundary",
      part('name="a"', "\r\n--bc\r\n--b c") + END,
      [["a", undefined, "\r\n--bc\r\n--b c"]],
    ],
    ["a preamble, and no last line end", `hello\r\n${part('name="a"', "1")}--b--`, [["a", undefined, "1"]]],
    ["quotes as curl writes them", part('name="a"; filename="\\"b\\\\.txt"', "1") + END, [["a", '"b\\.txt', "1"]]],
    ["a name without a space before it", part('name="a";filename="f"', "1") + END, [["a", "f", "1"]]],
    ["a part without a name", part("size=1", "1") + part('name="a"', "2") + END, [["a", undefined, "2"]]],
    ["no end", part('name="a"', "1"), undefined],
    ["headers without an end", "--b\r\nContent-Disposition: form-data", undefined],
    ["nothing", "", undefined],
    ["another boundary", part('name="a"', "1").replaceAll("--b", "--c"), undefined],
  ])("%s", (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test("need a boundary, which may be in quotes", () => {
    const text = part('name="a"', "1") + END;
    expect(parse(text, 'multipart/form-data; charset=utf-8; boundary="b"')).toEqual([["a", undefined, "1"]]);
    expect(parse(text, "multipart/form-data")).toBeUndefined();
  });

  test("share the memory of the body", () => {
    const body = Buffer.from(part('name="a"; filename="f"', "content") + END);
    const [found] = formPartsIn(body, TYPE) ?? [];
    expect(found?.bytes.buffer).toBe(body.buffer);
  });
});

test("a stand-in form keeps names and values, and has a few characters for each file", () => {
  const parts = [
    { name: "purpose", bytes: Buffer.from("fun") },
    { name: 'odd"; filename="x', bytes: Buffer.from("1") },
    { name: "file", filename: "a.png", bytes: Buffer.alloc(1_000_000) },
  ];
  const text = standInFor(parts);
  expect(text.length).toBeLessThan(500);
  expect(parse(text, "multipart/form-data; boundary=form")).toEqual([
    ["purpose", undefined, "fun"],
    ["odd filename=x", undefined, "1"],
    ["file", "file", "(bytes)"],
  ]);
});

test("finds the faults that Prism misses: unknown parts, and a plain value instead of a file", () => {
  const [purpose, file] = [
    { name: "purpose", bytes: Buffer.alloc(0) },
    { name: "file", bytes: Buffer.alloc(0) },
  ];
  expect(faultInForm([purpose, { ...file, filename: "a" }])).toBeUndefined();
  expect(faultInForm([purpose])).toBeUndefined();
  expect(faultInForm([purpose, file])).toBe("file: must be a file, with a file name");
  expect(faultInForm([{ ...file, name: "GroupId" }])).toBe(
    "GroupId: is not a known field; the known fields are purpose, file",
  );
});
