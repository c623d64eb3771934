import { type Deadline, deadlineOf } from "../base/deadline.js";
import { onAbort } from "../base/on-abort.js";

export type Bytes = Uint8Array<ArrayBuffer>;

/** The default limit of a file, in bytes. No file of this service is that large. */
export const LARGEST_FILE = 1024 ** 3;

/** Thrown if a step of a download took too long. The message completes "The host …". */
export class IdleError extends Error {}

/** Runs one step of a download. Ends at the time limit or on the caller's signal, even if the step obeys neither. */
export async function withinIdleTime<T>(
  step: (deadline: Deadline) => Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
  words = "sent nothing for",
): Promise<T> {
  if (signal?.aborted) throw signal.reason;
  const deadline = deadlineOf(signal, milliseconds);
  try {
    const result = await deadline.race(step(deadline));
    // A cancelled stream reports that it has ended.
    if (deadline.signal.aborted) throw deadline.signal.reason;
    return result;
  } catch (error) {
    throw deadline.expired ? new IdleError(`${words} ${milliseconds / 1000} s`) : error;
  } finally {
    deadline.clear();
  }
}

/** Awaits the response of a `fetch`. A response that arrives after the deadline is cancelled. */
export async function responseOf(sending: Promise<Response>, deadline: Deadline): Promise<Response> {
  try {
    return await deadline.race(sending);
  } catch (error) {
    // The body of a custom fetch may have no cancel().
    if (deadline.signal.aborted) sending.then(({ body }) => body?.cancel()).catch(() => {});
    throw error;
  }
}

export interface BodyReader {
  /** Resolves with the next bytes, or undefined at the end. Rejects if nothing arrives in time; cancel the reader then. */
  read(): Promise<Bytes | undefined>;
  /** Resolves with the first bytes, as many as `isEnough` asks for, or all. `read` returns them again. */
  peek(isEnough: (head: Bytes) => boolean): Promise<Bytes>;
  cancel(reason?: unknown): void;
}

/** Reads a body. The caller's signal cancels it, even between two reads. */
export function bodyReader(
  body: Response["body"] | undefined,
  milliseconds: number,
  signal: AbortSignal | undefined,
): BodyReader {
  const reader = body?.getReader();
  let off = () => {};
  const cancel = (reason?: unknown) => {
    off();
    reader?.cancel(reason).catch(() => {});
  };
  off = onAbort(signal, cancel);
  const peeked: Bytes[] = [];
  const next = async () => {
    const chunk = await withinIdleTime(async () => reader?.read(), milliseconds, signal);
    if (!chunk?.value) off();
    return chunk?.value;
  };
  return {
    cancel,
    async read() {
      return peeked.shift() ?? next();
    },
    async peek(isEnough) {
      for (;;) {
        const bytes = new Uint8Array(await new Blob(peeked).arrayBuffer());
        const chunk = isEnough(bytes) ? undefined : await next();
        if (!chunk) return bytes;
        peeked.push(chunk);
      }
    },
  };
}
