/** The size of a picture, read from its header. Pure. */

export interface Size {
  width: number;
  height: number;
}

/** Characters of base64 to look at: enough for a JPEG whose frame header hides behind EXIF and a colour profile. */
export const HEADER_LENGTH = 400_000;

/** The size of the picture in a data URL; undefined for links and for what cannot be read. */
export function sizeInDataUrl(image: unknown): Size | undefined {
  if (typeof image !== "string") return undefined;
  const start = image.startsWith("data:") ? image.indexOf(",") + 1 : 0;
  if (start === 0) return undefined;
  return sizeOf(Buffer.from(image.slice(start, start + HEADER_LENGTH), "base64"));
}

/** Whether a data URL holds a picture that is higher than wide. Links and what cannot be read count as landscape. */
export function isPortrait(image: unknown): boolean {
  const size = sizeInDataUrl(image);
  return size !== undefined && size.height > size.width;
}

/** The size of a PNG, JPEG, WebP or HEIC; undefined where the header does not tell. */
export function sizeOf(bytes: Buffer): Size | undefined {
  return pngSize(bytes) ?? jpegSize(bytes) ?? webpSize(bytes) ?? heicSize(bytes);
}

function pngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function jpegSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt8(at + 1);
    // C0 to CF are the frame headers, but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic coding).
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  return undefined;
}

/** Each of the three kinds of WebP keeps its size in a way of its own. */
function webpSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 30 || bytes.toString("latin1", 8, 12) !== "WEBP") return undefined;
  const kind = bytes.toString("latin1", 12, 16);
  if (kind === "VP8X") return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
  if (kind === "VP8 ") return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  const bits = bytes.readUInt32LE(21);
  return kind === "VP8L" ? { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) } : undefined;
}

/** The largest of the pictures within: a HEIC has thumbnails, and tiles. */
function heicSize(bytes: Buffer): Size | undefined {
  if (bytes.toString("latin1", 4, 8) !== "ftyp") return undefined;
  let largest: Size | undefined;
  for (let at = bytes.indexOf("ispe"); at >= 0 && at + 16 <= bytes.length; at = bytes.indexOf("ispe", at + 1)) {
    const size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    if (size.width * size.height > (largest ? largest.width * largest.height : 0)) largest = size;
  }
  return largest;
}
