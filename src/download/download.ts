import type { Settings } from "../base/connect-options.js";
import { type Deadline, inTime, LateError } from "../base/deadline.js";
import { callUser, DownloadError, MiniMaxError } from "../base/errors.js";
import { aDuration, aFunction, aPositiveNumber, aSignal, assertOptions, mustBe, type Rules } from "../base/options.js";
import { isPublic } from "../base/public-host.js";
import { defined } from "../base/record.js";
import type { ChunkOptions, Chunks, DownloadOptions, Video } from "../base/task.js";
import { type BodyReader, type Bytes, bodyReader, discard, LARGEST_FILE, responseOf } from "../http/body-reader.js";
import { codeIn } from "../http/network-errors.js";
import { redactedError } from "../http/redact.js";
import { backoff, isTransient } from "../http/retry.js";
import type { HttpContext } from "../http/transport.js";
import { followBoxes } from "../media/iso-boxes.js";
import { assertVideo, Fault, type FileVersion, partOf, versionOf } from "./download-response.js";

export const DOWNLOAD_OPTIONS: Rules<DownloadOptions> = {
  signal: aSignal,
  onProgress: aFunction,
  fetch: aFunction,
  idleTimeout: aDuration,
  maxBytes: aPositiveNumber,
  allowedHosts: mustBe(
    "an array of host names or addresses",
    (hosts) => Array.isArray(hosts) && hosts.every((host) => hostIn(host) !== undefined),
  ),
};

const CHUNK_OPTIONS: Rules<ChunkOptions> = { ...DOWNLOAD_OPTIONS, restart: aFunction };

/** How many retries in a row may fail to bring a new byte: 15 s at most, including their pauses. */
const RETRIES = 5;

type DownloadContext = Pick<HttpContext, "clock" | "logger" | "server"> & Pick<Settings, "fetch">;

/** Yields the bytes of a video, in order and complete. Resumes after a cut, and requests a new link after a refusal. */
export async function* download(context: DownloadContext, video: Video, options: ChunkOptions = {}): Chunks {
  const checked = assertOptions("A download", options, CHUNK_OPTIONS);
  const { onProgress, maxBytes = LARGEST_FILE } = checked;
  const state = new Download(context, video, checked);
  try {
    for (let chunk = await state.next(); chunk; chunk = await state.next()) {
      const { bytes, file, connection } = state;
      if (Math.max(bytes, file.total ?? 0) > maxBytes)
        throw failure(video, new Fault(`${connection?.link.host} sends more than ${maxBytes} bytes (maxBytes)`));
      if (onProgress) callUser("onProgress", () => onProgress({ bytes, ...defined({ total: file.total }) }), video);
      yield chunk;
    }
    return state.file.type;
  } finally {
    state.disconnect();
  }
}

type Connection = { readonly link: URL; readonly body: BodyReader };

class Download {
  connection: Connection | undefined;
  file: FileVersion = { type: "" };
  /** Bytes handed out. */
  bytes = 0;
  /** The position in the file that this connection has reached, and the furthest that any has. */
  #at = 0;
  #furthest = 0;
  #faults = 0;
  #lastFault = "";
  #backupFault = "";
  #needsFreshLink = false;
  /** Whether the current link is the backup. */
  #isBackup = false;
  /** Set if the host does not handle ranges correctly. The whole file is then requested and the known part skipped. */
  #isWhole = false;
  #boxes = followBoxes();

  constructor(
    readonly context: DownloadContext,
    readonly video: Video,
    readonly options: ChunkOptions,
  ) {}

  disconnect(): void {
    this.connection?.body.cancel();
    this.connection = undefined;
  }

  /** Resolves with the next bytes, or with undefined when the file is complete. Connects as often as needed. */
  async next(): Promise<Bytes | undefined> {
    for (;;) {
      try {
        const { link, body } = this.connection ?? (await this.#connect());
        const chunk = await this.#step(link, `${link.host} broke off`, () => body.read());
        if (!chunk) return this.#assertComplete(link.host);
        this.#needsFreshLink = false;
        const known = this.bytes - this.#at;
        this.#at += chunk.length;
        // These bytes are not progress. A host could send more of them for ever. Those before may be of another part.
        if (this.#at > (this.file.total ?? Infinity)) {
          this.file = { type: "" };
          throw new Fault(`${link.host} sent more bytes than it announced`);
        }
        if (this.#at > this.#furthest) [this.#furthest, this.#faults] = [this.#at, 0];
        if (chunk.length <= known) continue;
        const unseen = known > 0 ? chunk.subarray(known) : chunk;
        this.#boxes.add(unseen);
        this.bytes += unseen.length;
        return unseen;
      } catch (cause) {
        this.disconnect();
        await this.#pauseOrGiveUp(cause);
      }
    }
  }

  async #connect(): Promise<Connection> {
    const { signal, idleTimeout = 30_000, restart } = this.options;
    const fresh = this.#needsFreshLink;
    // After two faults in a row, tries the backup link at every other attempt but the last. Its file may count as a different one.
    const isTurn = this.#faults > 0 && this.#faults % 2 === 0 && (this.bytes === 0 || restart !== undefined);
    const backup = fresh ? isTurn : this.#isBackup;
    // Until bytes arrive. A link that has delivered bytes works, so it is used again after a cut.
    this.#needsFreshLink = true;
    const main = await this.video.url({ fresh, signal });
    const url = backup ? await this.video.url({ backup, signal }) : main;
    this.#isBackup = url !== main;
    const link = new URL(url);
    const validator = this.bytes > 0 && !this.#isWhole ? this.file.validator : undefined;
    const range = validator === undefined ? {} : { range: `bytes=${this.bytes}-`, "if-range": validator };
    // The length of compressed content is not that of the file. `credentials` stays unset: Cloudflare Workers reject the option.
    const headers = { "accept-encoding": "identity", ...range };
    const ask = (deadline: Deadline) => responseOf(this.#follow(link, { headers, signal: deadline.signal }), deadline);
    const asking = () => inTime(ask, idleTimeout, signal);
    const response = await this.#step(link, `the request to ${link.host} failed`, asking);
    this.connection = { link, body: bodyReader(response.body, idleTimeout, signal) };
    const isRest = response.status === 206 && validator !== undefined;
    await (isRest ? this.#resume(response.headers, this.connection) : this.#begin(response, this.connection));
    return this.connection;
  }

  /** Fetches a link and follows its redirects, as many as `fetch` does. */
  async #follow(to: URL, init: RequestInit, left = 20): Promise<Response> {
    const send = this.options.fetch ?? this.context.fetch ?? globalThis.fetch;
    this.#assertAllowed(to);
    const response = await send(to.href, { ...init, redirect: "manual" });
    // Browsers hide where a redirect leads, and protect private networks themselves.
    if (response.type === "opaqueredirect") return send(to.href, init);
    // A custom fetch may follow redirects by itself.
    if (response.redirected) this.#assertAllowed(new URL(response.url));
    const location = response.headers.get("location");
    if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return response;
    discard(response.body);
    const next = URL.canParse(location, to) ? new URL(location, to) : undefined;
    if (left === 0 || !next || !/^https?:$/.test(next.protocol))
      throw new Fault(`${to.host} redirects ${left === 0 ? "too often" : "to an address that is not HTTP"}`);
    return this.#follow(next, init, left - 1);
  }

  /** Refuses private hosts, because a service on the internet has no reason to link to a host of this network. @throws {Fault} */
  #assertAllowed({ hostname }: URL): void {
    const isLocal = !isPublic(new URL(this.context.server.baseUrl).hostname);
    if (isLocal || isPublic(hostname) || this.options.allowedHosts?.map(hostIn).includes(hostIn(hostname))) return;
    const words = `its link leads to ${hostname}, a private address, which is refused unless allowed (allowedHosts, --allow-host)`;
    throw new Fault(words, { isFinal: true });
  }

  #assertVideo({ link, body }: Connection): Promise<void> {
    return this.#step(link, `${link.host} broke off`, () => assertVideo(body, link));
  }

  /** Runs a step. Turns a failure into a Fault, which names the host but not the rest of the link. */
  async #step<T>({ host, search, password }: URL, what: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (this.options.signal?.aborted || error instanceof Fault) throw error;
      if (error instanceof LateError) throw new Fault(`${host} ${error.message}`);
      const cause = redactedError(error, [search, password]);
      throw new Fault(`${what}: ${innermostMessage(cause)}`, { cause });
    }
  }

  async #resume(headers: Headers, connection: Connection): Promise<void> {
    const { isSame, start, total } = partOf(headers, this.file, this.bytes);
    this.#isWhole ||= !(isSame && start <= this.bytes);
    if (this.#isWhole) throw new Fault(`${connection.link.host} sent a different part of the file than was requested`);
    if (start === 0) await this.#assertVideo(connection);
    this.#at = start;
    this.file = { ...this.file, total };
  }

  async #begin(response: Response, connection: Connection): Promise<void> {
    this.#isWhole ||= response.status === 416;
    const version = versionOf(response, connection.link.host, this.context.clock.now());
    await this.#assertVideo(connection);
    const isSame = version.validator !== undefined && version.validator === this.file.validator;
    if (this.bytes > 0 && !isSame) {
      const why = version.validator ? "the file has changed" : "it is unknown whether the file is still the same";
      const { restart } = this.options;
      if (!restart) throw failure(this.video, new Fault(`${this.#lastFault}. A stream cannot start over, and ${why}`));
      await restart();
      this.bytes = 0;
      this.#boxes = followBoxes();
    }
    this.#at = 0;
    this.file = version;
  }

  #assertComplete(host: string): undefined {
    const { total } = this.file;
    const isCut = this.#boxes.isWhole() === false;
    if (this.#at === 0 || this.#at < this.bytes || (total === undefined ? isCut : this.#at !== total))
      throw new Fault(`${host} ended early, after ${this.#at}${total === undefined ? "" : ` of ${total}`} bytes`);
    if (!isCut) return;
    // The host has no more of this file. Only another link may lead to the rest.
    this.#isWhole = this.#needsFreshLink = true;
    throw new Fault(`${host} sent a video that is cut off after ${this.bytes} bytes: its last part is missing`);
  }

  /** Pauses before the next attempt, or gives up. No other code gives up a download. */
  async #pauseOrGiveUp(cause: unknown): Promise<void> {
    const { clock, logger } = this.context;
    const { signal } = this.options;
    if (signal?.aborted) throw signal.reason;
    const isFinal = cause instanceof Fault ? cause.facts.isFinal && !this.#isBackup : !isTransient(cause);
    if (isFinal || this.#faults >= RETRIES) throw failure(this.video, cause, this.#faults, this.#backupFault);
    this.#lastFault = cause instanceof Error ? cause.message : "";
    if (this.#isBackup) this.#backupFault = `; the backup link: ${this.#lastFault}`;
    const retryAfter = cause instanceof Fault ? cause.facts.retryAfter : 0;
    const milliseconds = backoff(this.#faults++, clock.random, retryAfter);
    logger?.debug("again", { operation: "download", bytes: this.bytes, milliseconds });
    await clock.pause(milliseconds, signal);
  }
}

/** The host in a text, as `URL` spells it, with or without scheme and port: "fd00::1", "Media.internal:9000", an origin. */
function hostIn(text: unknown): string | undefined {
  if (typeof text !== "string" || /[*?\s]/.test(text)) return undefined;
  const address = /^[\da-f:]*:[\da-f:.]*:[\da-f:.]*$/i.test(text) ? `[${text}]` : text;
  const url = address.includes("//") ? address : `http://${address}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, "") : undefined;
}

/** The error after the last attempt. An error that does not come from the download is passed on unchanged. */
function failure({ taskId, fileId, task }: Video, why: unknown, faults = 0, more = ""): unknown {
  if (why instanceof DownloadError || !(why instanceof Fault || why instanceof MiniMaxError)) return why;
  const isFinal = why instanceof Fault && why.facts.isFinal;
  const tries = faults > 0 ? ` (${faults + 1} attempts in a row without new bytes)` : "";
  const message = `The video of task ${taskId} was not downloaded: ${why.message}${tries}${more}. It is still available${isFinal ? "" : ": try again"}`;
  const facts = why instanceof Fault ? { cause: why.facts.cause, status: why.facts.status } : { cause: why };
  return new DownloadError(message, { taskId, fileId, task, ...facts });
}

/** The innermost message, which is the most specific one, with the error code for readers who know it. */
function innermostMessage(error: Error): string {
  if (error.cause instanceof Error) return innermostMessage(error.cause);
  const code = codeIn(error);
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}

/** Downloads the whole video into memory. */
export async function blobOf(video: Video, options?: DownloadOptions): Promise<Blob> {
  assertOptions("video.blob", options, DOWNLOAD_OPTIONS);
  const parts: Bytes[] = [];
  const restart = () => parts.splice(0);
  const chunks = video.chunks({ ...options, restart });
  for (;;) {
    const { done, value } = await chunks.next();
    // octet-stream may mean anything, and a page displays a blob according to its type.
    if (done) return new Blob(parts, { type: value && !value.endsWith("/octet-stream") ? value : "video/mp4" });
    parts.push(value);
  }
}
