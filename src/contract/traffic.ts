import type { Exchange } from "./exchange.js";

/**
 * Traffic as NDJSON, one exchange a line, in the form that `redocly drift` reads. Keys were never kept; the signed queries of
 * links are cut off. Ids stand digit by digit as they came, because a reply is written as its text.
 */
export function trafficOf(exchanges: readonly Exchange[]): string {
  return exchanges.map((exchange) => `${lineOf(exchange)}\n`).join("");
}

function lineOf({ method, url, headers, keyed, body, status, replyHeaders, text, json }: Exchange): string {
  const request = {
    method,
    url: operationUrl(url),
    headers: { ...headers, ...(keyed ? { authorization: "Bearer […]" } : {}) },
    ...(body === undefined ? {} : { body: JSON.parse(body) as unknown }),
  };
  const response = JSON.stringify({ status, headers: replyHeaders });
  const reply = json === undefined ? JSON.stringify(text ?? null) : (text ?? "null").trim();
  return unsigned(
    `{"request":${JSON.stringify(request)},"response":${response.slice(0, -1)},"body":${reply}}}`,
  ).replace(/\n/g, " ");
}

/** Of an operation its query is what was asked; of a link it is a signature. */
function operationUrl(url: string): string {
  return /[?&](signature|expires|ossaccesskeyid|x-amz-)/i.test(url) ? url.replace(/\?.*/, "") : url;
}

/** Links within replies, without what signs them. */
function unsigned(text: string): string {
  return text.replace(
    /(https?:\/\/[^\s"'?\\]+)\?[^\s"'\\]*(?:signature|expires|ossaccesskeyid|x-amz-)[^\s"'\\]*/gi,
    "$1",
  );
}
