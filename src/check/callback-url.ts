import type { Issue } from "../base/check-result.js";
import type { Server } from "../base/server.js";

/**
 * Faults of a callback URL for which the service would refuse the create (2013, `fail to check callback url`). Only the host
 * itself is examined; no name is looked up. A local server may call any address.
 */
export function callbackIssues({ callback_url }: Record<string, unknown>, server: Server): Issue[] {
  // The schema refuses anything of another form.
  if (typeof callback_url !== "string" || !/^https?:\/\/\S+$/.test(callback_url)) return [];
  if (!URL.canParse(callback_url))
    return [callbackIssue("callbackUrl", "must be an absolute http(s) URL with a valid host and port")];
  const { hostname, username, password } = new URL(callback_url);
  const issues: Issue[] = [];
  if (username || password)
    issues.push(
      callbackIssue("callbackCredentials", "accepts no user name and password; put a secret into the path or query"),
    );
  if (!isPublic(hostname) && isPublic(new URL(server.baseUrl).hostname)) {
    const got = hostname.length <= 40 ? ` (got ${hostname})` : "";
    issues.push(
      callbackIssue("callbackAddress", `must have a host that the service can reach over the internet${got}`),
    );
  }
  return issues;
}

function callbackIssue(rule: string, message: string): Issue {
  return { path: "callback_url", rule, severity: "error", message };
}

/** Names without public addresses: RFC 2606, 6761, 6762, 7686 and 8375, and ICANN's `internal` of 2024. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|test|invalid|example|onion|home\.arpa)$/;

/** Private, shared, local, documentation and multicast addresses (IANA's special-purpose registry). */
const PRIVATE_IPV4 = [
  /^(0|10|127)\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^169\.254\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^192\.(168|0\.0|0\.2)\./,
  /^198\.(1[89]|51\.100)\./,
  /^203\.0\.113\./,
  /^(22[4-9]|2[3-5]\d)\./,
];

/** Of IPv6, only 2000::/3 is routed, except the addresses for documentation, 2001:db8::/32 and 3fff::/20. */
const PUBLIC_IPV6 = /^\[(?!2001:db8:|3fff:[\da-f]{0,3}:)[23][\da-f]{3}:/;

/** Takes a hostname as `URL` returns it: lower-case, IPv4 as four decimals, IPv6 in brackets and in its shortest form. */
function isPublic(hostname: string): boolean {
  if (hostname.startsWith("[")) return PUBLIC_IPV6.test(hostname);
  if (/^[\d.]+$/.test(hostname)) return !PRIVATE_IPV4.some((range) => range.test(hostname));
  const name = hostname.replace(/\.$/, "");
  return name.includes(".") && !PRIVATE_NAME.test(name);
}
