import { describe, expect, test } from "vitest";
import { clipBytes, clipNames } from "../../contract-tests/helpers/clips.js";
import { box, type Movie, moov, movie, track, u32, zeros } from "../../contract-tests/helpers/movies.js";
import { factsOf as anyFactsOf, readFacts } from "../../contract-tests/helpers/read-facts.js";
import { readNow } from "./byte-reader.js";
import type { VideoFacts } from "./media.js";
import { factsIn } from "./media-facts.js";

const factsOf = (bytes: Uint8Array) => anyFactsOf<VideoFacts>(bytes);

test("an MP4 has type, size, duration, frames, rate and codecs", () => {
  expect(factsOf(movie({ width: 1344, height: 768, frames: 107 }))).toEqual({
    kind: "video",
    type: "video/mp4",
    width: 1344,
    height: 768,
    seconds: 4.458,
    frames: 107,
    frameRate: expect.closeTo(24, 5),
    videoCodec: "h264",
    audioCodec: "aac",
  });
});

test.each(clipNames)("the clip %s matches its name", (name) => {
  const facts = factsOf(clipBytes(name));
  if (!facts?.seconds || !facts.frames || !facts.frameRate) return expect.fail("has no length");
  expect(facts).toMatchObject({ type: "video/mp4", videoCodec: "h264" });
  expect(facts.frames / facts.frameRate).toBeCloseTo(facts.seconds, 1);
  const [, across, down] = /^H3.*-(\d+)x(\d+)\.mp4$/.exec(name) ?? [];
  if (across) {
    expect(facts.audioCodec).toBe("aac");
    expect(facts.width / facts.height / (Number(across) / Number(down))).toBeCloseTo(1, 1);
  } else {
    const [, short, seconds, shape] = /^(\d+)P-(\d+)s-(\w+)/.exec(name) ?? [];
    expect(Math.min(facts.width, facts.height)).toBe(Number(short));
    expect(facts.width > facts.height).toBe(shape === "landscape");
    expect(facts.seconds).toBeCloseTo(Number(seconds), 0);
  }
});

describe("the moov box of a movie is found", () => {
  test("after 40 MB of frames, which are not read", () => {
    const { facts, read } = readFacts(movie({ size: 40_000_000, last: true }));
    expect(facts).toMatchObject({ width: 640, seconds: 5 });
    expect(read).toBeLessThan(40_000);
  });

  test("after a box with a 64-bit size, unless that is too short or longer than the file", () => {
    const behind = (high: number, low: number) =>
      Buffer.concat([box("ftyp", "isom", u32(0)), u32(1), Buffer.from("mdat"), u32(high, low), zeros(100), moov()]);
    expect(factsOf(behind(0, 116))).toMatchObject({ width: 640 });
    for (const [high, low] of [
      [0, 15],
      [1, 116],
      [0xffffffff, 0xffffffff],
    ] as const)
      expect(factsOf(behind(high, low))).toBeUndefined();
  });

  test("after more than 4 GB", () => {
    const [start, end] = [Buffer.concat([box("ftyp", "isom"), u32(1), Buffer.from("mdat"), u32(1, 1000)]), moov()];
    const from = start.length - 16 + 2 ** 32 + 1000;
    const facts = readNow(factsIn(from + end.length), (span) =>
      span.from < from ? start.subarray(span.from, span.to) : end.subarray(span.from - from, span.to - from),
    );
    expect(facts).toMatchObject({ width: 640, seconds: 5 });
  });

  test("in a last box without a length, and before bytes that are not a box", () => {
    const open = movie({ last: true });
    open.writeUInt32BE(0, open.indexOf("moov") - 4);
    const words = Buffer.concat([movie(), Buffer.from("trailing words of some writer")]);
    for (const bytes of [open, words, Buffer.concat([movie(), zeros(20)])])
      expect(factsOf(bytes)).toMatchObject({ width: 640 });
  });
});

test("a MOV is recognised by its brand, or by having none", () => {
  const first = ["wide", "free", "skip", "pnot"].map((name) =>
    Buffer.concat([box(name, zeros(8)), movie({ brand: "" })]),
  );
  for (const bytes of [movie({ brand: "qt  " }), movie({ brand: "" }), movie({ brand: "", last: true }), ...first])
    expect(factsOf(bytes)?.type).toBe("video/quicktime");
  for (const brand of ["isom", "mp42", "iso5", "avc1", "M4V ", "3gp5", "dash"])
    expect(factsOf(movie({ brand }))?.type, brand).toBe("video/mp4");
});

test("64-bit times and a compact sample table are read", () => {
  const made = { frames: 60, frameRate: 30 };
  expect(factsOf(movie({ wide: true, ...made }))).toEqual(factsOf(movie(made)));
  expect(factsOf(movie({ wide: true, seconds: 2 ** 33 / 1000 }))?.seconds).toBe(2 ** 33 / 1000);
  const compact = movie();
  compact.write("stz2", compact.indexOf("stsz"), "latin1");
  expect(factsOf(compact)).toMatchObject({ frames: 120, frameRate: 24 });
});

test("a duration that was unknown when it was written is undefined", () => {
  for (const [wide, value] of [[false, 0xff] as const, [true, 0xff] as const, [false, 0] as const]) {
    const bytes = movie({ wide });
    for (const name of ["mvhd", "mdhd"])
      bytes.fill(value, bytes.indexOf(name) + (wide ? 28 : 20), bytes.indexOf(name) + (wide ? 36 : 24));
    expect(factsOf(bytes)).toMatchObject({ seconds: undefined, frameRate: undefined, frames: 120 });
  }
});

test.each<[what: string, made: Movie, facts: Partial<VideoFacts>]>([
  ["H.264", { codec: "avc3" }, { videoCodec: "h264" }],
  ["H.265", { codec: "hvc1" }, { videoCodec: "h265" }],
  ["H.265 with its parameters inside", { codec: "hev1" }, { videoCodec: "h265" }],
  ["Dolby Vision", { codec: "dvh1" }, { videoCodec: "h265" }],
  ["another codec, by its letters", { codec: "av01" }, { videoCodec: "av01" }],
  ["letters that a terminal would obey", { codec: "\x1b[2J" }, { videoCodec: "?[2J" }],
  ["no sound", { sound: undefined }, { audioCodec: undefined }],
  ["MP3", { sound: ".mp3" }, { audioCodec: "mp3" }],
  ["MP3 by its older name", { sound: "ms\0U" }, { audioCodec: "mp3" }],
  ["PCM", { sound: "sowt" }, { audioCodec: "sowt" }],
])("a movie reports %s", (_, made, facts) => {
  expect(factsOf(movie(made))).toMatchObject(facts);
});

test("only the first video track counts", () => {
  const more = [
    track(9, "text", box("tx3g", zeros(40)), 1, 1000, 5),
    track(3, "vide", box("jpeg", zeros(70)), 1, 1000, 5),
  ];
  expect(factsOf(movie({ more }))).toMatchObject({ videoCodec: "h264", width: 640 });
});

test("the duration and the number of frames of a fragmented movie are unknown", () => {
  const fragments = Buffer.concat([movie(), box("moof", box("mfhd", u32(0, 1))), box("mdat")]);
  expect(factsOf(fragments)).toMatchObject({ seconds: undefined, frames: undefined, frameRate: undefined });
});

describe("a movie is refused", () => {
  test("if it is truncated anywhere", () => {
    for (const last of [false, true]) {
      const good = movie({ size: 5000, last });
      for (let length = 0; length < good.length; length += 7)
        expect(factsOf(good.subarray(0, length)), String(length)).toBeUndefined();
    }
  });

  // It ends before its `minf`, although its `mdia` should continue.
  const short = track(1, "vide", box("avc1", zeros(24), Buffer.from([2, 128, 1, 104]), zeros(50)), 1, 1000, 5);
  short.writeUInt32BE(short.indexOf("minf") - 4);
  const described = (...boxes: Buffer[]) => Buffer.concat([box("ftyp", "isom", u32(0)), ...boxes, box("mdat")]);
  test.each([
    ["no description", described()],
    ["a sound alone", described(box("moov", track(1, "soun", box("mp4a", zeros(28)), 9, 44_100, 5)))],
    ["no width", movie({ width: 0 })],
    ["no height", movie({ height: 0 })],
    ["tracks that say nothing", described(box("moov", box("trak")))],
    ["a box that reaches outside of the one that it is in", described(box("moov", short))],
    ["a type without a length", Buffer.concat([u32(0), Buffer.from("ftypisom"), moov(), box("mdat")])],
  ])("with %s", (_, bytes) => {
    expect(factsOf(bytes)).toBeUndefined();
  });
});
