import { describe, expect, test } from "vitest";
import { readNow } from "../src/media/byte-reader.js";
import type { MediaFacts } from "../src/media/media.js";
import { factsIn } from "../src/media/media-facts.js";
import { chunk, counted, format, mp3, riff, tagged, wav } from "./helpers/sounds.js";

const factsOf = (bytes: Uint8Array): MediaFacts | undefined =>
  readNow(factsIn(bytes.length), ({ from, to }) => bytes.subarray(from, to));

function secondsOf(bytes: Uint8Array): number | undefined {
  const facts = factsOf(bytes);
  return facts?.kind === "audio" ? facts.seconds : expect.fail("is no sound");
}

const data = (bytes: number, told?: number) => chunk("data", Buffer.alloc(bytes), told);

describe("a WAV", () => {
  test("tells its length by its format and the size of its sound", () => {
    expect(factsOf(wav(5))).toEqual({ kind: "audio", type: "audio/wav", seconds: 5 });
  });

  test.each([
    ["24 bits in six channels", { channels: 6, bits: 24, rate: 48_000 }, 864_000],
    ["floating point", { tag: 3, bits: 32, channels: 1, rate: 44_100 }, 176_400],
    ["A-law", { tag: 6, bits: 8, channels: 1 }, 8000],
    ["µ-law", { tag: 7, bits: 8, channels: 1 }, 8000],
    ["the extensible form", { tag: 0xfffe, channels: 6, bits: 24, rate: 48_000 }, 864_000],
    ["an average that is wrong, where it can be reckoned", { average: 7 }, 32_000],
    ["what is packed, by its average", { tag: 0x55, bits: 0, average: 16_000 }, 16_000],
  ])("of %s", (_, made, bytesPerSecond) => {
    expect(secondsOf(riff("RIFF", format(made), data(bytesPerSecond * 2)))).toBe(2);
  });

  test("of what is packed counts its samples where they are told", () => {
    const fact = (samples: number) => chunk("fact", Buffer.from(Uint32Array.of(samples).buffer));
    const packed = format({ tag: 2, bits: 4, average: 9999 });
    expect(secondsOf(riff("RIFF", packed, fact(24_000), data(5000)))).toBe(3);
    expect(secondsOf(riff("RIFF", packed, fact(0), data(9999)))).toBe(1);
    expect(secondsOf(riff("RIFF", format(), fact(7), data(32_000)))).toBe(1);
  });

  test("may have chunks before and behind, padded where they are odd", () => {
    const notes = chunk("LIST", Buffer.from("odd"));
    expect(secondsOf(riff("RIFF", notes, format(), notes, data(64_000), notes))).toBe(2);
  });

  test("whose length was open when it was begun goes on to the end", () => {
    for (const told of [0, 0xffffffff, 64_001]) expect(secondsOf(riff("RIFF", format(), data(64_000, told)))).toBe(2);
  });

  test("of more than 4 GB has its length in ds64", () => {
    const long = (bytes: number) => {
      const sizes = Buffer.alloc(28);
      sizes.writeBigUInt64LE(BigInt(bytes), 8);
      return chunk("ds64", sizes);
    };
    for (const name of ["RF64", "BW64"]) {
      const bytes = riff(name, long(64_000), format(), data(64_000, 0xffffffff), chunk("id3 ", Buffer.alloc(5000)));
      expect(secondsOf(bytes), name).toBe(2);
    }
    const huge = riff("RF64", long(2 ** 33 + 1), format(), data(64_000, 0xffffffff));
    expect(readNow(factsIn(2 ** 34), ({ from, to }) => huge.subarray(from, to))).toMatchObject({
      seconds: (2 ** 33 + 1) / 32_000,
    });
  });

  test("is refused without a format or a sound", () => {
    expect(factsOf(riff("RIFF", data(64_000)))).toBeUndefined();
    expect(factsOf(riff("RIFF", format()))).toBeUndefined();
    expect(factsOf(riff("RIFF", data(64_000), format()))).toBeUndefined();
    expect(factsOf(wav().subarray(0, 40))).toBeUndefined();
  });

  test("of a rate that nobody can hear has no length", () => {
    expect(secondsOf(riff("RIFF", format({ rate: 0 }), data(64_000)))).toBeUndefined();
    expect(secondsOf(riff("RIFF", format({ tag: 2, average: 0 }), data(64_000)))).toBeUndefined();
  });
});

/** By LAME (FFmpeg 5.1), half a second of silence at 8 kHz, which ffprobe says to last 0.648 s with its padding. */
const REAL = Buffer.from(
  "SUQzBAAAAAAAI1RTU0UAAAAPAAADTGF2ZjU5LjI3LjEwMAAAAAAAAAAAAAAA/+M4wAAAAAAAAAAAAEluZm8AAAAPAAAACQAAA2AAVVVVVVVVVVVVVVVqampqampqampqaoCAgICAgICAgICAlZWVlZWVlZWVlZWqqqqqqqqqqqqqqsDAwMDAwMDAwMDA1dXV1dXV1dXV1dXq6urq6urq6urq6v//////////////AAAAAExhdmM1OS4zNwAAAAAAAAAAAAAAACQCYAAAAAAAAANgUN9bOgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/+MYxAAAAANIAAAAAExBTUUzLjEwMFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxDsAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxHYAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxLEAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV",
  "base64",
);

describe("an MP3", () => {
  const frames = (count: number) => (count * 1152) / 44_100;

  test("is counted frame by frame", () => {
    expect(factsOf(mp3({ seconds: 5 }))).toEqual({ kind: "audio", type: "audio/mpeg", seconds: frames(191) });
  });

  test("by an encoder", () => {
    expect(secondsOf(REAL)).toBeCloseTo(0.648, 5);
  });

  test.each([
    ["320 kbit/s at 32 kHz, padded", 0xfffbea00, 1441, 32_000 / 1152],
    ["MPEG-1 with a checksum", 0xfffa9000, 417, 44_100 / 1152],
    ["MPEG-2, 64 kbit/s at 22.05 kHz, mono", 0xfff380c0, 208, 22_050 / 576],
    ["MPEG-2.5, 8 kbit/s at 8 kHz, mono", 0xffe318c0, 72, 8000 / 576],
  ])("of %s", (_, header, length, samplesPerSecond) => {
    const sound = mp3({ header, length, samplesPerSecond, seconds: 4 });
    expect(secondsOf(sound)).toBeCloseTo(sound.length / length / samplesPerSecond, 9);
  });

  test("of changing bit rates is counted, too", () => {
    const mixed = Buffer.concat([mp3({ seconds: 1 }), mp3({ seconds: 1, header: 0xfffb5000, length: 208 })]);
    expect(secondsOf(mixed)).toBe(frames(76));
  });

  test.each([
    ["Xing", 36, 0xfffb9000],
    ["Info", 36, 0xfffb9000],
    ["Xing", 21, 0xfffb90c0],
    ["VBRI", 36, 0xfffb9000],
  ])("has its count in %s, %d bytes into its first frame", (name, at, header) => {
    expect(secondsOf(counted(mp3({ header }), name, at, 400))).toBe(frames(400));
  });

  test.each([
    [21, 0xfff38000],
    [13, 0xfff380c0],
  ])("of MPEG-2 has it at %d", (at, header) => {
    const sound = mp3({ header, length: 208, samplesPerSecond: 22_050 / 576 });
    expect(secondsOf(counted(sound, "Xing", at, 400))).toBe((400 * 576) / 22_050);
  });

  test("whose encoder counted nothing is counted", () => {
    const silent = counted(mp3(), "Xing", 36, 400);
    silent.writeUInt32BE(2, 40);
    expect(secondsOf(silent)).toBe(frames(191));
  });

  test("begins behind its tags, however long, and a gap", () => {
    expect(secondsOf(tagged(mp3(), 300_000))).toBe(frames(191));
    expect(secondsOf(tagged(mp3(), 300, true))).toBe(frames(191));
    expect(secondsOf(tagged(tagged(mp3(), 10), 20))).toBe(frames(191));
    expect(secondsOf(Buffer.concat([tagged(Buffer.alloc(2000), 100), mp3()]))).toBe(frames(191));
  });

  test("ends before its tags", () => {
    const last = mp3({ seconds: 2 });
    for (const name of ["TAG", "APETAGEX", "LYRICSBEGIN"])
      expect(secondsOf(Buffer.concat([last, Buffer.from(name), Buffer.alloc(200_000)])), name).toBe(frames(77));
    expect(secondsOf(Buffer.concat([last, Buffer.from("some words")]))).toBe(frames(77));
    expect(secondsOf(Buffer.concat([last, last.subarray(0, 100)]))).toBe(frames(78));
  });

  test("that breaks off amid its sound has no length that can be told", () => {
    expect(secondsOf(Buffer.concat([mp3(), Buffer.alloc(5000), mp3()]))).toBeUndefined();
  });

  test("of more than half a minute is estimated, and little of it read", () => {
    const long = mp3({ seconds: 600 });
    let read = 0;
    const facts = readNow(factsIn(long.length), ({ from, to }) => {
      read += to - from;
      return long.subarray(from, to);
    });
    expect(facts).toMatchObject({ seconds: expect.closeTo(600, 1) });
    expect(read).toBeLessThan(long.length / 4);
  });

  test("is refused where no three frames of one form follow each other", () => {
    expect(factsOf(mp3({ seconds: 0.05 }))).toBeUndefined();
    expect(factsOf(Buffer.concat([mp3({ seconds: 0.05 }), Buffer.alloc(2000)]))).toBeUndefined();
    const other = mp3({ seconds: 0.05, header: 0xfffb9400 });
    expect(factsOf(Buffer.concat([mp3({ seconds: 0.05 }), other, mp3({ seconds: 0.05 })]))).toBeUndefined();
    expect(factsOf(Buffer.concat([Buffer.alloc(5000), mp3()]))).toBeUndefined();
    expect(factsOf(tagged(mp3(), 300_000).subarray(0, 200_000))).toBeUndefined();
  });

  test.each([
    ["AAC in its own frames", 0xfff15080],
    ["layer II", 0xfffd9000],
    ["layer I", 0xffff9000],
    ["a reserved version", 0xffeb9000],
    ["no bit rate", 0xfffb0000],
    ["a forbidden bit rate", 0xfffbf000],
    ["a reserved sampling rate", 0xfffb9c00],
    ["ten bits of sync", 0xffdb9000],
  ])("is not %s", (_, header) => {
    expect(factsOf(mp3({ header }))).toBeUndefined();
  });
});
