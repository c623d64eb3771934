/** Which proxy of the environment a URL goes through: the one that curl would choose. */
import { expect, test } from "vitest";
import { proxyFor } from "./proxy.js";

const API = "https://api.minimax.io/v1/files";
const LOCAL = "http://127.0.0.1:1";
const IPV6 = "http://[::1]:8080";

function proxyOf(url: string, env: Record<string, string>): string | undefined {
  const found = proxyFor(new URL(url), env);
  return found && `${found.name} ${found.url.host}`;
}

test.each<[env: Record<string, string>, url: string, name: string | undefined]>([
  [{ HTTPS_PROXY: "a:1", https_proxy: "b:1" }, API, "https_proxy b:1"],
  [{ HTTPS_PROXY: "a:1", ALL_PROXY: "b:1", HTTP_PROXY: "c:1" }, API, "HTTPS_PROXY a:1"],
  [{ HTTPS_PROXY: "a:1", HTTP_PROXY: "c:1" }, LOCAL, "HTTP_PROXY c:1"],
  [{ HTTP_PROXY: "c:1" }, API, undefined],
  [{ ALL_PROXY: "https://c:1", all_proxy: "" }, API, undefined],
  [{ https_proxy: "", HTTPS_PROXY: "a:1" }, API, undefined],
  [{ https_proxy: "me:word@proxy.example" }, API, "https_proxy proxy.example"],
  [{ https_proxy: "a:1", NO_PROXY: "api.minimax.io" }, "https://api.minimax.io./", undefined],
  [{ https_proxy: "a:1", no_proxy: "", NO_PROXY: "*" }, API, "https_proxy a:1"],
])("with %j, the proxy for %s is %s (E3)", (env, url, name) => {
  expect(proxyOf(url, env)).toBe(name);
});

test.each([
  [API, "*", "a.test *", "api.minimax.io", "API.Minimax.IO", ".minimax.io", "*.minimax.io", "minimax.io", "io"],
  [API, "x.test,api.minimax.io:443"],
  [LOCAL, "127.0.0.1", "127.0.0.0/8", "127.0.0.1:1", "0.0.0.0/0"],
  [IPV6, "::1", "[::1]", "[::1]:8080", "0:0:0:0:0:0:0:1", "::/64"],
])("%s has no proxy if no_proxy is %s (E3)", (url, ...lists) => {
  for (const no_proxy of lists)
    expect(proxyOf(url, { https_proxy: "a:1", http_proxy: "a:1", no_proxy })).toBe(undefined);
});

test.each([
  [API, "", "imax.io", "api.minimax.io:8443", "api.minimax.io.evil", ".", "127.0.0.1"],
  [LOCAL, "127.0.0.2", "10.0.0.0/8", "127.0.0.1/99", "127.0.0.0/x", "::/0", "0.1", "127.0.0.1:80"],
  [IPV6, "[::1]:81"],
])("%s has a proxy although no_proxy is %s (E3)", (url, ...lists) => {
  for (const no_proxy of lists)
    expect(proxyOf(url, { https_proxy: "a:1", http_proxy: "a:1", no_proxy })).toMatch(/ a:1$/);
});
