import { describe, expect, test } from "vitest";
import { factsOf, readFacts } from "../../contract-tests/helpers/read-facts.js";
import { chunk, format, mp3, named, riff, tagged, wav } from "../../contract-tests/helpers/sounds.js";

function secondsOf(bytes: Uint8Array): number | undefined {
  const facts = factsOf(bytes);
  return facts?.kind === "audio" ? facts.seconds : expect.fail("is not a sound");
}

describe("a WAV", () => {
  const data = (bytes: number, told?: number) => chunk("data", Buffer.alloc(bytes), told);

  test("has a duration from its format and the size of its sound", () => {
    expect(factsOf(wav(5))).toEqual({ kind: "audio", type: "audio/wav", seconds: 5 });
  });

  test.each([
    ["24 bits in six channels", { channels: 6, bits: 24, rate: 48_000 }, 864_000],
    ["floating point", { tag: 3, bits: 32, channels: 1, rate: 44_100 }, 176_400],
    ["A-law", { tag: 6, bits: 8, channels: 1 }, 8000],
    ["µ-law", { tag: 7, bits: 8, channels: 1 }, 8000],
    ["the extensible form", { tag: 0xfffe, channels: 6, bits: 24, rate: 48_000 }, 864_000],
    ["a wrong average", { average: 7 }, 32_000],
  ])("of %s has a duration from its byte rate", (_, made, bytesPerSecond) => {
    expect(secondsOf(riff("RIFF", format(made), data(bytesPerSecond * 2)))).toBe(2);
  });

  test("of a packed format, without a rate, or without a format has no known duration", () => {
    const packed = format({ tag: 2, bits: 4, average: 9999 });
    for (const before of [[packed], [format({ rate: 0 })], []])
      expect(secondsOf(riff("RIFF", ...before, data(64_000)))).toBeUndefined();
  });

  test("may have other chunks, padded if they are odd, and may be an RF64", () => {
    const notes = chunk("LIST", Buffer.from("odd"));
    for (const name of ["RIFF", "RF64"])
      expect(secondsOf(riff(name, notes, format(), notes, data(64_000), notes))).toBe(2);
  });

  test("lasts to its end if its length was unknown when it was written", () => {
    for (const told of [0, 0xffffffff, 64_001]) expect(secondsOf(riff("RIFF", format(), data(64_000, told)))).toBe(2);
  });

  test("is refused without a sound", () => {
    for (const bytes of [riff("RIFF", format()), wav().subarray(0, 40)]) expect(factsOf(bytes)).toBeUndefined();
  });
});

/** From LAME (FFmpeg 5.1): half a second of silence at 8 kHz. According to ffprobe, it lasts 0.648 s with its padding. */
const REAL = Buffer.from(
  "SUQzBAAAAAAAI1RTU0UAAAAPAAADTGF2ZjU5LjI3LjEwMAAAAAAAAAAAAAAA/+M4wAAAAAAAAAAAAEluZm8AAAAPAAAACQAAA2AAVVVVVVVVVVVVVVVqampqampqampqaoCAgICAgICAgICAlZWVlZWVlZWVlZWqqqqqqqqqqqqqqsDAwMDAwMDAwMDA1dXV1dXV1dXV1dXq6urq6urq6urq6v//////////////AAAAAExhdmM1OS4zNwAAAAAAAAAAAAAAACQCYAAAAAAAAANgUN9bOgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/+MYxAAAAANIAAAAAExBTUUzLjEwMFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxDsAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxHYAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxLEAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVMQU1FMy4xMDBVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV/+MYxMQAAANIAAAAAFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV",
  "base64",
);

describe("an MP3", () => {
  const frames = (count: number) => (count * 1152) / 44_100;

  test("is measured frame by frame", () => {
    expect(factsOf(mp3({ seconds: 5 }))).toEqual({ kind: "audio", type: "audio/mpeg", seconds: frames(191) });
    expect(secondsOf(REAL)).toBeCloseTo(0.648, 5);
  });

  test.each([
    ["320 kbit/s at 32 kHz, padded", 0xfffbea00, 1441, 32_000 / 1152],
    ["MPEG-1 with a checksum", 0xfffa9000, 417, 44_100 / 1152],
    ["MPEG-2, 64 kbit/s at 22.05 kHz, mono", 0xfff380c0, 208, 22_050 / 576],
    ["MPEG-2.5, 8 kbit/s at 8 kHz, mono", 0xffe318c0, 72, 8000 / 576],
  ])("of %s is measured as well", (_, header, length, samplesPerSecond) => {
    const sound = mp3({ header, length, samplesPerSecond, seconds: 4 });
    expect(secondsOf(sound)).toBeCloseTo(sound.length / length / samplesPerSecond, 9);
  });

  test("of several bit rates is measured as well", () => {
    const mixed = Buffer.concat([mp3({ seconds: 1 }), mp3({ seconds: 1, header: 0xfffb5000, length: 208 })]);
    expect(secondsOf(mixed)).toBe(frames(76));
  });

  test.each([
    ["Xing", 36],
    ["Info", 21],
    ["Info", 13],
    ["VBRI", 36],
  ])("begins after the silent frame marked %s at %d", (name, at) => {
    expect(secondsOf(named(mp3(), name, at))).toBe(frames(190));
  });

  test("begins after its tags, however long, and a gap", () => {
    const tagged2 = tagged(tagged(mp3(), 10), 20);
    const gap = Buffer.concat([tagged(Buffer.alloc(2000), 100), mp3()]);
    for (const bytes of [tagged(mp3(), 300_000), tagged(mp3(), 300, true), tagged2, gap])
      expect(secondsOf(bytes)).toBe(frames(191));
  });

  test("ends before its tags, and before any rest shorter than a frame", () => {
    const ending = (...parts: Buffer[]) => secondsOf(Buffer.concat([mp3({ seconds: 2 }), ...parts]));
    for (const name of ["TAG", "APETAGEX", "LYRICSBEGIN"])
      expect(ending(Buffer.from(name), Buffer.alloc(200_000)), name).toBe(frames(77));
    expect(ending(Buffer.from("some words"))).toBe(frames(77));
    expect(ending(mp3().subarray(0, 100))).toBe(frames(78));
  });

  test("that breaks off before its end has no known duration", () => {
    expect(secondsOf(Buffer.concat([mp3(), Buffer.alloc(5000), mp3()]))).toBeUndefined();
  });

  test("of more than half a minute is estimated, and only a small part is read", () => {
    const long = mp3({ seconds: 600 });
    const { facts, read } = readFacts(long);
    expect(facts).toMatchObject({ seconds: expect.closeTo(600, 1) });
    expect(read).toBeLessThan(long.length / 10);
  });

  const short = mp3({ seconds: 0.05 });
  test.each([
    ["two frames", short],
    ["two frames and something else", Buffer.concat([short, Buffer.alloc(2000)])],
    ["frames of two forms", Buffer.concat([short, mp3({ seconds: 0.05, header: 0xfffb9400 }), short])],
    ["too long a gap", Buffer.concat([Buffer.alloc(5000), mp3()])],
    ["only a part of its tag", tagged(mp3(), 300_000).subarray(0, 200_000)],
    ["AAC in frames of its own", mp3({ header: 0xfff15080 })],
    ["layer II", mp3({ header: 0xfffd9000 })],
    ["a reserved version", mp3({ header: 0xffeb9000 })],
    ["no bit rate", mp3({ header: 0xfffb0000 })],
    ["a forbidden bit rate", mp3({ header: 0xfffbf000 })],
    ["a reserved sampling rate", mp3({ header: 0xfffb9c00 })],
    ["ten bits of sync", mp3({ header: 0xffdb9000 })],
  ])("is refused with %s", (_, bytes) => {
    expect(factsOf(bytes)).toBeUndefined();
  });
});
