import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lettersIn } from "../http/redact.js";
import { redactorOf } from "./key-redaction.js";

const KEY = "sk-Quartz7/Jumble+vow.9x_Hickory";
const { text, url, headers } = redactorOf(KEY);
const base64 = (words: string) => Buffer.from(words).toString("base64");
const escaped = (words: string) =>
  [...words].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

describe("a key is removed from a text", () => {
  test.each([
    ["as it is", `a ${KEY} z`, "a […] z"],
    ["twice", `${KEY},${KEY}`, "[…],[…]"],
    ["in other capitals", KEY.toUpperCase(), "[…]"],
    ["a part of twelve letters", "Jumble+vow.9x?", "[…]?"],
    ["encoded for a URL", `?a=${encodeURIComponent(KEY)}&b=1`, "?a=[…]&b=1"],
    ["in base64", `Basic ${base64(`user:${KEY}`)}`, /^Basic dXNlcj\w?\[…\]\w?=*$/],
    ["in hexadecimal", Buffer.from(KEY).toString("hex"), "[…]"],
    ["in JSON, escaped", `{"a":"${escaped(KEY)}","b":1}`, '{"a":"[…]","b":1}'],
    ["in JSON, in pieces", '["sk-Quartz7/Jum","ble+vow.9x_Hickory"]', '["[…]","[…]"]'],
    ["as entities", [...KEY].map((letter) => `&#${letter.charCodeAt(0)};`).join(""), "[…]"],
  ])("%s", (_, given, kept) => {
    if (typeof kept === "string") expect(text(given)).toBe(kept);
    else expect(text(given)).toMatch(kept);
  });

  test("an address stays valid, wherever it contains the key", () => {
    const name = KEY.replace(/\W|_/g, "-");
    for (const address of [
      `https://${name}.example/`,
      `https://a.example/${name}/b?c=1`,
      `https://a.example/?c=${name}`,
    ]) {
      expect(new URL(url(address)).href).toContain("redacted");
      expect(url(address)).not.toMatch(/hickory/i);
    }
  });

  test("headers lose it in names, in values, and across values", () => {
    const given = {
      "x-sk-Quartz7-Jumble-vow.9x_Hickory": "a",
      b: KEY,
      c: "sk-Qua",
      d: "rtz7/Jumb",
      e: "le+vow",
      f: "none",
    };
    expect(headers(given)).toEqual({ "x-redacted": "a", b: "[…]", c: "[…]", d: "[…]", e: "[…]", f: "none" });
  });
});

describe("everything else stays", () => {
  test("all text, if there is no key", () => {
    for (const none of [redactorOf(), redactorOf("")]) {
      expect(none.text("Bearer any")).toBe("Bearer any");
      expect(none.headers({ a: "b", c: "" })).toEqual({ a: "b", c: "" });
      expect(none.url("https://a.example/?b=1")).toBe("https://a.example/?b=1");
    }
  });

  test("the words of the specs, for a key made of words", () => {
    const own =
      '{"purpose":"video_generation","error":{"type":"rate_limit_error"},"task_id":"1","status_msg":"success"}';
    for (const key of ["sk-video-generation-test", "my-rate-limit-error-key", "task_id_status_msg_file_id"])
      expect(redactorOf(key).text(own)).toBe(own);
  });

  test("any text without the key", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (any) => text(any) === any));
  });

  test("any JSON except for the key, however it is written", () => {
    const written = fc.constantFrom(
      (key: string) => key,
      (key: string) => key.toUpperCase(),
      (key: string) => `Bearer ${key}`,
      encodeURIComponent,
      base64,
      escaped,
      (key: string) => JSON.stringify({ [key]: JSON.stringify(key) }),
    );
    const spaces = fc.constantFrom(undefined, 1, "\t");
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), written, spaces, (before, after, write, space) => {
        const document = (words: string) =>
          JSON.stringify([before, { "a key": words, [words]: 1 }, after], null, space);
        const kept = text(document(write(KEY)));
        expect(kept.replace(/\W/g, "")).not.toMatch(/quartz7jumble|hickory/i);
        const [first, held, last] = JSON.parse(kept);
        expect([first, last]).toEqual(JSON.parse(JSON.stringify([before, after])));
        expect(Object.keys(held)).toHaveLength(2);
        expect(text(kept)).toBe(kept);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ["backslashes", "\\".repeat(100_000)],
  ["escapes", `"${'\\"'.repeat(2_000_000)}${KEY}"`],
  ["percent signs", "%25".repeat(100_000)],
  ["entities", "&amp;".repeat(100_000)],
  ["the key over and over", JSON.stringify(Array(5_000).fill(KEY))],
])("a text of %s is read in time", (_, hostile) => {
  const started = performance.now();
  text(hostile);
  expect(performance.now() - started).toBeLessThan(30_000);
});

test.each([
  ["%E4%B8%80%25E7%25BA%25A2x", "一红x"],
  ["caf%E9%73k %2541%25%", "cafska"],
  ["\\ud842\\udfb7a \\ud800\\u0073", "𠮷as"],
  ["\\\\u0053\\x41\\n&#x53;&#83;&amp;#83;&amp;&hellip;&#9999999;", "sasss"],
  ["Ｅé e\u0301 한", "eee한"],
])("the letters of %j are %j", (text, letters) => {
  expect(lettersIn(text).letters).toBe(letters);
});

test("each letter is found where its escape begins and ends", () => {
  expect(lettersIn("-%41\\u0042")).toEqual({ letters: "ab", starts: [1, 4], ends: [4, 10] });
});
