import { describe, expect, test } from "vitest";
import { type FileReading, inWindows, look, readLater, readNow, type Span } from "./byte-reader.js";

const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);

/** Looks at these spans, one after the other, and returns what it saw of each. */
function* seen(...spans: [from: number, to: number][]): FileReading<number[][]> {
  const all: number[][] = [];
  for (const [from, to] of spans) {
    const view = yield* look(from, to);
    all.push([...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]);
  }
  return all;
}

function asked(reading: FileReading<number[][]>): { found: number[][]; spans: Span[] } {
  const spans: Span[] = [];
  const found = readNow(reading, (span) => {
    spans.push(span);
    return bytes.subarray(span.from, span.to);
  });
  return { found, spans };
}

const of = (from: number, to: number) => [...bytes.subarray(from, to)];

describe("a reading in windows", () => {
  test("asks once for what lies close together, and sees the same", () => {
    const looks: [number, number][] = [
      [0, 8],
      [8, 24],
      [4000, 4096],
      [2, 3],
      [0, 0],
    ];
    const { found, spans } = asked(inWindows(seen(...looks), bytes.length));
    expect(found).toEqual(asked(seen(...looks)).found);
    expect(found).toEqual(looks.map(([from, to]) => of(from, to)));
    expect(spans).toEqual([{ from: 0, to: 4096 }]);
  });

  test("asks anew for what lies elsewhere, before or behind, and for all of what is long", () => {
    const { found, spans } = asked(inWindows(seen([0, 8], [90_000, 90_008], [4090, 4100], [10, 50_000]), bytes.length));
    expect(found).toEqual([of(0, 8), of(90_000, 90_008), of(4090, 4100), of(10, 50_000)]);
    expect(spans).toEqual([
      { from: 0, to: 4096 },
      { from: 90_000, to: 94_096 },
      { from: 4090, to: 8186 },
      { from: 10, to: 50_000 },
    ]);
  });

  test("asks for nothing behind the end of the file", () => {
    const { found, spans } = asked(inWindows(seen([99_990, 200_000], [150_000, 150_008], [2 ** 60, 2 ** 62]), 100_000));
    expect(found).toEqual([of(99_990, 100_000), [], []]);
    expect(spans).toEqual([{ from: 99_990, to: 100_000 }]);
  });
});

test("what must be waited for is read like what is at hand", async () => {
  const looks: [number, number][] = [
    [0, 8],
    [70_000, 70_010],
  ];
  const found = await readLater(seen(...looks), async ({ from, to }) => bytes.slice(from, to));
  expect(found).toEqual(asked(seen(...looks)).found);
});

test("an error of whoever reads is the caller's to see", async () => {
  await expect(readLater(seen([0, 8]), () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  expect(() =>
    readNow(seen([0, 8]), () => {
      throw new RangeError("no memory");
    }),
  ).toThrow("no memory");
});
