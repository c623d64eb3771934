/** Somewhere to write text: a stream, or a list in a test. */
export interface Output {
  write(text: string): unknown;
}

/** All that a command sees of the process it runs in. */
export interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  /** For the result alone, so that `$(minimax-video …)` works. */
  stdout: Output;
  /** For everything said to a person. */
  stderr: Output;
  env: Record<string, string | undefined>;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
  /** Whether stderr is a terminal, where one line can be rewritten. */
  isTTY: boolean;
  /** Width of that terminal in characters. Default 80. */
  columns?: () => number | undefined;
}
