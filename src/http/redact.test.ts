import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { redact, redactedError } from "./redact.js";

const PROMPT = 'A man said: "Überholt!"\nThe café closes at 5% of <dusk>';
const KEY = "sk-api-Nobody_may.see-this+key/1";

describe("texts that repeat a secret", () => {
  test.each([
    ["as it is", PROMPT],
    ["in capitals", PROMPT.toUpperCase()],
    ["escaped as JSON", JSON.stringify(PROMPT)],
    ["escaped as JSON in JSON", JSON.stringify(JSON.stringify(PROMPT))],
    ["with \\u escapes", PROMPT.replace(/[^\w ]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)],
    ["in a URL", encodeURIComponent(PROMPT)],
    ["in a URL twice", encodeURIComponent(encodeURIComponent(PROMPT))],
    ["in a form", new URLSearchParams({ prompt: PROMPT }).toString()],
    ["in HTML", PROMPT.replace(/[<>"&]/g, (char) => `&#${char.charCodeAt(0)};`)],
    ["with named entities", PROMPT.slice(10).replace("é", "&eacute;").replace(/[<>]/g, "&lt;")],
    ["its beginning", PROMPT.slice(0, 20)],
    ["its end", PROMPT.slice(-20)],
    ["its middle", PROMPT.slice(8, 30)],
    ["with other spaces", PROMPT.replace(/\s/g, "   ")],
    ["as a list of words", PROMPT.split(/\s/).join(" | ")],
  ])("%s show nothing of it", (_, repeated) => {
    const shown = redact(`invalid params: ${repeated} is not allowed`, [PROMPT, KEY]);
    expect(shown).toMatch(/^\[not shown|^invalid params: \[…\] is not allowed$/);
  });

  const each = (text: string, write: (code: number) => string) =>
    Array.from(text, (char) => write(char.charCodeAt(0))).join("");
  const hex = (code: number, digits = 0) => code.toString(16).padStart(digits, "0");
  const bytes = (text: string, sign: string) => Array.from(Buffer.from(text), (byte) => sign + hex(byte, 2)).join("");
  test.each<[string, (text: string) => string]>([
    ["\\u", (text) => each(text, (code) => `\\u${hex(code, 4)}`)],
    ["\\\\u", (text) => each(text, (code) => `\\\\u${hex(code, 4)}`)],
    ["%", (text) => bytes(text, "%")],
    ["%25", (text) => bytes(text, "%25")],
    ["%2525", (text) => bytes(text, "%2525")],
    ["&#", (text) => each(text, (code) => `&#${code};`)],
    ["&#x", (text) => each(text, (code) => `&#x${hex(code)};`)],
    ["&amp;#", (text) => each(text, (code) => `&amp;#${code};`)],
  ])("with %s before each letter show nothing of it", (_, escaped) => {
    for (const prompt of ["a red fox runs through snow", "Рыжая лиса бежит по снегу"])
      expect(redact(`no: ${escaped(prompt.slice(1))}`, [prompt])).toMatch(/^\[not shown/);
  });

  test.each([
    KEY,
    KEY.toUpperCase(),
    encodeURIComponent(KEY),
    KEY.slice(0, 20),
    `Bearer ${KEY}`,
  ])("%j show nothing of a key", (repeated) => {
    expect(redact(`the key ${repeated} is unknown`, [KEY])).not.toMatch(/nobody/i);
  });

  test.each([
    "http://token-abcdef-123456@host.test/v.mp4",
    "https://me:pw1@host.test",
    "https://me:hunter2hunter2@[::1]:80/v.mp4",
  ])("%s shows no user and no password (I4)", (url) => {
    expect(redact(`cannot fetch ${url} twice`)).toMatch(/^cannot fetch https?:\/\/\[…\]@(host\.test|\[::1\])/);
  });

  test("in Chinese show nothing of it from six characters on", () => {
    expect(redact("内容“一只红色的狐狸在雪地里奔跑”违规", ["一只红色的狐狸在雪地里奔跑"])).toBe("内容“[…]”违规");
    expect(redact("内容“红色的狐狸在雪地里”违规", ["一只红色的狐狸在雪地里奔跑"])).toMatch(/^\[not shown/);
  });

  test("are shown if they only have some words in common with it", () => {
    const words = "invalid params, duration must be 6 or 10";
    expect(redact(words, ["A clock whose duration is invalid", KEY])).toBe(words);
  });

  test("are checked completely, and shown up to the three hundredth character", () => {
    expect(redact(`${"x ".repeat(400)}${PROMPT}`, [PROMPT])).toBe("x ".repeat(150));
    expect(redact(`${"x ".repeat(400)}${PROMPT.toLowerCase()}`, [PROMPT])).toMatch(/^\[not shown/);
  });
});

describe("a cause that is kept", () => {
  test("has its name, message and code, and no other property, at any depth", () => {
    const socket = Object.assign(new Error(`parse error of ${PROMPT}`), {
      code: "HPE_INVALID",
      data: `${KEY} ${PROMPT}`,
    });
    const many = Object.assign(new AggregateError([socket, new Error(KEY)], "all"), { path: KEY });
    const failed = new TypeError(`fetch ${KEY} failed`, {
      cause: Object.assign(new Error("inner", { cause: many }), { KEY }),
    });
    const kept = redactedError(failed, [KEY, PROMPT]);
    expect(inspect(kept, { depth: 20, showHidden: true })).not.toMatch(/nobody|berholt|café/i);
    expect(kept).toMatchObject({ name: "TypeError", message: "fetch […] failed", code: "HPE_INVALID" });
    expect(kept.cause).toMatchObject({
      message: "inner",
      cause: { name: "AggregateError", errors: [{ code: "HPE_INVALID" }, {}] },
    });
    expect(kept.stack).toMatch(/\n\s+at /);
  });

  test.each([undefined, null, 5, "text", {}, Object.create(null), Symbol("s")])("may be %o", (thrown) => {
    expect(redactedError(thrown, [])).toBeInstanceOf(Error);
  });

  test("shows no secret in its name, nor in a line of its message that looks like a frame", () => {
    const prompt = "a fox\n    at the shore of berholt";
    const error = Object.assign(new Error(`no: ${prompt}`), { name: `Refused ${KEY}` });
    const kept = redactedError(error, [KEY, prompt]);
    expect(inspect(kept)).not.toMatch(/nobody|berholt/i);
    expect(kept.stack).toMatch(/\n\s+at /);
  });

  test("that is its own cause is cut off", () => {
    const error = new Error("again");
    error.cause = error;
    expect(inspect(redactedError(error, []), { depth: 20 }).match(/again/g)?.length).toBeLessThan(12);
  });
});

describe("texts are shown without", () => {
  test.each([
    ["data:image/png;base64,AAAA/b+c= end", "[data URL] end"],
    ['"data:image/svg+xml;base64,AAAA"', '"[data URL]"'],
    ["'data:image/png;base64,AAAA'", "'[data URL]'"],
    ["data:image/png;base64,", "[data URL]"],
    ["see https://a.example/b?token=1&c=2 now", "see https://a.example/b?[…] now"],
    ["http://a.example/?x", "http://a.example/?[…]"],
    ["'https://a.example/b?x'", "'https://a.example/b?[…]'"],
    ['"https://a.example/b?x"', '"https://a.example/b?[…]"'],
    ["Bearer  abc.def-1== no", "[key] no"],
    ["bearer x", "[key]"],
    ["sk-abc_1/+~. no", "[key] no"],
    ["task-sk-1, desk-top", "task-[key], desk-top"],
    ["data:image/png;charset=utf-8;base64,AAAA", "[data URL]"],
    ["data:text/plain,a%20fox", "[data URL]"],
    ["https:\\/\\/a.example\\/b?Signature=1 no", "https:\\/\\/a.example\\/b?[…] no"],
    ["iVBORw0KGgo".repeat(10), "[data]"],
    ["eyJhbGciOiJIUzI1NiJ9.e30.abc no", "[key] no"],
    ["https://a.example/b", "https://a.example/b"],
    ["data:image\\/png;base64,AAAA end", "[data URL] end"],
    ["data%3Aimage%2Fpng%3Bbase64%2CAAAA end", "[data URL] end"],
    ["data:image&#x2F;png;base64,AAAA end", "[data URL] end"],
    ["https%3A%2F%2Fa.example%2Fb%3FSignature%3D1 no", "https%3A%2F%2Fa.example%2Fb?[…] no"],
    ["https:\\/\\/a.example\\/b%3FSignature=1 no", "https:\\/\\/a.example\\/b?[…] no"],
    ["//cdn.example/a&#63;Signature=1 no", "//cdn.example/a?[…] no"],
    ["/a.png?Signature=1 no", "/a.png?[…] no"],
    ["oss://a/b.png?Signature=1 no", "oss://a/b.png?[…] no"],
    ["6 and/or 10? yes", "6 and/or 10? yes"],
  ])("%s", (words, expected) => {
    expect(redact(words)).toBe(expected);
  });

  test("any removal for a secret that has fewer than four letters", () => {
    expect(redact("no such fox", ["?!?! no"])).toBe("no such fox");
    expect(redact("no     such fox", ["     "])).toBe("no     such fox");
    expect(redact("no such FOXY", ["f-o-x-y!"])).toBe("[not shown: it repeats a part of the request]");
  });

  test("secrets of four letters or more, anywhere", () => {
    expect(redact("a fox, a fox and a hare", ["a fox", "hare"])).toBe("[…], […] and a […]");
    expect(redact("fox and foxy", ["fox"])).toBe("fox and foxy");
  });
});

test("an error of many parts costs little more than one text, even if the prompt is long", () => {
  const prompt = Array.from({ length: 20_000 }, (_, index) => `fox ${index}`).join(" ");
  const cost = (call: () => unknown) => {
    const begun = process.cpuUsage();
    call();
    return process.cpuUsage(begun).user;
  };
  const error = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
  expect(error.stack?.split("\n").length).toBeGreaterThan(5);
  // The first call compiles the patterns.
  const [, once] = [1, 2].map(() => cost(() => redact("no", [prompt])));
  expect(cost(() => redactedError(error, [prompt]))).toBeLessThan(4 * (once ?? 0));
});
