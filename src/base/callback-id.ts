/** The token of a callback URL: its content (the kind, the expiry and a name that is used once) and its signature. */
export const TOKEN = /^([vtgrh][0-9a-z]{1,10}\.[\w-]{20})\.([\w-]{43})$/;

/** The last `token` parameter of a URL. */
const PARAMETER = /^(.*[?&])token=([^&#]*)/s;

/** The part of a `webhookUrl` URL that is unique and not secret. If the reply to a create is lost, a callback tells it by this. */
export function callbackIdIn(url: unknown): string | undefined {
  const [, , token = ""] = (typeof url === "string" && PARAMETER.exec(url)) || [];
  return TOKEN.exec(token)?.[1];
}

/** Removes the token of `webhookUrl`, which is different each time, from a URL. */
export const withoutToken = (url: string) => (callbackIdIn(url) === undefined ? url : url.replace(PARAMETER, "$1"));
