/** A part of a file, from `from` up to but not including `to`. */
export type Span = { readonly from: number; readonly to: number };

/** Reads a file in memory, base64 or on disk: yields the spans that it needs, receives the bytes that there are of them. */
export type FileReading<Found> = Generator<Span, Found, Uint8Array>;

/** Runs a reading synchronously. `read` returns the bytes of a span within the file. */
export function readNow<Found>(reading: FileReading<Found>, read: (span: Span) => Uint8Array): Found {
  let step = reading.next();
  while (!step.done) step = reading.next(read(step.value));
  return step.value;
}

/** Runs a reading asynchronously. */
export async function readLater<Found>(
  reading: FileReading<Found>,
  read: (span: Span) => Promise<Uint8Array>,
): Promise<Found> {
  let step = reading.next();
  while (!step.done) step = reading.next(await read(step.value));
  return step.value;
}

/** Reads the bytes from `from` up to `to`; fewer at the end of the file. */
export function* look(from: number, to: number): FileReading<DataView> {
  const bytes = yield { from, to };
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads four letters, one per byte. */
export function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}

/** A box or chunk of a file: its name, and the position of its content. */
export type Part = Span & { readonly name: string };

/** The head of a part: its name, its own bytes, those of the content (Infinity: all that is left), and those behind it. */
export type Head = { name: string; head: number; length: number; behind?: number };

/** The most parts to read. An hour of fragments has fewer; a hostile file may have millions. */
const MOST_PARTS = 10_000;

/** Reads the parts of a container, up to bytes that are no head of a part. The last part may extend beyond the container. */
export function* partsIn({ from, to }: Span, headOf: (view: DataView) => Head | undefined): FileReading<Part[]> {
  const parts: Part[] = [];
  for (let at = from; at + 8 <= to && parts.length < MOST_PARTS; ) {
    const part = headOf(yield* look(at, at + 16));
    if (!part) break;
    const { name, head, length, behind = 0 } = part;
    const end = length === Number.POSITIVE_INFINITY ? to : at + head + length;
    parts.push({ name, from: at + head, to: end });
    at = end + behind;
  }
  return parts;
}

/** How many bytes to read at once. Most headers are small and close together. */
const WINDOW = 16 * 1024;

/** Makes a reading request large windows within the `size` bytes of the file, and serves its spans from the current window. */
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
