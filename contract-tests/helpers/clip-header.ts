/** Reads the header of an MP4 as a player does. */

/** Returns duration, picture size, kinds of tracks, and whether playback can start before the download ends. */
export function clipHeader(bytes: Buffer) {
  const at = (box: string, from = 0) => bytes.indexOf(box, from);
  const mvhd = at("mvhd") + 4;
  // The last eight bytes of a track header are its size, in 16.16 fixed point. The first track is the picture.
  const size = at("tkhd") - 4 + bytes.readUInt32BE(at("tkhd") - 4) - 8;
  const tracks = [];
  for (let track = at("mdhd"); track >= 0; track = at("mdhd", track + 4)) {
    const handler = at("hdlr", track) + 12;
    tracks.push(bytes.toString("latin1", handler, handler + 4));
  }
  return {
    streamable: at("ftyp") === 4 && at("moov") < at("mdat"),
    seconds: bytes.readUInt32BE(mvhd + 16) / bytes.readUInt32BE(mvhd + 12),
    width: bytes.readUInt32BE(size) / 65_536,
    height: bytes.readUInt32BE(size + 4) / 65_536,
    tracks,
  };
}
