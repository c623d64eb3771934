import { describe, expect, test } from "vitest";
import { readNow, type Span } from "../src/media/byte-reader.js";
import { factsIn } from "../src/media/media-facts.js";
import { png, pressJpeg } from "./helpers/pictures.js";

function lookAt(bytes: Buffer) {
  const spans: Span[] = [];
  const facts = readNow(factsIn(bytes.length), (span) => {
    spans.push(span);
    return bytes.subarray(span.from, span.to);
  });
  return { facts, most: Math.max(...spans.map(({ to }) => to)) };
}

/** A JPEG of 800 x 640 whose sizes come behind so many segments of 64 kB. */
function behind(segments: number): Buffer {
  const press = pressJpeg();
  const segment = press.subarray(2, 2 + 0x10001);
  return Buffer.concat([press.subarray(0, 2), ...Array(segments).fill(segment), press.subarray(2 + 5 * 0x10001)]);
}

describe("of a picture is read", () => {
  test("four kilobytes, as a rule", () => {
    expect(lookAt(png(640, 480, 5_000_000))).toEqual({
      facts: { kind: "image", type: "image/png", width: 640, height: 480 },
      most: 4096,
    });
    expect(lookAt(behind(0)).facts).toMatchObject({ type: "image/jpeg", width: 800, height: 640 });
  });

  test.each([
    [1, 128],
    [5, 2048],
    [40, 32 * 1024],
  ])("more for a JPEG behind %d segments of metadata: at most %d KiB", (segments, kilobytes) => {
    const { facts, most } = lookAt(Buffer.concat([behind(segments), Buffer.alloc(40_000_000)]));
    expect(facts).toMatchObject({ width: 800, height: 640 });
    expect(most).toBe(kilobytes * 1024);
  });

  test("no more than the 32 MB of the largest picture, where nothing is found", () => {
    expect(lookAt(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(50_000_000, 0xff)]))).toEqual({
      facts: undefined,
      most: 32 * 1024 * 1024,
    });
    expect(lookAt(Buffer.alloc(50_000_000, "no picture"))).toMatchObject({ facts: undefined });
    expect(lookAt(Buffer.alloc(50_000_000, "no picture")).most).toBeLessThan(16_384);
  });
});
