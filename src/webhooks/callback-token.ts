import { createMemory } from "../base/bounded-memory.js";
import { TOKEN } from "../base/callback-id.js";
import { WebhookError } from "../base/errors.js";
import { defined } from "../base/record.js";
import { KINDS, type TaskKind } from "../base/task.js";

/** One secret, or several while you rotate them: the first one signs, and each is accepted. At least 32 characters each. */
export type Secret = string | readonly string[];

/** The content of a token. */
export interface Claims {
  readonly kind: TaskKind;
  /** Milliseconds since 1970; Infinity for never. */
  readonly expires: number;
  /** The caller's name for the create. */
  readonly reference?: string;
  /** See `callbackIdIn`. */
  readonly callback: string;
}

/** What the URL of an admitted request says about the create. The body of the request may be read. */
export type Admitted = Omit<Claims, "expires">;

export const PARAMETER = "token";
export const REFERENCE = "reference";
const SHORTEST = 32;
/** The last millisecond of a Date. Anything later means never. */
const LATEST = 8.64e15;

/** Signs a text with one secret. */
export type Signer = (text: string) => Promise<string>;

/**
 * The tokens that this process has minted or verified, by the query up to the end of the signature. Each URL is called at least three
 * times, and an HMAC may have to wait for a busy thread pool.
 */
const verified = createMemory<{ signer: Signer; claims: Claims }>(10_000);

/** The rule for a secret, which it never shows. */
export function aSecret(secret: unknown): string | undefined {
  const secrets: unknown[] = Array.isArray(secret) ? secret : [secret];
  const areGood = secrets.every((one) => typeof one === "string" && one.length >= SHORTEST);
  return areGood && secrets.length > 0
    ? undefined
    : `a string of at least ${SHORTEST} characters, or several; make one with: openssl rand -hex 32`;
}

/** Makes a token that cannot be guessed or changed. `query` is the part of the query before the token, which is signed too. */
export async function mint(kind: TaskKind, expires: number, query: string, signer: Signer): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  const until = expires > LATEST ? "0" : Math.ceil(expires / 1000).toString(36);
  // Each kind begins with another letter.
  const said = `${kind[0]}${until}.${base64url(bytes)}`;
  const signature = await signer(canonical(query) + said);
  remember(signer, query, said, signature);
  return `${said}.${signature}`;
}

/** Returns the claims of the last token in a URL, or in a path with a query, if one of the secrets has signed it, else undefined. */
export async function claimsIn(url: string, signers: readonly Signer[]): Promise<Claims | undefined> {
  const start = url.indexOf("?") + 1;
  const at = 1 + Math.max(url.lastIndexOf(`?${PARAMETER}=`), url.lastIndexOf(`&${PARAMETER}=`));
  if (start === 0 || at < start) return undefined;
  const ampersand = url.indexOf("&", at);
  const signed = url.slice(start, ampersand < 0 ? url.length : ampersand);
  const known = verified.get(signed);
  if (known && signers.includes(known.signer)) return known.claims;
  const query = signed.slice(0, at - start);
  const [, said, signature] = TOKEN.exec(signed.slice(query.length + PARAMETER.length + 1)) ?? [];
  if (!said || !signature || !/^$|&$/.test(query)) return undefined;
  for (const signer of signers)
    if (isSame(await signer(canonical(query) + said), signature)) return remember(signer, query, said, signature);
  return undefined;
}

/** Writes a query in one way, because proxies write the same query in others: "fox+1" for "fox%201", "%c3" for "%C3". */
function canonical(query: string): string {
  return query.replace(/[^&=]+/g, (text) => {
    try {
      return encodeURIComponent(decodeURIComponent(text.replaceAll("+", " ")));
    } catch {
      return text;
    }
  });
}

/** Remembers a token, and returns its claims. */
function remember(signer: Signer, query: string, said: string, signature: string): Claims {
  const [kind = "video"] = KINDS.filter((one) => one[0] === said[0]);
  const until = said.slice(1, said.indexOf("."));
  const expires = until === "0" ? Number.POSITIVE_INFINITY : Number.parseInt(until, 36) * 1000;
  const reference = new URLSearchParams(query).get(REFERENCE) ?? undefined;
  const claims = { kind, expires, callback: said, ...defined({ reference }) };
  // Joined, because a Map would flatten a concatenated string again at each lookup.
  verified.put([query, PARAMETER, "=", said, ".", signature].join(""), { signer, claims });
  return claims;
}

/** Compares in constant time, so that a signature cannot be guessed letter by letter. */
function isSame(signature: string, other: string): boolean {
  let difference = 0;
  for (let index = 0; index < signature.length; index++)
    difference |= signature.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}

const signers = new Map<string, Signer>();

/** Returns the signer of each secret, always the same one. @throws {WebhookError} without WebCrypto. */
export function signersOf(secret: Secret): Signer[] {
  return [secret].flat().map((one) => {
    const signer = signers.get(one) ?? createSigner(one);
    signers.set(one, signer);
    return signer;
  });
}

function createSigner(secret: string): Signer {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle)
    throw new WebhookError("Callbacks need crypto.subtle, which is missing (browsers offer it only over HTTPS)");
  const encoder = new TextEncoder();
  let key: Promise<CryptoKey> | undefined;
  return async (text) => {
    // Imported on first use, because some hosts forbid this while a module is loaded.
    key ??= subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = await subtle.sign("HMAC", await key, encoder.encode(`minimax-video callback ${text}`));
    return base64url(new Uint8Array(signature));
  };
}

function base64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
