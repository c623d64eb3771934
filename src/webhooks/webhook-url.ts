import { WebhookError } from "../base/errors.js";
import { aDuration, aFunction, mustBe, oneOf, optionIssues, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import { KINDS, type TaskKind } from "../base/task.js";
import { aSecret, mint, PARAMETER, REFERENCE, type Secret, signersOf } from "./callback-token.js";

/** Options of `webhookUrl`. Only `secret` is required. */
export interface WebhookUrlOptions {
  /** The secret that signs the token. If there are several, the first one signs. */
  secret: Secret;
  /** The kind of task, which a handler needs to query it. Default "video". Callbacks of API v2 name it themselves. */
  kind?: TaskKind | undefined;
  /** Your name for the request, such as an order number. Passed to `onStatus`, and readable in the URL. */
  reference?: string | undefined;
  /** Milliseconds for which callbacks are accepted. Default Infinity. Tasks end within hours. */
  expiresIn?: number | undefined;
  /** For tests: milliseconds since 1970. */
  now?: (() => number) | undefined;
}

const RULES: Rules<WebhookUrlOptions> = {
  secret: aSecret,
  kind: oneOf(KINDS),
  // A URL cannot contain half a surrogate pair.
  reference: mustBe(
    "a string that is not empty and has no lone surrogates",
    (value) => typeof value === "string" && /^\P{Cs}+$/u.test(value),
  ),
  expiresIn: aDuration,
  now: aFunction,
};

/**
 * Makes a URL for `callback_url` that nobody else can forge: `base` with an unguessable token at the end of its query. The token
 * also signs the query; a proxy may still rewrite the path. Make one URL per create, and never log it.
 * @throws {WebhookError} with every problem, such as a base that is not a public http(s) URL, or a secret that could be guessed.
 */
export async function webhookUrl(base: string | URL, options: WebhookUrlOptions): Promise<string> {
  const url = URL.canParse(String(base)) ? new URL(base) : undefined;
  const names = options?.reference === undefined ? [PARAMETER] : [PARAMETER, REFERENCE];
  assertWebhookOptions("webhookUrl", options, RULES, { required: ["secret"], more: problemsOf(url, names) });
  const { secret, kind = "video", reference, expiresIn = Number.POSITIVE_INFINITY, now = Date.now } = options;
  const [signer] = signersOf(secret);
  const { search, href } = url as URL; // asserted above
  // Encoded as in other libraries, so that none of them changes what is signed.
  const named = reference === undefined ? "" : `${REFERENCE}=${encodeURIComponent(reference).replaceAll("'", "%27")}&`;
  const query = (search.length > 1 ? `${search.slice(1)}&` : "") + named;
  // The options have been checked, so there is a signer.
  const token = await mint(kind, now() + expiresIn, query, signer as NonNullable<typeof signer>);
  return `${href.split("?")[0]}?${query}${PARAMETER}=${token}`;
}

/** The problems of a base, which is never shown: it may contain a password. `names`: parameters that it must not have. */
function problemsOf(base: URL | undefined, names: string[]): string[] {
  if (!base || !/^https?:$/.test(base.protocol)) return ["base: must be an absolute http(s) URL"];
  const taken = names.filter((name) => base.searchParams.has(name));
  const problems = taken.map((name) => `base: must not have a parameter "${name}" of its own`);
  // Only `href` shows an empty fragment.
  const isBare = !base.username && !base.password && !base.href.includes("#");
  return isBare ? problems : ["base: takes no credentials and no fragment", ...problems];
}

/**
 * Checks the options of one call. Those in `required` must be present; `more` holds problems found elsewhere.
 * @throws {WebhookError} that names every option that is missing, unknown, of the wrong type or out of range.
 */
export function assertWebhookOptions<Options extends object>(
  call: string,
  options: Options,
  rules: Rules<Options>,
  { required = [], more = [] }: { required?: (keyof Options & string)[]; more?: string[] } = {},
): void {
  if (!isRecord(options)) throw new WebhookError(`${call} takes an object of options`);
  const missing = required.filter((name) => options[name] === undefined);
  const problems = [
    ...missing.map((name) => `${name}: must be ${rules[name](null)}`.replace(" (got null)", "")),
    ...optionIssues(options, rules).map(({ path, message }) => `${path}: ${message}`),
    ...more,
  ];
  if (problems.length === 0) return;
  throw new WebhookError([`${call} cannot use these options:`, ...problems.map((one) => `  ${one}`)].join("\n"));
}
