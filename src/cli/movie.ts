import { readFile } from "node:fs/promises";

/** How many seconds an MP4 file plays, from its movie header; undefined when it has none that can be read. */
export async function secondsOf(path: string): Promise<number | undefined> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const header = box(box(bytes, "moov"), "mvhd");
  // Version 1 has 64-bit times, version 0 has 32-bit ones: ISO/IEC 14496-12, 8.2.2.
  const wide = header?.[0] === 1;
  if (!header || header.length < (wide ? 32 : 20)) return undefined;
  const scale = header.readUInt32BE(wide ? 20 : 12);
  const length = wide ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  return scale ? length / scale : undefined;
}

/** The content of the first box of a type. */
function box(bytes: Buffer | undefined, type: string): Buffer | undefined {
  for (let at = 0; bytes && at + 16 <= bytes.length; ) {
    const short = bytes.readUInt32BE(at);
    // 1: the size follows in 64 bits; 0: up to the end.
    const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short || bytes.length - at;
    if (size < 8) return undefined;
    if (bytes.toString("latin1", at + 4, at + 8) === type)
      return bytes.subarray(at + (short === 1 ? 16 : 8), at + size);
    at += size;
  }
  return undefined;
}
