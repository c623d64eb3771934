import { describe, expect, test } from "vitest";
import { type FileReading, inWindows, look, readLater, readNow, type Span } from "./byte-reader.js";

const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
const part = (from: number, to: number) => [...bytes.subarray(from, to)];

/** Reads these spans in turn, and returns their bytes. */
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

describe("reading in windows", () => {
  test("reads spans that are close together at once", () => {
    const { found, spans } = asked(inWindows(seen([0, 8], [16_000, 16_384], [2, 3], [0, 0]), bytes.length));
    expect(found).toEqual([part(0, 8), part(16_000, 16_384), part(2, 3), []]);
    expect(spans).toEqual([{ from: 0, to: 16_384 }]);
  });

  test("reads again for spans before and after its window, and for a long one", () => {
    const { found, spans } = asked(inWindows(seen([80_000, 80_008], [16_380, 16_390], [10, 50_000]), bytes.length));
    expect(found).toEqual([part(80_000, 80_008), part(16_380, 16_390), part(10, 50_000)]);
    expect(spans).toEqual([
      { from: 80_000, to: 96_384 },
      { from: 16_380, to: 32_764 },
      { from: 10, to: 50_000 },
    ]);
  });

  test("reads nothing after the end of the file", () => {
    const { found, spans } = asked(inWindows(seen([99_990, 200_000], [150_000, 150_008], [2 ** 60, 2 ** 62]), 100_000));
    expect(found).toEqual([part(99_990, 100_000), [], []]);
    expect(spans).toEqual([{ from: 99_990, to: 100_000 }]);
  });
});

test("reading asynchronously has the same result, and forwards errors", async () => {
  const found = readLater(seen([0, 8], [70_000, 70_010]), async ({ from, to }) => bytes.slice(from, to));
  expect(await found).toEqual([part(0, 8), part(70_000, 70_010)]);
  await expect(readLater(seen([0, 8]), () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
});
