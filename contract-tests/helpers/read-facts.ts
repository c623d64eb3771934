import { readNow } from "../../src/media/byte-reader.js";
import type { MediaFacts } from "../../src/media/media.js";
import { factsIn } from "../../src/media/media-facts.js";

/** Reads the facts of a file, and counts reads and bytes. Throws on a read outside of the file. */
export function readFacts(bytes: Uint8Array, size = bytes.length) {
  let [asks, read] = [0, 0];
  const facts = readNow(factsIn(size), ({ from, to }) => {
    if (!(from >= 0 && from <= to && to <= size)) throw new Error(`asked for ${from} to ${to} of ${size}`);
    asks += 1;
    read += to - from;
    return bytes.subarray(from, to);
  });
  return { facts, asks, read };
}

/** The facts of a file. The caller names their type. */
export function factsOf<Facts extends MediaFacts = MediaFacts>(bytes: Uint8Array): Facts | undefined {
  return readFacts(bytes).facts as Facts | undefined;
}
