import { readNow } from "../../src/media/byte-reader.js";
import type { MediaFacts } from "../../src/media/media.js";
import { factsIn } from "../../src/media/media-facts.js";

/** What is found in a file, and how often and how much of it was read. Fails if that is outside of the file. */
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

/** The facts of a file; the test says which ones they must be. */
export function factsOf<Facts extends MediaFacts = MediaFacts>(bytes: Uint8Array): Facts | undefined {
  return readFacts(bytes).facts as Facts | undefined;
}
