import { expect, test } from "vitest";
import { isPortrait, sizeInDataUrl, sizeOf } from "./picture.js";

const dataUrl = (type: string, bytes: Buffer) => `data:image/${type};base64,${bytes.toString("base64")}`;

function png(width: number, height: number): string {
  const header = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return dataUrl("png", Buffer.concat([header, size]));
}

function jpeg(width: number, height: number, { before = 0 } = {}): string {
  const exif = Buffer.alloc(before + 4);
  exif.writeUInt32BE(0xffe10000 + before + 2);
  const frame = Buffer.from("ffc2001108", "hex");
  const size = Buffer.alloc(6);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return dataUrl("jpeg", Buffer.concat([Buffer.from("ffd8", "hex"), exif, frame, size]));
}

test.each([
  ["a high PNG", png(768, 1364), true],
  ["a wide PNG", png(1366, 768), false],
  ["a square PNG", png(512, 512), false],
  ["a high JPEG", jpeg(768, 1364), true],
  ["a high JPEG behind 60 kB of EXIF", jpeg(768, 1364, { before: 60_000 }), true],
  ["a wide JPEG", jpeg(1366, 768), false],
  ["a JPEG that ends in its header", jpeg(768, 1364).slice(0, 40), false],
  ["a link", "https://example.com/high.png", false],
  ["no image", undefined, false],
])("%s is portrait: %s", (_, image, portrait) => {
  expect(isPortrait(image)).toBe(portrait);
});

/** A WebP of one of the three kinds: its header up to the size, which begins at the given byte. */
function webp(kind: string, at: number, size: number[]): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.write("RIFF", 0, "latin1");
  bytes.write(`WEBP${kind}`, 8, "latin1");
  bytes.set(size, at);
  return bytes;
}

test.each<[string, Buffer, { width: number; height: number } | undefined]>([
  ["a WebP that loses something", webp("VP8 ", 26, [0x20, 0x43, 0x58, 0x02]), { width: 800, height: 600 }],
  ["a WebP that loses nothing", webp("VP8L", 21, [0x1f, 0xc3, 0x95, 0x00]), { width: 800, height: 600 }],
  ["a WebP that can do more", webp("VP8X", 24, [0x1f, 0x03, 0x00, 0x57, 0x02, 0x00]), { width: 800, height: 600 }],
  ["a WebP of no known kind", webp("VP9 ", 24, []), undefined],
  [
    "a HEIC with a thumbnail",
    Buffer.from(
      `00000018${hex("ftypheic")}0000000000000014${hex("ispe")}00000000000000a0000000780014${hex("ispe")}000000000000032000000258`,
      "hex",
    ),
    { width: 800, height: 600 },
  ],
  ["a HEIC without a size", Buffer.from(`00000018${hex("ftypheic")}00000000`, "hex"), undefined],
  ["a text", Buffer.from("A long text about a picture of nothing."), undefined],
])("the size of %s", (_, bytes, size) => {
  expect(sizeOf(bytes)).toEqual(size);
});

test("a data URL is measured as its bytes are", () => {
  expect(sizeInDataUrl(png(640, 480))).toEqual({ width: 640, height: 480 });
  expect(sizeInDataUrl({ url: png(640, 480) })).toBeUndefined();
});

function hex(text: string): string {
  return Buffer.from(text, "latin1").toString("hex");
}
