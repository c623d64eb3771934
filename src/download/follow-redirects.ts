import { Fault } from "./download-response.js";

/** As many as `fetch` follows. */
const MOST = 20;

/**
 * Fetches a link and follows its redirects, so that each address can be judged before it is asked: `assertAllowed` throws if it must
 * not be. Browsers do not show where a redirect leads, and protect private networks themselves.
 */
export async function followRedirects(
  send: typeof fetch,
  link: URL,
  init: RequestInit,
  assertAllowed: (to: URL) => void,
): Promise<Response> {
  let to = link;
  for (let left = MOST; left >= 0; left--) {
    assertAllowed(to);
    const response = await send(to.href, { ...init, redirect: "manual" });
    if (response.type === "opaqueredirect") return send(to.href, init);
    // A fetch of the caller's may follow by itself.
    if (response.redirected) assertAllowed(new URL(response.url));
    const location = response.headers.get("location");
    if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return response;
    response.body?.cancel().catch(() => {});
    if (!/^https?:$/.test(URL.canParse(location, to) ? new URL(location, to).protocol : ""))
      throw new Fault(`${to.host} redirects to an address that is not HTTP`);
    to = new URL(location, to);
  }
  throw new Fault(`${link.host} redirects more than ${MOST} times`);
}
