import { createHmac } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { callbackIdIn, withoutToken } from "../base/callback-id.js";
import { WebhookError } from "../base/errors.js";
import { claimsIn, signersOf } from "./callback-token.js";
import { webhookUrl } from "./webhook-url.js";

const SECRET = "a secret of the receiver, which nobody may see";
const BASE = "https://example.com/callbacks";
const NEVER = Number.POSITIVE_INFINITY;

const claimsOf = (url: string, secret: string | string[] = SECRET) => claimsIn(url, signersOf(secret));
const isOurs = async (url: string, secret?: string | string[]) => (await claimsOf(url, secret)) !== undefined;

/** A token from another process, which this one does not remember. `query` precedes it. */
function tokenOf(said: string, query = ""): string {
  const signature = createHmac("sha256", SECRET).update(`minimax-video callback ${query}${said}`).digest("base64url");
  return `${said}.${signature}`;
}
const foreign = (letter = "v") => tokenOf(`${letter}0.${"x".repeat(20)}`);

describe("a callback URL", () => {
  test("is the base with a token that contains the kind and the expiry, but not the secret", async () => {
    const url = await webhookUrl(BASE, { secret: SECRET, kind: "template", expiresIn: 1_500, now: () => 10_000 });
    expect(url).toMatch(/^https:\/\/example\.com\/callbacks\?token=t[0-9a-z]+\.[\w-]{20}\.[\w-]{43}$/);
    const [, callback] = /token=(.*)\./.exec(url) ?? [];
    expect(await claimsOf(url)).toEqual({ kind: "template", expires: 12_000, callback });
    expect(callbackIdIn(url)).toBe(callback);
  });

  test("has its token after a question mark or an ampersand", async () => {
    const said = `v0.${"x".repeat(20)}`;
    expect(await isOurs(`${BASE}?a&token=${tokenOf(said, "a&")}`)).toBe(true);
    expect(await isOurs(`${BASE}?a?token=${tokenOf(said, "a?")}`)).toBe(false);
  });

  test.each(["video", "template", "generation", "regeneration", "h3_context_ir"] as const)("names %s", async (kind) => {
    const url = await webhookUrl(BASE, { secret: SECRET, kind });
    expect(await claimsOf(url)).toMatchObject({ kind });
    const [letter] = new URL(url).searchParams.get("token") ?? "";
    expect(await claimsOf(`${BASE}?token=${foreign(letter)}`)).toMatchObject({ kind });
  });

  test("contains the caller's reference, which nobody else can change (H7)", async () => {
    const url = await webhookUrl(`${BASE}?a=1`, { secret: SECRET, reference: "order 7/ß&token=" });
    expect(await claimsOf(url)).toMatchObject({ reference: "order 7/ß&token=" });
    expect(await claimsOf(url.replace("order", "other"))).toBeUndefined();
    const taken = webhookUrl(`${BASE}?reference=1`, { secret: SECRET, reference: "7" });
    await expect(taken).rejects.toThrow('base: must not have a parameter "reference" of its own');
    for (const reference of ["", "fox \ud83e"])
      await expect(webhookUrl(BASE, { secret: SECRET, reference })).rejects.toThrow("reference: must be a string");
  });

  test.each(["a~b", "ü €", "a+b c"])("keeps the reference %s as other libraries would write it", async (reference) => {
    const url = await webhookUrl(BASE, { secret: SECRET, reference });
    const { origin, pathname, searchParams } = new URL(url);
    const again = [...searchParams].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    expect(await claimsOf(`${origin}${pathname}?${again}`)).toMatchObject({ reference });
  });

  test("is recognised if a proxy writes the query in another way, but not if it says something else", async () => {
    const reference = "ä ö/ü~'()*&token=1";
    const url = await webhookUrl(`${BASE}?a=b%20c&d=(e)`, { secret: SECRET, reference });
    const { searchParams } = new URL(url);
    const others = [
      `${BASE}?${new URLSearchParams(searchParams)}`,
      url.replace("b%20c", "b+c"),
      url.replace("%2F", "/").replace("(e)", "%28e%29"),
      url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    ];
    for (const other of others) expect(await claimsOf(other), other).toMatchObject({ reference });
    for (const other of [url.replace("%26", "&"), url.replace("b%20c", "b%2Bc"), url.replace("%2F", "%252F")])
      expect(await claimsOf(other), other).toBeUndefined();
    expect(await isOurs(url.replace("a=b%20c", "a=%ff"))).toBe(false);
  });

  test("is not changed by a caller that parses it, whatever the reference", async () => {
    const url = await webhookUrl(`${BASE}?x=it's`, { secret: SECRET, reference: "it's (1)!*~ \"<>`{}|^🦊" });
    expect(new URL(url).href).toBe(url);
  });

  test("is found by its token, whatever a host appends", async () => {
    const url = await webhookUrl(BASE, { secret: SECRET });
    const claims = await claimsOf(url);
    for (const more of ["&x=1", "&access_token=q", "&mytoken=v0.a#b"]) {
      expect(await claimsOf(url + more), more).toEqual(claims);
      expect(callbackIdIn(url + more), more).toBe(claims?.callback);
    }
  });

  test("is found behind a hundred thousand others, in linear time", async () => {
    const url = await webhookUrl(BASE, { secret: SECRET });
    const others = "token=0&".repeat(100_000);
    const begun = process.cpuUsage();
    expect(callbackIdIn(url.replace("?", `?${others}`))).toBe(callbackIdIn(url));
    expect(withoutToken(url.replace("?", `?${others}`))).toBe(`${BASE}?${others}`);
    // In quadratic time, it would take minutes.
    expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
  });

  test("differs each time", async () => {
    const urls = await Promise.all(Array.from({ length: 100 }, () => webhookUrl(BASE, { secret: SECRET })));
    expect(new Set(urls).size).toBe(100);
  });

  test.each([undefined, NEVER, 1e300, 1e16])("never expires with expiresIn %d", async (expiresIn) => {
    const url = await webhookUrl(BASE, { secret: SECRET, expiresIn });
    expect(await claimsOf(url)).toMatchObject({ kind: "video", expires: NEVER });
  });

  test("keeps and signs the query of its base, while its host and path may be rewritten", async () => {
    const url = await webhookUrl(`${BASE}?order=17&name=a%20b&next=/a?b`, { secret: SECRET });
    expect(url).toContain("?order=17&name=a%20b&next=/a?b&token=");
    for (const same of [url, url.replace(BASE, "/inner"), `${url}&utm=1`]) expect(await isOurs(same), same).toBe(true);
    for (const [from, to] of [
      ["order=17", "order=18"],
      ["order=17&", ""],
      ["/a?b", "/a"],
    ] as const)
      expect(await isOurs(url.replace(from, to)), to).toBe(false);
    const token = tokenOf(`v0.${"x".repeat(20)}`, "order=17&next=%2Fa%3Fb&");
    expect(await isOurs(`${BASE}?order=17&next=/a?b&token=${token}`)).toBe(true);
    expect(await webhookUrl(`${BASE}?`, { secret: SECRET })).toMatch(/^[^?]+\?token=v0[.]/);
  });

  test("is accepted by any process with the secret, and by a handler with several secrets", async () => {
    const [old, young] = [`${SECRET} old`, `${SECRET} young`];
    const url = await webhookUrl(BASE, { secret: [old, young] });
    expect([await isOurs(url, [young, old]), await isOurs(url, young)]).toEqual([true, false]);
    const other = `${BASE}?token=${foreign()}`;
    expect([await isOurs(other, [young, SECRET]), await isOurs(other), await isOurs(other, young)]).toEqual([
      ...[true, true, false],
    ]);
    // Another process computes the same signature.
    const minted = await webhookUrl(`${BASE}?a=1`, { secret: SECRET });
    const [, said = ""] = /token=(.*)\./.exec(minted) ?? [];
    expect(minted).toBe(`${BASE}?a=1&token=${tokenOf(said, "a=1&")}`);
    expect(await webhookUrl(BASE, { secret: "x".repeat(32) })).toContain("token=");
  });

  test("is refused with any letter changed, cut off or added", async () => {
    const url = await webhookUrl(BASE, { secret: SECRET, expiresIn: 1e9 });
    for (let index = url.indexOf("token=") + 6; index < url.length; index++) {
      // The last of 43 letters has only four bits. Another letter may decode to the same bits, and must be refused too.
      const other = url[index] === "b" ? "c" : "b";
      expect(await isOurs(url.slice(0, index) + other + url.slice(index + 1)), `letter ${index}`).toBe(false);
      expect(await isOurs(url.slice(0, index)), `cut at ${index}`).toBe(false);
    }
    for (const wrong of [`${url}x`, `${url}=`, url.replace("token=", "Token="), BASE, ""])
      expect(await isOurs(wrong), wrong).toBe(false);
  });

  test("has its token in the query, which begins with the first question mark", async () => {
    const token = foreign();
    expect(await isOurs(`?token=${token}`)).toBe(true);
    for (const wrong of [`token=${token}`, `/token=${token}`, `?token=x${token}`, `?token=${token}x`])
      expect(await isOurs(wrong), wrong).toBe(false);
  });

  test("is refused if a letter moves from the token to the query", async () => {
    const [begin, rest] = ["v1", `t5.${"x".repeat(20)}`];
    const [, , signature] = tokenOf(begin + rest).split(".");
    expect(await isOurs(`${BASE}?token=${begin}${rest}.${signature}`)).toBe(true);
    expect(await isOurs(`${BASE}?${begin}token=${rest}.${signature}`)).toBe(false);
    expect(await isOurs(`/${"x".repeat(71)}?${begin}xtoken${rest}.${signature}`)).toBe(false);
  });

  test("is verified once, and remembered with its signature", async () => {
    const signers = signersOf(SECRET);
    const url = `${BASE}?token=${foreign("g")}`;
    const claims = await claimsIn(url, signers);
    expect(await claimsIn(url, signers)).toBe(claims);
    for (const wrong of [url.replace(/\.(?=[^.]*$)/, "_"), url.slice(0, -1)])
      expect(await claimsIn(wrong, signers)).toBeUndefined();
  });
});

test("a secret cannot be used without WebCrypto, and the error says why", () => {
  for (const crypto of [undefined, {}]) {
    vi.stubGlobal("crypto", crypto);
    expect(() => signersOf("x".repeat(40))).toThrow("Callbacks need crypto.subtle, which is missing");
    vi.unstubAllGlobals();
  }
});

describe("webhookUrl", () => {
  const SHORT = "secret: must be a string of at least 32 characters, or several; make one with: openssl rand -hex 32";
  const RELATIVE = "base: must be an absolute http(s) URL";
  const MORE = "base: takes no credentials and no fragment";
  const LIFETIME = "expiresIn: must be a number of milliseconds above 0, or Infinity (got";
  const KIND = 'kind: must be one of "video", "template", "generation", "regeneration", "h3_context_ir"';
  test.each<[string, unknown, object, string]>([
    ["no secret", BASE, { secret: undefined }, SHORT],
    ["an empty list of secrets", BASE, { secret: [] }, SHORT],
    ["a secret of 31 characters", BASE, { secret: "x".repeat(31) }, SHORT],
    ["a secret that is a number", BASE, { secret: 7 }, SHORT],
    ["a short secret among others", BASE, { secret: [SECRET, "short-secret-value"] }, SHORT],
    ["a relative base", "example.com/secret-path", {}, RELATIVE],
    ["another protocol", "ftp://example.com/secret-path", {}, RELATIVE],
    ["a protocol that begins with https", "httpsx://example.com/secret-path", {}, RELATIVE],
    ["a protocol that ends with https", "xhttps://example.com/secret-path", {}, RELATIVE],
    ["a base that is a symbol", Symbol("secret-part"), {}, RELATIVE],
    ["a user", "https://secret-person@example.com", {}, MORE],
    ["a password", "https://:secret-password@example.com", {}, MORE],
    ["a fragment", `${BASE}#secret-part`, {}, MORE],
    ["an empty fragment, which would swallow the token", `${BASE}#`, {}, MORE],
    ["a base with a token", `${BASE}?token=secret-token`, {}, 'base: must not have a parameter "token" of its own'],
    ["an expiry of 0", BASE, { expiresIn: 0 }, `${LIFETIME} 0)`],
    ["an expiry of NaN", BASE, { expiresIn: Number.NaN }, `${LIFETIME} NaN)`],
    ["an unknown kind", BASE, { kind: "movie" }, `${KIND} (got "movie")`],
    [
      "several mistakes at once",
      "ftp://example.com/secret-path",
      { secret: "short-secret-value", expiresin: 5, now: 5 },
      `${SHORT}\n  expiresin: is not a known option; did you mean expiresIn?\n  now: must be a function (got 5)\n  ${RELATIVE}`,
    ],
  ])("refuses %s, and shows no secret", async (_, base, options, words) => {
    expect(words).not.toMatch(/short-secret|secret-p|secret-t|nobody may see/);
    await expect(webhookUrl(base as string, { secret: SECRET, ...options })).rejects.toThrow(
      new WebhookError(`webhookUrl cannot use these options:\n  ${words}`),
    );
  });

  test.each([undefined, null, SECRET])("refuses %j as options", async (options) => {
    await expect(webhookUrl(BASE, options as never)).rejects.toThrow("webhookUrl takes an object of options");
  });
});
