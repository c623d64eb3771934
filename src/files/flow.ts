import { after, onAbort } from "../base/clock.js";
import { codeIn } from "../http/network-errors.js";

export type Bytes = Uint8Array<ArrayBuffer>;

/** The body of an answer, as it comes. */
export interface Flow {
  /** The next bytes; undefined at the end. */
  read(): Promise<Bytes | undefined>;
  /** Breaks it off at once. */
  end(reason?: unknown): void;
}

export interface FlowOptions {
  signal: AbortSignal | undefined;
  /** Milliseconds. */
  idleTimeout: number;
  /** The error for a flow that stops or breaks. */
  broken(words: string, cause?: unknown): Error;
}

/** A body that ends when its caller has enough, with his reason, and when nothing comes for too long while somebody reads. */
export function flowOf(body: ReadableStream<Bytes> | null | undefined, options: FlowOptions): Flow {
  const { signal, idleTimeout, broken } = options;
  const reader = body?.getReader();
  let ended: { reason: unknown } | undefined;
  let off = () => {};
  let giveUp = () => {};
  off = onAbort(signal, end);

  function end(reason?: unknown): void {
    off();
    ended ??= { reason };
    reader?.cancel(reason).catch(() => {});
    // A stream that is cancelled gives its end to whoever is reading. Not every one that stands in for it does.
    giveUp();
  }

  function assertGoingOn(): void {
    if (ended) throw ended.reason;
  }

  async function read(): Promise<Bytes | undefined> {
    assertGoingOn();
    const timer = after(idleTimeout, () => end(broken(`sent nothing for ${idleTimeout / 1000} s`)));
    try {
      const result = await new Promise<{ value?: Bytes | undefined } | undefined>((resolve, reject) => {
        giveUp = () => resolve(undefined);
        if (reader) reader.read().then(resolve, reject);
        else giveUp();
      });
      assertGoingOn();
      if (!result?.value) off();
      return result?.value;
    } catch (cause) {
      assertGoingOn();
      off();
      const code = codeIn(cause);
      throw broken(`broke off${code ? ` (${code})` : ""}`, cause);
    } finally {
      clearTimeout(timer);
    }
  }

  return { read, end };
}
