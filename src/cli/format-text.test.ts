import { expect, test } from "vitest";
import { movie } from "../../contract-tests/helpers/movies.js";
import { png } from "../../contract-tests/helpers/pictures.js";
import { wav } from "../../contract-tests/helpers/sounds.js";
import { audio, image, video } from "../media/media-input.js";
import { shortened } from "./format-text.js";

test("a displayed request shows the type and size of media, but not their bytes", async () => {
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
