import { type Region, type ServerName, type SpecName, servers } from "../generated/servers.js";
import { invalid, type ValidationError } from "./errors.js";

/**
 * Where to send requests: the name of a documented server, a base URL that speaks the official API, or a base URL with the
 * documented server it behaves `like` (its spec, its region, its envelope).
 */
export type ServerOption = ServerName | (string & {}) | { baseUrl: string; like?: ServerName };

/** A server, fully known. */
export interface Server {
  /** Its documented name; for an address of the user's own, the address. */
  readonly name: string;
  /** With its path prefix, without a trailing slash. */
  readonly baseUrl: string;
  readonly region: Region;
  /** Whose OpenAPI document requests are validated against. */
  readonly spec: SpecName;
  /** Whether replies come wrapped as `{ code, message, data }`. */
  readonly envelope: boolean;
}

/** @throws {ValidationError} for a name that is not documented, or a base URL that is none. */
export function serverFrom(option: ServerOption): Server {
  if (typeof option === "object") {
    const unknown = Object.keys(option).filter((name) => !["baseUrl", "like"].includes(name));
    if (unknown.length > 0) throw refusal(`${unknown.join(", ")} is not known`, "an object has baseUrl and like");
    return custom(option.baseUrl, option.like ?? "global");
  }
  if (!Object.hasOwn(servers, option)) {
    if (/^https?:/i.test(option)) return custom(option, "global");
    throw refusal(
      `"${option}" is no server`,
      `name one of ${Object.keys(servers).join(", ")}, or give an http(s) base URL`,
    );
  }
  const { baseUrl, spec, region, envelope = false } = servers[option as ServerName];
  if (!baseUrl) {
    const example = `{ like: "${option}", baseUrl: "https://<host>/minimax" }`;
    throw refusal(`the host of "${option}" is not published`, `give the address you were told: server: ${example}`);
  }
  return { name: option, baseUrl, region, spec, envelope };
}

function custom(baseUrl: string, like: ServerName): Server {
  if (!Object.hasOwn(servers, like))
    throw refusal(`"${like}" is no server`, `like takes one of ${Object.keys(servers).join(", ")}`);
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw refusal(
      "the base URL is not usable",
      "it must be an absolute http(s) URL without credentials, query and fragment",
    );
  }
  const address = url.href.replace(/\/+$/, "");
  const { spec, region, envelope = false } = servers[like];
  return { name: address, baseUrl: address, region, spec, envelope };
}

function refusal(what: string, message: string): ValidationError {
  return invalid(`Invalid server: ${what}`, "server", message);
}
