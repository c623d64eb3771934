import { expect, test } from "vitest";
import { nearest } from "./nearest.js";

const KNOWN = ["first_frame_image", "last_frame_image", "aigc_watermark", "duration"];

test.each([
  ["frist_frame_image", "first_frame_image"],
  ["frame_image_last", "last_frame_image"],
  ["first_frame_img", "first_frame_image"],
  ["durations", "duration"],
  ["extended_duration", "duration"],
])("%s resembles %s", (name, meant) => {
  expect(nearest(name, KNOWN)).toBe(meant);
});

test.each([
  ["starting_frame_image", "last_frame_image"],
  ["ending_frame_image", "first_frame_image"],
  ["no_aigc_watermark", "aigc_watermark"],
  ["without-watermark", "aigc_watermark"],
])("%s is never mistaken for its opposite %s (F4)", (name, opposite) => {
  expect(nearest(name, KNOWN)).not.toBe(opposite);
});
