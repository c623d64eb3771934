/** Which finished video belongs to a request of V2. */
import type { Clip } from "../clips.js";

/** The shapes that a video can have, as `ratio` names them. */
const SHAPES = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"] as const;
export type Shape = (typeof SHAPES)[number];
type Size = readonly [width: number, height: number];

// 768P as MiniMax-H3's weights make it (16:9 and 9:16 measured on the service, the rest from code that runs them): sides divisible
// by 32, the short one 768, and no more pixels than 1344 x 768, for which 21:9 is less high. Nobody has published 480P and 2K:
// the same with short sides of 480 and 1440 is our choice.
const sizes: Record<string, Record<Shape, Size>> = {
  "480P": {
    "21:9": [960, 416],
    "16:9": [832, 480],
    "4:3": [640, 480],
    "1:1": [480, 480],
    "3:4": [480, 640],
    "9:16": [480, 832],
  },
  "768P": {
    "21:9": [1536, 672],
    "16:9": [1344, 768],
    "4:3": [1024, 768],
    "1:1": [768, 768],
    "3:4": [768, 1024],
    "9:16": [768, 1344],
  },
  "2K": {
    "21:9": [2880, 1280],
    "16:9": [2560, 1440],
    "4:3": [1920, 1440],
    "1:1": [1440, 1440],
    "3:4": [1440, 1920],
    "9:16": [1440, 2560],
  },
};

/** The clip of a size and shape, and of the length that MiniMax-H3 gives to so many seconds. */
export function clipOf(resolution: string, shape: Shape, duration: number): Clip {
  const size = sizes[resolution]?.[shape];
  if (!size) throw new Error(`The mock has no clip for ${resolution}: make some and add them to src/mock/v2/clip.ts.`);
  const [width, height] = size;
  const named = (one: Shape) => `H3-${resolution}-${one.replace(":", "x")}.mp4`;
  const other = named(shape === "16:9" ? "1:1" : "16:9");
  return { name: named(shape), other, width, height, seconds: framesOf(duration) / 24 };
}

/** The model makes 5 frames and 17 as often as it takes, 24 a second: 4 s were measured as 4.458 s, 6 s as 6.583 s. */
function framesOf(duration: number): number {
  return 5 + 17 * Math.ceil((24 * duration - 5) / 17);
}

/** Whether a `ratio` names a shape. `adaptive`, nothing and an empty text do not. */
export function isShape(ratio: unknown): ratio is Shape {
  return SHAPES.some((shape) => shape === ratio);
}

/** The shape that comes nearest to a picture's own. */
export function nearestShape({ width, height }: { width: number; height: number }): Shape {
  const distance = (shape: Shape) => {
    const [across = 1, up = 1] = shape.split(":").map(Number);
    return Math.abs(Math.log((width * up) / (height * across)));
  };
  return SHAPES.reduce((best, shape) => (distance(shape) < distance(best) ? shape : best));
}
