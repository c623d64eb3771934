import { WebhookError } from "../errors.js";
import type { TaskKind } from "../task.js";
import { createMemory, type Memory } from "./memory.js";

/** One secret, or several while rotating: the first one signs, every one of them is accepted. At least 32 characters each. */
export type Secret = string | readonly string[];

/** What a token says of itself. */
export interface Claims {
  readonly kind: TaskKind;
  /** Milliseconds since 1970; Infinity for never. */
  readonly expires: number;
}

/** A token as it stands in a URL: what it says, what was signed, and the signature, which may be anybody's. */
interface Token {
  readonly claims: Claims;
  readonly text: string;
  readonly signature: string;
}

export const PARAMETER = "token";
const SHORTEST = 32;
/** Signatures that are remembered of each secret. */
const KEPT = 10_000;
const ADVICE = "make one with: openssl rand -hex 32";

/** @throws {WebhookError} for a secret that is missing, or short enough to be guessed. Never shows it. */
export function signersOf(secret: Secret): Signer[] {
  const secrets = typeof secret === "string" ? [secret] : Array.isArray(secret) ? secret : [];
  if (secrets.length === 0) throw new WebhookError(`There is no secret for callbacks; ${ADVICE}`);
  return secrets.map((one: unknown) => {
    if (typeof one === "string" && one.length >= SHORTEST) return signerOf(one);
    throw new WebhookError(`A secret for callbacks has at least ${SHORTEST} characters; ${ADVICE}`);
  });
}

/** A token that nobody can guess or change. `query`: what stands before it in the URL, signed along with it. */
export async function mint({ kind, expires }: Claims, query: string, signer: Signer): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  const until = expires === Number.POSITIVE_INFINITY ? "0" : Math.ceil(expires / 1000).toString(36);
  const said = `${kind === "template" ? "t" : "v"}${until}.${base64url(bytes)}`;
  const signature = await signer.sign(query + said);
  signer.known.put(query + said, signature);
  return `${said}.${signature}`;
}

/** The last token in a URL, which may be a path with a query as well; undefined where there is none of this form. */
export function tokenIn(url: string): Token | undefined {
  const at = url.lastIndexOf(`${PARAMETER}=`);
  const before = url.indexOf("?") + 1;
  if (before === 0 || at < before || !/[?&]/.test(url[at - 1] ?? "")) return undefined;
  const rest = url.slice(at + PARAMETER.length + 1);
  const [, said, kind, until = "", signature = ""] =
    /^(([vt])([0-9a-z]{1,10})\.[\w-]{20})\.([\w-]{43})(?=&|$)/.exec(rest) ?? [];
  if (!said) return undefined;
  const expires = until === "0" ? Number.POSITIVE_INFINITY : Number.parseInt(until, 36) * 1000;
  const claims: Claims = { kind: kind === "t" ? "template" : "video", expires };
  return { claims, text: url.slice(before, at) + said, signature };
}

/** Whether one of the secrets signed it: at once where this process has seen it before, in the time of a HMAC else. */
export function isSigned({ text, signature }: Token, signers: readonly Signer[]): boolean | Promise<boolean> {
  for (const { known } of signers) if (isSame(known.get(text), signature)) return true;
  return isSignedAnew(text, signature, signers);
}

async function isSignedAnew(text: string, signature: string, signers: readonly Signer[]): Promise<boolean> {
  for (const { sign, known } of signers) {
    if (!isSame(await sign(text), signature)) continue;
    known.put(text, signature);
    return true;
  }
  return false;
}

/** In a time that depends on the lengths alone, so that a signature cannot be guessed letter by letter. */
function isSame(expected: string | undefined, given: string): boolean {
  if (expected === undefined || expected.length !== given.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++)
    difference |= expected.charCodeAt(index) ^ given.charCodeAt(index);
  return difference === 0;
}

/** Signs with one secret, and remembers what is known to be its own: a URL is called at least three times. */
export interface Signer {
  readonly sign: (text: string) => Promise<string>;
  readonly known: Memory<string>;
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
