/** For any bytes of a file, its facts are found quickly, are possible, and come only from these bytes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { box, heic, moov, movie, u32, zeros } from "../../contract-tests/helpers/movies.js";
import { png } from "../../contract-tests/helpers/pictures.js";
import { readFacts } from "../../contract-tests/helpers/read-facts.js";
import { chunk, format, mp3, named, riff, tagged, wav } from "../../contract-tests/helpers/sounds.js";
import type { MediaFacts } from "./media.js";

const MEGABYTE = 1024 * 1024;

/** Damages bytes: changes a bit or a byte, writes an extreme number, inserts, removes or truncates. */
type Damage = (bytes: Uint8Array) => Uint8Array;

/** A share of a length. Not fc.double, because most of its values are so close to 0 that only the first byte would change. */
const place = fc.nat(999).map((thousandths) => thousandths / 1000);
const extreme = fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff);

/** One change, at a share of the length. */
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([share, bit]) => spliced(share, 1, ([old = 0]) => [old ^ (1 << bit)])),
  fc.tuple(place, fc.nat(255)).map(([share, value]) => spliced(share, 1, () => [value])),
  fc
    .tuple(place, extreme, extreme, fc.constantFrom(2, 4))
    .map(([share, first, rest, length]) => spliced(share, length, () => [first, ...Array(length - 1).fill(rest)])),
  fc.tuple(place, fc.array(fc.nat(255), { maxLength: 8 })).map(([share, more]) => spliced(share, 0, () => more)),
  fc.tuple(place, fc.integer({ min: 1, max: 8 })).map(([share, length]) => spliced(share, length, () => [])),
  place.map((share) => spliced(share, Number.POSITIVE_INFINITY, () => [])),
);

function spliced(share: number, length: number, replace: (old: number[]) => number[]): Damage {
  return (bytes) => {
    const at = Math.floor(share * bytes.length);
    const put = replace([...bytes.subarray(at, at + length)]);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + length)]);
  };
}

/** One of these with one to four damages. */
function damaged(seeds: Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([seed, damages]) => damages.reduce((bytes, change) => change(bytes), seed));
}

/** Fails if the facts are impossible. */
function readFrom(bytes: Uint8Array, size?: number) {
  const { facts, ...how } = readFacts(bytes, size);
  const numbers = Object.values(facts ?? {}).filter((value) => typeof value === "number");
  const arePossible = numbers.every((value) => Number.isFinite(value) && value >= 0);
  const hasSides = !facts || facts.kind === "audio" || (facts.width >= 1 && facts.height >= 1);
  const codecs = facts?.kind === "video" ? [facts.videoCodec, facts.audioCodec ?? ""] : [];
  if (!arePossible || !hasSides || codecs.some((name) => /[^!-~]/.test(name)))
    throw new Error(`impossible: ${JSON.stringify(facts)}`);
  return { facts, ...how };
}

const hex = (digits: string) => Buffer.from(digits.replaceAll(" ", ""), "hex");
const run = box("trun", u32(0x301, 2, 9, 1, 2, 3, 4));
const fragment = (time: number) =>
  box("moof", box("traf", box("tfhd", u32(8, 1, 500)), box("tfdt", u32(0, time)), run));

const seeds = {
  "image/jpeg": [
    // EXIF with a preview, fill bytes, a frame of 300 x 7, a scan
    hex(
      "ffd8 ffe1001f457869660000ffd8ffc0000b08007800a001011100000000ffd9000000 ffffff c0000b080007012c01011100 ffda0008",
    ),
  ],
  "image/png": [png()],
  "image/webp": [
    hex("52494646 18000000 57454250 56503820 0b000000 3001009d012a8002e001 00 00"),
    hex("52494646 16000000 57454250 5650384c 0a000000 2f7fc27700 0000000000"),
    hex(
      "52494646 2a000000 57454250 56503858 0a000000 100000001f0300570200 414c5048 04000000 0000000056503820 00000000",
    ),
  ],
  "image/heic": [heic({ size: 700 }), heic({ wide: true })],
  "image/heif": [heic({ brands: ["mif1", "mif1"] })],
  "video/mp4": [
    movie(),
    movie({ last: true, wide: true, sound: ".mp3" }),
    Buffer.concat([movie({ frames: 0, seconds: 0 }), fragment(0), fragment(1000), box("mdat", zeros(10))]),
  ],
  "video/quicktime": [movie({ brand: "qt  ", sound: "ms\0U" }), movie({ brand: "" })],
  "audio/wav": [
    wav(0.01),
    riff("RF64", chunk("ds64", zeros(28)), format({ tag: 0xfffe }), chunk("data", zeros(99), 0xffffffff)),
  ],
  "audio/mpeg": [
    mp3({ seconds: 0.1 }),
    tagged(named(mp3({ seconds: 0.1 }), "Xing", 36), 20),
    Buffer.concat([mp3({ seconds: 0.1, header: 0xffe318c0, length: 72, samplesPerSecond: 56 }), Buffer.from("TAG")]),
  ],
} satisfies Record<MediaFacts["type"], Buffer[]>;
const all = Object.values(seeds).flat();

test("the files are valid before they are damaged", () => {
  for (const [type, files] of Object.entries(seeds))
    for (const file of files) expect(readFrom(file).facts?.type).toBe(type);
});

test("damaged files are refused or have possible facts, in 100,000 cases, in five seconds of the processor", () => {
  const accepted = new Map<string, number>();
  // Created in advance, because creating them takes longer than reading them.
  const cases = fc.sample(damaged(all), { numRuns: 100_000, seed: Math.floor(Math.random() * 2 ** 31) });
  const before = process.cpuUsage();
  for (const bytes of cases) {
    const { facts, asks, read } = readFrom(bytes);
    if (asks > 20 || read > 4 * bytes.length + 8192)
      throw new Error(`${asks} asks for ${read} of ${bytes.length} bytes`);
    if (facts) accepted.set(facts.type, (accepted.get(facts.type) ?? 0) + 1);
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6, "seconds").toBeLessThan(5);
  // Otherwise the cases would not get past the first bytes.
  for (const type of Object.keys(seeds)) expect(accepted.get(type), type).toBeGreaterThan(300);
}, 120_000);

test("the facts come only from the bytes of the file, in 10,000 cases", () => {
  fc.assert(
    fc.property(damaged(all), fc.constantFrom(...all), place, (bytes, other, share) => {
      // The rest of the truncated file follows, and another file.
      const end = Math.floor(share * (bytes.length + 1));
      const host = Buffer.concat([other, bytes, other]);
      for (const length of [end, bytes.length]) {
        const inside = readFrom(host.subarray(other.length, other.length + length)).facts;
        const alone = readFrom(bytes.slice(0, length)).facts;
        if (JSON.stringify(inside) !== JSON.stringify(alone)) throw new Error("read outside of the file");
      }
    }),
    { numRuns: 10_000 },
  );
});

test("files that shrink while they are read are refused or have possible facts, in 3,000 cases", () => {
  fc.assert(
    fc.property(fc.constantFrom(...all), place, (file, share) => {
      readFrom(file.subarray(0, share * file.length), file.length);
    }),
    { numRuns: 3000 },
  );
});

const size = 50 * MEGABYTE;

/** A file of 50 MB that begins with some bytes and repeats others to its end. */
function filled(start: Buffer, filler: Buffer): Buffer {
  const bytes = Buffer.alloc(size, filler);
  start.copy(bytes);
  return bytes;
}

const type = box("ftyp", "isom", u32(0));
const tiny = box("free");
const huge = (name: string, high: number, low: number) =>
  Buffer.concat([type, u32(1), Buffer.from(name), u32(high, low)]);
/** A box as long as the file. */
const open = (first: Buffer, name: string) => Buffer.concat([first, u32(size - first.length), Buffer.from(name)]);

test.each<[string, Buffer]>([
  ["empty boxes", filled(type, tiny)],
  ["a description of empty boxes", filled(open(type, "moov"), tiny)],
  ["empty tracks", filled(open(type, "moov"), box("trak"))],
  ["an image's description of empty boxes", filled(open(box("ftyp", "heic", u32(0)), "meta"), tiny)],
  ["fragments", filled(Buffer.concat([type, moov()]), fragment(0))],
  ["a fragment of empty runs", filled(open(Buffer.concat([type, moov(), tiny, box("mdat")]), "moof"), box("traf"))],
  ["boxes without a length", filled(type, zeros(8))],
  ["a box of 2^63 bytes", filled(huge("mdat", 0x80000000, 0), tiny)],
  ["a description of 2^64 - 1 bytes", filled(huge("moov", 0xffffffff, 0xffffffff), tiny)],
  ["a box that ends before it begins", filled(huge("mdat", 0, 4), tiny)],
  ["brands", filled(open(zeros(0), "ftyp"), Buffer.from("isom"))],
  ["chunks", filled(riff("RIFF"), chunk("LIST", zeros(0)))],
  ["tags", filled(zeros(0), tagged(zeros(0), 0))],
  ["beginnings of frames", filled(zeros(0), Buffer.from([0xff, 0xfb, 0x90, 0x00]))],
  ["the shortest frames", filled(zeros(0), mp3({ header: 0xfff31400, length: 24, seconds: 1, samplesPerSecond: 1 }))],
  ["segments of a JPEG", filled(hex("ffd8"), hex("ffe00002"))],
  ["fill bytes of a JPEG", filled(hex("ffd8"), hex("ff"))],
  ["nothing", zeros(size)],
])("millions of %s are read within 1.5 seconds of the processor", (_, bytes) => {
  const before = process.cpuUsage();
  const { read } = readFrom(bytes);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e3, "milliseconds").toBeLessThan(1500);
  expect(read).toBeLessThan(size);
});
