/** The token of a callback URL: what it says (the kind, until when, and a name that is used once), and the signature. */
export const TOKEN = /^([vtgrh][0-9a-z]{1,10}\.[\w-]{20})\.([\w-]{43})$/;

/**
 * The part of a URL of `webhookUrl` that tells it from all others, and is no secret: it names the create whose reply was lost.
 * Undefined for other URLs.
 */
export function callbackIdIn(url: unknown): string | undefined {
  const token = typeof url === "string" ? /[?&]token=([^&#]*)$/.exec(url)?.[1] : undefined;
  return TOKEN.exec(token ?? "")?.[1];
}
