import { expect, test } from "vitest";
import { isPortrait } from "./orientation.js";

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
