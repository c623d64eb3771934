/** Whether a first frame stands upright, read from the header of a PNG or JPEG data URL. */

// Characters of base64 to look at: enough for a JPEG whose frame header hides behind EXIF and a colour profile.
const HEADER_LENGTH = 400_000;

/** True for a PNG or JPEG data URL that is higher than wide. Links, WebP and what cannot be read count as landscape. */
export function isPortrait(image: unknown): boolean {
  if (typeof image !== "string") return false;
  const start = image.startsWith("data:") ? image.indexOf(",") + 1 : 0;
  if (start === 0) return false;
  const bytes = Buffer.from(image.slice(start, start + HEADER_LENGTH), "base64");
  const size = pngSize(bytes) ?? jpegSize(bytes);
  return size !== undefined && size.height > size.width;
}

function pngSize(bytes: Buffer) {
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function jpegSize(bytes: Buffer) {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt8(at + 1);
    // C0 to CF are the frame headers, but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic coding).
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  return undefined;
}
