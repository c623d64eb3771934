/** Names without public addresses: RFC 2606, 6761, 6762, 7686, 8375, ICANN's `internal`, and what routers and companies use. */
const PRIVATE_NAME =
  /(^|\.)(localhost|local|internal|test|invalid|example|onion|home\.arpa|localdomain|lan|home|corp|intranet|private)$/;

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

/** 2000::/3, except protocols (2001::/23), documentation (2001:db8::/32, 3fff::/20), and embedded IPv4 addresses (2002::/16). */
const PUBLIC_IPV6 = /^\[(?!2001:(1?[\da-f]{0,2}|db8):|2002:|3fff:[\da-f]{0,3}:)[23][\da-f]{3}:/;

/** Whether a host is on the internet, judged without a DNS lookup. Takes a `hostname` as `URL` normalises it. */
export function isPublic(hostname: string): boolean {
  if (hostname.startsWith("[")) return PUBLIC_IPV6.test(hostname);
  if (/^[\d.]+$/.test(hostname)) return !PRIVATE_IPV4.some((range) => range.test(hostname));
  const name = hostname.replace(/\.$/, "");
  return name.includes(".") && !PRIVATE_NAME.test(name);
}
