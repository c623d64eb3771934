/** Whatever the bytes, `headerOf` answers quickly, with sizes that can be or with undefined, and reads nothing but them. */
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { headerOf, type ImageHeader } from "../src/media/image-header.js";
import { damaged, place } from "./helpers/damage.js";

const started = process.cpuUsage();

/** Complete headers with the first bytes of what follows; a WebP's length is that of these bytes. */
const seeds = [
  // JPEG: JFIF, a quantisation table, fill bytes, a baseline frame of 640 x 480, a scan
  `ffd8 ffe000104a46494600010100000100010000 ffdb0043${"00".repeat(65)} ffffff c000110801e0028003011100021100031100 ffda0008010100003f0055ffd9`,
  // JPEG: Adobe, a comment, a restart interval, Huffman tables, a progressive CMYK frame of 3 x 5
  `ffd8 ffee000e41646f626500640000000000 fffe0005666f78 ffdd00040008 ffc40015${"00".repeat(19)} ffc20014080005000304011100021100031100041100 ffda0008010100003f0055ffd9`,
  // JPEG: EXIF with a preview in it, then a grayscale frame of 300 x 7
  `ffd8 ffe1001f457869660000ffd8ffc0000b080078 00a001011100000000ffd9000000 ffc0000b080007012c01011100 ffda0008010100003f0055ffd9`,
  // PNG: RGB of 640 x 480; interlaced palette of 3 x 5000; the checksums are mended below
  "89504e470d0a1a0a 0000000d49484452 00000280 000001e0 0802000000 00000000 0000000a49444154 0000000000000000000000000000",
  "89504e470d0a1a0a 0000000d49484452 00000003 00001388 0403000001 00000000 00000003504c5445 00000000000000",
  // WebP: lossy and lossless of 640 x 480, extended of 800 x 600 with alpha
  "52494646 18000000 57454250 56503820 0b000000 3001009d012a8002e001 00 00",
  "52494646 16000000 57454250 5650384c 0a000000 2f7fc27700 0000000000",
  "52494646 2a000000 57454250 56503858 0a000000 100000001f0300570200 414c5048 04000000 00000000 56503820 00000000",
].map((hex) => mended(Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"))));

/** With the checksum a PNG's header should have, without which no mutation would get past it. */
function mended(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x89 && bytes.length >= 33)
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

const mutant = fc.tuple(damaged(seeds), fc.boolean()).map(([bytes, mend]) => (mend ? mended(bytes) : bytes));

const noise = fc
  .tuple(fc.constantFrom(0, 2, 4, 8, 16, 20, 24), fc.constantFrom(...seeds), fc.uint8Array({ maxLength: 80 }))
  .map(([kept, seed, rest]) => Uint8Array.from([...seed.subarray(0, kept), ...rest]));

function expectSound(header: ImageHeader | undefined): void {
  if (header === undefined) return;
  const { type, width, height } = header;
  const sides = [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= 65_535);
  if (!sides || !["jpeg", "png", "webp"].includes(type)) throw new Error(`unsound: ${JSON.stringify(header)}`);
}

test("the headers to be mutated are good ones, so that mutations start where they matter", () => {
  expect(seeds.map((seed) => Object.values(headerOf(seed) ?? {}).join(" "))).toEqual([
    "jpeg 640 480",
    "jpeg 3 5",
    "jpeg 300 7",
    "png 640 480",
    "png 3 5000",
    "webp 640 480",
    "webp 640 480",
    "webp 800 600",
  ]);
});

test("a mutated header is refused or has sizes that can be, in 50,000 cases of which some are accepted", () => {
  const accepted = { jpeg: 0, png: 0, webp: 0 };
  fc.assert(
    fc.property(mutant, fc.oneof(fc.constant(undefined), fc.nat(200)), (bytes, size) => {
      const header = headerOf(bytes, size);
      expectSound(header);
      if (header) accepted[header.type] += 1;
    }),
    { numRuns: 50_000 },
  );
  // Else the cases would only ever meet the first check.
  for (const count of Object.values(accepted)) expect(count).toBeGreaterThan(500);
});

test("arbitrary bytes, also behind a good beginning, are refused or have sizes that can be, in 20,000 cases", () => {
  fc.assert(
    fc.property(noise, (bytes) => expectSound(headerOf(bytes))),
    { numRuns: 20_000 },
  );
});

test("the verdict is the same whatever lies before and behind the bytes in memory, in 30,000 cases", () => {
  fc.assert(
    fc.property(mutant, fc.constantFrom(...seeds), fc.nat(100), place, (bytes, seed, offset, share) => {
      // Behind a cut header stands what was cut off, so that reading on would find a whole image.
      const length = Math.floor(share * (bytes.length + 1));
      const host = Uint8Array.from([...seed.subarray(0, offset), ...bytes, ...seed]);
      const start = Math.min(offset, seed.length);
      for (const end of [start + length, start + bytes.length]) {
        const inside = headerOf(host.subarray(start, end));
        const alone = headerOf(host.slice(start, end));
        expectSound(inside);
        if (JSON.stringify(inside) !== JSON.stringify(alone)) throw new Error("looked outside its bytes");
      }
    }),
    { numRuns: 30_000 },
  );
});

test.each([
  ["fill bytes", [0xff]],
  ["segments without content", [0xff, 0xe0, 0, 2]],
  ["segments behind fill bytes", [0xff, 0xff, 0xff, 0xfe, 0, 3, 0]],
])("20 MB of %s take less than two seconds", (_, pattern) => {
  const bytes = new Uint8Array(20 * 1024 * 1024).fill(0xff);
  bytes.set([0xff, 0xd8]);
  for (let at = 2; at + pattern.length <= bytes.length; at += pattern.length) bytes.set(pattern, at);
  const before = performance.now();
  expect(headerOf(bytes)).toBeUndefined();
  expect(performance.now() - before).toBeLessThan(2000);
});

afterAll(() => {
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1000, "milliseconds of the processor for this file").toBeLessThan(10_000);
});
