import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyRedactor } from "./key-redaction.js";

const KEY = "sk-Quartz7/Jumble+vow.9x_Hickory";
const NOT_SHOWN = "[not shown: it repeats the key]";
const redact = keyRedactor(KEY);
const base64 = (words: string) => Buffer.from(words).toString("base64");
const hex = (words: string) => Buffer.from(words).toString("hex");
const each = (written: (code: number) => string) => [...KEY].map((letter) => written(letter.charCodeAt(0))).join("");
const unicode = each((code) => `\\u${code.toString(16).padStart(4, "0")}`);

test.each([
  ["as it is", `a ${KEY} z`, "a redacted z"],
  ["twice", `${KEY},${KEY}`, "redacted,redacted"],
  ["encoded for a URL", `?a=${encodeURIComponent(KEY)}&b=1`, "?a=redacted&b=1"],
  ["in JSON", JSON.stringify({ [KEY]: `Bearer ${KEY}`, n: 1 }), '{"redacted":"Bearer redacted","n":1}'],
  ["in base64", `Basic ${base64(KEY)}`, "Basic redactedk="],
  ["as a password in base64", base64(`u:${KEY}`), "dTpredactedQ=="],
])("removes a key that is repeated %s (I14)", (_, given, kept) => {
  expect(redact(given)).toBe(kept);
});

test("removes a key with quotes from JSON", () => {
  const quoted = 'sk-"Quartz7"\\Jumble-vow';
  expect(keyRedactor(quoted)(JSON.stringify({ key: quoted }))).toBe('{"key":"redacted"}');
});

test.each([
  ["in upper case", KEY.toUpperCase()],
  ["in part, twelve letters", "Jumble+vow.9x_H?"],
  ["letter by letter", JSON.stringify([...KEY])],
  ["in pieces", '["sk-Quartz7/Jum","ble+vow.9x_Hickory"]'],
  ["with spaces", KEY.replace(/..../g, "$& ")],
  ["with each letter encoded for a URL", each((code) => `%${code.toString(16)}`)],
  ["encoded for a URL twice, in lower case", encodeURIComponent(encodeURIComponent(KEY.toLowerCase()))],
  ["as escapes of JSON", `{"a":"${unicode}"}`],
  ["as escapes in JSON within JSON", JSON.stringify({ a: `{"b":"${unicode}"}` })],
  ["as decimal entities", each((code) => `&#${code};`)],
  ["as hexadecimal entities", each((code) => `&#x${code.toString(16)};`)],
  ["in base64 for URLs, with another end", Buffer.from(`me:${KEY.slice(0, 20)}`).toString("base64url")],
  ["in base64 on several lines", base64(`Bearer ${KEY}`).replace(/.{20}/g, "$&\r\n")],
  ["in hexadecimal", hex(KEY).toUpperCase()],
])("shows nothing of a text that repeats the key %s (I14)", (_, given) => {
  expect(redact(given)).toBe(NOT_SHOWN);
  expect(redact(given, "instead")).toBe("instead");
});

describe("everything else is kept", () => {
  test("any text without the key", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (any) => redact(any) === any));
  });

  test.each(["", "any", "k", "test", "1234567"])("words like the key %j, which is too short for a secret", (key) => {
    const words = "Bearer any company may test 12345678 keys, k?";
    expect(keyRedactor(key)(words)).toBe(words);
  });

  test("words of the specs and ids, even if the key contains them", () => {
    const own =
      '{"purpose":"video_generation","error":{"type":"rate_limit_error"},"task_id":"100000000000000","n":123456789012345}';
    for (const key of [
      "sk-video-generation-test",
      "my-rate-limit-error-key",
      "sk-0000000000000000",
      "sk-test-1234567890",
    ])
      expect(keyRedactor(key)(own)).toBe(own);
  });
});

test.each([
  ["backslashes", "\\".repeat(100_000)],
  ["escapes", `"${'\\"'.repeat(2_000_000)}${KEY}"`],
  ["percent signs", "%25".repeat(100_000)],
  ["entities", "&amp;".repeat(100_000)],
  ["the key over and over", JSON.stringify(Array(5_000).fill(KEY))],
])("a text of %s is processed in time", (_, hostile) => {
  const started = performance.now();
  redact(hostile);
  expect(performance.now() - started).toBeLessThan(30_000);
});
