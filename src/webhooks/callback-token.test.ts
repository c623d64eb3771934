import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { WebhookError } from "../base/errors.js";
import { claimsIn, signersOf } from "./callback-token.js";
import { webhookUrl } from "./webhook-url.js";

const SECRET = "a secret of the receiver, which nobody may see";
const BASE = "https://example.com/callbacks";

async function claimsOf(url: string, secret: string | string[] = SECRET) {
  return claimsIn(url, signersOf(secret));
}

async function isOurs(url: string, secret?: string | string[]): Promise<boolean> {
  return (await claimsOf(url, secret)) !== undefined;
}

/** Of another process: nothing of it is in the memory of this one. */
function signatureOf(text: string): string {
  return createHmac("sha256", SECRET).update(`minimax-video callback ${text}`).digest("base64url");
}

describe("a callback URL", () => {
  test("is the base with a token that says what it is for, and nothing of the secret", async () => {
    const url = await webhookUrl(BASE, { secret: SECRET, kind: "template", expiresIn: 1_500, now: () => 10_000 });
    expect(url).toMatch(/^https:\/\/example\.com\/callbacks\?token=t[0-9a-z]+\.[\w-]{20}\.[\w-]{43}$/);
    expect(await claimsOf(url)).toEqual({ kind: "template", expires: 12_000 });
    expect(await isOurs(url)).toBe(true);
  });

  test.each(["video", "template", "generation", "regeneration", "h3_context_ir"] as const)("says %s", async (kind) => {
    const url = await webhookUrl(BASE, { secret: SECRET, kind });
    expect(await claimsOf(url)).toMatchObject({ kind });
    // And of a token that another process has minted.
    const [letter] = new URL(url).searchParams.get("token") ?? "";
    const said = `${letter}0.${"a".repeat(20)}`;
    expect(await claimsOf(`${BASE}?token=${said}.${signatureOf(said)}`)).toMatchObject({ kind });
  });

  test("is another one each time, and never ends unless it is told to", async () => {
    const urls = await Promise.all(Array.from({ length: 100 }, () => webhookUrl(BASE, { secret: SECRET })));
    expect(new Set(urls).size).toBe(100);
    expect(await claimsOf(urls[0] ?? "")).toEqual({ kind: "video", expires: Number.POSITIVE_INFINITY });
  });

  test("keeps the query of its base, which is signed along; its host and path may be rewritten on their way", async () => {
    const url = await webhookUrl(`${BASE}?order=17&name=a%20b`, { secret: SECRET });
    expect(url).toContain("?order=17&name=a%20b&token=");
    expect(await isOurs(url)).toBe(true);
    expect(await isOurs(url.replace(BASE, "/inner"))).toBe(true);
    expect(await isOurs(`${url}&utm=1`)).toBe(true);
    expect(await isOurs(url.replace("order=17", "order=18"))).toBe(false);
    expect(await isOurs(url.replace("order=17&", ""))).toBe(false);
    const [, said, signature] = /token=(.*)\.(.*)/.exec(url) ?? [];
    expect(signature).toBe(signatureOf(`order=17&name=a%20b&${said}`));
  });

  test("is good for whoever has the secret, in another process too, and for several while they change", async () => {
    const [old, young] = [`${SECRET} old`, `${SECRET} young`];
    const url = await webhookUrl(BASE, { secret: [old, young] });
    expect(await isOurs(url, [young, old])).toBe(true);
    expect(await isOurs(url, young)).toBe(false);
    const said = `v0.${"x".repeat(20)}`;
    expect(await isOurs(`${BASE}?token=${said}.${signatureOf(said)}`, [young, SECRET])).toBe(true);
    expect(await isOurs(`${BASE}?token=${said}.${signatureOf(said)}`)).toBe(true);
    expect(await isOurs(`${BASE}?token=${said}.${signatureOf(said)}`, young)).toBe(false);
  });

  test("is not ours with any letter changed, cut off or put to it", async () => {
    const url = await webhookUrl(BASE, { secret: SECRET, expiresIn: 1e9 });
    const at = url.indexOf("token=") + 6;
    for (let index = at; index < url.length; index++) {
      // The last letter of 43 holds four bits: another one may mean the same to a decoder, and must not to us.
      const other = url[index] === "b" ? "c" : "b";
      expect(await isOurs(url.slice(0, index) + other + url.slice(index + 1)), `letter ${index - at}`).toBe(false);
      expect(await isOurs(url.slice(0, index)), `cut at ${index - at}`).toBe(false);
    }
    for (const wrong of [`${url}x`, `${url}=`, url.replace("token=", "Token="), url.replace("?token", "#?token")])
      expect(wrong.includes("#") || (await isOurs(wrong)) === false, wrong).toBe(true);
    expect(await isOurs(BASE)).toBe(false);
    expect(await isOurs("")).toBe(false);
  });
});

test("what is signed is not read otherwise: no letter goes from the token to the query before it", async () => {
  const [begin, rest] = ["v1", `t5.${"x".repeat(20)}`];
  const signature = signatureOf(begin + rest);
  expect(await claimsOf(`${BASE}?token=${begin}${rest}.${signature}`)).toMatchObject({ kind: "video" });
  expect(await claimsOf(`${BASE}?${begin}token=${rest}.${signature}`)).toBeUndefined();
});

test("a base with an empty query has none", async () => {
  expect(await webhookUrl(`${BASE}?`, { secret: SECRET })).toMatch(/^[^?]+\?token=v0[.]/);
  expect(await webhookUrl(`${BASE}?a`, { secret: SECRET })).toMatch(/\?a&token=v0[.]/);
});

test("a token stands in a query, which begins with the first question mark", async () => {
  const said = `v0.${"x".repeat(20)}`;
  const token = `${said}.${signatureOf(said)}`;
  expect(await claimsOf(`?token=${token}`)).toMatchObject({ kind: "video" });
  expect(await claimsOf(`token=${token}`)).toBeUndefined();
  expect(await claimsOf(`/token=${token}`)).toBeUndefined();
  expect(await claimsOf(`?token=x${token}`)).toBeUndefined();
  expect(await claimsOf(`?token=${token}x`)).toBeUndefined();
  const url = await webhookUrl(`${BASE}?next=/a?b`, { secret: SECRET });
  expect(await isOurs(url)).toBe(true);
  expect(await isOurs(url.replace("/a?b", "/a"))).toBe(false);
  const behind = `next=/a?b&${said}`;
  expect(await claimsOf(`${BASE}?next=/a?b&token=${said}.${signatureOf(behind)}`)).toMatchObject({ kind: "video" });
});

test("what a process has minted or seen is known to it, and not signed anew", async () => {
  const signers = signersOf(SECRET);
  const url = await webhookUrl(BASE, { secret: SECRET, kind: "template" });
  expect(await claimsIn(url, signers)).toEqual({ kind: "template", expires: Number.POSITIVE_INFINITY });
  const said = `g0.${"s".repeat(20)}`;
  const other = `${BASE}?token=${said}.${signatureOf(said)}`;
  const claims = await claimsIn(other, signers);
  expect(await claimsIn(other, signers)).toBe(claims);
  for (const wrong of [other.replace(`${said}.`, `${said}_`), other.slice(0, -1)])
    expect(await claimsIn(wrong, signers)).toBeUndefined();
});

test("what a process has signed is remembered, ten thousand of it, and the oldest goes first", () => {
  const [signer] = signersOf(`${SECRET} of a memory`);
  const put = (key: string) => signer?.known.put(key, { claims: { kind: "video", expires: 0 }, signature: "" });
  for (let index = 0; index <= 10_000; index++) put(`${index}`);
  expect([signer?.known.get("0"), signer?.known.get("5000")?.signature]).toEqual([undefined, ""]);
});

describe("what cannot be trusted is refused with a WebhookError that shows nothing of it", () => {
  const SHORT = "secret: must be a string of at least 32 characters, or several; make one with: openssl rand -hex 32";
  const NONE = SHORT;
  const RELATIVE = "base: must be an absolute http(s) URL";
  const MORE = "base: takes no credentials and no fragment";
  test.each([
    ["no secret", BASE, "", SHORT],
    ["an undefined one", BASE, undefined, NONE],
    ["none of several", BASE, [], NONE],
    ["a short one", BASE, "short-secret-value", SHORT],
    ["a short one of several", BASE, [SECRET, "short-secret-value"], SHORT],
    ["a base that is no URL", "example.com/secret-path", SECRET, RELATIVE],
    ["another protocol", "ftp://example.com/secret-path", SECRET, RELATIVE],
    ["a protocol that begins alike", "httpsx://example.com/secret-path", SECRET, RELATIVE],
    ["a protocol that ends alike", "xhttps://example.com/secret-path", SECRET, RELATIVE],
    ["credentials", "https://me:secret-password@example.com", SECRET, MORE],
    ["a user alone", "https://secret-person@example.com", SECRET, MORE],
    ["a password alone", "https://:secret-password@example.com", SECRET, MORE],
    ["a fragment", `${BASE}#secret-part`, SECRET, MORE],
    ["an empty fragment, behind which a token would be lost", `${BASE}#`, SECRET, MORE],
    ["a token of its own", `${BASE}?token=secret-token`, SECRET, 'base: must not have a parameter "token" of its own'],
  ])("%s", async (_, base, secret, words) => {
    const error = await webhookUrl(base, { secret: secret as string }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(WebhookError);
    expect((error as WebhookError).message).toBe(`webhookUrl cannot use these options:\n  ${words}`);
    expect(String(error)).not.toMatch(/short-secret|secret-p|secret-t|nobody may see/);
  });

  test("a kind that is none, with those that are", async () => {
    const kind = "movie" as "video";
    await expect(webhookUrl(BASE, { secret: SECRET, kind })).rejects.toThrow(
      'kind: must be one of "video", "template", "generation", "regeneration", "h3_context_ir"',
    );
  });

  test("in words that say what would be accepted", async () => {
    for (const secret of [[], undefined, null, 7, "", "x".repeat(31), [SECRET, "x"], [7]] as string[])
      await expect(webhookUrl(BASE, { secret })).rejects.toThrow(SHORT);
    expect(await webhookUrl(BASE, { secret: "x".repeat(32) })).toMatch(/[?]token=/);
  });

  test.each([0, -1, Number.NaN])("a lifetime of %d", async (expiresIn) => {
    const words = `webhookUrl cannot use these options:\n  expiresIn: must be a number of milliseconds above 0, or Infinity (got ${expiresIn})`;
    await expect(webhookUrl(BASE, { secret: SECRET, expiresIn })).rejects.toThrow(new WebhookError(words));
  });

  test("everything at once, unknown options by name", async () => {
    const options = { secret: "short-secret-value", expiresin: 5, kind: "movie", now: 5 } as never;
    const error = await webhookUrl("ftp://example.com/secret-path", options).catch((error: unknown) => error);
    expect(error).toEqual(
      new WebhookError(
        [
          "webhookUrl cannot use these options:",
          `  ${SHORT}`,
          "  expiresin: is not a known option; did you mean expiresIn?",
          '  kind: must be one of "video", "template", "generation", "regeneration", "h3_context_ir" (got "movie")',
          "  now: must be a function (got 5)",
          "  base: must be an absolute http(s) URL",
        ].join("\n"),
      ),
    );
  });

  test.each([undefined, null, SECRET])("options that are %j", async (options) => {
    await expect(webhookUrl(BASE, options as never)).rejects.toThrow("webhookUrl takes an object of options");
  });

  test.each([5, null, {}, Symbol("base")])("a base that is no text", async (base) => {
    await expect(webhookUrl(base as never, { secret: SECRET })).rejects.toThrow(WebhookError);
  });
});

test.each([1e300, Number.MAX_VALUE, 1e16])("a lifetime of %d is taken for ever", async (expiresIn) => {
  const url = await webhookUrl(BASE, { secret: SECRET, expiresIn });
  expect(await claimsOf(url)).toEqual({ kind: "video", expires: Number.POSITIVE_INFINITY });
});
