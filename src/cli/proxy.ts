/** Sends requests through the proxies that the environment names, chosen as curl chooses them. */
import { BlockList, isIP } from "node:net";
import type { Dispatcher } from "undici";
import { type Io, UsageError } from "./process.js";

type Env = Io["env"];

/** A proxy, and the variable that names it. */
type Proxy = { name: string; url: URL };

/** A `fetch` that goes through the proxies of the environment. Undefined if it names none, because the global one will do. */
export function proxiedFetch(env: Env): typeof fetch | undefined {
  if (!Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name) && env[name])) return undefined;
  const agents = new Map<string, Dispatcher>();
  const send = async (url: string, { body, headers: given, ...init }: RequestInit = {}) => {
    // undici's own fetch, because that of Node 20 and 22 expects agents with an older interface.
    const { Agent, fetch, ProxyAgent } = await import("undici");
    // No request follows redirects, so its URL alone decides on the proxy.
    const proxy = proxyFor(new URL(url), env)?.url;
    // For http, sends the proxy the whole URL, as curl does: many proxies refuse a tunnel to port 80.
    const newAgent = () =>
      proxy ? new ProxyAgent({ uri: proxy.origin, proxyTunnel: false, ...tokenOf(proxy) }) : new Agent();
    const dispatcher = agents.get(String(proxy)) ?? newAgent();
    agents.set(String(proxy), dispatcher);
    const headers = new Headers(given);
    // undici does not recognize the global FormData.
    const form = body instanceof FormData ? new Response(body) : undefined;
    if (form) headers.set("content-type", form.headers.get("content-type") ?? "");
    const sent = form ? await form.arrayBuffer() : body;
    const options = { ...init, headers: Object.fromEntries(headers), ...(sent ? { body: sent } : {}), dispatcher };
    // Both follow one standard; only their types differ.
    return fetch(url, options as object) as Promise<unknown> as Promise<Response>;
  };
  // This program passes no Request.
  return send as typeof fetch;
}

/** The proxy for a URL, if any. @throws {UsageError} if it cannot be used. Its address may hold a password and is not shown. */
export function proxyFor(target: URL, env: Env): Proxy | undefined {
  const names = [`${target.protocol.slice(0, -1)}_proxy`, "all_proxy"].flatMap((name) => [name, name.toUpperCase()]);
  // The first that is set decides; if it is empty, there is no proxy.
  const name = names.find((each) => env[each] !== undefined);
  const value = name && env[name]?.trim();
  if (!value || isExcepted(target, env.no_proxy ?? env.NO_PROXY ?? "")) return undefined;
  const address = /^[a-z][\w+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return { name, url };
  const what = /^socks/i.test(value) ? "a SOCKS proxy, which this program cannot use" : "not the address of a proxy";
  throw new UsageError(`${name} is ${what}: set it to http://HOST:PORT, or list ${target.hostname} in NO_PROXY`);
}

/** Names the proxy of a request that failed, for the end of its message; empty if it has none. */
export function viaProxy(server: string | undefined, env: Env): string {
  try {
    const proxy = server && proxyFor(new URL(server), env);
    return proxy ? `, through the proxy ${proxy.url.host} (${proxy.name})` : "";
  } catch {
    // The proxy cannot be used, so the request was not sent through it.
    return "";
  }
}

/** Whether NO_PROXY excepts a URL: by `*`, by a host with its subdomains, or by an address or range; each may name a port. */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, "");
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => {
    const [, named = entry, only = ""] = isIP(entry) ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
    if (only && only !== (port || (protocol === "https:" ? "443" : "80"))) return false;
    const name = named.replace(/^\[|\]$|^\*?\.|\.$/g, "");
    return name === "*" || name === host || (isIP(host) ? isWithin(host, name) : host.endsWith(`.${name}`));
  });
}

function isWithin(address: string, range: string): boolean {
  const [network = "", bits] = range.split("/");
  const [family, most] = isIP(address) === 4 ? (["ipv4", 32] as const) : (["ipv6", 128] as const);
  if (isIP(network) !== isIP(address) || !(Number(bits ?? most) <= most)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits ?? most), family);
  return list.check(address, family);
}

function tokenOf({ username, password }: URL): { token?: string } {
  if (!username && !password) return {};
  // A URL has everything beyond ASCII percent-encoded.
  const bytes = Buffer.from(unescape(`${username}:${password}`), "latin1");
  return { token: `Basic ${bytes.toString("base64")}` };
}
