/** Bytes of a file that a reader asks for: from `from` up to, without, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A look into a file, wherever it lies: it yields the bytes that it wants, is given as many of them as there are, and returns
 * what it found. So one piece of code reads memory, base64 and disks, and of a file on a disk no more than it needs.
 */
export type Reading<Found> = Generator<Span, Found, Uint8Array>;

/** Reads what is at hand: `read` gives the bytes of a span that lies within the file. */
export function readNow<Found>(reading: Reading<Found>, read: (span: Span) => Uint8Array): Found {
  let step = reading.next();
  while (!step.done) step = reading.next(read(step.value));
  return step.value;
}

/** Reads what must be waited for; otherwise as `readNow`. */
export async function readLater<Found>(
  reading: Reading<Found>,
  read: (span: Span) => Promise<Uint8Array>,
): Promise<Found> {
  let step = reading.next();
  while (!step.done) step = reading.next(await read(step.value));
  return step.value;
}

/** The bytes from `from` up to `to`; fewer where the file ends. */
export function* look(from: number, to: number): Reading<DataView> {
  const bytes = yield { from, to };
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes read at a time: most headers are small, and close together. */
const WINDOW = 4 * 1024;

/** A reading that asks seldom, for what lies within the `size` bytes of the file alone, and serves small looks by itself. */
export function* inWindows<Found>(reading: Reading<Found>, size: number): Reading<Found> {
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
