import { WebhookError } from "../base/errors.js";
import { KINDS, type TaskKind } from "../base/task.js";
import { createMemory, type Memory } from "./bounded-memory.js";

/** One secret, or several while rotating: the first one signs, every one of them is accepted. At least 32 characters each. */
export type Secret = string | readonly string[];

/** What a token says of itself. */
export interface Claims {
  readonly kind: TaskKind;
  /** Milliseconds since 1970; Infinity for never. */
  readonly expires: number;
}

export const PARAMETER = "token";
const SHORTEST = 32;
/** The last millisecond that a Date can be: later than that is never. */
const LATEST = 8.64e15;
/** Letters of a signature: 32 bytes. */
const SIGNATURE = 43;
/** Tokens that are remembered of each secret. */
const KEPT = 10_000;
/** What a token begins with; no two alike. */
const LETTERS: Record<TaskKind, string> = {
  video: "v",
  template: "t",
  generation: "g",
  regeneration: "r",
  h3_context_ir: "h",
};

/** The rule for a secret. Never shows it. */
export function aSecret(secret: unknown): string | undefined {
  const secrets: unknown[] = Array.isArray(secret) ? secret : [secret];
  const areGood = secrets.every((one) => typeof one === "string" && one.length >= SHORTEST);
  return areGood && secrets.length > 0
    ? undefined
    : `a string of at least ${SHORTEST} characters, or several; make one with: openssl rand -hex 32`;
}

/** @throws {WebhookError} without WebCrypto. */
export function signersOf(secret: Secret): Signer[] {
  return [secret].flat().map(signerOf);
}

/** A token that nobody can guess or change. `query`: what stands before it in the URL, signed along with it. */
export async function mint({ kind, expires }: Claims, query: string, signer: Signer): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  const until = expires > LATEST ? "0" : Math.ceil(expires / 1000).toString(36);
  const said = `${LETTERS[kind]}${until}.${base64url(bytes)}`;
  const signature = await signer.sign(query + said);
  remember(signer, query, said, signature);
  return `${said}.${signature}`;
}

/**
 * What the last token of a URL, or of a path with a query, says if one of the secrets has signed it. Undefined for whatever is
 * not ours. A token that this process has minted or seen before needs no HMAC, which may have to wait for a busy thread pool.
 */
export async function claimsIn(url: string, signers: readonly Signer[]): Promise<Claims | undefined> {
  const start = url.indexOf("?") + 1;
  const at = url.lastIndexOf(`${PARAMETER}=`);
  if (start === 0 || at < start) return undefined;
  const ampersand = url.indexOf("&", at);
  const end = ampersand < 0 ? url.length : ampersand;
  const dot = end - 1 - SIGNATURE;
  const signed = url.slice(start, dot);
  for (const { known } of signers) {
    const token = known.get(signed);
    if (token && isSame(token.signature, url, dot + 1) && url[dot] === ".") return token.claims;
  }
  return claimsAnew(url.slice(start, at), url.slice(at + PARAMETER.length + 1, end), signers);
}

/** The same, without a memory. */
async function claimsAnew(query: string, token: string, signers: readonly Signer[]): Promise<Claims | undefined> {
  const [, said, signature] = /^([vtgrh][0-9a-z]{1,10}\.[\w-]{20})\.([\w-]{43})$/.exec(token) ?? [];
  if (!said || !signature || !/^$|&$/.test(query)) return undefined;
  for (const signer of signers)
    if (isSame(await signer.sign(query + said), signature, 0)) return remember(signer, query, said, signature);
  return undefined;
}

function remember({ known }: Signer, query: string, said: string, signature: string): Claims {
  const claims = claimsOf(said);
  // Joined, and not added: a sum stays in two pieces, which a Map puts together with each look at it.
  known.put([query, PARAMETER, "=", said].join(""), { claims, signature });
  return claims;
}

function claimsOf(said: string): Claims {
  const until = said.slice(1, said.indexOf("."));
  const expires = until === "0" ? Number.POSITIVE_INFINITY : Number.parseInt(until, 36) * 1000;
  const [kind = "video"] = KINDS.filter((one) => said.startsWith(LETTERS[one]));
  return { kind, expires };
}

/** Whether it stands there, in a time that depends on lengths alone, so that a signature cannot be guessed letter by letter. */
function isSame(signature: string, text: string, at: number): boolean {
  let difference = 0;
  for (let index = 0; index < SIGNATURE; index++)
    difference |= signature.charCodeAt(index) ^ text.charCodeAt(at + index);
  return difference === 0;
}

/** Signs with one secret, and remembers what it has signed: a URL is called at least three times. */
export interface Signer {
  readonly sign: (text: string) => Promise<string>;
  /** By the query up to the signature. */
  readonly known: Memory<{ readonly claims: Claims; readonly signature: string }>;
}

const signers = new Map<string, Signer>();

/** The same one for the same secret: what `webhookUrl` has minted in this process is known to the handler without a HMAC. */
function signerOf(secret: string): Signer {
  const signer = signers.get(secret) ?? createSigner(secret);
  signers.set(secret, signer);
  return signer;
}

function createSigner(secret: string): Signer {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle)
    throw new WebhookError("Callbacks need WebCrypto, which is not here: no crypto.subtle (in a browser: HTTPS)");
  const encoder = new TextEncoder();
  let key: Promise<CryptoKey> | undefined;
  return {
    async sign(text) {
      // With the first use: some hosts forbid it while a module is loaded.
      key ??= subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const signature = await subtle.sign("HMAC", await key, encoder.encode(`minimax-video callback ${text}`));
      return base64url(new Uint8Array(signature));
    },
    known: createMemory(KEPT),
  };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
