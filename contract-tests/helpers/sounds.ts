/** Handmade sounds with valid headers. */

const little16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer);
const little32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);

/** A chunk of a WAV. `told` is the length that it claims. */
export function chunk(name: string, content: Buffer, told = content.length): Buffer {
  return Buffer.concat([Buffer.from(name, "latin1"), little32(told), content, Buffer.alloc(content.length % 2)]);
}

export function riff(name: string, ...chunks: Buffer[]): Buffer {
  const content = Buffer.concat([Buffer.from("WAVE"), ...chunks]);
  return Buffer.concat([Buffer.from(name), little32(content.length), content]);
}

interface Format {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  average?: number;
}

/** By default PCM with two channels at 8 kHz, which is 32,000 bytes per second. */
export function format({ tag = 1, channels = 2, rate = 8000, bits = 16, average }: Format = {}): Buffer {
  const fields = Buffer.concat([
    little16(tag, channels),
    little32(rate, average ?? (rate * channels * bits) / 8),
    little16((channels * bits) / 8, bits),
  ]);
  const extension = Buffer.concat([little16(22, bits), little32(3), Buffer.alloc(16)]);
  return chunk("fmt ", tag === 0xfffe ? Buffer.concat([fields, extension]) : fields);
}

export function wav(seconds = 5): Buffer {
  return riff("RIFF", format(), chunk("data", Buffer.alloc(seconds * 32_000)));
}

interface Frames {
  seconds?: number;
  /** The header of each frame. Default: MPEG-1, 128 kbit/s, 44.1 kHz, stereo: 417 bytes and 1152 samples. */
  header?: number;
  length?: number;
  samplesPerSecond?: number;
}

/** An MP3 without tags. */
export function mp3({
  seconds = 5,
  header = 0xfffb9000,
  length = 417,
  samplesPerSecond = 44_100 / 1152,
}: Frames = {}): Buffer {
  const frame = Buffer.alloc(length, 0x55);
  frame.writeUInt32BE(header);
  return Buffer.concat(Array(Math.round(seconds * samplesPerSecond)).fill(frame));
}

/** Writes an encoder's mark into the first, silent frame: `Xing`, `Info` or `VBRI`. */
export function named(sound: Buffer, name: string, at: number): Buffer {
  const copy = Buffer.from(sound);
  copy.write(name, at, "latin1");
  return copy;
}

/** Adds an ID3v2 tag with a picture of this many bytes, and optionally a footer. */
export function tagged(sound: Buffer, bytes: number, footer = false): Buffer {
  const length = [21, 14, 7, 0].map((shift) => (bytes >> shift) & 0x7f);
  const head = Buffer.from([0x49, 0x44, 0x33, 4, 0, footer ? 0x10 : 0, ...length]);
  return Buffer.concat([head, Buffer.alloc(bytes, 0xff), Buffer.alloc(footer ? 10 : 0), sound]);
}
