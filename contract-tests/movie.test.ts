import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readNow, type Span } from "../src/media/byte-reader.js";
import type { VideoFacts } from "../src/media/media.js";
import { factsIn } from "../src/media/media-facts.js";
import {
  box,
  esds,
  type Movie,
  moov,
  movie,
  quickTimeSound,
  soundEntry,
  timed,
  track,
  u32,
  zeros,
} from "./helpers/movies.js";

/** A description of which a part stands behind the track that claims it. */
function outside(): Buffer {
  const whole = track(1, "vide", box("avc1", zeros(24), Buffer.from([2, 128, 1, 104]), zeros(50)), 1, 1000, 5);
  const at = whole.indexOf("minf") - 4;
  // The track ends before `minf`; `mdia` still claims to go on.
  whole.writeUInt32BE(at);
  return box("moov", timed("mvhd", 1000, 5000, false), whole);
}

/** What is found, and what was looked at. */
function lookAt(bytes: Uint8Array, size = bytes.length) {
  const spans: Span[] = [];
  const facts = readNow(factsIn(size), (span) => {
    spans.push(span);
    return bytes.subarray(span.from, span.to);
  });
  return { facts: facts as VideoFacts | undefined, spans };
}
const factsOf = (bytes: Uint8Array) => lookAt(bytes).facts;

test("an MP4 tells its type, sides, length, frames, rate and codecs", () => {
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

const clips = readdirSync(new URL("../src/mock/clips/", import.meta.url)).filter((name) => name.endsWith(".mp4"));

test.each(
  clips.filter((name) => name.startsWith("H3-")),
)("the clip %s has the shape and the sound of its name", (name) => {
  const [, across, down] = /-(\d+)x(\d+)\.mp4$/.exec(name) ?? [];
  const facts = factsOf(readFileSync(new URL(`../src/mock/clips/${name}`, import.meta.url)));
  expect(facts).toMatchObject({ type: "video/mp4", videoCodec: "h264", audioCodec: "aac" });
  expect((facts?.width ?? 0) / (facts?.height ?? 1) / (Number(across) / Number(down))).toBeCloseTo(1, 1);
});

test.each(clips.filter((name) => !name.startsWith("H3-")))("the clip %s is what its name says", (name) => {
  const [, short, seconds, shape] = /^(\d+)P-(\d+)s-(\w+)/.exec(name) ?? [];
  const facts = factsOf(readFileSync(new URL(`../src/mock/clips/${name}`, import.meta.url)));
  expect(facts).toMatchObject({ type: "video/mp4", videoCodec: "h264" });
  expect(Math.min(facts?.width ?? 0, facts?.height ?? 0)).toBe(Number(short));
  expect((facts?.width ?? 0) > (facts?.height ?? 0)).toBe(shape === "landscape");
  expect(facts?.seconds).toBeCloseTo(Number(seconds), 0);
  expect((facts?.frames ?? 0) / (facts?.frameRate ?? 1)).toBeCloseTo(facts?.seconds ?? 0, 1);
});

describe("its description may stand", () => {
  test("behind 40 MB of frames, of which nothing is read", () => {
    const bytes = movie({ size: 40_000_000, last: true });
    const { facts, spans } = lookAt(bytes);
    expect(facts).toMatchObject({ width: 640, seconds: 5 });
    expect(spans.reduce((sum, { from, to }) => sum + to - from, 0)).toBeLessThan(10_000);
  });

  test("behind a box of 64 bits, whose size is beyond what a file can have if it is a lie", () => {
    const [type, frames] = [box("ftyp", "isom", u32(0)), zeros(100)];
    const long = (high: number, low: number) =>
      Buffer.concat([type, u32(1), Buffer.from("mdat"), u32(high, low), frames, moov()]);
    expect(factsOf(long(0, 116))).toMatchObject({ width: 640 });
    for (const [high, low] of [
      [0, 15],
      [1, 116],
      [0x7fffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
    ] as const)
      expect(factsOf(long(high, low))).toBeUndefined();
  });

  test("behind more than 4 GB", () => {
    const [start, end] = [Buffer.concat([box("ftyp", "isom"), u32(1), Buffer.from("mdat"), u32(1, 1000)]), moov()];
    const from = start.length - 16 + 2 ** 32 + 1000;
    const facts = readNow(factsIn(from + end.length), (span) =>
      span.from < from ? start.subarray(span.from, span.to) : end.subarray(span.from - from, span.to - from),
    );
    expect(facts).toMatchObject({ width: 640, seconds: 5 });
  });

  test("in the last box, which goes on to the end", () => {
    const bytes = movie({ last: true });
    bytes.writeUInt32BE(0, bytes.indexOf("moov") - 4);
    expect(factsOf(bytes)).toMatchObject({ width: 640 });
  });

  test("before bytes that are no box", () => {
    expect(factsOf(Buffer.concat([movie(), Buffer.from("trailing words of some writer")]))).toMatchObject({
      width: 640,
    });
    expect(factsOf(Buffer.concat([movie(), zeros(20)]))).toMatchObject({ width: 640 });
  });
});

test("a MOV is told by its brand, and by the lack of one", () => {
  expect(factsOf(movie({ brand: "qt  " }))?.type).toBe("video/quicktime");
  expect(factsOf(movie({ brand: "" }))?.type).toBe("video/quicktime");
  expect(factsOf(movie({ brand: "", last: true }))?.type).toBe("video/quicktime");
  for (const name of ["wide", "free", "skip", "pnot"])
    expect(factsOf(Buffer.concat([box(name, zeros(8)), movie({ brand: "" })]))?.type, name).toBe("video/quicktime");
  for (const brand of ["isom", "mp42", "iso5", "avc1", "M4V ", "3gp5", "dash"])
    expect(factsOf(movie({ brand }))?.type, brand).toBe("video/mp4");
});

test("a compact table of sizes counts the frames, too", () => {
  const bytes = movie();
  bytes.write("stz2", bytes.indexOf("stsz"), "latin1");
  expect(factsOf(bytes)).toMatchObject({ frames: 120, frameRate: 24 });
  bytes.write("none", bytes.indexOf("stz2"), "latin1");
  expect(factsOf(bytes)).toMatchObject({ frames: 0, frameRate: undefined });
});

test("times of 64 bits are read, too", () => {
  expect(factsOf(movie({ wide: true, frames: 60, frameRate: 30 }))).toEqual(
    factsOf(movie({ frames: 60, frameRate: 30 })),
  );
  const long = movie({ wide: true, seconds: 2 ** 33 / 1000 });
  expect(factsOf(long)?.seconds).toBe(2 ** 33 / 1000);
});

test("what is not known is not told", () => {
  const open = (wide: boolean) => {
    const bytes = movie({ wide });
    for (const name of ["mvhd", "mdhd"]) {
      const at = bytes.indexOf(name) + 4 + (wide ? 24 : 16);
      bytes.fill(0xff, at, at + (wide ? 8 : 4));
    }
    return factsOf(bytes);
  };
  for (const wide of [false, true])
    expect(open(wide)).toMatchObject({ seconds: undefined, frameRate: undefined, frames: 120 });
  const timeless = movie();
  for (const name of ["mvhd", "mdhd"]) timeless.writeUInt32BE(0, timeless.indexOf(name) + 16);
  expect(factsOf(timeless)).toMatchObject({ seconds: undefined, frameRate: undefined });
});

test.each<[what: string, made: Movie, told: Partial<VideoFacts>]>([
  ["H.264 of any kind", { codec: "avc3" }, { videoCodec: "h264" }],
  ["H.265", { codec: "hvc1" }, { videoCodec: "h265" }],
  ["H.265 with its parameters inside", { codec: "hev1" }, { videoCodec: "h265" }],
  ["Dolby Vision", { codec: "dvh1" }, { videoCodec: "h265" }],
  ["another codec, by its letters", { codec: "av01" }, { videoCodec: "av01" }],
  ["letters that a terminal would obey", { codec: "\x1b[2J" }, { videoCodec: "?[2J" }],
  ["no sound", { sound: undefined }, { audioCodec: undefined }],
  ["AAC of MPEG-2", { sound: 0x67 }, { audioCodec: "aac" }],
  ["MP3 of MPEG-1", { sound: 0x6b }, { audioCodec: "mp3" }],
  ["MP3 of MPEG-2", { sound: 0x69 }, { audioCodec: "mp3" }],
  ["MP3 as QuickTime names it", { sound: ".mp3" }, { audioCodec: "mp3" }],
  ["MP3 as older QuickTime names it", { sound: "ms\0U" }, { audioCodec: "mp3" }],
  ["another object of mp4a", { sound: 0xdd }, { audioCodec: "mp4a.dd" }],
  ["PCM", { sound: "sowt" }, { audioCodec: "sowt" }],
  ["mp4a that says no more", { sound: "mp4a" }, { audioCodec: "mp4a" }],
])("%s", (_, made, told) => {
  expect(factsOf(movie(made))).toMatchObject(told);
});

describe("the sound of mp4a is told by its esds", () => {
  const heard = (entry: Buffer) =>
    factsOf(movie({ sound: undefined, more: [track(2, "soun", entry, 1, 44_100, 5)] }))?.audioCodec;

  test("inside of QuickTime's wave, too", () => {
    for (const version of [1, 2] as const) {
      expect(heard(quickTimeSound(0x6b, version))).toBe("mp3");
      expect(heard(quickTimeSound(0x40, version))).toBe("aac");
    }
  });

  test.each([0, 0x80, 0x40, 0x20, 0xe0])("behind the options %d, whose lengths take one to four bytes", (flags) => {
    for (const long of [1, 2, 3, 4]) {
      const plain = soundEntry("mp4a").subarray(8);
      expect(heard(box("mp4a", plain, esds(0x6b, flags, long)))).toBe("mp3");
    }
  });
});

test("what is no such esds tells nothing", () => {
  const entry = (part: Buffer) => box("mp4a", soundEntry("mp4a").subarray(8), part);
  const heard = (part: Buffer) =>
    factsOf(movie({ sound: undefined, more: [track(2, "soun", entry(part), 1, 44_100, 5)] }))?.audioCodec;
  // Lengths of more bytes than there can be; another descriptor outside; another inside.
  expect(heard(esds(0x6b, 0, 5))).toBe("mp4a");
  for (const at of [12, 17]) {
    const other = esds(0x6b);
    other.writeUInt8(9, at);
    expect(heard(other)).toBe("mp4a");
  }
});

test("the first video track counts, and other tracks do not", () => {
  const text = track(9, "text", box("tx3g", zeros(40)), 1, 1000, 5);
  const cover = movie({ more: [text, track(3, "vide", box("jpeg", zeros(70)), 1, 1000, 5)] });
  expect(factsOf(cover)).toMatchObject({ videoCodec: "h264", width: 640 });
});

describe("fragments", () => {
  const empty = { frames: 0, frameRate: 24, seconds: 0 };
  const defaults = box("mvex", box("trex", u32(0, 1, 1, 1000, 0, 0)), box("trex", u32(0, 2, 1, 1024, 0, 0)));
  const run = (flags: number, samples: number, ...fields: number[]) => box("trun", u32(flags, samples, ...fields));
  const fragment = (id: number, head: number[], ...runs: Buffer[]) =>
    Buffer.concat([
      box("moof", box("mfhd", u32(0, 1)), box("traf", box("tfhd", u32(head[0] ?? 0, id, ...head.slice(1))), ...runs)),
      box("mdat"),
    ]);
  const file = (...fragments: Buffer[]) =>
    factsOf(Buffer.concat([movie({ ...empty, more: [defaults] }), ...fragments]));

  test("are added up where nobody knew the length when the file was begun", () => {
    expect(file(fragment(1, [0], run(0, 24)), fragment(1, [0], run(0, 24), run(0, 12)))).toMatchObject({
      frames: 60,
      seconds: 2.5,
      frameRate: 24,
    });
  });

  test("have a default of their own, behind an offset and an index", () => {
    expect(file(fragment(1, [8, 500], run(0, 24)))).toMatchObject({ frames: 24, seconds: 0.5 });
    expect(file(fragment(1, [1 | 2 | 8, 0, 0, 7, 500], run(0, 24)))).toMatchObject({ seconds: 0.5 });
  });

  test("tell each sample's length, beside whatever else they tell of it", () => {
    expect(file(fragment(1, [0], run(0x100, 3, 1000, 2000, 3000)))).toMatchObject({ frames: 3, seconds: 0.25 });
    const all = run(0x1 | 0x4 | 0xf00, 2, 7, 7, 12_000, 9, 9, 9, 24_000, 9, 9, 9);
    expect(file(fragment(1, [0], all))).toMatchObject({ frames: 2, seconds: 1.5 });
    // A list that is longer than its count, and a count that is longer than its list.
    expect(file(fragment(1, [0], run(0x100, 2, 12_000, 12_000, 99_999)))).toMatchObject({ frames: 2, seconds: 1 });
    expect(file(fragment(1, [0], run(0x100, 0xffffffff, 24_000)))?.seconds).toBe(1);
  });

  test("follow what the description already has", () => {
    const begun = Buffer.concat([movie({ frames: 48, frameRate: 24, more: [defaults] }), fragment(1, [0], run(0, 24))]);
    expect(factsOf(begun)).toMatchObject({ frames: 72, frameRate: 24 });
    expect(factsOf(begun)?.seconds).toBeCloseTo(3, 5);
  });

  test("belong to their tracks, whose numbers stand elsewhere where times have 64 bits", () => {
    const begun = movie({ ...empty, wide: true, more: [defaults] });
    expect(factsOf(Buffer.concat([begun, fragment(1, [0], run(0, 24))]))).toMatchObject({ frames: 24, seconds: 1 });
    expect(file(fragment(7, [8, 1000], run(0, 24)))).toMatchObject({ frames: 0, seconds: undefined });
  });

  test("last as long as the longest track", () => {
    expect(file(fragment(1, [0], run(0, 24)), fragment(2, [0], run(0, 44)))?.seconds).toBe((1024 * 44) / 44_100);
    expect(file(fragment(2, [0], run(0, 44)))).toMatchObject({ frames: 0, frameRate: undefined });
  });

  test("beyond counting leave the length open", () => {
    const many = Array(5000).fill(fragment(1, [0], run(0, 1)));
    expect(file(...many.slice(0, 4000))).toMatchObject({ frames: 4000 });
    expect(file(...many)).toMatchObject({ frames: undefined, seconds: undefined, frameRate: 24 });
  });
});

describe("is refused", () => {
  const good = movie({ size: 5000 });

  test("when it was cut off, wherever", () => {
    for (let length = 0; length < good.length; length += 7)
      expect(factsOf(good.subarray(0, length)), String(length)).toBeUndefined();
    const late = movie({ size: 5000, last: true });
    for (let length = 0; length < late.length; length += 7)
      expect(factsOf(late.subarray(0, length)), String(length)).toBeUndefined();
    expect(lookAt(good.subarray(0, 3000), 5000).facts).toMatchObject({ width: 640 });
  });

  test.each([
    ["no description", Buffer.concat([box("ftyp", "isom"), box("mdat", zeros(100))])],
    [
      "a sound alone",
      Buffer.concat([
        box("ftyp", "M4A ", u32(0)),
        box("moov", timed("mvhd", 1000, 5000, false), track(1, "soun", soundEntry(0x40), 9, 44_100, 5)),
      ]),
    ],
    ["no width", movie({ width: 0 })],
    ["no height", movie({ height: 0 })],
    [
      "tracks that say nothing",
      Buffer.concat([box("ftyp", "isom", u32(0)), box("moov", timed("mvhd", 1000, 5000, false), box("trak"))]),
    ],
    [
      "a box whose content lies outside of the one that it is in",
      Buffer.concat([box("ftyp", "isom", u32(0)), outside(), box("mdat")]),
    ],
    ["a type of no length", Buffer.concat([u32(0), Buffer.from("ftypisom"), moov()])],
  ])("with %s", (_, bytes) => {
    expect(factsOf(bytes)).toBeUndefined();
  });
});
