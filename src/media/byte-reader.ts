/** A part of a file, from `from` up to but excluding `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a file, wherever it is: yields the span that it needs, receives as many of its bytes as there are, and returns what it
 * found. So the same code reads memory, base64 and disks, and no more of a file than it needs.
 */
export type FileReading<Found> = Generator<Span, Found, Uint8Array>;

/** Reads synchronously. `read` returns the bytes of a span within the file. */
export function readNow<Found>(reading: FileReading<Found>, read: (span: Span) => Uint8Array): Found {
  let step = reading.next();
  while (!step.done) step = reading.next(read(step.value));
  return step.value;
}

/** The same asynchronously. */
export async function readLater<Found>(
  reading: FileReading<Found>,
  read: (span: Span) => Promise<Uint8Array>,
): Promise<Found> {
  let step = reading.next();
  while (!step.done) step = reading.next(await read(step.value));
  return step.value;
}

/** The bytes from `from` up to `to`; fewer at the end of the file. */
export function* look(from: number, to: number): FileReading<DataView> {
  const bytes = yield { from, to };
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Four letters, one per byte. */
export function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}

/** Bytes read at once: most headers are small and close together. */
const WINDOW = 16 * 1024;

/** Reads in windows, within the `size` bytes of the file, and serves small spans from the current window. */
export function* inWindows<Found>(reading: FileReading<Found>, size: number): FileReading<Found> {
  let start = 0;
  let window: Uint8Array = new Uint8Array();
  let step = reading.next();
  while (!step.done) {
    const from = Math.min(step.value.from, size);
    const to = Math.min(step.value.to, size);
    if (from < start || to > start + window.length) {
      start = from;
      window = yield { from, to: Math.min(size, Math.max(to, from + WINDOW)) };
    }
    step = reading.next(window.subarray(from - start, to - start));
  }
  return step.value;
}
