import type { Issue } from "../base/check-result.js";
import type { Server } from "../base/server.js";

/**
 * Issues that would keep the service from calling back, and make a create fail with 2013 `fail to check callback url`. Only the
 * address is examined, no name is looked up. A local server may call any address.
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
  if (!isPublic(hostname) && isPublic(new URL(server.baseUrl).hostname))
    issues.push(
      callbackIssue("callbackAddress", `must have a host that the service can reach over the internet${got(hostname)}`),
    );
  return issues;
}

function callbackIssue(rule: string, message: string): Issue {
  return { path: "callback_url", rule, severity: "error", message };
}

function got(hostname: string): string {
  return hostname.length <= 40 ? ` (got ${hostname})` : "";
}

/** Names without public addresses: RFC 2606, 6761, 6762, 7686 and 8375, and ICANN's `internal` of 2024. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|test|invalid|example|onion|home\.arpa)$/;

/** Takes a hostname as `URL` returns it: lower-case, IPv4 as four decimals, IPv6 in brackets and in its shortest form. */
function isPublic(hostname: string): boolean {
  if (hostname.startsWith("[")) return isPublicIPv6(groupsOf(hostname.slice(1, -1)));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(hostname)) return isPublicIPv4(numberOf(hostname));
  const name = hostname.replace(/\.$/, "");
  return name.includes(".") && !PRIVATE_NAME.test(name);
}

/** Private, shared, local and multicast IPv4 ranges (IANA's special-purpose registry), as first and last address. */
const PRIVATE_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
].map((range) => {
  const [address = "", bits] = range.split("/");
  const first = numberOf(address);
  return [first, first + 2 ** (32 - Number(bits)) - 1] as const;
});

function isPublicIPv4(address: number): boolean {
  return !PRIVATE_IPV4.some(([first, last]) => first <= address && address <= last);
}

function numberOf(dotted: string): number {
  return dotted.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

/** The prefixes of IPv4 addresses within IPv6: mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96). */
const CARRIES_IPV4 = new Set(["::ffff:0:0", "64:ff9b::"].map((prefix) => groupsOf(prefix).slice(0, 6).join()));

/** Only 2000::/3 is routed, except addresses for documentation and 6to4 addresses of private IPv4. */
function isPublicIPv6(groups: number[]): boolean {
  const [first = 0, second = 0, third = 0] = groups;
  const ipv4 = (high = 0, low = 0) => isPublicIPv4(high * 0x10000 + low);
  if (CARRIES_IPV4.has(groups.slice(0, 6).join())) return ipv4(groups[6], groups[7]);
  if (first === 0x2002) return ipv4(second, third);
  const documentation = (first === 0x2001 && second === 0xdb8) || (first === 0x3fff && second < 0x1000);
  return first >= 0x2000 && first < 0x4000 && !documentation;
}

function groupsOf(address: string): number[] {
  const [left = [], right = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}
