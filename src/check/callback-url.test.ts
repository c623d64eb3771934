import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import { callbackIssues } from "./callback-url.js";

const GLOBAL = serverFrom("global");

function rulesOf(callback_url: unknown, server = GLOBAL): string[] {
  return callbackIssues({ callback_url }, server).map(({ rule }) => rule);
}

test.each([
  "https://your-domain.com/api/video/callback",
  "http://example.com:8080/?secret=1#x",
  "https://example.com./",
  "https://localhost.example.com/",
  "https://my.local.io/.local",
  "https://点看.com/",
  "https://9.255.255.255/",
  "https://11.0.0.0/",
  "https://100.63.255.255/",
  "https://100.128.0.0/",
  "https://126.255.255.255/",
  "https://128.0.0.0/",
  "https://169.253.255.255/",
  "https://169.255.0.0/",
  "https://172.15.255.255/",
  "https://172.32.0.0/",
  "https://191.255.255.255/",
  "https://192.0.1.0/",
  "https://192.0.3.0/",
  "https://192.167.255.255/",
  "https://192.169.0.0/",
  "https://198.17.255.255/",
  "https://198.20.0.0/",
  "https://198.51.99.255/",
  "https://198.51.101.0/",
  "https://203.0.112.255/",
  "https://203.0.114.0/",
  "https://223.255.255.255/",
  "https://1.0.0.0/",
  "https://0x08080808/",
  "https://[2000::]/",
  "https://[2606:4700::1111]/",
  "https://[2001:db7:ffff::]/",
  "https://[2001:db9::]/",
  "https://[3fff:1000::]/",
  "https://[3ffe::1]/",
  "https://[::ffff:8.8.8.8]/",
  "https://[64:ff9b::8.8.8.8]/",
  "https://[2002:808:808::1]/",
])("%s passes", (url) => {
  expect(callbackIssues({ callback_url: url }, GLOBAL)).toEqual([]);
});

test.each([
  "http://localhost:3000/",
  "http://LOCALHOST./",
  "http://app.localhost/",
  "http://printer.local/",
  "http://printer.local./",
  "http://api.internal/",
  "http://router.home.arpa/",
  "http://home.arpa/",
  "http://a.test/",
  "http://a.invalid/",
  "http://a.example/",
  "http://a.onion/",
  "http://router/",
  "http:///path",
  "http://0/",
  "http://0.255.255.255/",
  "http://10.0.0.0/",
  "http://10.255.255.255/",
  "http://100.64.0.0/",
  "http://100.127.255.255/",
  "http://127.0.0.1/",
  "http://127.255.255.255/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0177.0.0.01/",
  "http://127.1/",
  "http://127.0.0.1./",
  "http://１２７.0.0.1/",
  "http://%31%32%37.0.0.1/",
  "http://169.254.0.0/",
  "http://169.254.169.254/latest",
  "http://169.254.255.255/",
  "http://172.16.0.0/",
  "http://172.31.255.255/",
  "http://192.0.0.0/",
  "http://192.0.0.255/",
  "http://192.0.2.0/",
  "http://192.0.2.255/",
  "http://192.168.0.0/",
  "http://192.168.255.255/",
  "http://198.18.0.0/",
  "http://198.19.255.255/",
  "http://198.51.100.0/",
  "http://198.51.100.255/",
  "http://203.0.113.0/",
  "http://203.0.113.255/",
  "http://224.0.0.0/",
  "http://255.255.255.255/",
  "http://[::]/",
  "http://[::1]/",
  "http://[::8.8.8.8]/",
  "http://[fc00::]/",
  "http://[fdff:ffff::1]/",
  "http://[fe80::1]/",
  "http://[febf:ffff::]/",
  "http://[fec0::1]/",
  "http://[ff00::]/",
  "http://[ff02::1]/",
  "http://[1fff:ffff::]/",
  "http://[4000::]/",
  "http://[2001:db8::]/",
  "http://[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]/",
  "http://[3fff::]/",
  "http://[3fff:fff:ffff::]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:a00:1]/",
  "http://[64:ff9b::192.168.0.1]/",
  "http://[64:ff9b:1::1]/",
  "http://[2002:7f00:1::]/",
])("%s is out of the service's reach", (url) => {
  expect(rulesOf(url)).toEqual(["callbackAddress"]);
});

test.each([
  "https://exa%20mple.com/",
  "https://example.com:99999/",
  "https://256.0.0.1/",
  "http://[fe80::1%25eth0]/",
  "http://[::1/",
  "https://?",
])("%s is no URL", (url) => {
  expect(rulesOf(url)).toEqual(["callbackUrl"]);
});

test.each([
  "https://user:secret@example.com/",
  "https://user@example.com/",
  "https://:secret@example.com/",
])("the credentials of %s are refused and not shown", (url) => {
  const issues = callbackIssues({ callback_url: url }, GLOBAL);
  expect(issues.map(({ rule }) => rule)).toEqual(["callbackCredentials"]);
  expect(JSON.stringify(issues)).not.toContain("user@");
  expect(JSON.stringify(issues)).not.toContain(":secret");
});

test("credentials and an address out of reach are told at once", () => {
  expect(callbackIssues({ callback_url: "http://u:p@192.168.0.1/?key=k" }, GLOBAL)).toEqual([
    {
      path: "callback_url",
      rule: "callbackCredentials",
      severity: "error",
      message: "accepts no user name and password; put a secret into the path or query",
    },
    {
      path: "callback_url",
      rule: "callbackAddress",
      severity: "error",
      message: "must have a host that the service can reach over the internet (got 192.168.0.1)",
    },
  ]);
});

test("a long host is not repeated", () => {
  const [issue] = callbackIssues({ callback_url: `http://${"a".repeat(50)}.local/` }, GLOBAL);
  expect(issue?.message).toBe("must have a host that the service can reach over the internet");
});

test.each([
  undefined,
  null,
  5,
  {},
  ["http://localhost/"],
  "",
  "localhost",
  "ftp://localhost/",
  "http:// localhost/",
  "http://local host/",
])("%j is the schema's business", (callback_url) => {
  expect(callbackIssues({ callback_url }, GLOBAL)).toEqual([]);
});

test.each([
  "http://127.0.0.1:4010",
  "http://localhost:4010/minimax",
  "http://[::1]:4010",
  "http://mock.internal",
])("a server at %s may call its own network, but without credentials", (baseUrl) => {
  const server = serverFrom(baseUrl);
  expect(rulesOf("http://localhost:3000/", server)).toEqual([]);
  expect(rulesOf("http://192.168.0.1/", server)).toEqual([]);
  expect(rulesOf("https://example.com/", server)).toEqual([]);
  expect(rulesOf("http://u:p@localhost:3000/", server)).toEqual(["callbackCredentials"]);
  expect(rulesOf("http://[::1/", server)).toEqual(["callbackUrl"]);
});

test.each([
  "china",
  "quickrouter",
  "https://proxy.example.com",
])("the server %s cannot reach a local address", (name) => {
  expect(rulesOf("http://localhost:3000/", serverFrom(name))).toEqual(["callbackAddress"]);
});

const SPECIAL = new BlockList();
for (const range of [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
].concat(
  [
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
  ],
  ["::/96", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "3fff::/20", "64:ff9b:1::/48"],
)) {
  const [network = "", bits] = range.split("/");
  SPECIAL.addSubnet(network, Number(bits), isIP(network) === 6 ? "ipv6" : "ipv4");
}

test("IPv4 addresses, plain and inside IPv6, are refused if and only if node's block list has them", () => {
  const edges = fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 224);
  const byte = fc.integer({ min: 0, max: 255 });
  const dotted = fc.tuple(fc.oneof(edges, byte), fc.oneof(edges, byte), byte, byte).map((bytes) => bytes.join("."));
  fc.assert(
    fc.property(dotted, (address) => {
      const expected = SPECIAL.check(address) ? ["callbackAddress"] : [];
      expect(rulesOf(`http://${address}/`)).toEqual(expected);
      expect(rulesOf(`http://[::ffff:${address}]/`)).toEqual(expected);
      expect(rulesOf(`http://[64:ff9b::${address}]/`)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test("no IPv6 address that passes is in node's block list", () => {
  const group = fc.oneof(
    fc.constantFrom(0, 1, 0xfc00, 0xfe80, 0xff02, 0x2001, 0xdb8, 0x3fff, 0x64, 0xff9b),
    fc.integer({ min: 0, max: 0xffff }),
  );
  const address = fc
    .array(group, { minLength: 8, maxLength: 8 })
    .map((groups) => groups.map((each) => each.toString(16)).join(":"));
  let passed = 0;
  fc.assert(
    fc.property(fc.oneof(address, fc.ipV6()), (address) => {
      if (rulesOf(`http://[${address}]/`).length) return;
      passed += 1;
      expect(SPECIAL.check(address, "ipv6")).toBe(false);
    }),
    { numRuns: 1000 },
  );
  expect(passed).toBeGreaterThan(20);
});
