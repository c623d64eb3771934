import { DownloadError, withFacts } from "../base/errors.js";
import { aBoolean, aSignal, assertOptions, type Rules } from "../base/options.js";
import { defined } from "../base/record.js";
import type { CallOptions, LinkOptions, Video } from "../base/task.js";
import { retrieveFile } from "../files/retrieve-file.js";
import type { RetrievedFile } from "../generated/minimax.js";
import type { HttpContext } from "../http/transport.js";

const LINK_OPTIONS: Rules<LinkOptions> = { signal: aSignal, fresh: aBoolean, backup: aBoolean };

/** Resolves with a valid link. Requests one if there is none, if it is about to expire, or if a fresh one is wanted. */
export type LiveLink = (options?: LinkOptions) => Promise<string>;

/** How long a link without an expiry is reused: half of what the vendor promises. */
const KEPT = 30 * 60_000;
/** How long before its expiry a link is no longer handed out. */
const LEFT = 5 * 60_000;

/** Manages the link of a finished video. `first`: the link in its status, which was current at `askedAt` (monotonic). */
export function liveLink(context: HttpContext, video: Video, first: string | undefined, askedAt: number): LiveLink {
  const { clock } = context;
  const { taskId, fileId, task } = video;
  let link = linkFrom(first, askedAt, context);
  let backupLink: typeof link;

  async function requested(options: CallOptions): Promise<Partial<RetrievedFile>> {
    try {
      if (fileId) return await retrieveFile(context, fileId, options);
      const status = await task.status(options);
      if (status.state !== "succeeded") return {};
      // The service may name the file only some time after the task has succeeded.
      if (!status.fileId) return defined({ download_url: status.url });
      return await retrieveFile(context, status.fileId, options);
    } catch (error) {
      throw withFacts(error, { task, taskId });
    }
  }

  return async (options = {}) => {
    const { fresh, backup, signal } = assertOptions("video.url", options, LINK_OPTIONS);
    if (signal?.aborted) throw signal.reason;
    if (fresh || !link || clock.monotonic() >= link.until) {
      const { download_url, backup_download_url } = await requested({ signal });
      backupLink = linkFrom(backup_download_url, clock.monotonic(), context);
      link = linkFrom(download_url, clock.monotonic(), context) ?? backupLink;
    }
    if (link) return (backup && backupLink ? backupLink : link).url;
    const message = `Task ${taskId} is finished, but the service returned no usable link to its video`;
    throw new DownloadError(message, { taskId, fileId, task });
  };
}

/** Reads a link. The vendor's own example, "www.downloadurl.com", has no scheme, and a gateway may return a path. */
function linkFrom(given = "", askedAt: number, { clock, server }: HttpContext) {
  const link = given.trim();
  const isPath = link.startsWith("/") && URL.canParse(link, server.baseUrl);
  const whole = isPath ? new URL(link, server.baseUrl).href : link;
  const url = whole && !/^[\w+.-]+:\/\//.test(whole) ? `https://${whole}` : whole;
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return undefined;
  const asked = clock.now() - (clock.monotonic() - askedAt);
  const end = expiryOf(url);
  // A short-lived link is reused for half its life.
  const life = end === undefined ? KEPT : Math.max(end - LEFT - asked, (end - asked) / 2);
  return { url, until: askedAt + life };
}

/** When a signed link expires: `Expires` (OSS, CloudFront), or `X-Amz-Date` and `X-Amz-Expires` (S3 and similar). */
export function expiryOf(url: string): number | undefined {
  const named = (name: string) => name.toLowerCase().replace(/^x-(amz|oss|tos|goog)-/, "");
  const query = new Map(Array.from(new URL(url).searchParams, ([name, value]) => [named(name), value]));
  const [date = "", expires = ""] = [query.get("date"), query.get("expires")];
  if (/^\d{10}$/.test(expires)) return Number(expires) * 1000;
  const start = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return start + Number(expires || Number.NaN) * 1000 || undefined;
}
