import { operationPath, type Region, type ServerName, type SpecName, servers } from "../generated/servers.js";
import { invalid } from "./errors.js";
import { nearest } from "./nearest.js";
import { isOfFields } from "./record.js";

/**
 * The name or the address of a documented server, the base URL of another server with the official API, or an object. In a page, a
 * path such as "/api/minimax" is a base URL too: that of a proxy of your own.
 */
export type ServerOption = ServerName | (string & {}) | ServerObject;

/** A server of your own: a proxy, a gateway or a mock. */
export interface ServerObject {
  /** The address that the paths of operations follow, such as "https://gateway.example/minimax", without `/v1`. */
  baseUrl: string;
  /** The documented server whose spec and region it has. Default: "global". */
  like?: ServerName | undefined;
  /**
   * The header, such as "Idempotency-Key", in which this server takes a key that makes a repeated create harmless: a create with an
   * unknown outcome is then sent again with the same key, for at most an hour. Set it only if your server documents it.
   */
  idempotencyHeader?: string | undefined;
}

/** A resolved server. */
export interface Server {
  /** Its documented name, or the address of another server. */
  readonly name: string;
  /** The base URL, with its path prefix and without a trailing slash. */
  readonly baseUrl: string;
  /** The region, which decides the currency of prices and the limits of an account. */
  readonly region: Region;
  /** The OpenAPI document that requests are validated against. */
  readonly spec: SpecName;
  /** The header for a key that makes a repeated create harmless. Absent if the server documents none. */
  readonly idempotencyHeader?: string;
}

const NAMES = Object.keys(servers) as ServerName[];
/** The name of a header that can hold a key. Headers that every request has cannot. */
const HEADER = /^(?!(authorization|host|cookie|connection|content-[\w-]+|transfer-encoding)$)[\w-]+$/i;

/**
 * Resolves the `server` option to its base URL, region and spec, as `createClient` does. Sends nothing.
 * @throws {ValidationError} if the name is not documented, or if the base URL is invalid.
 */
export function serverFrom(option: ServerOption): Server {
  if (typeof option !== "string" && isOfFields(option)) {
    const { baseUrl, like, idempotencyHeader, ...unknown } = option;
    const strange = Object.keys(unknown).join(", ");
    if (strange) throw invalidServer(`${strange} is not known`, "an object has baseUrl, like and idempotencyHeader");
    const server = serverAt(baseUrl, like);
    if (idempotencyHeader === undefined) return server;
    // Any other type probably means "none". Accepting it would send a create again to a server that ignores the header.
    const isHeader = typeof idempotencyHeader === "string" && HEADER.test(idempotencyHeader);
    if (isHeader && !(isName(server.name) && !servers[server.name].gateway)) return { ...server, idempotencyHeader };
    const wanted = "it must be the name of a header that the server documents, and MiniMax documents none";
    throw invalidServer("idempotencyHeader is not usable", wanted);
  }
  const named = typeof option === "string" ? option.trim() : "";
  if (isName(named)) return documented(named);
  if (/^(https?:|\/)/i.test(named)) return serverAt(named);
  // A host without its scheme.
  if (nameNear(urlOf(`https://${named}`))) return serverAt(`https://${named}`);
  const close = nearest(named, NAMES);
  // It may be a key.
  const shown = typeof option !== "string" || /^(sk-|eyJ)|.{40}/s.test(option) ? "this" : `"${option}"`;
  const hint = close ? `did you mean "${close}"? ` : "";
  const advice = `${hint}use one of ${NAMES.join(", ")}, or an http(s) base URL`;
  throw invalidServer(`${shown} is not a known server`, advice);
}

const isName = (text: string): text is ServerName => Object.hasOwn(servers, text);

function documented(name: ServerName): Server {
  const { baseUrl, spec, region } = servers[name];
  if (baseUrl) return { name, baseUrl, region, spec };
  const advice = `pass the address that you received: server: { like: "${name}", baseUrl: "https://<host>/minimax" }`;
  throw invalidServer(`the host of "${name}" is not published`, advice);
}

/** Resolves a base URL to a documented server, however its address is written, or to a server of the user's own. */
function serverAt(given: string, like?: ServerName): Server {
  if (like !== undefined && !isName(like))
    throw invalidServer(`"${like}" is not a known server`, `like takes one of ${NAMES.join(", ")}`);
  const url = urlOf(given);
  const wanted =
    "it must be an absolute http(s) URL without credentials, query and fragment, or, in a page, a path such as /api";
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw invalidServer("the base URL is not usable", wanted);
  const near = nameNear(url);
  if (near) url.hostname = url.hostname.replace(/\.$/, "");
  const known = near && urlOf(servers[near].baseUrl ?? "")?.hostname === url.hostname ? near : undefined;
  const address = (url.origin + url.pathname).replace(/\/+$/, "");
  const [excess = ""] = operationPath.exec(address) ?? [];
  if (known && like !== undefined && like !== known)
    throw invalidServer(`${address} is "${known}" and does not behave like "${like}"`, "leave out like");
  if (known && address === servers[known].baseUrl) return documented(known);
  // With `like`, a documented host may serve under another prefix or port, and its owner under another host.
  if (near && (!like || url.protocol === "http:")) {
    const advice = `write "${near}", or ${servers[near].baseUrl}; another address needs like, the server that it behaves like`;
    throw invalidServer(`${address} is not the address of "${near}"`, advice);
  }
  const prefix = address.slice(0, address.length - excess.length);
  if (excess) throw invalidServer(`the base URL ends in ${excess}, which each request adds`, `write ${prefix}`);
  const { spec, region } = servers[like ?? "global"];
  return { name: address, baseUrl: address, region, spec };
}

function urlOf(given: string): URL | undefined {
  const { location } = globalThis as { location?: { origin: string } };
  const base = /^\/(?![/\\])/.test(given) ? location?.origin : undefined;
  return URL.canParse(given, base) ? new URL(given, base) : undefined;
}

/** The documented server whose owner also owns the host of a URL, which may be a website or a former host. */
function nameNear(url: URL | undefined): ServerName | undefined {
  const host = `.${url?.hostname.replace(/\.$/, "")}`;
  return NAMES.find((name) => servers[name].domains?.some((domain) => host.endsWith(`.${domain}`)));
}

const invalidServer = (what: string, message: string) => invalid(`Invalid server: ${what}`, "server", message);
