/** A stream to write to, or its stand-in in a test. */
export interface Output {
  write(text: string | Uint8Array, written?: () => void): unknown;
  isTTY?: boolean;
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

/** Removes control characters. The words of the service must not control the terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, "");
}

/** Writes bytes to stdout, no faster than they are read there. Returns how many. */
export async function writeBytes(chunks: AsyncIterable<Uint8Array>, { stdout }: Pick<Io, "stdout">): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) {
    await new Promise<void>((resolve) => stdout.write(chunk, () => resolve()));
    bytes += chunk.length;
  }
  return bytes;
}

/** Prints one JSON object on stdout. */
export function printJson({ stdout }: Pick<Io, "stdout">, value: object): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a result on stdout: with --json an object, otherwise a line of text. */
export function printResult({ io, json }: { io: Io; json: boolean }, value: object, text: string): void {
  if (json) printJson(io, value);
  else io.stdout.write(`${text}\n`);
}
