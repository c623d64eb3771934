/** A stream to write text to, or its stand-in in a test. */
export interface Output {
  write(text: string): unknown;
}

/** What a command sees of its process. */
export interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  /** For the result only, so that `$(minimax-video …)` works. */
  stdout: Output;
  /** For everything meant for people. */
  stderr: Output;
  env: Record<string, string | undefined>;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  /** Whether stderr is a terminal, where a line can be rewritten. */
  isTTY: boolean;
  /** Width of that terminal in characters. Default 80. */
  columns?: () => number | undefined;
}
