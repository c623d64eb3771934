import { BlockList } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import { callbackIssues } from "./callback-url.js";

const GLOBAL = serverFrom("global");
const words = (text: string) => text.trim().split(/\s+/);

function rulesOf(callback_url: unknown, server = GLOBAL): string[] {
  return callbackIssues({ callback_url }, server).map(({ rule }) => rule);
}

test.each(
  words(`
  https://your-domain.com/api/video/callback http://example.com:8080/?secret=1#x https://example.com./ https://点看.com/
  https://localhost.example.com/ https://my.local.io/.local https://0x08080808/ https://[2000::]/ https://[3ffe::1]/
  https://[2606:4700::1111]/ https://[2001:db7:ffff::]/ https://[2001:db80::]/ https://[3fff:1000::]/`),
)("%s passes", (url) => {
  expect(rulesOf(url)).toEqual([]);
});

test.each(
  words(`
  http://localhost:3000/ http://LOCALHOST./ http://app.localhost/ http://printer.local./ http://api.internal/ http://router/
  http://router.home.arpa/ http://home.arpa/ http://a.test/ http://a.invalid/ http://a.example/ http://a.onion/ http:///path
  http://0/ http://2130706433/ http://0x7f.1/ http://0177.0.0.01/ http://127.1/ http://127.0.0.1./ http://１２７.0.0.1/
  http://%31%32%37.0.0.1/ http://169.254.169.254/latest http://[::]/ http://[::1]/ http://[::ffff:127.0.0.1]/
  http://[fc00::]/ http://[fe80::1]/ http://[ff02::1]/ http://[1fff:ffff::]/ http://[4000::]/ http://[2001:db8::]/
  http://[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]/ http://[3fff::]/ http://[3fff:fff:ffff::]/ http://[64:ff9b:1::1]/`),
)("%s cannot be reached by the service", (url) => {
  expect(rulesOf(url)).toEqual(["callbackAddress"]);
});

test.each(
  words(`
  https://exa%20mple.com/ https://example.com:99999/ https://256.0.0.1/ http://[fe80::1%25eth0]/ http://[::1/ https://?`),
)("%s is not a URL", (url) => {
  expect(rulesOf(url)).toEqual(["callbackUrl"]);
});

test("credentials and an unreachable address are reported together, and the credentials are not quoted", () => {
  const issue = { path: "callback_url", severity: "error" };
  expect(callbackIssues({ callback_url: "http://u:p@192.168.0.1/?key=k" }, GLOBAL)).toEqual([
    {
      ...issue,
      rule: "callbackCredentials",
      message: "accepts no user name and password; put a secret into the path or query",
    },
    {
      ...issue,
      rule: "callbackAddress",
      message: "must have a host that the service can reach over the internet (got 192.168.0.1)",
    },
  ]);
  for (const url of ["https://user@example.com/", "https://:secret@example.com/"])
    expect(rulesOf(url)).toEqual(["callbackCredentials"]);
});

test("a long host is not quoted", () => {
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
  "http://local host/",
])("%j is left to the schema", (callback_url) => {
  expect(rulesOf(callback_url)).toEqual([]);
});

test.each(
  words("http://127.0.0.1:4010 http://localhost:4010/minimax http://[::1]:4010 http://mock.internal"),
)("a server at %s may call its own network, but not with credentials", (baseUrl) => {
  const server = serverFrom(baseUrl);
  expect(rulesOf("http://localhost:3000/", server)).toEqual([]);
  expect(rulesOf("http://192.168.0.1/", server)).toEqual([]);
  expect(rulesOf("http://u:p@localhost:3000/", server)).toEqual(["callbackCredentials"]);
  expect(rulesOf("http://[::1/", server)).toEqual(["callbackUrl"]);
});

test.each(["china", "quickrouter", "https://proxy.example.com"])("the server %s cannot reach localhost", (name) => {
  expect(rulesOf("http://localhost:3000/", serverFrom(name))).toEqual(["callbackAddress"]);
});

const SPECIAL = new BlockList();
for (const range of words(`
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16
  198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3`)) {
  const [network = "", bits] = range.split("/");
  SPECIAL.addSubnet(network, Number(bits));
}

test("an IPv4 address is refused if and only if it is in one of the special-purpose ranges", () => {
  const edges = words("0 10 63 64 100 127 128 169 172 15 16 31 32 192 168 198 17 18 19 20 51 203 113 223 224 255");
  const byte = fc.oneof(fc.constantFrom(...edges.map(Number)), fc.integer({ min: 0, max: 255 }));
  const first = fc.constantFrom(0, 9, 10, 100, 127, 169, 172, 192, 198, 203, 223, 224, 255);
  const special = fc.constantFrom(
    "100.63",
    "100.127",
    "169.254",
    "172.15",
    "172.31",
    "192.0",
    "192.168",
    "198.51",
    "203.0",
  );
  fc.assert(
    fc.property(fc.oneof(fc.tuple(fc.oneof(first, byte), byte, byte, byte), fc.tuple(special, byte, byte)), (parts) => {
      const address = parts.join(".");
      expect(rulesOf(`http://${address}/`)).toEqual(SPECIAL.check(address) ? ["callbackAddress"] : []);
    }),
    { numRuns: 2000 },
  );
});
