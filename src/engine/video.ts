import { DownloadError } from "../errors.js";
import type { VideoTask } from "../task.js";
import type { Engine } from "./engine.js";
import { type CallOptions, retrieveFile } from "./files.js";
import type { TaskStatus } from "./status.js";

/** A finished video. Its bytes lie behind a link that dies after about an hour; its `fileId` gets a new one. */
export interface Video {
  readonly taskId: string;
  /** Absent on templates. */
  readonly fileId?: string;
  /** Pixels, where the service told. */
  readonly width?: number;
  readonly height?: number;
  readonly task: VideoTask;
  /**
   * A link that needs no key; never send one there. Asked for at the first call, then kept for half an hour; `fresh` asks
   * again.
   * @throws {DownloadError} when the service names no usable link.
   */
  url(options?: CallOptions & { fresh?: boolean }): Promise<string>;
}

const KEPT = 30 * 60_000;

export function videoFrom(engine: Engine, task: VideoTask, status: TaskStatus & { state: "succeeded" }): Video {
  const { taskId, fileId, width, height } = status;
  let link: { url: string; until: number } | undefined;
  if (status.url) link = { url: absolute(status.url), until: engine.clock.now() + KEPT };

  async function freshUrl(options: CallOptions): Promise<string> {
    if (fileId) return absolute((await retrieveFile(engine, fileId, options)).download_url);
    const again = await task.status(options);
    return absolute(again.state === "succeeded" ? again.url : undefined);
  }

  function absolute(url: string | undefined): string {
    // The vendor's own example is "www.downloadurl.com", without a scheme.
    const text = url && !/^[\w+.-]+:\/\//.test(url) ? `https://${url}` : (url ?? "");
    if (/^https?:/i.test(text) && URL.canParse(text)) return text;
    throw new DownloadError(`Task ${taskId} is finished, but the service names no usable link to its video`, {
      taskId,
      fileId,
      task,
    });
  }

  return {
    taskId,
    ...(fileId === undefined ? {} : { fileId }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    task,
    async url({ fresh = false, ...options } = {}) {
      if (fresh || !link || link.until < engine.clock.now()) {
        link = { url: await freshUrl(options), until: engine.clock.now() + KEPT };
      }
      return link.url;
    },
  };
}
