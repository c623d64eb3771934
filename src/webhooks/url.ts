import { WebhookError } from "../errors.js";
import { isTaskKind, KINDS, type TaskKind } from "../task.js";
import { mint, PARAMETER, type Secret, signersOf } from "./token.js";

export interface WebhookUrlOptions {
  /** Of several, the first one signs. */
  secret: Secret;
  /** Which create it is for: that is how a handler knows where to ask. Default "video". A callback of version 2 says it itself. */
  kind?: TaskKind | undefined;
  /** Milliseconds for which callbacks are taken. Default for ever; a task is over within hours. */
  expiresIn?: number | undefined;
  /** For tests: milliseconds since 1970. */
  now?: (() => number) | undefined;
}

/**
 * An address for `callback_url` that only we can have made: `base` with an unguessable token behind its query, which is signed
 * along; a path may be rewritten on its way. Make one for each create, and print it nowhere.
 * @throws {WebhookError} for a base that is no public form of address, or a secret that could be guessed.
 */
export async function webhookUrl(base: string | URL, options: WebhookUrlOptions): Promise<string> {
  const { secret, kind = "video", expiresIn = Number.POSITIVE_INFINITY, now = Date.now } = options;
  const [signer] = signersOf(secret);
  const url = baseFrom(String(base));
  if (!(expiresIn > 0)) throw new WebhookError("expiresIn takes a number of milliseconds above 0");
  if (!isTaskKind(kind)) throw new WebhookError(`kind takes ${KINDS.map((one) => `"${one}"`).join(", ")}`);
  const query = url.search.length > 1 ? `${url.search.slice(1)}&` : "";
  url.search = "";
  // There is one signer at least.
  const token = await mint({ kind, expires: now() + expiresIn }, query, signer as NonNullable<typeof signer>);
  return `${url.href}?${query}${PARAMETER}=${token}`;
}

function baseFrom(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new WebhookError("The base of a callback URL must be an absolute http(s) URL");
  if (url.username || url.password || url.hash)
    throw new WebhookError("The base of a callback URL takes no credentials and no fragment");
  if (url.searchParams.has(PARAMETER))
    throw new WebhookError(`The base of a callback URL must not have a parameter "${PARAMETER}" of its own`);
  return url;
}
