/** Handmade images with valid headers. */
import { crc32 } from "node:zlib";

export function png(width = 640, height = 480, size = 100): Buffer {
  const header = Buffer.alloc(17);
  header.write("IHDR", 0, "latin1");
  header.writeUInt32BE(width, 4);
  header.writeUInt32BE(height, 8);
  header.set([8, 2, 0, 0, 0], 12);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(header));
  const signature = Buffer.from("89504e470d0a1a0a0000000d", "hex");
  const data = Buffer.from("00000010494441547801", "hex");
  const start = Buffer.concat([signature, header, crc, data]);
  const end = Buffer.from("0000000049454e44ae426082", "hex");
  return Buffer.concat([start, Buffer.alloc(Math.max(0, size - start.length - end.length), "noise "), end]);
}

export const dataUrl = (bytes: Buffer, type = "png") => `data:image/${type};base64,${bytes.toString("base64")}`;

/** A JPEG of 800 x 640 pixels, with 300 kB of colour profiles before its size. */
export function pressJpeg(): Buffer {
  const profile = Buffer.concat([Buffer.from("ffe2ffff", "hex"), Buffer.alloc(0xfffd, 1)]);
  const frameAndScan = Buffer.from("ffc00011080280032003012200021101031101ffda000c03010002110311003f00ffd9", "hex");
  return Buffer.concat([Buffer.from("ffd8", "hex"), ...Array(5).fill(profile), frameAndScan]);
}
