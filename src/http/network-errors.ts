/** Finds out what a failed `fetch` proves. Each runtime hides the cause in a different place; the test has recorded messages. */
import { environment, runtime } from "../base/environment.js";

type Cause = { code: string; syscall: unknown; message: string };

/** Codes of DNS lookup, connecting and verifying the certificate. Other TLS codes may also be caused by a broken reply. */
const BEFORE_SENDING =
  /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT|UND_ERR_PRX_TLS|CERT_\w+|ERR_TLS_CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/;

/** How undici words the refusals of a proxy: of a tunnel, and of a request without a password. */
const PROXY_REFUSED = /^Proxy response \((\d{3})\) !== 200|^Proxy Authentication Required \((407)\)/;

// Messages of Node, Deno (two) and Bun that have no code, or a code that also means something else.
const NO_CONNECTION =
  /before secure TLS connection was established|^bad port$|client error \(Connect\)|Requests to port \d+ are blocked|The TLS handshake failed/;

const REDIRECT = /^unexpected redirect$|^UnexpectedRedirect|redirect mode is set to '?error/;

/** Whether nothing can have reached the service. If the runtime does not say (browsers never do), the request counts as sent. */
export function neverSent(error: unknown): boolean {
  const all = [...causes(error)];
  return all.some(isBefore) && all.every((cause) => isBefore(cause) || !cause.code);
}

function isBefore({ code, syscall, message }: Cause): boolean {
  if (BEFORE_SENDING.test(code) || (code !== "" && syscall === "connect")) return true;
  return NO_CONNECTION.test(message) || PROXY_REFUSED.test(message);
}

/** The HTTP status with which a proxy refused to connect. */
export function proxyRefusal(error: unknown): string | undefined {
  const [, tunnel, password] = [...causes(error)].map(({ message }) => PROXY_REFUSED.exec(message)).find(Boolean) ?? [];
  return tunnel ?? password;
}

export const wasRedirected = (error: unknown) => [...causes(error)].some(({ message }) => REDIRECT.test(message));

/** Mentions a proxy that the environment sets for a URL, but that Node's `fetch` ignores by default. */
export function unusedProxy(url: string): string {
  if (runtime() !== "node" || environment("NODE_USE_ENV_PROXY")) return "";
  const names = [`${/^\w+/.exec(url)}_proxy`, "all_proxy"].flatMap((name) => [name, name.toUpperCase()]);
  const name = names.find(environment);
  const advice = "set NODE_USE_ENV_PROXY=1 (Node 22.21, 24 and later), or give the client a fetch that does";
  return name ? `. ${name} is set, but Node's fetch does not read it: ${advice}` : "";
}

/** Says that the connection broke, to follow the name of a host. Includes the error code, for readers who know it. */
export function brokenConnection(error: unknown): string {
  const code = codeIn(error);
  return `broke the connection${code ? ` (${code})` : ""}`;
}

export const codeIn = (error: unknown) => [...causes(error)].find(({ code }) => /^\w{1,64}$/.test(code))?.code;

/** Yields an error and its causes. For a host with several addresses, yields the error of each instead of the aggregate. */
function* causes(error: unknown, depth = 0): Generator<Cause> {
  if (!(error instanceof Error) || depth > 4) return;
  const { code, syscall, errors } = error as { code?: unknown; syscall?: unknown; errors?: unknown };
  const parts = Array.isArray(errors) ? errors : [];
  if (parts.length === 0) yield { code: typeof code === "string" ? code : "", syscall, message: error.message };
  for (const inner of [...parts, error.cause]) yield* causes(inner, depth + 1);
}
