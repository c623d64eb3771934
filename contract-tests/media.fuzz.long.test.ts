/** Whatever the bytes, what is found in them is found quickly, can be, and comes from nothing but them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNow } from "../src/media/byte-reader.js";
import type { MediaFacts } from "../src/media/media.js";
import { factsIn } from "../src/media/media-facts.js";
import { damaged, place } from "./helpers/damage.js";
import { box, heic, moov, movie, track, u32, zeros } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";
import { chunk, counted, format, mp3, riff, tagged, wav } from "./helpers/sounds.js";

const MEGABYTE = 1024 * 1024;

/** What was found; what was asked for lies in the file, and there is not much of it. */
function lookAt(bytes: Uint8Array, size = bytes.length): { facts: MediaFacts | undefined; asks: number; read: number } {
  let [asks, read] = [0, 0];
  const facts = readNow(factsIn(size), ({ from, to }) => {
    if (!(from >= 0 && from <= to && to <= size)) throw new Error(`asked for ${from} to ${to} of ${size}`);
    asks += 1;
    read += to - from;
    return bytes.subarray(from, to);
  });
  return { facts, asks, read };
}

const fragmented = Buffer.concat([
  movie({ frames: 0, seconds: 0, more: [box("mvex", box("trex", u32(0, 1, 1, 1000, 0, 0)))] }),
  box("moof", box("traf", box("tfhd", u32(8, 1, 500)), box("trun", u32(0x301, 2, 9, 1, 2, 3, 4)))),
  box("mdat", zeros(10)),
]);

const seeds = {
  "video/mp4": [movie(), movie({ last: true, wide: true, sound: 0x6b }), fragmented],
  "video/quicktime": [movie({ brand: "qt  ", sound: "ms\0U" }), movie({ brand: "" })],
  "image/heic": [heic({ size: 700 }), heic({ wide: true })],
  "image/heif": [heic({ brands: ["mif1", "mif1"] })],
  "image/png": [png()],
  "audio/wav": [
    wav(0.01),
    riff("RF64", chunk("ds64", zeros(28)), format({ tag: 0xfffe }), chunk("data", zeros(99), 0xffffffff)),
    riff("RIFF", format({ tag: 2, bits: 4 }), chunk("fact", zeros(4)), chunk("data", zeros(99))),
  ],
  "audio/mpeg": [
    mp3({ seconds: 0.1 }),
    tagged(counted(mp3({ seconds: 0.1 }), "Xing", 36, 400), 20),
    Buffer.concat([
      mp3({ seconds: 0.1, header: 0xffe318c0, length: 72, samplesPerSecond: 14 * 4 }),
      Buffer.from("TAG"),
    ]),
  ],
} satisfies Partial<Record<MediaFacts["type"], Buffer[]>>;
const all = Object.values(seeds).flat();

test("what is to be damaged is good, so that damages start where they matter", () => {
  for (const [type, files] of Object.entries(seeds))
    for (const file of files) expect(lookAt(file).facts?.type).toBe(type);
});

function expectSound(facts: MediaFacts | undefined): void {
  if (facts === undefined) return;
  const numbers = Object.values(facts).filter((value) => typeof value === "number");
  const possible = numbers.every((value) => Number.isFinite(value) && value >= 0);
  const sides = facts.kind === "audio" || (facts.width >= 1 && facts.height >= 1);
  const letters =
    facts.kind !== "video" || [facts.videoCodec, facts.audioCodec ?? ""].every((name) => /^[!-~]*$/.test(name));
  if (!possible || !sides || !letters) throw new Error(`unsound: ${JSON.stringify(facts)}`);
}

test("damaged files are refused or have figures that can be, in 100,000 cases, in five seconds of the processor", () => {
  const accepted = new Map<string, number>();
  // Made before, as to make them takes longer than to look at them.
  const cases = fc.sample(damaged(all), { numRuns: 100_000, seed: Math.floor(Math.random() * 2 ** 31) });
  const before = process.cpuUsage();
  for (const bytes of cases) {
    const { facts, asks, read } = lookAt(bytes);
    expectSound(facts);
    if (asks > 20 || read > 4 * bytes.length + 8192)
      throw new Error(`${asks} asks for ${read} of ${bytes.length} bytes`);
    if (facts) accepted.set(facts.type, (accepted.get(facts.type) ?? 0) + 1);
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6, "seconds").toBeLessThan(5);
  // Else the cases would only ever meet the first check.
  for (const type of Object.keys(seeds)) expect(accepted.get(type), type).toBeGreaterThan(300);
}, 120_000);

test("what is found comes from the bytes of the file alone, in 10,000 cases", () => {
  fc.assert(
    fc.property(damaged(all), fc.constantFrom(...all), place, (bytes, other, share) => {
      // Behind a file that is cut off stands the rest of it, and another one.
      const end = Math.floor(share * (bytes.length + 1));
      const host = Buffer.concat([other, bytes, other]);
      for (const length of [end, bytes.length]) {
        const inside = lookAt(host.subarray(other.length, other.length + length)).facts;
        const alone = lookAt(bytes.slice(0, length)).facts;
        if (JSON.stringify(inside) !== JSON.stringify(alone)) throw new Error("looked outside its bytes");
      }
    }),
    { numRuns: 10_000 },
  );
});

test("a file that grows shorter while it is looked at is refused, in 3,000 cases", () => {
  fc.assert(
    fc.property(fc.constantFrom(...all), place, (file, share) => {
      expectSound(lookAt(file.subarray(0, share * file.length), file.length).facts);
    }),
    { numRuns: 3000 },
  );
});

/** A whole file of so many bytes, of which the first are these and the others are `filler`, again and again. */
function filled(size: number, start: Buffer, filler: Buffer): Buffer {
  const bytes = Buffer.alloc(size, filler);
  start.copy(bytes);
  return bytes;
}

const tiny = Buffer.concat([u32(8), Buffer.from("free")]);
const nested = (depth: number) => {
  const bytes = Buffer.alloc(depth * 8);
  for (let at = 0; at < bytes.length; at += 8) {
    bytes.writeUInt32BE(bytes.length - at, at);
    bytes.write("moov", at + 4, "latin1");
  }
  return bytes;
};

describe("hostile files of 50 MB end soon", () => {
  const size = 50 * MEGABYTE;
  const type = box("ftyp", "isom", u32(0));
  const huge = (name: string, high: number, low: number) =>
    Buffer.concat([type, u32(1), Buffer.from(name), u32(high, low)]);
  test.each<[string, Buffer]>([
    ["millions of empty boxes", filled(size, type, tiny)],
    [
      "a description of nothing but empty boxes",
      filled(size, Buffer.concat([type, u32(size - 20), Buffer.from("moov")]), tiny),
    ],
    ["millions of empty tracks", filled(size, Buffer.concat([type, u32(size - 20), Buffer.from("moov")]), box("trak"))],
    [
      "a picture's description of nothing",
      filled(size, Buffer.concat([box("ftyp", "heic", u32(0)), u32(size - 20), Buffer.from("meta")]), tiny),
    ],
    [
      "fragments without samples",
      filled(size, Buffer.concat([type, moov()]), box("moof", box("traf", box("tfhd", u32(0, 1))))),
    ],
    ["boxes of no length", filled(size, type, zeros(8))],
    ["a box of 2^63 bytes", filled(size, huge("mdat", 0x80000000, 0), tiny)],
    ["a description of 2^64 - 1 bytes", filled(size, huge("moov", 0xffffffff, 0xffffffff), tiny)],
    ["a box that ends before it begins", filled(size, huge("mdat", 0, 4), tiny)],
    ["boxes in boxes", filled(size, Buffer.concat([type, nested(100_000)]), tiny)],
    ["a list of brands", filled(size, Buffer.concat([u32(size), Buffer.from("ftyp")]), Buffer.from("isom"))],
    ["millions of chunks", filled(size, riff("RIFF"), chunk("LIST", zeros(0)))],
    ["tags behind tags", filled(size, zeros(0), tagged(zeros(0), 0))],
    ["the beginnings of frames", filled(size, zeros(0), Buffer.from([0xff, 0xfb, 0x90, 0x00]))],
    [
      "the shortest frames",
      filled(size, zeros(0), mp3({ header: 0xfff31400, length: 24, seconds: 1, samplesPerSecond: 1 })),
    ],
    ["the segments of a JPEG", filled(size, Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xe0, 0, 2]))],
    ["nothing", zeros(size)],
  ])("%s", (_, bytes) => {
    const before = process.cpuUsage();
    const { facts, read } = lookAt(bytes);
    const { user, system } = process.cpuUsage(before);
    expectSound(facts);
    expect((user + system) / 1e3, "milliseconds").toBeLessThan(1500);
    expect(read).toBeLessThan(52 * MEGABYTE);
  });
});

test("a movie in whose tracks millions of descriptions stand ends soon", () => {
  const table = box("stbl", Buffer.alloc(8 * MEGABYTE, tiny));
  const many = track(1, "vide", table, 1, 1, 1);
  expectSound(lookAt(Buffer.concat([box("ftyp", "isom", u32(0)), box("moov", many), box("mdat")])).facts);
});
