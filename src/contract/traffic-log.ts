import type { Finding } from "./contract-report.js";
import { type Exchange, parsedJson, WRONG_KEY } from "./recorded-exchange.js";

/**
 * Formats traffic as NDJSON for `redocly drift`, one exchange per line. The recorder has already removed the key. Links lose their
 * queries, which contain signatures; parameters and headers named like secrets lose their values. Bodies are written as text, so
 * that ids keep every digit.
 */
export function trafficOf(exchanges: readonly Exchange[]): string {
  return exchanges.map((exchange) => `${trafficLine(exchange)}\n`).join("");
}

function trafficLine(exchange: Exchange): string {
  const { method, headers, keyed, body, status, replyHeaders, text } = exchange;
  const key = keyed ? { authorization: `Bearer ${MARK}` } : {};
  const request = JSON.stringify({
    method,
    url: addressOf(exchange),
    headers: { ...unsignedHeaders(headers), ...key },
  });
  const response = JSON.stringify({ status, headers: unsignedHeaders(replyHeaders) });
  const sent = body === undefined ? "" : `,"body":${unsignedBody(body)}`;
  const came = text === undefined ? "null" : unsignedBody(text);
  return `{"request":${request.slice(0, -1)}${sent}},"response":${response.slice(0, -1)},"body":${came}}}`;
}

/** Stands for the user's key in a command for a shell. */
export const OWN_KEY = "$MINIMAX_API_KEY";
/** The values of the header `authorization`. */
export const AUTHORIZATIONS = {
  own: `Bearer ${OWN_KEY}`,
  none: "",
  wrong: `Bearer ${WRONG_KEY}`,
  basic: "Basic dGVzdDp0ZXN0",
  bare: OWN_KEY,
} as const;

/** The longest request to show, and to write as a command. */
const [LONGEST_SHOWN, LONGEST_SENT] = [600, 4_000];
const DATA_URL = /data:([\w/+.-]+);base64,[\w+/=-]{20,}/g;

/** A request for a reader, and as a command for a shell. `authorization`: which of these values it had. */
export function requestShown(
  exchange: Exchange,
  authorization: keyof typeof AUTHORIZATIONS = "own",
): Pick<Finding, "request" | "curl"> {
  const { method, headers, keyed, body } = exchange;
  const address = addressOf(exchange);
  const sent = body === undefined ? "" : unsigned(body).replace(DATA_URL, `data:$1;base64,${MARK}`);
  const shown = sent.replace(/(.)\1{60,}/gsu, (run, one: string) => `${one.repeat(8)}[… ${[...run].length} times]`);
  const request = `${method} ${address}${shown ? ` ${shown.slice(0, LONGEST_SHOWN)}` : ""}`;
  const isForm = body !== undefined && !headers["content-type"];
  if (sent.length > LONGEST_SENT || isForm || sent.includes(MARK)) return { request };
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const own = Object.entries(headers).filter(([name]) => /^(content-type|range)$/.test(name));
  const lines = own.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const key = keyed ? [`-H "authorization: ${AUTHORIZATIONS[authorization]}"`] : [];
  const data = body === undefined ? [] : [`--data-raw ${quoted(sent)}`];
  return { request, curl: ["curl", "-X", method, quoted(address), ...key, ...lines, ...data].join(" ") };
}

const MARK = "[…]";
/** Absolute links, also in JSON within JSON, whose backslashes before a quotation mark belong to that. */
const LINK = /https?:(?:\\{0,9}\/){2}[^\s"'<>]*?(?=\\{0,9}(?:[\s"'<>]|$))/gi;
/** Parameters with names of secrets, in any address. */
const SECRET_PARAMETER =
  /((?:[?&;]|\\{1,9}u0026)[\w.-]{0,40}(?:sig|token|policy|credential|secret|passw|auth|key|hdn|q-ak)[\w.-]{0,40}=)[^&;\s"'<>]*?(?=\\{0,9}(?:[&;\s"'<>]|$))/gi;
const SECRET_HEADER = /cookie|token$|signature|secret|credential|authorization|api-?key/i;
const ADDRESS_HEADER = /^(location|content-location|link|refresh)$/i;

/** The query of an operation is part of the request; that of a link is a signature. */
function addressOf({ operationId, url }: Exchange): string {
  return operationId === "download" ? withoutQuery(url) : withoutSecrets(url);
}

/** JSON in one line, other text as a JSON string. */
function unsignedBody(text: string): string {
  const kept = unsigned(text);
  return parsedJson(kept) === undefined ? JSON.stringify(kept) : kept.trim().replace(/[\r\n]/g, " ");
}

function unsigned(text: string): string {
  return withoutSecrets(text.replace(LINK, withoutQuery));
}

/** Removes query, fragment and password. */
function withoutQuery(link: string): string {
  return link.replace(/[?#].*/s, "").replace(/^(\w+:[\\/]+)[^\\/]*@/, "$1");
}

function withoutSecrets(text: string): string {
  return text.replace(SECRET_PARAMETER, `$1${MARK}`);
}

function unsignedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const unsignedHeader = ([name, value]: [string, string]) => {
    if (SECRET_HEADER.test(name)) return [name, MARK];
    return [name, ADDRESS_HEADER.test(name) ? value.replace(/[?#][^\s"'<>]*/g, "") : unsigned(value)];
  };
  return Object.fromEntries(Object.entries(headers).map(unsignedHeader));
}
