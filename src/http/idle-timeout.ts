import { after } from "../base/clock.js";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes after which a file is refused by default, because no file of this service is that large. */
export const LARGEST_FILE = 1024 ** 3;

/** Runs the steps of a download, one at a time, each within a time limit. */
export interface IdleTimeout {
  /** Settles as the step does, or rejects as soon as the download ends or the step takes too long. */
  run<T>(step: () => Promise<T>): Promise<T>;
  /** Ends the download at once, even if the step obeys no signal. */
  end(reason?: unknown): void;
  /** Whether it has ended, by `end` or by a step that took too long. */
  readonly ended: { readonly reason: unknown } | undefined;
}

/** `onEnd` is called once, to release what the download holds. */
export function idleTimeout(
  milliseconds: number,
  idleError: (words: string) => unknown,
  onEnd: (reason: unknown) => void,
): IdleTimeout {
  let ended: { reason: unknown } | undefined;
  let interrupt = () => {};

  function end(reason?: unknown): void {
    if (ended) return;
    ended = { reason };
    onEnd(reason);
    interrupt();
  }

  function assertGoingOn(): void {
    if (ended) throw ended.reason;
  }

  return {
    end,
    get ended() {
      return ended;
    },
    async run<T>(step: () => Promise<T>): Promise<T> {
      assertGoingOn();
      const timer = after(milliseconds, () => end(idleError(`sent nothing for ${milliseconds / 1000} s`)));
      try {
        const result = await new Promise<T>((resolve, reject) => {
          interrupt = () => reject(ended?.reason);
          step().then(resolve, reject);
        });
        // A stream that was cancelled reports its end.
        assertGoingOn();
        return result;
      } catch (error) {
        assertGoingOn();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
