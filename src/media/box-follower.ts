/** The boxes of an MP4, followed as its bytes pass: they tell the end where the host tells no length. */
export interface Boxes {
  add(chunk: Uint8Array): void;
  /** Whether what has passed ends where a box does; undefined for what is no MP4. */
  isWhole(): boolean | undefined;
}

export function followBoxes(): Boxes {
  /** Bytes that have passed, and where the box ends to which the last of them belongs. */
  let at = 0;
  let end = 0;
  let header: number[] = [];
  let isMovie: boolean | undefined;

  /** ISO/IEC 14496-12, 4.2: a size of 32 bits and a type; 1 means that 64 bits follow, 0 that it goes on to the end. */
  function headerDone(): void {
    const [size = 0, type = 0] = [numberOf(header, 0), numberOf(header, 4)];
    if (size === 1 && header.length < 16) return;
    isMovie ??= type === FTYP;
    const length = size === 1 ? numberOf(header, 8) * 2 ** 32 + numberOf(header, 12) : size || Infinity;
    if (length < header.length) isMovie = false;
    end = at - header.length + length;
    header = [];
  }

  return {
    add(chunk) {
      for (let from = 0; from < chunk.length && isMovie !== false; ) {
        const skipped = Math.min(end - at, chunk.length - from);
        if (skipped > 0) [at, from] = [at + skipped, from + skipped];
        else {
          header.push(chunk[from++] ?? 0);
          // A header counts as outside of any box until it is complete.
          at = end = at + 1;
          if (header.length >= 8) headerDone();
        }
      }
    },
    isWhole: () => (isMovie ? header.length === 0 && (at === end || end === Infinity) : undefined),
  };
}

const FTYP = 0x66747970;

function numberOf(bytes: number[], from: number): number {
  return bytes.slice(from, from + 4).reduce((number, byte) => number * 256 + byte, 0);
}
