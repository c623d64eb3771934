/** The token of a callback URL: what it says (the kind, until when, and a name that is used once), and the signature. */
export const TOKEN = /^([vtgrh][0-9a-z]{1,10}\.[\w-]{20})\.([\w-]{43})$/;

/** The last parameter of that name. */
const PARAMETER = /([?&])token=([^&#]*)(?!.*[?&]token=)/s;

/**
 * The part of a URL of `webhookUrl` that tells it from all others, and is no secret: it names the create whose reply was lost.
 * Undefined for other URLs.
 */
export function callbackIdIn(url: unknown): string | undefined {
  const [, , token = ""] = (typeof url === "string" && PARAMETER.exec(url)) || [];
  return TOKEN.exec(token)?.[1];
}

/** A URL without the token of `webhookUrl`, which differs each time. */
export function withoutToken(url: string): string {
  return callbackIdIn(url) === undefined ? url : url.replace(PARAMETER, "$1");
}
