import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { HEADER_BYTES, headerOf } from "./image-header.js";

/** Strings are taken as ASCII. */
function bytes(...parts: (number | string | Uint8Array)[]) {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === "number") return [part];
      return typeof part === "string" ? Array.from(part, (letter) => letter.charCodeAt(0)) : [...part];
    }),
  );
}

const big16 = (value: number) => bytes(value >> 8, value & 255);
const big32 = (value: number) => bytes(big16(value >>> 16), big16(value & 0xffff));
const little = (value: number, length: number) => Uint8Array.from(big32(value)).reverse().subarray(0, length);
const zeros = (length: number) => new Uint8Array(length);
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

/** `source` with other bytes from `at` on. */
function bent(source: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = source.slice();
  copy.set(values, at);
  return copy;
}

const segment = (marker: number, content: Uint8Array, length = content.length + 2) =>
  bytes(0xff, marker, big16(length), content);
const app0 = segment(0xe0, bytes("JFIF", 0, 1, 1, 0, 0, 1, 0, 1, 0, 0));
const tables = segment(0xdb, zeros(65));
const scan = bytes(segment(0xda, bytes(1, 1, 0, 0, 63, 0)), 0x55, 0xff, 0xd9);
const SOI = bytes(0xff, 0xd8);

interface Frame {
  marker?: number;
  precision?: number;
  width?: number;
  height?: number;
  components?: number;
  length?: number;
}

function frame({ marker = 0xc0, precision = 8, width = 640, height = 480, components = 3, length }: Frame) {
  const each = Array.from({ length: components }, (_, index) => bytes(index + 1, 0x11, 0));
  return segment(marker, bytes(precision, big16(height), big16(width), components, ...each), length);
}

function jpeg(options: Frame & { before?: Uint8Array; after?: Uint8Array } = {}) {
  const { before = bytes(app0, tables), after = scan, ...rest } = options;
  return bytes(SOI, before, frame(rest), after);
}

const pngChunk = (name: string, content: Uint8Array) =>
  bytes(big32(content.length), name, content, big32(crc32(bytes(name, content))));
const SIGNATURE = bytes(0x89, "PNG\r\n\x1a\n");
const pixels = bytes(pngChunk("IDAT", zeros(10)), pngChunk("IEND", zeros(0)));

function png({
  width = 640,
  height = 480,
  depth = 8,
  colour = 2,
  method = 0,
  filter = 0,
  interlace = 0,
  after = pixels,
}) {
  const fields = bytes(big32(width), big32(height), depth, colour, method, filter, interlace);
  return bytes(SIGNATURE, pngChunk("IHDR", fields), after);
}

const chunk = (name: string, content: Uint8Array) =>
  bytes(name, little(content.length, 4), content, zeros(content.length % 2));

function riff(...chunks: Uint8Array[]) {
  const content = bytes("WEBP", ...chunks);
  return bytes("RIFF", little(content.length, 4), content);
}

const lossyBits = (width = 640, height = 480, more = 6) =>
  bytes(0x30, 1, 0, 0x9d, 1, 0x2a, little(width, 2), little(height, 2), zeros(more));
const losslessBits = (width = 640, height = 480, more = 7) =>
  bytes(0x2f, little((width - 1) | ((height - 1) << 14), 4), zeros(more));
const vp8 = chunk("VP8 ", lossyBits());
const canvas = (flags: number, width = 640, height = 480) =>
  chunk("VP8X", bytes(flags, 0, 0, 0, little(width - 1, 3), little(height - 1, 3)));

const exif = (length: number) => segment(0xe1, bytes("Exif", 0, 0, zeros(length - 6)));
const profile = (part: number) => segment(0xe2, bytes("ICC_PROFILE", 0, part, 3, zeros(20_000)));

const lossy = riff(vp8);
const lossless = riff(chunk("VP8L", losslessBits()));
const extended = riff(canvas(0x10), chunk("ALPH", zeros(4)), vp8);

type Good = [title: string, type: "jpeg" | "png" | "webp", width: number, height: number, image: Uint8Array];

const built: Good[] = [
  ["a baseline JPEG", "jpeg", 640, 480, jpeg()],
  ["a JPEG without JFIF", "jpeg", 640, 480, jpeg({ before: tables })],
  ["a JPEG that starts with its frame", "jpeg", 640, 480, jpeg({ before: zeros(0), after: bytes(tables, scan) })],
  ["a progressive JPEG", "jpeg", 1920, 1080, jpeg({ marker: 0xc2, width: 1920, height: 1080 })],
  ["an extended JPEG of 12 bits", "jpeg", 640, 480, jpeg({ marker: 0xc1, precision: 12 })],
  ["a JPEG with arithmetic coding", "jpeg", 640, 480, jpeg({ marker: 0xc9, before: segment(0xcc, bytes(0, 16)) })],
  ["a grayscale JPEG", "jpeg", 300, 7, jpeg({ components: 1, width: 300, height: 7 })],
  [
    "a CMYK JPEG with Adobe's segment",
    "jpeg",
    640,
    480,
    jpeg({ components: 4, before: segment(0xee, bytes("Adobe", 0, 100, zeros(5))) }),
  ],
  ["a JPEG of one pixel", "jpeg", 1, 1, jpeg({ width: 1, height: 1 })],
  ["a JPEG as large as they get", "jpeg", 65_535, 65_535, jpeg({ width: 65_535, height: 65_535 })],
  ["a JPEG with the largest EXIF segment", "jpeg", 640, 480, jpeg({ before: bytes(exif(65_533), tables) })],
  [
    "a JPEG whose EXIF holds a preview",
    "jpeg",
    640,
    480,
    jpeg({ before: segment(0xe1, bytes("Exif", 0, 0, jpeg({ width: 160, height: 120 }))) }),
  ],
  [
    "a JPEG with a colour profile in three segments",
    "jpeg",
    640,
    480,
    jpeg({ before: bytes(app0, profile(1), profile(2), profile(3)) }),
  ],
  ["a JPEG with a comment of 60 kB", "jpeg", 640, 480, jpeg({ before: segment(0xfe, zeros(60_000)) })],
  ["a JPEG with an empty comment", "jpeg", 640, 480, jpeg({ before: segment(0xfe, zeros(0)) })],
  ["a JPEG with a restart interval", "jpeg", 640, 480, jpeg({ before: segment(0xdd, bytes(0, 8)) })],
  ["a JPEG with Huffman tables first", "jpeg", 640, 480, jpeg({ before: segment(0xc4, zeros(29)) })],
  [
    "a JPEG with fill bytes",
    "jpeg",
    640,
    480,
    jpeg({ before: bytes(0xff, 0xff, 0xff, app0, 0xff, tables, 0xff, 0xff), after: bytes(0xff, scan) }),
  ],
  ["a JPEG with bytes after its end", "jpeg", 640, 480, bytes(jpeg(), "and more")],
  ...[1, 2, 4, 8, 16].map((depth): Good => [`a gray PNG of ${depth} bits`, "png", 640, 480, png({ colour: 0, depth })]),
  ...[8, 16].map((depth): Good => [`an RGB PNG of ${depth} bits`, "png", 640, 480, png({ colour: 2, depth })]),
  ...[1, 2, 4, 8].map((depth): Good => [`a palette PNG of ${depth} bits`, "png", 640, 480, png({ colour: 3, depth })]),
  ...[8, 16].map(
    (depth): Good => [`a gray PNG of ${depth} bits with alpha`, "png", 640, 480, png({ colour: 4, depth })],
  ),
  ...[8, 16].map(
    (depth): Good => [`an RGB PNG of ${depth} bits with alpha`, "png", 640, 480, png({ colour: 6, depth })],
  ),
  ["an interlaced PNG", "png", 3, 5000, png({ interlace: 1, width: 3, height: 5000 })],
  ["a PNG of one pixel", "png", 1, 1, png({ width: 1, height: 1 })],
  ["a PNG as large as we believe", "png", 65_535, 65_535, png({ width: 65_535, height: 65_535 })],
  [
    "a PNG with other chunks before its pixels",
    "png",
    640,
    480,
    png({ after: bytes(pngChunk("gAMA", zeros(4)), pngChunk("tEXt", bytes("Title", 0, "fox")), pixels) }),
  ],
  ["a lossy WebP", "webp", 640, 480, lossy],
  ["a lossy WebP as large as they get", "webp", 16_383, 16_383, riff(chunk("VP8 ", lossyBits(16_383, 16_383)))],
  [
    "a lossy WebP that asks to be scaled, which does not count",
    "webp",
    640,
    480,
    riff(chunk("VP8 ", lossyBits(640 | 0x4000, 480 | 0x8000))),
  ],
  ["a lossy WebP of an odd length, padded", "webp", 640, 480, riff(chunk("VP8 ", lossyBits(640, 480, 5)))],
  ["a lossless WebP", "webp", 640, 480, lossless],
  ["a lossless WebP of one pixel, of an odd length, padded", "webp", 1, 1, riff(chunk("VP8L", losslessBits(1, 1, 8)))],
  ["a lossless WebP as large as they get", "webp", 16_384, 16_384, riff(chunk("VP8L", losslessBits(16_384, 16_384)))],
  ["a lossless WebP with alpha", "webp", 640, 480, bent(lossless, 24, (lossless[24] ?? 0) | 0x10)],
  ["an extended WebP with alpha", "webp", 640, 480, extended],
  [
    "an animated WebP",
    "webp",
    800,
    600,
    riff(canvas(0x02, 800, 600), chunk("ANIM", zeros(6)), chunk("ANMF", bytes(zeros(16), vp8))),
  ],
  [
    "a WebP with a colour profile of an odd length",
    "webp",
    640,
    480,
    riff(canvas(0x20), chunk("ICCP", zeros(131)), vp8),
  ],
  [
    "a WebP with EXIF and XMP behind",
    "webp",
    640,
    480,
    riff(canvas(0x0c), vp8, chunk("EXIF", zeros(9)), chunk("XMP ", zeros(3))),
  ],
  ["an extended WebP as large as we believe", "webp", 65_535, 65_535, riff(canvas(0, 65_535, 65_535), vp8)],
  ["a WebP with bytes after its end", "webp", 640, 480, bytes(lossy, "and more!")],
];

// By sharp 0.35 (libvips) and FFmpeg, single-coloured but for the animation; their sizes were also read by ffprobe or libvips.
const real: Good[] = [
  [
    "a JPEG by libvips",
    "jpeg",
    17,
    5,
    fromBase64(
      "/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wAARCAAFABEDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAf/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAYH/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AnwDTkOAA/9k=",
    ),
  ],
  [
    "a progressive JPEG by libvips",
    "jpeg",
    9,
    33,
    fromBase64(
      "/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wgARCAAhAAkDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAWAQEBAQAAAAAAAAAAAAAAAAAABQb/2gAMAwEAAhADEAAAAZ4aeGAB/8QAFBABAAAAAAAAAAAAAAAAAAAAMP/aAAgBAQABBQIv/8QAFBEBAAAAAAAAAAAAAAAAAAAAEP/aAAgBAwEBPwF//8QAFBEBAAAAAAAAAAAAAAAAAAAAEP/aAAgBAgEBPwF//8QAFBABAAAAAAAAAAAAAAAAAAAAMP/aAAgBAQAGPwIv/8QAFBABAAAAAAAAAAAAAAAAAAAAMP/aAAgBAQABPyEv/9oADAMBAAIAAwAAABDzzz//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/EH//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAECAQE/EH//xAAUEAEAAAAAAAAAAAAAAAAAAAAw/9oACAEBAAE/EC//2Q==",
    ),
  ],
  [
    "a grayscale JPEG by libvips",
    "jpeg",
    6,
    4,
    fromBase64(
      "/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/wAALCAAEAAYBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABv/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AJv/Z",
    ),
  ],
  [
    "a CMYK JPEG by libvips",
    "jpeg",
    8,
    6,
    fromBase64(
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAGBAUGBQQGBgUGBwcGCAoQCgoJCQoUDg8MEBcUGBgXFBYWGh0lHxobIxwWFiAsICMmJykqKRkfLTAtKDAlKCko/8AAFAgABgAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAgF/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwA+JBUlS//Z",
    ),
  ],
  [
    "a JPEG by FFmpeg",
    "jpeg",
    14,
    6,
    fromBase64(
      "/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xABMAAEBAAAAAAAAAAAAAAAAAAAABgEBAQAAAAAAAAAAAAAAAAAABgcQAQAAAAAAAAAAAAAAAAAAAAARAQAAAAAAAAAAAAAAAAAAAAD/wAARCAAGAA4DASIAAhEAAxEA/9oADAMBAAIRAxEAPwCLAFF/f//Z",
    ),
  ],
  [
    "an RGBA PNG by libvips",
    "png",
    5,
    9,
    fromBase64(
      "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAJCAYAAAD6reaeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEklEQVQImWPgijrRgI4ZhoggAJ8wSz2NOvDjAAAAAElFTkSuQmCC",
    ),
  ],
  [
    "a palette PNG by libvips",
    "png",
    11,
    2,
    fromBase64(
      "iVBORw0KGgoAAAANSUhEUgAAAAsAAAACCAMAAAC5fdbcAAAAA1BMVEUKWsh/BkdQAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAC0lEQVQImWNgwA4AABgAAc10XVsAAAAASUVORK5CYII=",
    ),
  ],
  [
    "an interlaced PNG by libvips",
    "png",
    12,
    10,
    fromBase64(
      "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAIAAAF4SRg7AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAHklEQVQYlWPgijrBFXWCAUHBMIoEQRbXoBLiGhKKACbSjKFwy4IzAAAAAElFTkSuQmCC",
    ),
  ],
  [
    "a 16-bit PNG by FFmpeg",
    "png",
    4,
    8,
    fromBase64(
      "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAIEAIAAAABwRURAAAACXBIWXMAAAABAAAAAQBPJcTWAAAAFElEQVR4nGP484cBCDBJLEKDWQIAHD8/ATU/zewAAAAASUVORK5CYII=",
    ),
  ],
  [
    "a black and white PNG by FFmpeg",
    "png",
    18,
    2,
    fromBase64(
      "iVBORw0KGgoAAAANSUhEUgAAABIAAAACAQAAAAB9Y7FhAAAACXBIWXMAAAABAAAAAQBPJcTWAAAAEElEQVR4nGNQUGBgCA1lAAADUQDrHGqR8QAAAABJRU5ErkJggg==",
    ),
  ],
  [
    "a lossy WebP by libvips",
    "webp",
    13,
    7,
    fromBase64("UklGRjoAAABXRUJQVlA4IC4AAADQAQCdASoNAAcAAUAmJaACdLoB+AADsAD+8iJf/ZWPpWPpWP3gv/n5nduL+cwA"),
  ],
  ["a lossless WebP by libvips", "webp", 3, 21, fromBase64("UklGRh4AAABXRUJQVlA4TBEAAAAvAgAFAAdQrSoUuf+BiOh/AAA=")],
  [
    "a WebP with alpha by libvips",
    "webp",
    6,
    14,
    fromBase64(
      "UklGRl4AAABXRUJQVlA4WAoAAAAQAAAABQAADQAAQUxQSAoAAAABB1DAiAhERP8DVlA4IC4AAADQAQCdASoGAA4AAUAmJaACdLoB+AADsAD+8iJf/ZWPpWPpWP3gv/n5nduL+cwA",
    ),
  ],
  [
    "a lossy WebP by FFmpeg",
    "webp",
    20,
    12,
    fromBase64(
      "UklGRkgAAABXRUJQVlA4IDwAAAAQAwCdASoUAAwAPpE4l0eloyIhMAgAsBIJQBdl0AAQNgAA/u7T3/4DdfFtMv/3OB/3OB/3OB/HM1mAAAA=",
    ),
  ],
  ["a lossless WebP by FFmpeg", "webp", 22, 4, fromBase64("UklGRhwAAABXRUJQVlA4TA8AAAAvFcAAAAcQ9Y/+ByKi/wEA")],
  [
    "an animated WebP by FFmpeg",
    "webp",
    24,
    16,
    fromBase64(
      "UklGRhQCAABXRUJQVlA4WAoAAAACAAAAFwAADwAAQU5JTQYAAAD/////AQBBTk1GTgEAAAAAAAAAABcAAA8AAPQBAAJWUDggNgEAAHAHAJ0BKhgAEAA+kTiXR6WjIiEwCACwEglsAJ0dgGeq/sBvgHoAdYB+mfowewr+vP6gezXcxlsA4KJf3pmuEP2pTo3gAP76oerIFmIVs15C0QITtNsIHvozH+Zk7Q4xfj8xSGwZLLMa1jJhz9qNnqA4Ur5SessJDGGQJ6Vm7jv8zmwsypp///mTEVqtgusy3nvIeGHNE9Gx5beJt1FACwrH3y/zGx0UbGG3vI/+xsnPcN6lrppR5EwaOee6u5JL1fix/OxaKUR9M+OxCoL/KA+H4hn5P8hN9ZvBQYn/99ivJn/6dB2JP+7r25mVTRwx/5D+7H3hR894Ep3/sX/dUkj8uXFcr/f8rlVQgRpNgwf/76aj/MVP30ZSlo+yP915Ej/kRVDZHC8nIf/8e7/8NZGZ1dAAAABBTk1GkgAAAAAAAAYAABcAAAIAAPQBAABWUDggegAAAJQFAJ0BKhgAAwA+kTqYR4MAgAABIJbACdMoRwN4B+EHCBdgMMC+V/aBv/+cZgLJTYBZ0HAAAP7uZvw5Su0hLFHdEsQ29//WcsMgc0LOWGm6sT70eg7KrdcJPwNrNPuZzF/eZj080/zMeJRoYSI/9BbB9DCRH/oa0AAA",
    ),
  ],
];

type Broken = [title: string, image: Uint8Array];

const broken: Broken[] = [
  ["no bytes", zeros(0)],
  ["zeros", zeros(100)],
  ["a GIF", bytes("GIF89a", little(640, 2), little(480, 2), zeros(50))],
  ["a JPEG without its start", jpeg().subarray(2)],
  ["a JPEG whose start is bent", bent(jpeg(), 1, 0xd9)],
  ["a JPEG that is only a start", bytes(SOI, app0)],
  ["a JPEG without width", jpeg({ width: 0 })],
  ["a JPEG without height", jpeg({ height: 0 })],
  ["a JPEG whose frame is too long", jpeg({ length: 18, after: bytes(0, scan) })],
  ["a JPEG whose frame is too short for its components", jpeg({ length: 16 })],
  ["a JPEG whose frame has no room for sizes", jpeg({ length: 2 })],
  ["a JPEG that ends with such a frame", bytes(SOI, app0, 0xff, 0xc0, 0, 2, 0xff, 0xda)],
  ["a JPEG whose frame counts more components than it has", bent(jpeg({ before: zeros(0) }), 11, 4)],
  ["a JPEG without components", jpeg({ components: 0 })],
  ["a JPEG of five components", jpeg({ components: 5 })],
  ["a JPEG of 0 bits", jpeg({ precision: 0 })],
  ["a JPEG of 16 bits", jpeg({ marker: 0xc3, precision: 16 })],
  ["a baseline JPEG of 12 bits", jpeg({ precision: 12 })],
  ["a JPEG with a segment of length 0", jpeg({ before: segment(0xe0, zeros(0), 0) })],
  ["a JPEG with a segment of length 1", jpeg({ before: segment(0xe0, zeros(0), 1) })],
  ["a JPEG with a segment longer than the file", jpeg({ before: segment(0xe1, zeros(20), 60_000) })],
  ["a JPEG with a segment shorter than its content", jpeg({ before: segment(0xfe, zeros(20), 12) })],
  ["a JPEG with bytes between its segments", jpeg({ before: bytes(app0, 0, 0) })],
  ["a JPEG with a segment whose marker lost its first byte", jpeg({ before: bent(app0, 0, 0xfe) })],
  ["a JPEG whose scan comes first", jpeg({ before: bytes(tables, segment(0xda, bytes(1, 1, 0, 0, 63, 0))) })],
  ["a JPEG that ends before its frame", jpeg({ before: bytes(tables, 0xff, 0xd9) })],
  ["a JPEG that starts twice", jpeg({ before: SOI })],
  ["a JPEG with a restart before its frame", jpeg({ before: bytes(0xff, 0xd0) })],
  ["a JPEG with a reserved marker", jpeg({ before: segment(0x02, zeros(8)) })],
  ["a JPEG with a stuffed zero for a marker", jpeg({ before: segment(0x00, zeros(8)) })],
  ["a JPEG with Huffman tables for a frame", jpeg({ marker: 0xc4 })],
  ["a JPEG with the reserved frame C8", jpeg({ marker: 0xc8 })],
  ["a JPEG with arithmetic conditions for a frame", jpeg({ marker: 0xcc })],
  ["a JPEG with nothing after its frame", jpeg({ after: zeros(0) })],
  ["a JPEG with one byte after its frame", jpeg({ after: bytes(0xff) })],
  ["a JPEG with no marker after its frame", jpeg({ after: zeros(50) })],
  ["a JPEG cut within its frame", jpeg({ before: zeros(0) }).subarray(0, 18)],
  ["a JPEG cut within its EXIF", jpeg({ before: exif(30_000) }).subarray(0, 20_000)],
  ["a JPEG of nothing but fill bytes", bytes(SOI, zeros(200).fill(0xff))],
  ["a PNG whose line ends were changed", bytes(0x89, "PNG\n\x1a\n", png({}).subarray(8))],
  ["a PNG whose high bit was cut off", bent(png({}), 0, 0x09)],
  ["a PNG with another chunk first", bytes(SIGNATURE, pngChunk("iHDR", png({}).subarray(16, 29)), pixels)],
  ["a PNG for the iPhone, with CgBI first", bytes(SIGNATURE, pngChunk("CgBI", zeros(4)), png({}).subarray(8))],
  ["a PNG header of 12 bytes", bent(png({}), 11, 12)],
  ["a PNG header of 14 bytes", bent(png({}), 11, 14)],
  ["a PNG with a wrong checksum", bent(png({}), 32, (png({})[32] ?? 0) ^ 1)],
  ["a PNG without width", png({ width: 0 })],
  ["a PNG without height", png({ height: 0 })],
  ["a PNG wider than we believe", png({ width: 65_536 })],
  ["a PNG higher than we believe", png({ height: 65_536 })],
  ["a PNG of a negative width", png({ width: 0xffffffff })],
  ["a PNG of 3 bits", png({ colour: 0, depth: 3 })],
  ["a PNG of 0 bits", png({ colour: 0, depth: 0 })],
  ["an RGB PNG of 4 bits", png({ colour: 2, depth: 4 })],
  ["a palette PNG of 16 bits", png({ colour: 3, depth: 16 })],
  ["a gray PNG of 4 bits with alpha", png({ colour: 4, depth: 4 })],
  ["an RGB PNG of 1 bit with alpha", png({ colour: 6, depth: 1 })],
  ["a PNG of the colour type 1", png({ colour: 1 })],
  ["a PNG of the colour type 5", png({ colour: 5 })],
  ["a PNG of the colour type 7", png({ colour: 7 })],
  ["a PNG of another compression", png({ method: 1 })],
  ["a PNG of another filter method", png({ filter: 1 })],
  ["a PNG of another interlacing", png({ interlace: 2 })],
  ["a PNG cut within its header", png({}).subarray(0, 32)],
  ["a PNG with nothing after its header", png({ after: zeros(0) })],
  ["a PNG cut within the head of its next chunk", png({}).subarray(0, 40)],
  ["a RIFF file of another byte order", bent(lossy, 3, 0x58)],
  ["a WAVE file", bytes("RIFF", little(36, 4), "WAVEfmt ", little(16, 4), zeros(24))],
  ["a RIFF file of another kind", bent(lossy, 11, 0x51)],
  ["a WebP longer than its file", lossy.subarray(0, lossy.length - 2)],
  ["a WebP shorter than its chunk", bent(lossy, 4, 26)],
  ["a WebP whose chunk is longer than all", bent(lossy, 19, 0xff)],
  ["a WebP that starts with its alpha", riff(chunk("ALPH", zeros(10)), vp8)],
  ["a lossy WebP that starts between key frames", bent(lossy, 20, 0x31)],
  ...[23, 24, 25].map((at): Broken => [`a lossy WebP whose start code is bent at ${at}`, bent(lossy, at, 0)]),
  ["a lossy WebP without width", riff(chunk("VP8 ", lossyBits(0x4000, 480)))],
  ["a lossy WebP without height", riff(chunk("VP8 ", lossyBits(640, 0x8000)))],
  ["a lossy WebP with 9 bytes", bent(lossy, 16, 9)],
  ["a lossy WebP cut within its sizes", lossy.subarray(0, 29)],
  ["a lossless WebP with another signature", bent(lossless, 20, 0x2e)],
  ["a lossless WebP of version 1", bent(lossless, 24, (lossless[24] ?? 0) | 0x20)],
  ["a lossless WebP with 4 bytes", bent(lossless, 16, 4)],
  ["a lossless WebP cut within its sizes", lossless.subarray(0, 24)],
  ["an extended WebP with a chunk of 9 bytes", bent(extended, 16, 9)],
  ["an extended WebP with a chunk of 12 bytes", bent(extended, 16, 12)],
  ["an extended WebP wider than we believe", riff(canvas(0, 65_536, 1), vp8)],
  ["an extended WebP higher than we believe", riff(canvas(0, 1, 0x1000000), vp8)],
  ["an extended WebP without pixels", riff(canvas(0))],
  ["an extended WebP with most of the head of another chunk", riff(canvas(0), zeros(6))],
  ["an extended WebP cut within its sizes", extended.subarray(0, 29)],
];

describe("the header of an image", () => {
  test.each([...built, ...real])("is read from %s", (_, type, width, height, image) => {
    expect(headerOf(image)).toEqual({ type, width, height });
  });

  test.each(built)("is found in the first bytes of %s", (_, type, width, height, image) => {
    expect(headerOf(image.subarray(0, HEADER_BYTES), image.length)).toEqual({ type, width, height });
  });

  test.each(broken)("is refused for %s", (_, image) => {
    expect(headerOf(image)).toBeUndefined();
  });
});

describe("a truncated file", () => {
  test.each([
    ["JPEG", jpeg({ before: zeros(0) }), 21, 23],
    ["PNG", png({}), 33, 41],
    ["lossy WebP", lossy, 30, lossy.length],
    ["lossless WebP", lossless, 25, lossless.length],
    ["extended WebP", extended, 30, extended.length],
  ] as const)("is told by the size alone for %s", (_, image, known, least) => {
    const start = image.subarray(0, known);
    expect(headerOf(start, least)).toEqual(headerOf(image));
    expect(headerOf(start, least - 1)).toBeUndefined();
    expect(headerOf(start, Number.NaN)).toBeUndefined();
    expect(headerOf(image.subarray(0, known - 1), image.length)).toBeUndefined();
  });

  test("is never read on into the memory behind it", () => {
    for (const [, , , , image] of [...built, ...real].filter(([, , , , { length }]) => length < 2000)) {
      const host = bytes("x", image, image);
      for (let length = 0; length <= image.length; length += 1)
        expect(headerOf(host.subarray(1, 1 + length))).toEqual(headerOf(image.slice(0, length)));
    }
  });

  test("whose memory was handed to a worker is no image, not a crash", () => {
    const image = png({});
    structuredClone(image.buffer, { transfer: [image.buffer] });
    expect(headerOf(image, 1000)).toBeUndefined();
  });
});

test("refuses a PNG in which any one bit of signature and header is turned", () => {
  const image = png({});
  for (let bit = 0; bit < 33 * 8; bit += 1) {
    const turned = image.slice();
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(headerOf(turned), `bit ${bit}`).toBeUndefined();
  }
});

test("what a WebP's readers shall ignore is ignored: reserved bits, a missing pad byte", () => {
  for (const at of [20, 21, 22, 23]) expect(headerOf(bent(extended, at, 1))).toEqual(headerOf(extended));
  const unpadded = bent(riff(chunk("VP8 ", lossyBits(640, 480, 5))), 4, 27).subarray(0, 35);
  expect(headerOf(unpadded)).toEqual({ type: "webp", width: 640, height: 480 });
});
