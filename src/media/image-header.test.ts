import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readNow } from "./byte-reader.js";
import { factsIn } from "./media-facts.js";

/** The facts about an image, and up to where it was read. `size` is for files with more bytes than these. */
function readFrom(bytes: Uint8Array, size = bytes.length) {
  let most = 0;
  let read = 0;
  const facts = readNow(factsIn(size), ({ from, to }) => {
    if (to < size) most = Math.max(most, to);
    read += to - from;
    return bytes.subarray(from, to);
  });
  return {
    said: facts?.kind === "image" ? `${facts.type.slice(6)} ${facts.width} x ${facts.height}` : undefined,
    isCut: facts?.kind === "image" && facts.isCut === true,
    most,
    read,
  };
}

/** Numbers are bytes, and strings are ASCII. */
const bytes = (...parts: (number | string | Uint8Array)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === "object" ? part : Buffer.from(typeof part === "string" ? part : [part]))),
  );
const big16 = (...values: number[]) => bytes(...values.flatMap((value) => [value >> 8, value & 255]));
const big32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer).swap32();
const little = (value: number, length: number) => Buffer.from(Uint32Array.of(value).buffer).subarray(0, length);

const segment = (marker: number, content: Uint8Array) => bytes(0xff, marker, big16(content.length + 2), content);
const APP0 = segment(0xe0, Buffer.from("JFIF\0 and more"));
const SCAN = bytes(segment(0xda, Buffer.alloc(6)), 0x55, 0xff, 0xd9);

function jpeg({ marker = 0xc0, width = 640, height = 480, before = APP0, after = SCAN } = {}) {
  return bytes(0xff, 0xd8, before, segment(marker, bytes(8, big16(height, width), 1, 1, 0x11, 0)), after);
}

function png({ width = 640, height = 480, name = "IHDR" } = {}) {
  const header = bytes(name, big32(width, height), 8, 2, 0, 0, 0);
  return bytes(0x89, "PNG\r\n", 0x1a, "\n", big32(13), header, big32(crc32(header), 0), "IDAT");
}

const chunk = (name: string, content: Uint8Array) => bytes(name, little(content.length, 4), content);

function webp(...chunks: Uint8Array[]) {
  const content = bytes("WEBP", ...chunks);
  return bytes("RIFF", little(content.length, 4), content);
}

const lossy = (width = 640, height = 480) =>
  webp(chunk("VP8 ", bytes(0x30, 1, 0, 0x9d, 1, 0x2a, little(width, 2), little(height, 2), Buffer.alloc(8))));
const lossless = (width = 640, height = 480) =>
  webp(chunk("VP8L", bytes(0x2f, little((width - 1) | ((height - 1) << 14), 4), Buffer.alloc(9))));
const VP8X = chunk("VP8X", bytes(8, 0, 0, 0, little(639, 3), little(479, 3)));
const extended = (width = 640, height = 480) =>
  webp(
    chunk("VP8X", bytes(0x10, 0, 0, 0, little(width - 1, 3), little(height - 1, 3))),
    chunk("ALPH", Buffer.alloc(4)),
  );

test.each([
  ["a JPEG", jpeg(), "jpeg 640 x 480"],
  ["a progressive JPEG", jpeg({ marker: 0xc2 }), "jpeg 640 x 480"],
  ["a JPEG with arithmetic coding", jpeg({ marker: 0xc9, before: segment(0xcc, bytes(0, 16)) }), "jpeg 640 x 480"],
  ["a JPEG that starts with its frame", jpeg({ before: bytes() }), "jpeg 640 x 480"],
  ["a JPEG with Huffman tables first", jpeg({ before: segment(0xc4, Buffer.alloc(29)) }), "jpeg 640 x 480"],
  ["a JPEG with an empty comment", jpeg({ before: segment(0xfe, bytes()) }), "jpeg 640 x 480"],
  ["a JPEG with fill bytes", jpeg({ before: bytes(0xff, APP0, 0xff, 0xff, 0xff) }), "jpeg 640 x 480"],
  ["a JPEG whose EXIF has a preview", jpeg({ before: segment(0xe1, jpeg({ width: 160 })) }), "jpeg 640 x 480"],
  ["a JPEG as large as they get", jpeg({ width: 65_535, height: 65_535 }), "jpeg 65535 x 65535"],
  ["a PNG", png(), "png 640 x 480"],
  ["a PNG of one pixel", png({ width: 1, height: 1 }), "png 1 x 1"],
  ["a lossy WebP", lossy(), "webp 640 x 480"],
  ["a lossy WebP that asks to be scaled, which does not count", lossy(640 | 0x4000, 480 | 0x8000), "webp 640 x 480"],
  ["a lossless WebP as large as they get", lossless(16_384, 16_384), "webp 16384 x 16384"],
  ["an extended WebP", extended(70_000, 3), "webp 70000 x 3"],
  ["an extended WebP with an empty EXIF", webp(VP8X, chunk("EXIF", bytes())), "webp 640 x 480"],
  ["a WebP with bytes after its end", bytes(lossy(), "and more!"), "webp 640 x 480"],
])("reads the size of %s", (_, image, said) => {
  expect(readFrom(image).said).toBe(said);
});

test.each([
  ["nothing", bytes()],
  ["eleven bytes", jpeg().subarray(0, 11)],
  ["a GIF", bytes("GIF89a", little(640, 2), little(480, 2), Buffer.alloc(50))],
  ["a JPEG without its start", jpeg().subarray(2)],
  ["a JPEG without width", jpeg({ width: 0 })],
  ["a JPEG without height", jpeg({ height: 0 })],
  ["a JPEG with a segment of length 0", jpeg({ before: bytes(0xff, 0xe0, 0, 0) })],
  ["a JPEG with a segment longer than the file", jpeg({ before: bytes(0xff, 0xe1, 0xff, 0xff) })],
  ["a JPEG with bytes between its segments", jpeg({ before: bytes(APP0, 0, 0, 0, 2) })],
  ["a JPEG whose scan comes first", jpeg({ before: SCAN })],
  ["a JPEG that ends before its frame", jpeg({ before: bytes(0xff, 0xd9) })],
  ["a JPEG with Huffman tables for a frame", jpeg({ marker: 0xc4 })],
  ["a JPEG with the reserved frame C8", jpeg({ marker: 0xc8 })],
  ["a JPEG that is cut off within its frame", jpeg().subarray(0, 25)],
  ["a PNG whose line ends were changed", bytes(0x89, "PNG\n\n", 0x1a, "\n", png().subarray(8))],
  ["a PNG for the iPhone, with CgBI first", png({ name: "CgBI" })],
  ["a PNG without width", png({ width: 0 })],
  ["a PNG that is cut off within its header", png().subarray(0, 23)],
  ["a RIFF file of another kind", bytes("RIFF", little(50, 4), "WEBM", Buffer.alloc(50))],
  ["a WebP that is cut off", lossy().subarray(0, -1)],
  ["a WebP that starts with its alpha", webp(chunk("ALPH", Buffer.alloc(20)))],
  ["a lossy WebP without width", lossy(0x4000)],
])("finds no image in %s", (_, image) => {
  expect(readFrom(image).said).toBeUndefined();
});

// From sharp 0.35 (libvips) and FFmpeg, in a single colour. Their sizes were also read by ffprobe or libvips.
const REAL = {
  "a JPEG by libvips, jpeg 17 x 5":
    "/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wAARCAAFABEDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAf/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAYH/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AnwDTkOAA/9k=",
  "a CMYK JPEG by libvips, jpeg 8 x 6":
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAGBAUGBQQGBgUGBwcGCAoQCgoJCQoUDg8MEBcUGBgXFBYWGh0lHxobIxwWFiAsICMmJykqKRkfLTAtKDAlKCko/8AAFAgABgAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAgF/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwA+JBUlS//Z",
  "a JPEG by FFmpeg, jpeg 14 x 6":
    "/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xABMAAEBAAAAAAAAAAAAAAAAAAAABgEBAQAAAAAAAAAAAAAAAAAABgcQAQAAAAAAAAAAAAAAAAAAAAARAQAAAAAAAAAAAAAAAAAAAAD/wAARCAAGAA4DASIAAhEAAxEA/9oADAMBAAIRAxEAPwCLAFF/f//Z",
  "a palette PNG by libvips, png 11 x 2":
    "iVBORw0KGgoAAAANSUhEUgAAAAsAAAACCAMAAAC5fdbcAAAAA1BMVEUKWsh/BkdQAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAC0lEQVQImWNgwA4AABgAAc10XVsAAAAASUVORK5CYII=",
  "an interlaced PNG by libvips, png 12 x 10":
    "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAIAAAF4SRg7AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAHklEQVQYlWPgijrBFXWCAUHBMIoEQRbXoBLiGhKKACbSjKFwy4IzAAAAAElFTkSuQmCC",
  "a 16-bit PNG by FFmpeg, png 4 x 8":
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAIEAIAAAABwRURAAAACXBIWXMAAAABAAAAAQBPJcTWAAAAFElEQVR4nGP484cBCDBJLEKDWQIAHD8/ATU/zewAAAAASUVORK5CYII=",
  "a lossy WebP by libvips, webp 13 x 7":
    "UklGRjoAAABXRUJQVlA4IC4AAADQAQCdASoNAAcAAUAmJaACdLoB+AADsAD+8iJf/ZWPpWPpWP3gv/n5nduL+cwA",
  "a lossless WebP by libvips, webp 3 x 21": "UklGRh4AAABXRUJQVlA4TBEAAAAvAgAFAAdQrSoUuf+BiOh/AAA=",
  "a WebP with alpha by libvips, webp 6 x 14":
    "UklGRl4AAABXRUJQVlA4WAoAAAAQAAAABQAADQAAQUxQSAoAAAABB1DAiAhERP8DVlA4IC4AAADQAQCdASoGAA4AAUAmJaACdLoB+AADsAD+8iJf/ZWPpWPpWP3gv/n5nduL+cwA",
  "a lossy WebP by FFmpeg, webp 20 x 12":
    "UklGRkgAAABXRUJQVlA4IDwAAAAQAwCdASoUAAwAPpE4l0eloyIhMAgAsBIJQBdl0AAQNgAA/u7T3/4DdfFtMv/3OB/3OB/3OB/HM1mAAAA=",
  "a lossless WebP by FFmpeg, webp 22 x 4": "UklGRhwAAABXRUJQVlA4TA8AAAAvFcAAAAcQ9Y/+ByKi/wEA",
};

test.each(Object.entries(REAL))("reads the size of %s", (title, base64) => {
  expect(title).toMatch(new RegExp(`, ${readFrom(Buffer.from(base64, "base64")).said}$`));
});

/** A TIFF header and a directory of two entries. */
function exif(orientation: number, isLittle = true) {
  const number = (value: number, length: number) =>
    isLittle ? little(value, length) : length === 2 ? big16(value) : big32(value);
  const entry = (tag: number, value: number) =>
    bytes(number(tag, 2), number(3, 2), number(1, 4), number(value, 2), 0, 0);
  const head = bytes(isLittle ? "II" : "MM", number(42, 2), number(8, 4));
  return bytes(head, number(2, 2), entry(0x100, 9), entry(0x112, orientation), number(0, 4));
}
const turnedJpeg = (content: Uint8Array) => jpeg({ before: segment(0xe1, bytes("Exif\0\0", content)) });
const EXIF_CHUNK = (content: Uint8Array) => bytes(big32(content.length), "eXIf", content, big32(0));
const turnedPng = (content: Uint8Array) => bytes(png().subarray(0, 33), EXIF_CHUNK(content), png().subarray(33));
const turnedWebp = (content: Uint8Array) => webp(VP8X, chunk("ALPH", Buffer.alloc(40_000)), chunk("EXIF", content));

describe("an image that its EXIF rotates", () => {
  test.each<[string, (content: Uint8Array) => Uint8Array]>([
    ["jpeg", turnedJpeg],
    ["png", turnedPng],
    ["webp", turnedWebp],
    ["webp", (content) => turnedWebp(bytes("Exif\0\0", content))],
  ])("has its displayed sides: %s (F10)", (type, made) => {
    for (const isLittle of [true, false])
      for (const [orientation, said] of [
        ...[1, 2, 3, 4, 0, 9].map((one) => [one, "640 x 480"] as const),
        ...[5, 6, 7, 8].map((one) => [one, "480 x 640"] as const),
      ])
        expect(readFrom(made(exif(orientation, isLittle))).said, String(orientation)).toBe(`${type} ${said}`);
  });

  test("is not rotated if its EXIF is broken, and a second EXIF does not count (F10)", () => {
    for (let length = 0; length < exif(6).length; length += 1)
      expect(readFrom(turnedJpeg(exif(6).subarray(0, length))).said).toMatch(/^jpeg (640 x 480|480 x 640)$/);
    for (const at of [4, 8]) {
      const broken = Buffer.from(exif(6));
      broken.fill(0xff, at, at + 2);
      expect(readFrom(turnedJpeg(broken)).said).toBe(at === 4 ? "jpeg 640 x 480" : "jpeg 480 x 640");
    }
  });

  test("is rotated only by its own EXIF, wherever that is (F10)", () => {
    const app1 = (content: Uint8Array) => segment(0xe1, bytes("Exif\0\0", content));
    const [upright, turned] = [app1(exif(1)), app1(exif(6))];
    const xmp = segment(0xe1, bytes("http://ns.adobe.com/xap/1.0/\0", turned));
    const profile = segment(0xe2, Buffer.alloc(60_000));
    for (const [image, said] of [
      [bytes(jpeg({ before: upright }), jpeg({ before: turned })), "640 x 480"],
      [jpeg({ before: bytes(upright, turned) }), "640 x 480"],
      [jpeg({ before: xmp }), "640 x 480"],
      [jpeg({ after: bytes(turned, SCAN) }), "640 x 480"],
      [jpeg({ before: bytes(profile, turned), after: bytes(Buffer.alloc(60_000), SCAN) }), "480 x 640"],
    ] as const)
      expect(readFrom(image).said).toBe(`jpeg ${said}`);
  });
});

describe("the end of an image", () => {
  const PREVIEW = jpeg({ before: segment(0xe1, jpeg({ width: 160 })) });
  const wholePng = bytes(png(), big32(0), "IEND", big32(0));
  const SCANNED = Buffer.alloc(50_000, bytes(...Array(200).fill(1), 0xff, 0, 0xff, 0xd3));
  const MOVIE = Buffer.from(
    Array.from({ length: 40_000 }, (_, at) => ((at * at * 31 + 7 * at) % 251) | (at % 97 ? 0 : 0xff)),
  );
  const large = (image: Uint8Array) => bytes(image.subarray(0, -2), SCANNED, image.subarray(-2));

  test.each<[string, Uint8Array]>([
    ["a JPEG", jpeg()],
    ["a JPEG with a preview", PREVIEW],
    ["a large JPEG", large(jpeg())],
    ["a JPEG with foreign bytes behind it", bytes(jpeg(), Buffer.alloc(9000))],
    ["a JPEG with a movie behind it", bytes(large(jpeg()), MOVIE)],
    ["a JPEG that is padded", bytes(large(jpeg()), Buffer.alloc(20_000))],
    ["a PNG", wholePng],
    ["a PNG with foreign bytes behind it", bytes(wholePng, "and more")],
    ["a PNG with a movie behind it", bytes(wholePng, MOVIE)],
  ])("of %s is found (F6)", (_, image) => {
    expect(readFrom(image)).toMatchObject({ said: expect.any(String), isCut: false });
  });

  test.each<[string, Uint8Array]>([
    ["a JPEG without its last byte", jpeg().subarray(0, -1)],
    ["a JPEG that is cut within its scan, with a preview", PREVIEW.subarray(0, -3)],
    ["a JPEG that is cut before its scan, with a preview", PREVIEW.subarray(0, -SCAN.length)],
    ["half a large JPEG", large(jpeg()).subarray(0, 25_000)],
    ["a PNG that ends after its header", png()],
  ])("of %s is missing (F6)", (_, image) => {
    expect(readFrom(image)).toMatchObject({ said: expect.any(String), isCut: true });
  });
});

describe("a reader of images", () => {
  test("usually reads only the beginning and the end", () => {
    const JPEG = jpeg();
    for (const image of [JPEG, png(), lossless()])
      expect(readFrom(bytes(image, Buffer.alloc(5_000_000)))).toMatchObject({
        said: expect.any(String),
        most: 16_384,
        read: image === JPEG ? 32_768 : 16_384,
      });
  });

  test.each([1, 5, 40])("reads the head of each of %d segments of metadata", (count) => {
    const metadata = segment(0xe2, Buffer.alloc(60_000));
    const image = jpeg({ before: bytes(...Array(count).fill(metadata)) });
    const { said, most } = readFrom(bytes(image, Buffer.alloc(1_000_000)));
    expect(said).toBe("jpeg 640 x 480");
    expect(most).toBeLessThan(image.length + 16_384);
  });

  test("gives up after 10,000 segments or fill bytes, and soon in a file of another kind (I20)", () => {
    const empty = Buffer.alloc(10_000_000, bytes(0xff, 0xe0, 0, 2));
    const endless = bytes(0xff, 0xd8, empty, jpeg().subarray(2));
    expect(readFrom(endless)).toMatchObject({ said: undefined, most: 49_126 });
    expect(readFrom(bytes(0xff, 0xd8, Buffer.alloc(19_000_000, 0xff)))).toMatchObject({
      said: undefined,
      most: 16_384,
    });
    expect(readFrom(Buffer.alloc(5_000_000, "no image")).most).toBeLessThan(50_000);
  });
});
