import type { Reading } from "./byte-reader.js";
import { partsIn } from "./fragments.js";
import { areWhole, boxesIn, contentOf, MOST_BOXES, topBoxes } from "./iso-boxes.js";
import type { VideoFacts } from "./media.js";
import { type Track, timeOf, tracksIn } from "./track.js";

/**
 * An MP4 or MOV by what describes it (`moov`), at its beginning or at its end, and by its fragments where it has any.
 * @returns undefined where no video track is described, and where the end of the file is missing.
 */
export function* movieIn(size: number, type: VideoFacts["type"]): Reading<VideoFacts | undefined> {
  const boxes = yield* topBoxes(size);
  const movie = boxes.find(({ name }) => name === "moov");
  if (!movie || !areWhole(boxes, size)) return undefined;
  const view = yield* contentOf(movie);
  const fragments = boxes.filter(({ name }) => name === "moof");
  const parts = yield* partsIn(fragments, view);
  const tracks = tracksIn(view).map((track) => {
    const { samples, duration } = parts.get(track.id) ?? { samples: 0, duration: 0 };
    return { ...track, samples: track.samples + samples, duration: (track.duration ?? 0) + duration };
  });
  const video = tracks.find(({ handler }) => handler === "vide");
  if (!video?.width || !video.height) return undefined;
  const seconds = fragments.length ? longest(tracks) : toldBy(view);
  const complete = boxes.length < MOST_BOXES;
  return {
    kind: "video",
    type,
    width: video.width,
    height: video.height,
    seconds: complete ? seconds : undefined,
    frames: complete ? video.samples : undefined,
    frameRate: rateOf(video),
    videoCodec: video.codec,
    audioCodec: tracks.find(({ handler }) => handler === "soun")?.codec,
  };
}

/** The length of the whole, with cuts and pauses, as players show it. */
function toldBy(view: DataView): number | undefined {
  const head = boxesIn(view).find(({ name }) => name === "mvhd");
  return head && secondsOf(timeOf(view, head));
}

function longest(tracks: Track[]): number | undefined {
  const seconds = tracks.map((track) => secondsOf(track)).filter((known) => known !== undefined);
  return seconds.length ? Math.max(...seconds) : undefined;
}

/** A length of zero is one that was not known when it was written. */
function secondsOf({ timescale, duration }: Pick<Track, "timescale" | "duration">): number | undefined {
  return timescale && duration ? duration / timescale : undefined;
}

/** Frames a second on average. */
function rateOf(video: Track): number | undefined {
  const seconds = secondsOf(video);
  return seconds && video.samples ? video.samples / seconds : undefined;
}
