import type { FullClock } from "../base/clock.js";
import { DownloadError, withFacts } from "../base/errors.js";
import { onAbort } from "../base/on-abort.js";
import { aBoolean, aSignal, assertOptions, type Rules } from "../base/options.js";
import type { CallOptions, LinkOptions, Video } from "../base/task.js";
import { retrieveFile } from "../files/retrieve-file.js";
import type { HttpContext } from "../http/transport.js";

const LINK_OPTIONS: Rules<LinkOptions> = { signal: aSignal, fresh: aBoolean };

/** Resolves with a valid link. Requests one if there is none, near its expiry, and if a fresh one is wanted. */
export type LiveLink = (options?: LinkOptions) => Promise<string>;

/** Milliseconds that a link without an expiry is reused: half of what the vendor promises. */
const KEPT = 30 * 60_000;
/** Milliseconds before its expiry from which on a link is no longer handed out. */
const LEFT = 5 * 60_000;

/**
 * The link of a finished video. Callers that wait for a new one share a request. `first` is the link in the status of the
 * task, and when it was received by the monotonic clock.
 */
export function liveLink(context: HttpContext, video: Video, first?: { url: string; askedAt: number }): LiveLink {
  const { clock } = context;
  let link = first && linkFrom(first.url, first.askedAt, clock);
  let asking: { answer: Promise<string>; controller: AbortController; waiting: number } | undefined;

  function begin() {
    const controller = new AbortController();
    const answer = askFor({ signal: controller.signal }).then((url) => {
      link = linkFrom(url, clock.monotonic(), clock);
      if (link) return link.url;
      const { taskId, fileId, task } = video;
      const message = `Task ${taskId} is finished, but the service returned no usable link to its video`;
      throw new DownloadError(message, { taskId, fileId, task });
    });
    return { answer, controller, waiting: 0 };
  }

  async function askFor(options: CallOptions): Promise<string | undefined> {
    try {
      if (video.fileId) return (await retrieveFile(context, video.fileId, options)).download_url;
      const status = await video.task.status(options);
      return status.state === "succeeded" ? status.url : undefined;
    } catch (error) {
      throw withFacts(error, { task: video.task, taskId: video.taskId });
    }
  }

  return async (options = {}) => {
    assertOptions("video.url", options, LINK_OPTIONS);
    const { fresh = false, signal } = options;
    if (signal?.aborted) throw signal.reason;
    if (!fresh && link && clock.monotonic() < link.until) return link.url;
    asking ??= begin();
    const shared = asking;
    shared.waiting++;
    let off = () => {};
    const left = new Promise<never>((_, reject) => {
      off = onAbort(signal, reject);
    });
    try {
      return await Promise.race([shared.answer, left]);
    } finally {
      off();
      if (--shared.waiting === 0) {
        asking = undefined;
        // Nobody waits for it any more: ends it if it is still under way.
        shared.controller.abort();
      }
    }
  };
}

/** Undefined if it cannot be fetched. The vendor's own example, "www.downloadurl.com", has no scheme. */
function linkFrom(given = "", askedAt: number, clock: FullClock): { url: string; until: number } | undefined {
  const url = given && !/^[\w+.-]+:\/\//.test(given) ? `https://${given}` : given;
  return /^https?:/i.test(url) && URL.canParse(url)
    ? { url, until: askedAt + goodFor(url, clock.now() - (clock.monotonic() - askedAt)) }
    : undefined;
}

/** Milliseconds for which a link may be handed out. A short-lived one is reused for half its life. */
function goodFor(url: string, asked: number): number {
  const end = endOf(new URL(url).searchParams);
  return end === undefined ? KEPT : Math.max(end - LEFT - asked, (end - asked) / 2);
}

/** When a signed link expires, if it says so: `Expires` (OSS, CloudFront), `X-Amz-Date` and `X-Amz-Expires` (S3 and similar). */
function endOf(query: URLSearchParams): number | undefined {
  const values = new Map(
    [...query].map(([name, value]) => [name.toLowerCase().replace(/^x-(amz|oss|tos|goog)-/, ""), value]),
  );
  const [date = "", expires = ""] = [values.get("date"), values.get("expires")];
  if (/^\d{10}$/.test(expires)) return Number(expires) * 1000;
  const start = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return start + Number(expires || Number.NaN) * 1000 || undefined;
}
