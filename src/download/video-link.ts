import { type FullClock, onAbort } from "../base/clock.js";
import { DownloadError, withFacts } from "../base/errors.js";
import { aBoolean, assertOptions, type Rules } from "../base/options.js";
import type { CallOptions, LinkOptions, Video } from "../base/task.js";
import { CALL_OPTIONS, retrieveFile } from "../files/retrieve-file.js";
import type { Engine } from "../tasks/engine.js";

const LINK_OPTIONS: Rules<LinkOptions> = { ...CALL_OPTIONS, fresh: aBoolean };

/** Gives a link that lives: asks for one when there is none, near its end, and when a fresh one is wished. */
export type LiveLink = (options?: LinkOptions) => Promise<string>;

/** Milliseconds that a link is kept which does not say when it ends: half of what the vendor promises. */
const KEPT = 30 * 60_000;
/** Milliseconds that are left to whoever gets a link which does. */
const LEFT = 5 * 60_000;

/** The link of a finished video; all who wait for a new one share one request. `first`: what its task said, and when by the monotonic clock. */
export function liveLink(engine: Engine, video: Video, first?: { url: string; askedAt: number }): LiveLink {
  const { clock } = engine;
  let link = first && linkFrom(first.url, first.askedAt, clock);
  let asking: { answer: Promise<string>; controller: AbortController; waiting: number } | undefined;

  function begin() {
    const controller = new AbortController();
    const answer = askFor({ signal: controller.signal }).then((url) => {
      link = linkFrom(url, clock.monotonic(), clock);
      if (link) return link.url;
      const { taskId, fileId, task } = video;
      const message = `Task ${taskId} is finished, but the service names no usable link to its video`;
      throw new DownloadError(message, { taskId, fileId, task });
    });
    return { answer, controller, waiting: 0 };
  }

  async function askFor(options: CallOptions): Promise<string | undefined> {
    try {
      if (video.fileId) return (await retrieveFile(engine, video.fileId, options)).download_url;
      const status = await video.task.status(options);
      return status.state === "succeeded" ? status.url : undefined;
    } catch (error) {
      throw withFacts(error, { task: video.task, taskId: video.taskId });
    }
  }

  return async (options = {}) => {
    assertOptions("video.url", options, LINK_OPTIONS);
    const { fresh = false, signal } = options;
    signal?.throwIfAborted();
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
        // Nobody waits any more: should it still be under way, it shall not be.
        shared.controller.abort();
      }
    }
  };
}

/** Undefined for what cannot be fetched. The vendor's own example, "www.downloadurl.com", has no scheme. */
function linkFrom(given = "", askedAt: number, clock: FullClock): { url: string; until: number } | undefined {
  const url = given && !/^[\w+.-]+:\/\//.test(given) ? `https://${given}` : given;
  return /^https?:/i.test(url) && URL.canParse(url)
    ? { url, until: askedAt + goodFor(url, clock.now() - (clock.monotonic() - askedAt)) }
    : undefined;
}

/** Milliseconds for which a link may be handed out that was asked for at some date. A short-lived one is good for half its life. */
function goodFor(url: string, asked: number): number {
  const end = endOf(new URL(url).searchParams);
  return end === undefined ? KEPT : Math.max(end - LEFT - asked, (end - asked) / 2);
}

/** When a signed link dies, where it says so: `Expires` (OSS, CloudFront), `X-Amz-Date` and `X-Amz-Expires` (S3 and its like). */
function endOf(query: URLSearchParams): number | undefined {
  const values = new Map(
    [...query].map(([name, value]) => [name.toLowerCase().replace(/^x-(amz|oss|tos|goog)-/, ""), value]),
  );
  const [date = "", expires = ""] = [values.get("date"), values.get("expires")];
  if (/^\d{10}$/.test(expires)) return Number(expires) * 1000;
  const start = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return start + Number(expires || Number.NaN) * 1000 || undefined;
}
