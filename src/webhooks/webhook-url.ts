import { WebhookError } from "../base/errors.js";
import { aDuration, aFunction, oneOf, type Rules } from "../base/options.js";
import { KINDS, type TaskKind } from "../base/task.js";
import { aSecret, mint, PARAMETER, type Secret, signersOf } from "./callback-token.js";
import { assertWebhookOptions } from "./webhook-options.js";

export interface WebhookUrlOptions {
  /** With several, the first one signs. */
  secret: Secret;
  /** The kind of create that the URL is for: it tells a handler where to ask. Default "video". Callbacks of version 2 say it themselves. */
  kind?: TaskKind | undefined;
  /** Milliseconds for which callbacks are taken. Default for ever; a task is over within hours. */
  expiresIn?: number | undefined;
  /** For tests: milliseconds since 1970. */
  now?: (() => number) | undefined;
}

const RULES: Rules<WebhookUrlOptions> = { secret: aSecret, kind: oneOf(KINDS), expiresIn: aDuration, now: aFunction };

/**
 * An address for `callback_url` that nobody else can have made: `base` with an unguessable token behind its query. The token
 * signs the query as well; a proxy may rewrite the path. Make one for each create, and print it nowhere.
 * @throws {WebhookError} with everything that is wrong: a base that is not a public http(s) URL, a secret that could be guessed.
 */
export async function webhookUrl(base: string | URL, options: WebhookUrlOptions): Promise<string> {
  const url = urlFrom(base);
  assertWebhookOptions("webhookUrl", options, RULES, { required: ["secret"], more: problemsOf(url) });
  const { secret, kind = "video", expiresIn = Number.POSITIVE_INFINITY, now = Date.now } = options;
  const expires = now() + expiresIn;
  if (Number.isNaN(expires))
    throw new WebhookError("webhookUrl cannot use these options:\n  now: must return a number");
  const [signer] = signersOf(secret);
  const { search, href } = url as URL; // without one there is a problem
  const query = search.length > 1 ? `${search.slice(1)}&` : "";
  // A secret has been asserted.
  const token = await mint({ kind, expires }, query, signer as NonNullable<typeof signer>);
  return `${href.split("?")[0]}?${query}${PARAMETER}=${token}`;
}

function urlFrom(base: unknown): URL | undefined {
  try {
    return new URL(String(base));
  } catch {
    return undefined;
  }
}

/** What is wrong with the base of an address, of which nothing is shown: it may hold a password. */
function problemsOf(base: URL | undefined): string[] {
  if (!base || !/^https?:$/.test(base.protocol)) return ["base: must be an absolute http(s) URL"];
  const problems: string[] = [];
  // An empty fragment is in `href` alone.
  if (base.username || base.password || base.href.includes("#"))
    problems.push("base: takes no credentials and no fragment");
  if (base.searchParams.has(PARAMETER)) problems.push(`base: must not have a parameter "${PARAMETER}" of its own`);
  return problems;
}
