import { discard } from "../http/body-reader.js";
import { Fault } from "./download-response.js";

/**
 * Fetches a link and follows its redirects, as many as `fetch` does. Before each request, `assertAllowed` throws if the address is
 * not allowed. Browsers hide where a redirect leads, and protect private networks themselves.
 */
export async function followRedirects(
  send: typeof fetch,
  to: URL,
  init: RequestInit,
  assertAllowed: (to: URL) => void,
  left = 20,
): Promise<Response> {
  assertAllowed(to);
  const response = await send(to.href, { ...init, redirect: "manual" });
  if (response.type === "opaqueredirect") return send(to.href, init);
  // A custom fetch may follow redirects by itself.
  if (response.redirected) assertAllowed(new URL(response.url));
  const location = response.headers.get("location");
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return response;
  discard(response.body);
  const next = URL.canParse(location, to) ? new URL(location, to) : undefined;
  if (left === 0 || !next || !/^https?:$/.test(next.protocol))
    throw new Fault(`${to.host} redirects ${left === 0 ? "too often" : "to an address that is not HTTP"}`);
  return followRedirects(send, next, init, assertAllowed, left - 1);
}
