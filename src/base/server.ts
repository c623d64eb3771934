import { type Region, type ServerName, type SpecName, servers } from "../generated/servers.js";
import { invalid, type ValidationError } from "./errors.js";

/**
 * The server to use: the name of a documented one, a base URL of the official API, or a base URL and the documented server
 * that it behaves `like` (its spec, region and envelope).
 */
export type ServerOption = ServerName | (string & {}) | { baseUrl: string; like?: ServerName };

/** A resolved server. */
export interface Server {
  /** Its documented name, or the address of another server. */
  readonly name: string;
  /** With its path prefix, without a trailing slash. */
  readonly baseUrl: string;
  readonly region: Region;
  /** The OpenAPI document that requests are validated against. */
  readonly spec: SpecName;
  /** Whether replies are wrapped in `{ code, message, data }`. */
  readonly envelope: boolean;
}

/** @throws {ValidationError} if the name is not documented, or if the base URL is invalid. */
export function serverFrom(option: ServerOption): Server {
  if (typeof option === "object") {
    const unknown = Object.keys(option).filter((name) => !["baseUrl", "like"].includes(name));
    if (unknown.length > 0) throw invalidServer(`${unknown.join(", ")} is not known`, "an object has baseUrl and like");
    return custom(option.baseUrl, option.like ?? "global");
  }
  if (!Object.hasOwn(servers, option)) {
    if (/^https?:/i.test(option)) return custom(option, "global");
    throw invalidServer(
      `"${option}" is not a known server`,
      `use one of ${Object.keys(servers).join(", ")}, or an http(s) base URL`,
    );
  }
  const { baseUrl, spec, region, envelope = false } = servers[option as ServerName];
  if (!baseUrl) {
    const example = `{ like: "${option}", baseUrl: "https://<host>/minimax" }`;
    throw invalidServer(
      `the host of "${option}" is not published`,
      `pass the address that you received: server: ${example}`,
    );
  }
  return { name: option, baseUrl, region, spec, envelope };
}

function custom(baseUrl: string, like: ServerName): Server {
  if (!Object.hasOwn(servers, like))
    throw invalidServer(`"${like}" is not a known server`, `like takes one of ${Object.keys(servers).join(", ")}`);
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw invalidServer(
      "the base URL is not usable",
      "it must be an absolute http(s) URL without credentials, query and fragment",
    );
  }
  const address = url.href.replace(/\/+$/, "");
  const { spec, region, envelope = false } = servers[like];
  return { name: address, baseUrl: address, region, spec, envelope };
}

function invalidServer(what: string, message: string): ValidationError {
  return invalid(`Invalid server: ${what}`, "server", message);
}
