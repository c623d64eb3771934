import { type Issue, refusal } from "../base/check-result.js";
import { isPublic } from "../base/public-host.js";
import type { Fields } from "../base/record.js";
import type { Server } from "../base/server.js";

/** Finds faults for which the service would refuse a callback URL (2013). Looks up no names. A local server may call any host. */
export function callbackIssues({ callback_url }: Fields, server: Server): Issue[] {
  // The schema refuses anything else.
  if (typeof callback_url !== "string" || !/^https?:\/\/\S+$/i.test(callback_url)) return [];
  const refuse = (rule: string, message: string) => refusal("callback_url", rule, message);
  if (!URL.canParse(callback_url))
    return [refuse("callbackUrl", "must be an absolute http(s) URL with a valid host and port")];
  const { username, password } = new URL(callback_url);
  const host = privateHost(callback_url, server);
  const credentials = "accepts no user name and password; put a secret into the path or query";
  const address = `must have a host that the service can reach over the internet${host}`;
  const issues = username || password ? [refuse("callbackCredentials", credentials)] : [];
  return host === undefined ? issues : [...issues, refuse("callbackAddress", address)];
}

/** Returns " (got localhost)", or "" for a long name, if a server on the internet cannot reach a URL; otherwise undefined. */
export function privateHost(url: string, { baseUrl }: Server): string | undefined {
  if (!URL.canParse(url)) return "";
  const { hostname } = new URL(url);
  if (isPublic(hostname) || !isPublic(new URL(baseUrl).hostname)) return undefined;
  return hostname.length <= 40 ? ` (got ${hostname})` : "";
}
