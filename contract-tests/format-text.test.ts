import { expect, test } from "vitest";
import { shortened } from "../src/cli/format-text.js";
import { audio, image, video } from "../src/media/media-input.js";
import { movie } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";
import { wav } from "./helpers/sounds.js";

test("a request for display shows the type and size of media, and none of their bytes", async () => {
  const media = [await image(png(640, 480, 5000)), await video(movie({ size: 5000 })), await audio(wav(2))];
  expect(shortened({ media })).toEqual({
    media: [
      expect.stringMatching(/^image\/png, 640 x 480, [\d.]+ kB, as a data URL$/),
      expect.stringMatching(/^video\/mp4, 640 x 360, 5\.0 s, [\d.]+ kB, as a data URL$/),
      expect.stringMatching(/^audio\/wav, 2\.0 s, [\d.]+ kB, as a data URL$/),
    ],
  });
  expect(shortened(await video(movie({ seconds: 0, frames: 0 })))).toMatch(/^video\/mp4, 640 x 360, [\d.]+ .B,/);
});
