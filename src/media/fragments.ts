import type { Reading } from "./byte-reader.js";
import { type Box, boxAt, boxesIn, contentOf } from "./iso-boxes.js";

/** What the fragments of a file add to one of its tracks. */
interface Part {
  samples: number;
  /** In the track's units of time. */
  duration: number;
}

/**
 * The samples of a fragmented file, track by track, as `moof` after `moof` tells them: cameras and MediaRecorder write so, and
 * leave the length at the beginning open (ISO/IEC 14496-12, 8.8).
 */
export function* partsIn(fragments: Box[], movie: DataView): Reading<Map<number, Part>> {
  const defaults = defaultsIn(movie);
  const parts = new Map<number, Part>();
  for (const fragment of fragments) {
    const view = yield* contentOf(fragment);
    for (const box of boxesIn(view)) {
      const head = box.name === "traf" ? boxAt(view, box, "tfhd") : undefined;
      if (head) addRuns(view, box, head, defaults, parts);
    }
  }
  return parts;
}

/** How long a sample of each track lasts where its fragment says nothing else. */
function defaultsIn(movie: DataView): Map<number, number> {
  return new Map(
    boxesIn(movie)
      .filter(({ name }) => name === "mvex")
      .flatMap(({ from, to }) => boxesIn(movie, from, to))
      .filter(({ name }) => name === "trex")
      .map(({ from }) => [movie.getUint32(from + 4), movie.getUint32(from + 12)]),
  );
}

function addRuns(view: DataView, fragment: Box, head: Box, defaults: Map<number, number>, parts: Map<number, Part>) {
  const flags = view.getUint32(head.from);
  const id = view.getUint32(head.from + 4);
  const at = head.from + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  const each = flags & 8 ? view.getUint32(at) : (defaults.get(id) ?? 0);
  const part = parts.get(id) ?? { samples: 0, duration: 0 };
  for (const run of boxesIn(view, fragment.from, fragment.to)) {
    if (run.name !== "trun") continue;
    const samples = view.getUint32(run.from + 4);
    part.samples += samples;
    part.duration += durationOf(view, run) ?? samples * each;
  }
  parts.set(id, part);
}

/** Undefined where the samples of a run have no durations of their own. */
function durationOf(view: DataView, { from, to }: Box): number | undefined {
  const flags = view.getUint32(from);
  if (!(flags & 0x100)) return undefined;
  // Each sample has its duration first, then, each where a flag says so, size, flags and offset.
  const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const start = from + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const end = Math.min(to, start + view.getUint32(from + 4) * step);
  let duration = 0;
  for (let at = start; at + step <= end; at += step) duration += view.getUint32(at);
  return duration;
}
