/** An MP4 made shorter without touching its media: by its edit lists, which say how much of each track is played. Pure. */

/**
 * A copy of an MP4 that ends after so many seconds, as its whole and as each of its tracks say. What comes behind stays in the
 * file, unseen: players, browsers and ffmpeg stop there. Each track must have an edit list of one entry, and every box the
 * 32-bit version that ffmpeg writes for short files.
 */
export function shortened(mp4: Buffer, seconds: number): Buffer {
  const copy = Buffer.from(mp4);
  const [movie] = payloadsOf(copy, "mvhd");
  if (movie === undefined) throw new Error("This MP4 has no movie header.");
  const duration = Math.round(seconds * copy.readUInt32BE(movie + 12));
  copy.writeUInt32BE(duration, movie + 16);
  for (const track of payloadsOf(copy, "tkhd")) copy.writeUInt32BE(duration, track + 20);
  // A version, a count, then the length of the first entry.
  for (const list of payloadsOf(copy, "elst")) copy.writeUInt32BE(duration, list + 8);
  return copy;
}

/** Where the content of each box of a type begins. Clips have their boxes in front, and no other text looks like one. */
function payloadsOf(mp4: Buffer, type: string): number[] {
  const found: number[] = [];
  for (let at = mp4.indexOf(type); at >= 0; at = mp4.indexOf(type, at + 1)) found.push(at + type.length);
  return found;
}
